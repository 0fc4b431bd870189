//! What may still run at the database, and how it is told to stop.

use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use adbc_core::CancelHandle;
use adbc_core::error::Status;
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::statement::{EngineStatement, Observer};

/// How long a driver may take to end a statement that was cancelled, until it is cancelled once more: the first request
/// may have come before the statement did.
const CANCEL_INTERVAL: Duration = Duration::from_secs(1);
const CANCEL_ATTEMPTS: u32 = 30;

/// What the reader's thread is at.
#[derive(Default)]
pub(crate) struct Running {
    state: Mutex<State>,
    observer: Option<Observer>,
}

#[derive(Default)]
struct State {
    is_stopped: bool,
    cancel: Option<Box<dyn CancelHandle>>,
}

impl Running {
    /// Tells this observer, where there is one, of what is executed.
    pub(crate) fn observed(observer: Option<Observer>) -> Self {
        Self { observer, ..Self::default() }
    }

    /// This is executed next.
    pub(crate) fn tell(&self, statement: &EngineStatement) {
        if let Some(observer) = &self.observer {
            observer(statement);
        }
    }

    /// # Errors
    ///
    /// When nobody waits for the answer any more.
    pub(crate) fn check(&self) -> Result<(), SegmentError> {
        if self.state().is_stopped { Err(stopped()) } else { Ok(()) }
    }

    /// From now on this is what is to be cancelled.
    pub(crate) fn watch(&self, cancel: Box<dyn CancelHandle>) -> Result<(), SegmentError> {
        let mut state = self.state();
        state.cancel = Some(cancel);
        if state.is_stopped { Err(stopped()) } else { Ok(()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cancels what is running; `false` when there is no use in trying again.
    fn cancel(&self) -> bool {
        match self.state().cancel.as_ref().map(|cancel| cancel.try_cancel()) {
            Some(Err(error)) => error.status != Status::NotImplemented,
            _ => true,
        }
    }
}

/// Nobody reads it.
fn stopped() -> SegmentError {
    SegmentError::new(SegmentErrorKind::Unreadable, "the members are not wanted any more")
}

/// Stops the reader's thread when it is dropped.
pub(crate) struct Stopper {
    running: Arc<Running>,
    /// Ends with the thread.
    thread: Option<Receiver<()>>,
}

impl Stopper {
    /// For a thread that keeps the second until it ends.
    pub(crate) fn new(running: Arc<Running>) -> (Self, Sender<()>) {
        let (lives, thread) = channel();
        (Self { running, thread: Some(thread) }, lives)
    }
}

impl Drop for Stopper {
    /// A database does not look whether anybody still listens while it works on a statement, so it is told. Telling it may
    /// take a while, so that a thread does.
    fn drop(&mut self) {
        self.running.state().is_stopped = true;
        let Some(thread) = self.thread.take() else { return };
        let has_ended = || thread.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Disconnected);
        if has_ended() {
            return;
        }
        let running = Arc::clone(&self.running);
        let cancel = move || {
            for _ in 0..CANCEL_ATTEMPTS {
                let is_over = thread.recv_timeout(Duration::ZERO) == Err(RecvTimeoutError::Disconnected);
                if is_over || !running.cancel() {
                    return;
                }
                if thread.recv_timeout(CANCEL_INTERVAL) == Err(RecvTimeoutError::Disconnected) {
                    return;
                }
            }
        };
        // Without a thread for it, the statement ends with the next batch that nobody takes.
        drop(thread::Builder::new().name("tikaud-adbc-cancel".to_owned()).spawn(cancel));
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(Sender<()>);

    impl CancelHandle for Counting {
        fn try_cancel(&self) -> adbc_core::error::Result<()> {
            let _ = self.0.send(());
            Ok(())
        }
    }

    #[test]
    fn what_runs_is_cancelled_until_it_has_ended() {
        let (sender, cancels) = channel();
        let running = Arc::new(Running::default());
        let (stopper, lives) = Stopper::new(Arc::clone(&running));
        // `Sender` can be shared: the handle may be called from any thread.
        running.watch(Box::new(Counting(sender))).unwrap();
        drop(stopper);
        cancels.recv_timeout(Duration::from_secs(10)).unwrap();
        cancels.recv_timeout(Duration::from_secs(10)).unwrap();
        drop(lives);
        assert!(running.check().is_err());
    }

    #[test]
    fn what_has_ended_is_not_cancelled() {
        let (sender, cancels) = channel();
        let running = Arc::new(Running::default());
        let (stopper, lives) = Stopper::new(Arc::clone(&running));
        running.watch(Box::new(Counting(sender))).unwrap();
        drop(lives);
        drop(stopper);
        drop(running);
        assert!(cancels.recv().is_err(), "nobody has cancelled, and nobody can");
    }
}

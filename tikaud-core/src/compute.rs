//! Work for the processor: on all cores, and off the threads that wait for input and output.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

/// The work has panicked. The panic's message is not kept: it may quote a member's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part of the work has died; the next run carries on")]
pub(crate) struct Died;

/// Work that has been given to the pool of cores. It goes on when this is dropped.
pub(crate) struct Started<T>(oneshot::Receiver<T>);

impl<T> Started<T> {
    /// What came of it.
    pub(crate) async fn done(self) -> Result<T, Died> {
        self.0.await.map_err(|_| Died)
    }
}

/// Gives work to the pool of cores, at once.
pub(crate) fn start<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Started<T> {
    let (sender, receiver) = oneshot::channel();
    rayon::spawn(move || {
        // A panic that reached the pool would end the process.
        if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
            // Nobody waits for it any more when a run is broken off.
            drop(sender.send(done));
        }
    });
    Started(receiver)
}

/// Runs work on the pool of cores, from when the future is first polled.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Died> {
    start(work).done().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_the_pool_goes_on() {
        assert_eq!(compute(|| -> u8 { panic!("secret") }).await, Err(Died));
        assert_eq!(compute(|| 7).await, Ok(7));
    }
}

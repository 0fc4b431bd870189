//! Reading on a thread of its own, and the stream at its other end.

use std::ops::ControlFlow;
use std::sync::mpsc as blocking;
use std::{panic, thread};

use futures::{StreamExt, stream};
use tikaud_core::segment::{MemberBatch, MemberStream, SegmentError, SegmentErrorKind};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::error::configuration;

/// How many batches wait between the reader and the stream: enough to keep both busy, few enough to bound memory.
const BATCHES_AHEAD: usize = 2;

/// Takes a batch; says to stop when nobody wants more.
pub(super) type Emit<'a> = &'a mut dyn FnMut(MemberBatch) -> ControlFlow<()>;

/// Says when nobody wants more, to a reader that waits for something else than its stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop(
    #[cfg_attr(not(feature = "object-store"), allow(dead_code, reason = "local files are not waited for"))]
    Option<mpsc::Sender<MemberBatch>>,
);

#[cfg(feature = "object-store")]
impl Stop {
    /// Comes when the stream is dropped.
    pub(super) async fn asked(&self) {
        match &self.0 {
            Some(sender) => sender.closed().await,
            None => std::future::pending().await,
        }
    }
}

/// Runs something that blocks where it may.
pub(super) async fn run<T: Send + 'static>(
    task: impl FnOnce() -> Result<T, SegmentError> + Send + 'static,
) -> Result<T, SegmentError> {
    runtime()?.spawn_blocking(task).await.unwrap_or_else(|error| Err(ended(&error)))
}

/// The batches that `read` emits, then its error if it has one. Dropping the stream stops `read` at its next batch.
pub(super) fn stream(
    read: impl FnOnce(Emit<'_>, &Stop) -> Result<(), SegmentError> + Send + 'static,
) -> Result<MemberStream, SegmentError> {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let stop = Stop(Some(sender.clone()));
    let reader = runtime()?.spawn_blocking(move || {
        let mut emit = |batch| match sender.blocking_send(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        read(&mut emit, &stop)
    });
    Ok(stream::unfold(Some((receiver, reader)), next).boxed())
}

type Reading = (mpsc::Receiver<MemberBatch>, JoinHandle<Result<(), SegmentError>>);

/// The channel's end says only that the reader is gone. Whether it was done, the reader's own result says: a stream
/// that just ended would remove everybody who was still to come.
async fn next(reading: Option<Reading>) -> Option<(Result<MemberBatch, SegmentError>, Option<Reading>)> {
    let (mut receiver, reader) = reading?;
    if let Some(batch) = receiver.recv().await {
        return Some((Ok(batch), Some((receiver, reader))));
    }
    let result = reader.await.unwrap_or_else(|error| Err(ended(&error)));
    result.err().map(|error| (Err(error), None))
}

/// Takes items while the next are being made, on a thread of its own, until `take` has had enough.
pub(super) fn ahead<T: Send>(
    make: impl FnOnce(&mut dyn FnMut(T) -> ControlFlow<()>) -> Result<(), SegmentError> + Send,
    mut take: impl FnMut(T) -> Result<ControlFlow<()>, SegmentError>,
) -> Result<ControlFlow<()>, SegmentError> {
    let runtime = runtime()?;
    let (sender, receiver) = blocking::sync_channel(BATCHES_AHEAD);
    thread::scope(|scope| {
        let made = thread::Builder::new().spawn_scoped(scope, move || {
            // What waits for an object store does so in the runtime.
            let _entered = runtime.enter();
            make(&mut |item| match sender.send(item) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        let made = made.map_err(|error| {
            SegmentError::new(SegmentErrorKind::Unreadable, "no thread can be started to read files").with_source(error)
        })?;
        let mut taken = Ok(ControlFlow::Continue(()));
        while let Ok(ControlFlow::Continue(())) = taken {
            let Ok(item) = receiver.recv() else { break };
            taken = take(item);
        }
        // Whoever makes more than is wanted is stopped by this.
        drop(receiver);
        let made = made.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        taken.and_then(|flow| made.map(|()| flow))
    })
}

pub(super) fn runtime() -> Result<Handle, SegmentError> {
    Handle::try_current().map_err(|error| {
        configuration("files are read on a thread of the Tokio runtime; call this from within one").with_source(error)
    })
}

/// The reader panicked or the runtime shut down. A panic's text may quote a value, so it is dropped.
fn ended(error: &JoinError) -> SegmentError {
    let message = if error.is_panic() {
        "a reader of files failed on content that it did not expect; check that the files are whole"
    } else {
        "the runtime shut down while files were being read"
    };
    SegmentError::new(SegmentErrorKind::Unreadable, message)
}

#[cfg(test)]
mod tests {
    use tikaud_core::segment::TextColumn;

    use super::*;

    fn batch() -> MemberBatch {
        let mut column = TextColumn::default();
        column.push(Some("a")).unwrap();
        MemberBatch::try_new(vec![column]).unwrap()
    }

    #[tokio::test]
    async fn an_error_is_the_last_item() {
        let items: Vec<_> = stream(|emit, _| {
            let _ = emit(batch());
            Err(SegmentError::malformed("torn"))
        })
        .unwrap()
        .collect()
        .await;
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].as_ref().unwrap_err().to_string(), "torn");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_not_the_end_and_its_text_is_dropped() {
        let items: Vec<_> = stream(|emit, _| {
            let _ = emit(batch());
            panic!("canary")
        })
        .unwrap()
        .collect()
        .await;
        let error = items[1].as_ref().unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::Unreadable);
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[tokio::test]
    async fn a_stream_that_is_dropped_stops_the_reader() {
        let (stopped, wait) = std::sync::mpsc::channel();
        let mut stream = stream(move |emit, _| {
            while emit(batch()).is_continue() {}
            stopped.send(()).unwrap();
            Ok(())
        })
        .unwrap();
        assert!(stream.next().await.unwrap().is_ok());
        drop(stream);
        tokio::task::spawn_blocking(move || wait.recv_timeout(std::time::Duration::from_secs(10)))
            .await
            .unwrap()
            .unwrap();
    }

    /// What `ahead` gives to its taker, of items and an end that are made, and what it says in the end.
    async fn ahead_of(taken: usize, end: fn() -> Result<(), SegmentError>) -> (Vec<usize>, Result<bool, String>) {
        let task = move || {
            let mut found = Vec::new();
            let make = |give: &mut dyn FnMut(usize) -> ControlFlow<()>| {
                for item in 0..10 {
                    if give(item).is_break() {
                        return Ok(());
                    }
                }
                end()
            };
            let flow = ahead(make, |item| {
                found.push(item);
                Ok(if found.len() == taken { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            });
            Ok((found, flow.map(|flow| flow.is_break()).map_err(|error| error.to_string())))
        };
        run(task).await.unwrap()
    }

    #[tokio::test]
    async fn all_that_was_made_is_taken_before_the_error() {
        let all: Vec<usize> = (0..10).collect();
        assert_eq!(ahead_of(99, || Ok(())).await, (all.clone(), Ok(false)));
        assert_eq!(ahead_of(99, || Err(SegmentError::malformed("torn"))).await, (all, Err("torn".to_owned())));
    }

    #[tokio::test]
    async fn what_makes_stops_when_enough_was_taken() {
        assert_eq!(ahead_of(3, || Err(SegmentError::malformed("not to be seen"))).await, (vec![0, 1, 2], Ok(true)));
    }

    #[tokio::test]
    async fn a_panic_of_what_makes_is_an_error_and_not_the_end() {
        let task =
            || ahead(|_: &mut dyn FnMut(()) -> ControlFlow<()>| panic!("canary"), |()| Ok(ControlFlow::Continue(())));
        let error = run(task).await.unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::Unreadable);
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn a_program_without_a_runtime_gets_an_error() {
        let error = stream(|_, _| Ok(())).err().unwrap();
        assert_eq!(error.kind(), SegmentErrorKind::Configuration);
    }
}

//! Reading on a thread of its own, and the stream at its other end.

use std::ops::ControlFlow;

use futures::{StreamExt, stream};
use tikaud_core::segment::{MemberBatch, MemberStream, SegmentError, SegmentErrorKind};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use super::format::configuration;

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

    #[test]
    fn a_program_without_a_runtime_gets_an_error() {
        let error = stream(|_, _| Ok(())).err().unwrap();
        assert_eq!(error.kind(), SegmentErrorKind::Configuration);
    }
}

//! Reading on a thread of its own, since drivers block as long as they like; and the stream at its other end.

use std::sync::Arc;
use std::thread;

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use tikaud_core::segment::{MemberBatch, MemberStream, SegmentError, SegmentErrorKind};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::definition::Definition;
use super::error::{AdbcError, AdbcErrorKind, Doing};
use super::running::{Running, Stopper};
use super::statement::Observer;
use crate::error::configuration;

/// How many batches wait between the reader and the stream: enough to keep both busy, few enough to bound memory.
const BATCHES_AHEAD: usize = 2;

/// As a program's first thread has it: a database within the process may need it.
const STACK: usize = 8 << 20;

/// Takes an item; says whether more are wanted.
pub(crate) type Emit<'a, T> = &'a mut (dyn FnMut(T) -> bool + Send);

enum Step<T> {
    Item(T),
    /// There is nothing more, for certain.
    Done,
}

/// What a thread reads.
pub(crate) struct Reading<T> {
    definition: Arc<Definition>,
    receiver: mpsc::Receiver<Result<Step<T>, SegmentError>>,
    deadline: Instant,
    /// Dropped last: what still runs is told to stop.
    _stopper: Stopper,
}

impl<T: Send + 'static> Reading<T> {
    /// Starts the thread.
    pub(crate) fn start(
        definition: &Arc<Definition>,
        read: impl FnOnce(&Definition, &Running, Emit<'_, T>) -> Result<(), SegmentError> + Send + 'static,
    ) -> Result<Self, SegmentError> {
        Self::start_observed(definition, None, read)
    }

    /// The same with somebody who is told of each statement.
    pub(crate) fn start_observed(
        definition: &Arc<Definition>,
        observer: Option<Observer>,
        read: impl FnOnce(&Definition, &Running, Emit<'_, T>) -> Result<(), SegmentError> + Send + 'static,
    ) -> Result<Self, SegmentError> {
        Handle::try_current().map_err(|error| {
            configuration("databases are read from the Tokio runtime; call this from within one").with_source(error)
        })?;
        let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
        let running = Arc::new(Running::observed(observer));
        let (stopper, lives) = Stopper::new(Arc::clone(&running));
        let shared = Arc::clone(definition);
        let work = move || {
            let outcome = read(&shared, &running, &mut |item| sender.blocking_send(Ok(Step::Item(item))).is_ok());
            // Nobody may be there to take it.
            let _ = sender.blocking_send(outcome.map(|()| Step::Done));
            drop(lives);
        };
        thread::Builder::new().name("tikaud-adbc".to_owned()).stack_size(STACK).spawn(work).map_err(|error| {
            SegmentError::new(SegmentErrorKind::Unreadable, "there is no thread to read on").with_source(error)
        })?;
        let deadline = Instant::now() + definition.timeout;
        Ok(Self { definition: Arc::clone(definition), receiver, deadline, _stopper: stopper })
    }

    /// The next item; `None` when the thread says that there are no more. A channel that just ends says only that the thread
    /// is gone: a stream that took it for the end would remove everybody who was still to come.
    pub(crate) async fn next(&mut self) -> Result<Option<T>, SegmentError> {
        match timeout_at(self.deadline, self.receiver.recv()).await {
            Ok(Some(Ok(Step::Item(item)))) => Ok(Some(item)),
            Ok(Some(Ok(Step::Done))) => Ok(None),
            Ok(Some(Err(error))) => Err(error),
            // A panic's text may quote a value, so it is dropped.
            Ok(None) => Err(SegmentError::new(
                SegmentErrorKind::Unreadable,
                "the reader of the driver's batches failed on content that it did not expect; please report it",
            )),
            Err(_) => Err(self.definition.error(AdbcError::of_kind(AdbcErrorKind::TimedOut), Doing::Reading)),
        }
    }

    /// The items that are still to come. The first error ends the stream.
    pub(crate) fn items(self) -> BoxStream<'static, Result<T, SegmentError>> {
        let next = |reading: Option<Self>| async move {
            let mut reading = reading?;
            match reading.next().await {
                Ok(item) => item.map(|item| (Ok(item), Some(reading))),
                Err(error) => Some((Err(error), None)),
            }
        };
        stream::unfold(Some(self), next).boxed()
    }

    /// The only item.
    pub(crate) async fn only(mut self) -> Result<T, SegmentError> {
        let item = self.next().await?;
        match (item, self.next().await?) {
            (Some(item), None) => Ok(item),
            _ => Err(SegmentError::malformed("the reader of the driver's batches has not answered once")),
        }
    }
}

/// What comes to the members' stream.
pub(crate) enum Arrival {
    /// The statement runs; there is no error but while reading.
    Begun,
    Members(MemberBatch),
    /// Nothing comes after it.
    Failed(SegmentError),
}

/// The members, once the database has begun to deliver them.
pub(crate) async fn stream(mut reading: Reading<Arrival>) -> Result<MemberStream, SegmentError> {
    match reading.next().await? {
        None => Ok(stream::empty().boxed()),
        Some(_) => Ok(stream::unfold(Some(reading), next).boxed()),
    }
}

async fn next(
    reading: Option<Reading<Arrival>>,
) -> Option<(Result<MemberBatch, SegmentError>, Option<Reading<Arrival>>)> {
    let mut reading = reading?;
    loop {
        match reading.next().await {
            Ok(Some(Arrival::Begun)) => {}
            Ok(Some(Arrival::Members(batch))) => return Some((Ok(batch), Some(reading))),
            Ok(None) => return None,
            Ok(Some(Arrival::Failed(error))) | Err(error) => return Some((Err(error), None)),
        }
    }
}

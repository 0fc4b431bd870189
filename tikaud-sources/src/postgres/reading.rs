//! From the server's rows to batches, on a task of its own, and the stream at its other end.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tikaud_core::segment::{MemberBatch, MemberStream, SegmentError, SegmentErrorKind};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio_postgres::{CopyOutStream, RowStream};

use super::column::Asked;
use super::definition::Definition;
use super::members::Members;
use super::session::Session;

/// How many batches wait between the reader and the stream: enough to keep both busy, few enough to bound memory.
const BATCHES_AHEAD: usize = 2;

/// Rows that the server has begun to send.
pub(super) enum Rows {
    /// The way that costs this end the least.
    Copy(CopyOutStream),
    /// The way for statements with parameters, which the other cannot have.
    Query(RowStream),
}

/// The members in these rows. Dropping the stream drops the session, which cancels what runs in it.
pub(super) fn stream(
    definition: Arc<Definition>,
    mut session: Session,
    rows: Rows,
    columns: Vec<Asked>,
) -> MemberStream {
    let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
    let mut reader = JoinSet::new();
    reader.spawn(Box::pin(async move {
        let mut members = Members::new(Arc::clone(&definition), columns, sender);
        let is_wanted = match rows {
            Rows::Copy(rows) => members.copy(&mut session, rows).await?,
            Rows::Query(rows) => members.query(&mut session, rows).await?,
        };
        if !is_wanted {
            return Ok(());
        }
        // The last batch waits until it is certain that there is nothing more to come.
        session.finish().await.map_err(|error| definition.statement_error(error))?;
        members.send_rest().await
    }));
    stream::unfold(Some((receiver, reader)), next).boxed()
}

type Reader = (mpsc::Receiver<MemberBatch>, JoinSet<Result<(), SegmentError>>);

/// The channel's end says only that the reader is gone. Whether it was done, the reader's own result says: a stream
/// that just ended would remove everybody who was still to come.
async fn next(reader: Option<Reader>) -> Option<(Result<MemberBatch, SegmentError>, Option<Reader>)> {
    let (mut receiver, mut reader) = reader?;
    if let Some(batch) = receiver.recv().await {
        return Some((Ok(batch), Some((receiver, reader))));
    }
    let result = reader.join_next().await?.unwrap_or_else(|error| Err(ended(&error)));
    result.err().map(|error| (Err(error), None))
}

/// The reader panicked or the runtime shut down. A panic's text may quote a value, so it is dropped.
fn ended(error: &JoinError) -> SegmentError {
    let message = if error.is_panic() {
        "the reader of PostgreSQL's rows failed on content that it did not expect; please report it"
    } else {
        "the runtime shut down while PostgreSQL was being read"
    };
    SegmentError::new(SegmentErrorKind::Unreadable, message)
}

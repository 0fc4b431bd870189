//! What has become of a creation whose last reply did not come.

use std::time::Duration;

use tikaud_core::state::ObjectKey;
use tokio::time::{Instant, sleep};
use tokio_postgres::types::Type;

use super::creation::{Attempt, Fate};
use super::error::Failure;
use super::shared::Shared;
use super::tables::STATUS;
use crate::postgres::error::PostgresError;

/// How long, and how often, to look whether a transaction has ended.
const WAIT: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where a transaction has ended.
enum Status {
    Committed,
    Aborted,
    /// It goes on, or nobody knows any more.
    Unknown,
}

impl Shared {
    /// What has become of an attempt, as the server knows it; `None` where nobody can tell.
    ///
    /// The transaction's number alone would not do: a standby that has taken over may have given it to somebody else's. Nor
    /// would the object's row: it may be about to appear, and it may have been there and be deleted.
    pub(super) async fn fate(&self, key: &ObjectKey, attempt: Attempt, transaction: &str) -> Option<Fate> {
        let status = self.status(transaction).await.ok()?;
        let found = self.rows(&self.tables.maker, &[(&key.as_str(), Type::TEXT)]).await.ok()?;
        let maker = found.first().map(|row| row.try_get::<_, &[u8]>(0)).transpose().ok()?;
        match (status, maker) {
            (_, Some(maker)) if attempt.made(maker) => Some(Fate::Created),
            (Status::Aborted, Some(_)) => Some(Fate::Taken),
            (Status::Aborted, None) => Some(Fate::Nothing),
            (Status::Committed | Status::Unknown, _) => None,
        }
    }

    async fn status(&self, transaction: &str) -> Result<Status, Failure> {
        let since = Instant::now();
        loop {
            let rows = self.rows(STATUS, &[(&transaction, Type::TEXT)]).await?;
            let status: Option<String> = match rows.first() {
                Some(row) => row.try_get(0).map_err(PostgresError::of)?,
                None => None,
            };
            match status.as_deref() {
                Some("committed") => return Ok(Status::Committed),
                Some("aborted") => return Ok(Status::Aborted),
                Some("in progress") if since.elapsed() < WAIT => sleep(LOOK_EVERY).await,
                _ => return Ok(Status::Unknown),
            }
        }
    }
}

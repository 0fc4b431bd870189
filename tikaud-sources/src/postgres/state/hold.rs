//! A sign of life: a lock that the server keeps for as long as a connection lasts.

use std::sync::Mutex;

use tikaud_core::state::{Hold, ObjectKey, StateError};
use tokio_postgres::types::Type;

use super::error::Failure;
use super::link::Link;
use super::pool::Patience;
use super::shared::Shared;
use super::tables::LOCK_SESSION;

/// How long to wait for a lock, in milliseconds: of one that has just been let go, the server may not have heard yet.
const WAIT: &str = "SET lock_timeout = 1000";
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>: somebody else has the lock.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The connection that has the lock. Nothing is asked over it any more.
struct Held {
    _link: Mutex<Link>,
}

impl Hold for Held {}

impl Shared {
    pub(super) async fn hold(&self, key: &ObjectKey) -> Result<Box<dyn Hold>, StateError> {
        let mut patience = Patience::new();
        loop {
            match self.lock(key).await {
                Ok(link) => return Ok(Box::new(Held { _link: Mutex::new(link) })),
                Err(Failure::Asking(error)) if error.sqlstate() == Some(LOCK_NOT_AVAILABLE) => {
                    return Err(StateError::AlreadyExists { key: key.clone() });
                }
                Err(failure) => {
                    let waited = patience.after(failure).await;
                    waited.map_err(|failure| failure.while_doing("hold", self.tables.shown(key)))?;
                }
            }
        }
    }

    async fn lock(&self, key: &ObjectKey) -> Result<Link, Failure> {
        let mut link = self.pool.open().await?;
        link.run(WAIT).await?;
        link.rows(LOCK_SESSION, &[(&self.tables.shown(key), Type::TEXT)]).await?;
        Ok(link)
    }
}

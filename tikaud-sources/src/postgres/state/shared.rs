//! What all handles of a store have in common, and how it asks the server.

use tikaud_core::state::{ObjectKey, StateError};
use tokio_postgres::Row;

use super::creation::{Attempt, Broken, Creation, Fate};
use super::error::Failure;
use super::link::{Link, Value};
use super::pool::{Patience, Pool};
use super::tables::{PART, Tables};

/// The tables, and the connections to them.
pub(super) struct Shared {
    pub(super) pool: Pool,
    pub(super) tables: Tables,
}

impl Shared {
    /// The rows of a statement that may be run twice. It is, when a connection breaks.
    pub(super) async fn rows(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        let mut patience = Patience::new();
        loop {
            match self.rows_once(sql, values, &patience).await {
                Ok(rows) => return Ok(rows),
                Err(failure) => patience.after(failure).await?,
            }
        }
    }

    async fn rows_once(&self, sql: &str, values: &[Value<'_>], patience: &Patience) -> Result<Vec<Row>, Failure> {
        let mut lent = self.pool.take(patience).await?;
        let rows = lent.link.rows(sql, values).await?;
        lent.give_back();
        Ok(rows)
    }

    /// Creates an object whose content is at hand.
    pub(super) async fn create(&self, key: &ObjectKey, attempt: Attempt, content: &[u8]) -> Result<(), StateError> {
        let failed = |failure: Failure| failure.while_doing("create", self.tables.shown(key));
        let mut patience = Patience::new();
        loop {
            let cause = match self.create_once(key, attempt, content, &patience).await {
                Ok(fate) => return fate.told(&self.tables, key),
                Err(Broken::Before(cause)) => cause,
                Err(Broken::InDoubt { transaction, cause }) => match self.fate(key, attempt, &transaction).await {
                    Some(Fate::Nothing) => cause,
                    Some(fate) => return fate.told(&self.tables, key),
                    None => return Err(failed(cause)),
                },
            };
            patience.after(cause).await.map_err(failed)?;
        }
    }

    async fn create_once(
        &self,
        key: &ObjectKey,
        attempt: Attempt,
        content: &[u8],
        patience: &Patience,
    ) -> Result<Fate, Broken> {
        let (link, turn) = self.pool.take(patience).await?.apart();
        let (fate, link) = self.create_over(link, key, attempt, content).await?;
        self.pool.keep(link);
        drop(turn);
        Ok(fate)
    }

    async fn create_over(
        &self,
        link: Link,
        key: &ObjectKey,
        attempt: Attempt,
        content: &[u8],
    ) -> Result<(Fate, Link), Broken> {
        let mut creation = Creation::begin(link, attempt).await?;
        for part in content.chunks(PART) {
            creation.add(&self.tables, key, part).await?;
        }
        creation.finish(&self.tables, key).await
    }
}

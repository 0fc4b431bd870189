//! State in tables of PostgreSQL.
//!
//! ```text
//! store ──▶ shared ──▶ pool ──▶ link (one connection)
//!   │         └──▶ creation (one transaction) ──▶ doubt, when its last reply does not come
//!   ├──▶ writer: a creation that lasts, over a connection of its own
//!   └──▶ hold: a lock, over a connection of its own
//! ```

mod creation;
mod doubt;
mod error;
mod hold;
mod link;
mod open;
mod pool;
mod range;
mod shared;
mod tables;
mod writer;

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tikaud_core::segment::SegmentError;
use tikaud_core::state::{Hold, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};
use tokio_postgres::types::Type;

use self::creation::Attempt;
use self::error::Failure;
use self::link::Server;
use self::pool::Pool;
use self::shared::Shared;
use self::tables::Tables;
use self::writer::Writer;
use super::connection::PostgresConnection;
use super::error::PostgresError;

/// State in two tables of a schema in PostgreSQL, which any number of machines can share. Clones share its connections.
///
/// ```no_run
/// use tikaud_core::activation::SegmentActivation;
/// use tikaud_core::destination::MemoryDestination;
/// use tikaud_sources::{PostgresConnection, PostgresSegment, PostgresStateStore};
///
/// # async fn example(password: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let connection = PostgresConnection::new("db.example.com", "shop", "tikaud").password(password);
/// let buyers = PostgresSegment::relation(connection.clone(), ["marketing", "buyers"]).build()?;
///
/// let state = PostgresStateStore::open(connection, "tikaud_state").await?;
/// let activation = SegmentActivation::builder("buyers", buyers, MemoryDestination::new(), state);
/// # Ok(())
/// # }
/// ```
///
/// # What it needs
///
/// * **PostgreSQL 13** or later; the server that writes, and not a standby.
/// * **A schema** that is there. The tables `tikaud_objects` and `tikaud_object_parts` are made in it where they are not,
///   which takes USAGE and CREATE on the schema; using them takes USAGE there, and SELECT, INSERT and DELETE on the two.
/// * **A direct connection**, or a pooler in session mode: a pooler that gives each transaction another session would keep
///   locks when their holder is gone.
///
/// # What it does
///
/// * Creating an object is a transaction in which the primary key admits one. It is on the server's disk when it has ended,
///   whatever `synchronous_commit` the role or database has; one that asks for more, as with synchronous replicas, stays.
///   A server with `fsync = off` cannot promise that.
/// * When the reply to COMMIT does not come, the server is asked over another connection what has become of that very
///   transaction. Only where it cannot tell, as after a standby has taken over without it, the caller gets an error.
/// * Objects have parts of 1 MiB, one of which is in memory while one is written. What is longer than that is written in
///   one transaction over a connection of its own, which nobody sees until it ends; a writer that is dropped leaves nothing.
/// * [`hold`](StateStore::hold) is an advisory lock over a connection of its own. It ends with its process, and within half
///   a minute with its machine; also when the server is started anew, so that a run that still lives may be taken over,
///   and stops. Whoever asks for a lock that another has waits for a second.
/// * Up to four connections are shared by everything else, and kept. When one breaks, others are tried for 15 seconds.
///   A statement may take 20 seconds, with the time that it waits for others.
///
/// # Errors
///
/// [`StateError::Io`] with what to do as its cause, and below that a [`PostgresError`] with the server's code, where it was
/// the server that failed. They hold no password, nor any text of the server's. It is used on the Tokio runtime with I/O and
/// time.
#[derive(Clone)]
pub struct PostgresStateStore {
    shared: Arc<Shared>,
}

impl PostgresStateStore {
    /// State in this schema, whose name is taken as it is: it is case-sensitive, and a dot is a part of it.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`] when the server cannot be reached, has no such schema, or does not let the role use it, with the
    /// grants that are needed; [`StateError::Newer`] when a later version of this library has written there.
    pub async fn open(connection: PostgresConnection, schema: impl AsRef<str>) -> Result<Self, StateError> {
        let schema = schema.as_ref();
        let unfit = |error: SegmentError| Failure::Connecting(error).while_doing("open", schema);
        let tables = Tables::of(schema).map_err(unfit)?;
        let (config, connector) = connection.driver().map_err(unfit)?;
        let pool = Pool::new(Server { connection, config, connector });
        let shared = Shared { pool, tables };
        shared.prepare().await?;
        Ok(Self { shared: Arc::new(shared) })
    }

    fn draw_attempt(&self, key: &ObjectKey) -> Result<Attempt, StateError> {
        Attempt::draw().map_err(|failure| failure.while_doing("create", self.shared.tables.shown(key)))
    }
}

/// Shows no password.
impl fmt::Debug for PostgresStateStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStateStore")
            .field("connection", &self.shared.pool.server().connection)
            .field("schema", &self.shared.tables.schema)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl StateStore for PostgresStateStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        self.shared.create(key, self.draw_attempt(key)?, &content).await
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        Ok(Box::new(Writer::new(Arc::clone(&self.shared), key.clone(), self.draw_attempt(key)?)))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        self.shared.read(key, range).await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        // `0` comes after `/`: between the two is all that begins with the prefix and a `/`.
        let (from, to) = (prefix.map(|prefix| format!("{prefix}/")), prefix.map(|prefix| format!("{prefix}0")));
        let values = [(&from.unwrap_or_default() as _, Type::TEXT), (&to as _, Type::TEXT)];
        let place = || prefix.map_or_else(|| self.shared.tables.schema.clone(), |key| self.shared.tables.shown(key));
        let failed = |failure: Failure| failure.while_doing("list", place());
        let mut entries = Vec::new();
        for row in self.shared.rows(&self.shared.tables.list, &values).await.map_err(failed)? {
            let misread = |error| failed(PostgresError::of(error).into());
            let (key, len): (&str, i64) = (row.try_get(0).map_err(misread)?, row.try_get(1).map_err(misread)?);
            // Somebody else has put there what no key can be.
            if let Ok(key) = key.parse() {
                entries.push(ObjectEntry { key, len: len.unsigned_abs() });
            }
        }
        Ok(entries)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        let deleted = self.shared.rows(&self.shared.tables.delete, &[(&key.as_str(), Type::TEXT)]).await;
        deleted.map(drop).map_err(|failure| failure.while_doing("delete", self.shared.tables.shown(key)))
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        self.shared.hold(key).await.map(Some)
    }

    fn scratch(&self) -> Option<PathBuf> {
        None
    }
}

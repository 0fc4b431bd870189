//! One connection with one read-only transaction. Whatever runs in it is cancelled when it is dropped.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, TryStreamExt};
use tikaud_core::segment::SegmentError;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::{CancelToken, Client, CopyOutStream, Error, Row, RowStream, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::connect;
use super::definition::Definition;
use super::line::Line;
use super::parameter::PostgresParameter;
use crate::error::configuration;

/// How long the server may take to end a statement that was cancelled, until it is cancelled once more: the first request
/// may have come before the statement did.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);
const CANCEL_ATTEMPTS: u32 = 3;

/// Everybody is read as of one moment, and nothing can be written.
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// For this transaction only, so that it works through a pooler, too. Notices are not asked for: the driver would print
/// them to `log`, and a function's may quote values. `DateStyle` keeps its other half, which reads dates.
const SETTINGS: &str = "SELECT set_config('statement_timeout', $1, true), \
                               set_config('client_min_messages', 'error', true), \
                               set_config('DateStyle', 'ISO', true)";

/// The first statement fails when the transaction has failed, however that was missed. There is nothing to keep: before
/// PostgreSQL 16, a transaction that can only read may still make large objects.
const FINISH: &str = "SELECT 1; ROLLBACK";

/// A connection, in a transaction.
pub(super) struct Session {
    definition: Arc<Definition>,
    // Dropped before the next field: the connection ends when nobody can ask anything more of it.
    client: Client,
    running: Running,
}

impl Session {
    /// Connects and begins.
    pub(super) async fn open(definition: &Arc<Definition>) -> Result<Self, SegmentError> {
        let runtime = Handle::try_current().map_err(|error| {
            configuration("PostgreSQL is read on the Tokio runtime; call this from within one").with_source(error)
        })?;
        let (client, line) = connect(&definition.connection, &definition.config, &definition.connector).await?;
        let running = Running { cancel: client.cancel_token(), connector: definition.connector.clone(), line, runtime };
        let mut session = Self { definition: Arc::clone(definition), client, running };
        session.begin().await.map_err(|error| session.definition.statement_error(error))?;
        Ok(session)
    }

    async fn begin(&mut self) -> Result<(), Error> {
        let limit = self.definition.statement_timeout.as_millis().to_string();
        let client = &self.client;
        let begin = async {
            client.batch_execute(BEGIN).await?;
            client.query_one(SETTINGS, &[&limit]).await.map(drop)
        };
        self.running.line.during(begin).await
    }

    /// What a statement takes and returns, without running it.
    pub(super) async fn describe(&mut self, sql: &str) -> Result<Statement, Error> {
        self.running.line.during(self.client.prepare(sql)).await
    }

    /// Runs a statement without parameters.
    pub(super) async fn copy(&mut self, select: &str) -> Result<CopyOutStream, Error> {
        let copy = format!("COPY ({select}) TO STDOUT (FORMAT binary)");
        self.running.line.during(self.client.copy_out(&copy)).await
    }

    /// Runs a statement with these values for its parameters.
    pub(super) async fn query(&mut self, select: &str, values: &[PostgresParameter]) -> Result<RowStream, Error> {
        self.running.line.during(self.client.query_raw(select, values)).await
    }

    /// The few rows of a statement with these values for its parameters.
    pub(super) async fn rows(&mut self, select: &str, values: &[PostgresParameter]) -> Result<Vec<Row>, Error> {
        let client = &self.client;
        let rows = async { client.query_raw(select, values).await?.try_collect().await };
        self.running.line.during(rows).await
    }

    /// What the server sends next.
    pub(super) async fn next<S: Stream + Unpin>(&mut self, stream: &mut S) -> Option<S::Item> {
        self.running.line.next(stream).await
    }

    /// Ends the transaction; succeeds only when all that ran in it did.
    pub(super) async fn finish(self) -> Result<(), Error> {
        let Self { client, mut running, .. } = self;
        running.line.during(client.batch_execute(FINISH)).await?;
        // Nothing runs any more, so that nothing is to be cancelled.
        let mut line = mem::take(&mut running.line);
        drop(client);
        line.end().await;
        Ok(())
    }
}

/// What may still run at the server.
struct Running {
    cancel: CancelToken,
    connector: MakeRustlsConnect,
    line: Line,
    runtime: Handle,
}

impl Drop for Running {
    /// A server does not look whether anybody still listens while it works on a statement, so it is told.
    fn drop(&mut self) {
        let mut line = mem::take(&mut self.line);
        if line.has_ended() {
            return;
        }
        let (cancel, connector) = (self.cancel.clone(), self.connector.clone());
        self.runtime.spawn(async move {
            for _ in 0..CANCEL_ATTEMPTS {
                // One that fails is followed by another, or by the end of the connection.
                let _ = timeout(CANCEL_TIMEOUT, cancel.cancel_query(connector.clone())).await;
                if timeout(CANCEL_TIMEOUT, line.end()).await.is_ok() {
                    return;
                }
            }
        });
    }
}

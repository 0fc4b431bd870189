//! One connection that state goes over.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Error, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::Failure;
use crate::postgres::connect::connect;
use crate::postgres::connection::PostgresConnection;
use crate::postgres::error::{PostgresError, PostgresErrorKind};
use crate::postgres::line::Line;

/// How long one statement may take at the server. A claim is good for a minute; there is no use in waiting longer.
pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(20);
/// Until a server that says nothing at all is given up: it would have said that the statement takes too long.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

/// What the server is to know of every connection, whatever role and database have as default; names that a version does not
/// have are passed over. What has ended is on the disk, and a setting that asks for more, as with synchronous replicas,
/// stays. A transaction may last and a session wait. A policy may not hide rows without a word. A process that is gone with its
/// machine does not keep its locks for hours.
const SETTINGS: &str = "SELECT set_config(name, wanted.value, false) \
     FROM (VALUES ('statement_timeout', $1), ('lock_timeout', '0'), ('transaction_timeout', '0'), \
                  ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), \
                  ('synchronous_commit', CASE WHEN current_setting('synchronous_commit') \
                       IN ('off', 'local', 'remote_write') THEN 'on' ELSE current_setting('synchronous_commit') END), \
                  ('default_transaction_isolation', 'read committed'), ('default_transaction_read_only', 'off'), \
                  ('client_min_messages', 'error'), ('row_security', 'off'), \
                  ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'), \
                  ('tcp_user_timeout', '30000')) AS wanted (name, value) \
     JOIN pg_catalog.pg_settings USING (name)";

/// A value of a statement, and its type.
pub(super) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// Where connections lead, and how they are made.
pub(super) struct Server {
    pub(super) connection: PostgresConnection,
    pub(super) config: Config,
    pub(super) connector: MakeRustlsConnect,
}

/// A connection. Dropping it closes it, which rolls back what it was in the middle of, and lets go of its locks.
pub(super) struct Link {
    client: Client,
    line: Line,
}

impl Link {
    pub(super) async fn open(server: &Server) -> Result<Self, Failure> {
        check_runtime()?;
        let connected = connect(&server.connection, &server.config, &server.connector).await;
        let (client, line) = connected.map_err(Failure::Connecting)?;
        let mut link = Self { client, line };
        let limit = STATEMENT_TIMEOUT.as_millis().to_string();
        link.rows(SETTINGS, &[(&limit, Type::TEXT)]).await?;
        Ok(link)
    }

    /// The rows of a statement with these values, which travel apart from its text.
    pub(super) async fn rows(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, PostgresError> {
        answer(&mut self.line, self.client.query_typed(sql, values)).await
    }

    /// How many rows a statement with these values has changed.
    pub(super) async fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, PostgresError> {
        answer(&mut self.line, self.client.execute_typed(sql, values)).await
    }

    /// Runs statements without values.
    pub(super) async fn run(&mut self, sql: &str) -> Result<(), PostgresError> {
        answer(&mut self.line, self.client.batch_execute(sql)).await
    }
}

/// The server's answer, or that none came.
async fn answer<T>(line: &mut Line, work: impl Future<Output = Result<T, Error>>) -> Result<T, PostgresError> {
    check_runtime()?;
    match timeout(ANSWER_TIMEOUT, line.during(work)).await {
        Ok(outcome) => outcome.map_err(PostgresError::of),
        Err(_) => Err(PostgresError::timed_out().with_kind(PostgresErrorKind::ConnectionLost)),
    }
}

/// Whether there is anything that can wait for an answer.
fn check_runtime() -> Result<(), PostgresError> {
    Handle::try_current().map(drop).map_err(|error| PostgresError::of_io(io::Error::other(error)))
}

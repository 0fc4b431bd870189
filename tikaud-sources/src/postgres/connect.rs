//! A new connection, or why none came about.

use tikaud_core::segment::SegmentError;
use tokio::net::lookup_host;
use tokio::time::timeout;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::PostgresConnection;
use super::error::{PostgresError, PostgresErrorKind};
use super::line::Line;

/// Connects; within a runtime only.
pub(super) async fn connect(
    connection: &PostgresConnection,
    config: &Config,
    connector: &MakeRustlsConnect,
) -> Result<(Client, Line), SegmentError> {
    let connecting = Box::pin(config.connect(connector.clone()));
    match timeout(connection.timeout(), connecting).await {
        Ok(Ok((client, driven))) => Ok((client, Line::new(driven))),
        Ok(Err(error)) => Err(connect_error(connection, PostgresError::of(error)).await),
        Err(_) => Err(connect_error(connection, PostgresError::timed_out()).await),
    }
}

/// No connection came about.
async fn connect_error(connection: &PostgresConnection, error: PostgresError) -> SegmentError {
    let error = with_known_host(connection, error).await;
    let user = connection.user();
    let message = match error.kind() {
        PostgresErrorKind::UnknownHost => {
            format!("the host of PostgreSQL at `{connection}` is not known; check its name")
        }
        PostgresErrorKind::Unreachable if error.sqlstate().is_some() => format!(
            "PostgreSQL at `{connection}` lets nobody in at the moment: it starts up, or has no connection to spare; \
             try again later"
        ),
        PostgresErrorKind::Unreachable => format!(
            "PostgreSQL at `{connection}` cannot be reached; check host and port, that the server runs, and the \
             firewall between"
        ),
        PostgresErrorKind::Tls => format!(
            "no encrypted connection to PostgreSQL at `{connection}` came about; check that the server has `ssl` on \
             and whom its certificate is from and for (`PostgresConnection::root_certificates`, `PostgresTls`)"
        ),
        PostgresErrorKind::Credentials => format!(
            "PostgreSQL at `{connection}` does not let the user `{user}` in; check user, password, and the server's \
             pg_hba.conf"
        ),
        PostgresErrorKind::UnknownDatabase => {
            format!("PostgreSQL at `{connection}` has no such database; check its name")
        }
        PostgresErrorKind::PermissionDenied => {
            format!("the user `{user}` may not connect to PostgreSQL at `{connection}`; grant CONNECT to the role")
        }
        _ => format!("the connection to PostgreSQL at `{connection}` failed before anything was read; try again"),
    };
    SegmentError::new(error.kind().of_segment(), message).with_source(error)
}

/// The driver does not tell a host that is not known from one that does not answer.
async fn with_known_host(connection: &PostgresConnection, error: PostgresError) -> PostgresError {
    if error.kind() != PostgresErrorKind::Unreachable || error.sqlstate().is_some() {
        return error;
    }
    for host in connection.hosts().iter().filter(|host| !host.starts_with('/')) {
        if lookup_host((host.as_str(), 0)).await.is_err() {
            return error.with_kind(PostgresErrorKind::UnknownHost);
        }
    }
    error
}

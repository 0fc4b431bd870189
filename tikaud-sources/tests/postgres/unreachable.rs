//! Servers that are not there, or are none: no PostgreSQL is needed for that.

use std::time::Duration;

use futures::executor::block_on;
use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::{PostgresConnection, PostgresErrorKind, PostgresSegment, PostgresTls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::server::{CANARY, failure, kind, text};

fn connection(host: &str, port: u16) -> PostgresConnection {
    PostgresConnection::new(host, "shop", "tikaud").port(port).password(CANARY)
}

/// The kind and text of the error of reading over this connection.
async fn refused(connection: PostgresConnection) -> (PostgresErrorKind, String) {
    let error = failure(PostgresSegment::relation(connection, ["buyers"]), &["email"]).await;
    assert_eq!(error.kind(), SegmentErrorKind::Unreadable);
    (kind(&error), text(&error))
}

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let (listener, port) = listener().await;
    drop(listener);
    let (kind, text) = refused(connection("127.0.0.1", port)).await;
    assert_eq!(kind, PostgresErrorKind::Unreachable);
    assert_snapshot!(text.replace(&port.to_string(), "PORT"), @"PostgreSQL at `127.0.0.1:PORT/shop` cannot be reached; check host and port, that the server runs, and the firewall between <- the connection to PostgreSQL failed <- Connection refused (os error 111)");
}

#[tokio::test]
async fn a_socket_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    let (kind, text) = refused(connection(&path, 5432)).await;
    assert_eq!(kind, PostgresErrorKind::Unreachable);
    assert_snapshot!(text.replace(&path, "DIRECTORY"), @"PostgreSQL at `DIRECTORY:5432/shop` cannot be reached; check host and port, that the server runs, and the firewall between <- the connection to PostgreSQL failed <- No such file or directory (os error 2)");
}

#[tokio::test]
async fn a_host_that_is_not_known() {
    let (kind, text) = refused(connection("nowhere.invalid", 5432).tls(PostgresTls::Disable)).await;
    assert_eq!(kind, PostgresErrorKind::UnknownHost);
    assert!(text.starts_with("the host of PostgreSQL at `nowhere.invalid:5432/shop` is not known"), "{text}");
}

#[tokio::test]
async fn a_server_that_says_nothing() {
    let (_listener, port) = listener().await;
    let (kind, text) = refused(connection("127.0.0.1", port).connect_timeout(Duration::from_millis(50))).await;
    assert_eq!(kind, PostgresErrorKind::Unreachable);
    assert!(text.ends_with("the connection to PostgreSQL failed <- timed out"), "{text}");
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let (listener, port) = listener().await;
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.read_exact(&mut [0; 8]).await.unwrap();
    });
    let (kind, text) = refused(connection("127.0.0.1", port)).await;
    assert_eq!(kind, PostgresErrorKind::ConnectionLost);
    assert!(text.contains("failed before anything was read; try again"), "{text}");
}

#[tokio::test]
async fn a_server_that_speaks_something_else() {
    let (listener, port) = listener().await;
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        client.read_exact(&mut [0; 8]).await.unwrap();
        client.write_all(b"SSH-2.0-OpenSSH canary\r\n").await.unwrap();
        let _ = client.read(&mut [0; 1024]).await;
    });
    let (_, text) = refused(connection("127.0.0.1", port).connect_timeout(Duration::from_secs(2))).await;
    assert!(text.contains("PostgreSQL at `127.0.0.1:"), "{text}");
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let (listener, port) = listener().await;
    let heard = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        // The request for TLS is eight bytes; this is the refusal.
        client.read_exact(&mut [0; 8]).await.unwrap();
        client.write_all(b"N").await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        heard
    });
    let (kind, text) = refused(connection("127.0.0.1", port).tls(PostgresTls::VerifyFull)).await;
    assert_eq!(kind, PostgresErrorKind::Tls);
    assert_snapshot!(text.replace(&port.to_string(), "PORT"), @"no encrypted connection to PostgreSQL at `127.0.0.1:PORT/shop` came about; check that the server has `ssl` on and whom its certificate is from and for (`PostgresConnection::root_certificates`, `PostgresTls`) <- the connection to PostgreSQL failed");
    assert_eq!(heard.await.unwrap(), b"");
}

#[test]
fn a_program_without_a_runtime_gets_an_error() {
    let segment = PostgresSegment::relation(connection("127.0.0.1", 1), ["buyers"]).build().unwrap();
    let error = block_on(segment.columns()).unwrap_err();
    assert_eq!(error.kind(), SegmentErrorKind::Configuration);
}

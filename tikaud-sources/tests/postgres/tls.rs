//! The way to the server, encrypted: its certificate is for `localhost`, from an authority of its own.

use insta::assert_snapshot;
use tikaud_sources::{PostgresConnection, PostgresErrorKind, PostgresSegment, PostgresTls};

use crate::server::{Server, failure, kind, members, text};

/// Whether the connection that reads is encrypted.
const IS_ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

impl Server {
    fn encrypted(&self, host: &str, tls: PostgresTls) -> PostgresConnection {
        let config = self.config();
        let password = str::from_utf8(config.get_password().unwrap()).unwrap();
        let port = config.get_ports()[0];
        PostgresConnection::new(host, "postgres", "tikaud").port(port).password(password).tls(tls)
    }

    /// The certificate of the authority that the server's is from.
    async fn authority(&self) -> String {
        self.admin.query_one("SELECT pg_read_file('ca.crt')", &[]).await.unwrap().get(0)
    }
}

async fn is_encrypted(connection: PostgresConnection) -> String {
    let segment = PostgresSegment::query(connection, IS_ENCRYPTED).name("TLS").build().unwrap();
    members(&segment, &["ssl"]).await.unwrap()[0][0][0].clone()
}

async fn refusal(connection: PostgresConnection) -> String {
    let error = failure(PostgresSegment::query(connection, IS_ENCRYPTED).name("TLS"), &["ssl"]).await;
    assert_eq!(kind(&error), PostgresErrorKind::Tls);
    text(&error)
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_server_with_the_right_certificate_is_read_encrypted() {
    let server = Server::new().await;
    let authority = server.authority().await;
    let full = server.encrypted("localhost", PostgresTls::VerifyFull).root_certificates(authority.as_str());
    assert_eq!(is_encrypted(full).await, "true");
    let any_name = server.encrypted("127.0.0.1", PostgresTls::VerifyCa).root_certificates(authority);
    assert_eq!(is_encrypted(any_name).await, "true");
    assert_eq!(is_encrypted(server.encrypted("localhost", PostgresTls::Disable)).await, "false");
    assert_eq!(is_encrypted(server.connection()).await, "false");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_certificate_for_another_name_is_refused() {
    let server = Server::new().await;
    let connection = server.encrypted("127.0.0.1", PostgresTls::VerifyFull).root_certificates(server.authority().await);
    let text = refusal(connection).await;
    assert!(text.contains("not valid for name"), "{text}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn a_certificate_from_an_authority_that_nobody_knows_is_refused() {
    let server = Server::new().await;
    for tls in [PostgresTls::VerifyFull, PostgresTls::VerifyCa] {
        let text = refusal(server.encrypted("localhost", tls).root_certificates(STRANGER)).await;
        assert!(text.contains("UnknownIssuer"), "{text}");
    }
    let port = server.config().get_ports()[0].to_string();
    let full = server.encrypted("localhost", PostgresTls::VerifyFull).root_certificates(STRANGER);
    assert_snapshot!(refusal(full).await.replace(&port, "PORT"), @"no encrypted connection to PostgreSQL at `localhost:PORT/postgres` came about; check that the server has `ssl` on and whom its certificate is from and for (`PostgresConnection::root_certificates`, `PostgresTls`) <- the connection to PostgreSQL failed <- invalid peer certificate: UnknownIssuer");
}

/// Another authority, whose key is lost.
const STRANGER: &str = "\
-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUFTjAbUt/s/TcmXloFKMBk5Wu+k4wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIc3RyYW5nZXIwIBcNMjYxMTI0MTAzMDQxWhgPMjEyNjEwMzEx
MDMwNDFaMBMxETAPBgNVBAMMCHN0cmFuZ2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEWVMbbQR/mg4YloLL7BxyMg6ejTCq5amLFSfOCb5rRnzyWNdQQ812NwR+
qYmptA7cMb9YBFypWLooRXgKBLahWaNTMFEwHQYDVR0OBBYEFPl7Q/WQOzrnXDJO
awVa8Qo3ht9TMB8GA1UdIwQYMBaAFPl7Q/WQOzrnXDJOawVa8Qo3ht9TMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAPRzESdCzv5zMJ5oSPgM8ASv
pULbhJTM3swX/eHKp+0KAiABZaxebGBOH0ShMLqiGWM1oy7XjNmu86g7A+MMyfpE
MA==
-----END CERTIFICATE-----
";

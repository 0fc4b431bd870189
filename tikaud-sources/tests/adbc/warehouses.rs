//! Snowflake and BigQuery, as far as they can be tried without an account: the driver loads, takes the options of the
//! guides, and a connection that is refused is a clear error.

use std::time::Duration;

use tikaud_core::segment::SegmentErrorKind;
use tikaud_sources::{AdbcConnection, AdbcErrorKind, AdbcSegment};
use tokio::net::TcpListener;

use crate::engines::{CANARY, driver, failure, kind, text};

async fn refused(connection: AdbcConnection) -> (AdbcErrorKind, String) {
    let segment = AdbcSegment::relation(connection, ["SHOP", "MARKETING", "BUYERS"]).timeout(Duration::from_secs(120));
    let error = failure(segment, &["EMAIL"]).await;
    (kind(&error), text(&error))
}

async fn closed_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port()
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn snowflake_refused() {
    let port = closed_port().await;
    let connection = AdbcConnection::new(driver("SNOWFLAKE"))
        .username("TIKAUD")
        .password(CANARY)
        .option("adbc.snowflake.sql.account", "acme")
        .option("adbc.snowflake.sql.uri.host", "127.0.0.1")
        .option("adbc.snowflake.sql.uri.port", port.to_string())
        .option("adbc.snowflake.sql.uri.protocol", "http")
        .option("adbc.snowflake.sql.warehouse", "SMALL")
        .option("adbc.snowflake.sql.role", "TIKAUD")
        .option("adbc.snowflake.sql.db", "SHOP")
        .option("adbc.snowflake.sql.schema", "MARKETING")
        .option("adbc.snowflake.sql.client_option.login_timeout", "2s");
    let (kind, shown) = refused(connection).await;
    assert_eq!(kind, AdbcErrorKind::Unreachable, "{shown}");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn snowflake_with_a_key_that_is_none() {
    let connection = AdbcConnection::new(driver("SNOWFLAKE"))
        .username("TIKAUD")
        .option("adbc.snowflake.sql.account", "acme")
        .option("adbc.snowflake.sql.auth_type", "auth_jwt")
        .option("adbc.snowflake.sql.client_option.jwt_private_key_pkcs8_value", CANARY);
    let (kind, shown) = refused(connection).await;
    assert!(matches!(kind, AdbcErrorKind::Option | AdbcErrorKind::Credentials), "{kind:?}: {shown}");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn bigquery_without_credentials_that_are_any() {
    let connection = AdbcConnection::new(driver("BIGQUERY"))
        .option("adbc.bigquery.sql.project_id", "acme")
        .option("adbc.bigquery.sql.dataset_id", "marketing")
        .option("adbc.bigquery.sql.auth_type", "adbc.bigquery.sql.auth_type.json_credential_string")
        .option("adbc.bigquery.sql.auth_credentials", r#"{"type": "service_account", "private_key": "canary"}"#);
    let (kind, shown) = refused(connection).await;
    assert_eq!(kind, AdbcErrorKind::Credentials, "{shown}");
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn an_option_that_bigquery_does_not_know_is_named() {
    let connection = AdbcConnection::new(driver("BIGQUERY")).option("tikaud.no_option", CANARY);
    let (kind, shown) = refused(connection).await;
    assert_eq!(kind, AdbcErrorKind::Option, "{shown}");
    assert!(shown.contains("`tikaud.no_option`"), "{shown}");
}

#[test]
fn a_refusal_to_load_is_the_segments_configuration() {
    let connection = AdbcConnection::new(tikaud_sources::AdbcDriver::named("no_such_driver_of_tikaud"));
    let segment = AdbcSegment::relation(connection, ["BUYERS"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(failure(segment, &["EMAIL"])).kind(), SegmentErrorKind::Configuration);
}

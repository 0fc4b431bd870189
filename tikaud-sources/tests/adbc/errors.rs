//! What can go wrong with a driver, and at the database behind it.

use std::time::Duration;

use futures::StreamExt;
use futures::executor::block_on;
use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::{AdbcConnection, AdbcDriver, AdbcErrorKind, AdbcSegment};

use crate::engines::{
    CANARY, DuckDb, Postgres, Sqlite, driver, failure, flight, kind, library, members, owned, read, spark, text,
};

fn people(connection: AdbcConnection) -> tikaud_sources::AdbcSegmentBuilder {
    AdbcSegment::relation(connection, ["people"])
}

#[tokio::test]
async fn a_driver_that_is_not_there() {
    let directory = tempfile::tempdir().unwrap();
    let shown = directory.path().display().to_string();
    let named = AdbcDriver::named("no_such_driver_of_tikaud").search_in(directory.path());
    let error = failure(people(AdbcConnection::new(named).password(CANARY)), &["email"]).await;
    assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::Configuration, AdbcErrorKind::Driver));
    assert_snapshot!(text(&error), @"the ADBC driver `no_such_driver_of_tikaud` cannot be loaded; check that it is installed, that the path or the manifest leads to it, that it is made for this machine, and its entrypoint <- the ADBC driver reports a failure (status NotFound)");

    let path = directory.path().join("libnothing.so");
    let error = failure(people(AdbcConnection::new(AdbcDriver::path(&path))), &["email"]).await;
    assert!(
        text(&error)
            .replace(&shown, "DIRECTORY")
            .starts_with("the ADBC driver `DIRECTORY/libnothing.so` cannot be loaded")
    );
    // A file that is no library, and a manifest that is none.
    for name in ["libtext.so", "text.toml"] {
        std::fs::write(directory.path().join(name), "canary").unwrap();
        let error =
            failure(people(AdbcConnection::new(AdbcDriver::path(directory.path().join(name)))), &["email"]).await;
        assert_eq!(kind(&error), AdbcErrorKind::Driver, "{}", text(&error));
    }
}

#[test]
fn a_program_without_a_runtime_gets_an_error() {
    let segment = people(AdbcConnection::new(AdbcDriver::named("nothing"))).build().unwrap();
    let error = block_on(segment.columns()).unwrap_err();
    assert_eq!(error.kind(), SegmentErrorKind::Configuration);
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_driver_is_found_by_name_and_by_manifest() {
    let sqlite = Sqlite::new();
    sqlite.run("CREATE TABLE people (email text); INSERT INTO people VALUES ('a')");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tikaud_sqlite.toml");
    std::fs::write(&path, format!("[Driver]\nshared = {:?}\n", library("SQLITE"))).unwrap();
    let file = directory.path().join("people.db");
    sqlite.run(&format!("VACUUM INTO '{}'", file.display()));
    let entrypoint = driver("SQLITE").entrypoint("AdbcDriverSqliteInit");
    for driver in [AdbcDriver::path(&path), AdbcDriver::named("tikaud_sqlite").search_in(directory.path()), entrypoint]
    {
        let connection = AdbcConnection::new(driver).uri(format!("file:{}", file.display()));
        assert_eq!(read(people(connection), &["email"]).await, [[["a"]]]);
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn an_option_that_a_driver_does_not_take_is_named_without_its_value() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    for connection in [
        sqlite.connection().option("tikaud.no_option", CANARY),
        duckdb.connection().option("tikaud.no_option", CANARY),
        postgres.connection().option("tikaud.no_option", CANARY),
        postgres.connection().connection_option("tikaud.no_option", CANARY),
        postgres.connection().statement_option("tikaud.no_option", CANARY),
        flight().option("tikaud.no_option", CANARY),
        // It takes whatever does not begin so.
        spark().option("adbc.spark.tikaud.no_option", CANARY),
    ] {
        let segment = AdbcSegment::query(connection, "SELECT 'a' AS email").name("Query");
        let error = failure(segment, &["email"]).await;
        let shown = text(&error);
        assert_eq!(kind(&error), AdbcErrorKind::Option, "{shown}");
        assert!(shown.contains("tikaud.no_option`"), "{shown}");
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn somebody_whom_the_server_does_not_know_and_servers_that_are_not_there() {
    let server = Postgres::new().await;
    let port = server.port();
    let refusal = async |uri: String| {
        let connection = AdbcConnection::new(driver("POSTGRESQL")).uri(uri);
        let error = failure(people(connection), &["email"]).await;
        (kind(&error), text(&error))
    };
    let (kind, shown) = refusal(format!("postgresql://tikaud:{CANARY}@127.0.0.1:{port}/postgres")).await;
    assert_eq!(kind, AdbcErrorKind::Credentials);
    assert_snapshot!(shown, @"the database behind the driver `POSTGRESQL` does not let us in; check user, password and keys <- the ADBC driver reports a failure (status IO)");
    let (kind, shown) = refusal(server.url.replace("/postgres", "/canary")).await;
    assert_eq!(kind, AdbcErrorKind::UnknownDatabase);
    assert_snapshot!(shown, @"the server behind the driver `POSTGRESQL` has no such database; check its name <- the ADBC driver reports a failure (status IO)");
    let (kind, shown) = refusal(format!("postgresql://tikaud:{CANARY}@127.0.0.1:1/postgres")).await;
    assert_eq!(kind, AdbcErrorKind::Unreachable);
    assert_snapshot!(shown, @"the database behind the driver `POSTGRESQL` cannot be reached; check the options that say where it is, that it runs, and the firewall between <- the ADBC driver reports a failure (status IO)");
    let (kind, _) = refusal(format!("postgresql://tikaud:{CANARY}@nowhere.invalid/postgres")).await;
    assert_eq!(kind, AdbcErrorKind::Unreachable);
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn databases_that_cannot_be_opened() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("canary/shop");
    let sqlite = AdbcConnection::new(driver("SQLITE")).uri(format!("file:{}", missing.display()));
    assert_eq!(kind(&failure(people(sqlite), &["email"]).await), AdbcErrorKind::Unreachable);
    // One that is not there is not made, since nothing is written.
    let missing = directory.path().join("canary");
    let duckdb = AdbcConnection::new(driver("DUCKDB")).option("path", missing.display().to_string());
    let error = failure(people(duckdb), &["email"]).await;
    assert_eq!(kind(&error), AdbcErrorKind::UnknownDatabase, "{}", text(&error));
    assert!(!missing.exists());
    let flight = AdbcConnection::new(driver("FLIGHTSQL")).uri("grpc://127.0.0.1:1").password(CANARY).username(CANARY);
    let spark = AdbcConnection::new(driver("SPARK")).uri("sc://127.0.0.1:1").password(CANARY).username(CANARY);
    for connection in [flight, spark] {
        let error = failure(people(connection), &["email"]).await;
        assert_eq!(kind(&error), AdbcErrorKind::Unreachable, "{}", text(&error));
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_table_that_is_not_there() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    for segment in [
        sqlite.relation("buyers"),
        sqlite.query("SELECT * FROM buyers"),
        duckdb.relation("buyers"),
        duckdb.query("SELECT * FROM buyers"),
        postgres.relation("buyers"),
        postgres.query("SELECT * FROM no_such_table_canary"),
        AdbcSegment::relation(flight(), ["buyers"]),
        AdbcSegment::query(flight(), "SELECT * FROM buyers").name("Query"),
        AdbcSegment::relation(spark(), ["buyers"]),
        AdbcSegment::relation(spark(), ["shop", "buyers"]),
        AdbcSegment::query(spark(), "SELECT * FROM buyers").name("Query"),
    ] {
        let error = failure(segment, &["email"]).await;
        assert_eq!(kind(&error), AdbcErrorKind::UnknownRelation, "{}", text(&error));
        assert_eq!(error.kind(), SegmentErrorKind::NotFound);
    }
    assert_snapshot!(text(&failure(duckdb.relation("buyers"), &["email"]).await), @"there is no table or view `buyers` over the driver `DUCKDB`; check its name and its case, and what it is in (schema, database) <- the ADBC driver reports a failure (status Internal)");
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_column_that_is_not_there_is_an_error_that_says_which_are() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    let create = r#"CREATE TABLE people (id text, "EMail" text, score float)"#;
    sqlite.run(create);
    duckdb.run(&[create]);
    postgres.run(create).await;
    for segment in [sqlite.relation("people"), duckdb.relation("people"), postgres.relation("people")] {
        let segment = segment.build().unwrap();
        assert_eq!(segment.columns().await.unwrap(), ["id", "EMail"]);
        let error = members(&segment, &["email"]).await.unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::UnknownColumn);
        assert!(text(&error).ends_with("there is no column `email`; the columns are: `id`, `EMail`; did you mean `EMail`? names are taken as they are"), "{}", text(&error));
        let error = members(&segment, &["score"]).await.unwrap_err();
        assert!(text(&error).contains("the column `score` of "), "{}", text(&error));
    }
    let twice = failure(postgres.query("SELECT 1 AS a, 2 AS a"), &["a"]).await;
    assert!(text(&twice).contains("two columns of "), "{}", text(&twice));
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_query_that_cannot_be_one() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    for segment in [
        sqlite.query("SELECTT 'canary' AS email"),
        duckdb.query("SELECTT 'canary' AS email"),
        postgres.query("SELECTT 'canary' AS email"),
        AdbcSegment::query(flight(), "SELECTT 'canary' AS email").name("Query"),
        AdbcSegment::query(spark(), "SELECTT 'canary' AS email").name("Query"),
        duckdb.query("SELECT $1::text AS email"),
        postgres.query("SELECT $1::text AS email"),
    ] {
        let shown = format!("{segment:?}");
        let error = failure(segment, &["email"]).await;
        assert_eq!(kind(&error), AdbcErrorKind::Query, "{shown}: {}", text(&error));
    }
}

#[tokio::test]
#[ignore = "needs drivers and PostgreSQL: run it by .ci/with-postgres .ci/with-adbc"]
async fn a_query_that_fails_at_some_row_ends_at_its_first_error() {
    let (sqlite, duckdb, postgres) = (Sqlite::new(), DuckDb::new(), Postgres::new().await);
    sqlite.run(
        "CREATE TABLE n (i integer); WITH RECURSIVE c (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 60000) \
         INSERT INTO n SELECT i FROM c",
    );
    let case = |cast: &str, fails: &str| {
        format!("SELECT CASE WHEN i = 50000 THEN {fails} ELSE CAST(i AS {cast}) END AS email")
    };
    let spark =
        "SELECT CASE WHEN id = 50000 THEN raise_error('canary') ELSE CAST(id AS STRING) END AS email FROM range(60000)";
    for segment in [
        sqlite.query(&format!("{} FROM n", case("text", "json('canary')"))),
        duckdb.query(&format!("{} FROM range(60000) AS t (i)", case("text", "error('canary')"))),
        postgres.query(&format!(
            "{} FROM generate_series(1, 60000) AS t (i)",
            case("text", "('canary' || i)::integer::text")
        )),
        postgres
            .query(&format!("{} FROM generate_series(1, $1) AS t (i)", case("text", "('canary' || i)::integer::text")))
            .parameter(60_000),
        AdbcSegment::query(flight(), spark).name("Query"),
        AdbcSegment::query(self::spark(), spark).name("Query"),
    ] {
        let shown = format!("{segment:?}");
        let segment = segment.batch_size(1000).build().unwrap();
        let mut stream = match segment.members(&owned(&["email"])).await {
            Ok(stream) => stream,
            // Some drivers wait for the first rows before they answer.
            Err(error) => {
                text(&error);
                continue;
            }
        };
        let mut found = 0;
        let error = loop {
            match stream.next().await.unwrap_or_else(|| panic!("{shown}: it has ended as if whole")) {
                Ok(batch) => found += batch.len(),
                Err(error) => break error,
            }
        };
        text(&error);
        // A distributed engine may have delivered rows after the one that fails.
        assert!(found < 59_999, "{shown}: {found}");
        assert!(stream.next().await.is_none(), "nothing comes after the error");
    }
}

#[tokio::test]
#[ignore = "needs drivers: run it by .ci/with-adbc"]
async fn a_read_that_takes_too_long_ends_in_an_error() {
    let duckdb = DuckDb::new();
    let slow =
        duckdb.query("SELECT count(*)::text AS email FROM range(100000000000)").timeout(Duration::from_millis(300));
    let error = failure(slow, &["email"]).await;
    assert_eq!((error.kind(), kind(&error)), (SegmentErrorKind::Unreadable, AdbcErrorKind::TimedOut));
    assert_snapshot!(text(&error), @"reading the query over the driver `DUCKDB` took longer than its time-out of 300ms; raise `AdbcSegmentBuilder::timeout`, or make the query faster <- the ADBC driver reports a failure");
}

//! What the engine refuses, and what it does when its sets are gone.

use tikaud_core::diff::{CompareRequest, DiffEngine, DiffEngineErrorKind, Fate, SetsId, SettleRequest};
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_sources::rule::column;
use tikaud_sources::{AdbcConnection, AdbcDialect, AdbcDiffEngine, AdbcSegment, AdbcSegmentBuilder};

use crate::places::Place;
use crate::sail::{Protocol, Sail};
use crate::world::{plan, settle};

fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

fn row(email: &str) -> Vec<Option<String>> {
    let mut row = vec![None; 6];
    row[0] = Some(email.to_owned());
    row
}

/// Sets that are gone, or another's table in their place.
async fn never_nobody(place: Place) {
    place.fill(&[row("ada@example.com")]).await;
    let (engine, activation) = (place.engine(), "a".parse().unwrap());
    let (sets, other) = (SetsId::of(&activation, 1, 1), SetsId::of(&activation, 2, 1));
    let mapping = mapping();
    let request = CompareRequest::new(Some(&sets), &mapping);
    assert_eq!(engine.compare(&request).await.unwrap_err().kind(), DiffEngineErrorKind::SetsMissing);
    settle(&engine, None, &sets, Fate::UNCHANGED, Vec::new()).await;
    assert_eq!(plan(&engine, Some(&sets), &mapping, false).await.counts.len(), 1);
    // Another's table under the name of these sets.
    let quote = |text: String| if matches!(place, Place::Sail(_)) { text.replace('"', "`") } else { text };
    let [from, to] = [1, 2].map(|at| quote(format!("\"{}\".tikaud_a_0000000{at}_0000000001", place.schema())));
    place.run(&[format!("CREATE TABLE {to} AS SELECT * FROM {from}"), format!("DROP TABLE {from}")]).await;
    for sets in [&sets, &other] {
        let request = CompareRequest::new(Some(sets), &mapping);
        assert_eq!(engine.compare(&request).await.unwrap_err().kind(), DiffEngineErrorKind::SetsMissing);
    }
    // A schema that is not there is named.
    let engine = AdbcDiffEngine::try_new(&place.segment(), ["nowhere"]).unwrap();
    let fates = futures::StreamExt::boxed(futures::stream::empty());
    let error = engine.settle(SettleRequest::new(None, sets, Fate::UNCHANGED, fates)).await.unwrap_err();
    assert!(error.to_string().starts_with("there is no schema `nowhere`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn sets_that_are_gone_or_not_ours_are_an_error_and_never_nobody_in_duckdb() {
    never_nobody(Place::duckdb()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn sets_that_are_gone_or_not_ours_are_an_error_and_never_nobody_in_postgres() {
    never_nobody(Place::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs servers and ADBC drivers: run it by .ci/with-adbc"]
async fn sets_that_are_gone_or_not_ours_are_an_error_and_never_nobody_in_a_distributed_engine() {
    never_nobody(Place::sail(Protocol::FlightSql)).await;
    never_nobody(Place::sail(Protocol::SparkConnect)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn what_sql_cannot_judge_is_refused_with_advice() {
    let place = Place::duckdb();
    place.fill(&[row("ada@example.com")]).await;
    let phones = FieldMapping::try_new([("phone", Field::Phone(PhoneRegion::International))]).unwrap();
    let error = place.engine().compare(&CompareRequest::new(None, &phones)).await.unwrap_err();
    assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
    for protocol in [Protocol::FlightSql, Protocol::SparkConnect] {
        let sail = Sail::new(protocol);
        sail.run(&format!("CREATE TABLE {}.people (email STRING)", sail.schema));
        let segment = sail.relation("people").filter(column("email").is("ada@example.com")).build().unwrap();
        let engine = AdbcDiffEngine::try_new(&segment, [&sail.schema]).unwrap();
        let error = engine.compare(&CompareRequest::new(None, &mapping())).await.unwrap_err();
        assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn only_tables_of_the_activation_up_to_the_generation_are_dropped() {
    let place = Place::duckdb();
    let (engine, mine, other) = (place.engine(), "a".parse().unwrap(), "a-b".parse().unwrap());
    place.fill(&[]).await;
    place.run(&["CREATE TABLE sets.tikaud_a_notes AS SELECT 1 AS x".to_owned()]).await;
    for sets in [SetsId::of(&mine, 1, 1), SetsId::of(&mine, 2, 1), SetsId::of(&mine, 3, 1), SetsId::of(&other, 1, 1)] {
        settle(&engine, None, &sets, Fate::UNCHANGED, Vec::new()).await;
    }
    engine.keep(&mine, &[SetsId::of(&mine, 1, 1)], 2).await.unwrap();
    let mut tables = place.tables().await;
    tables.sort();
    assert_eq!(
        tables,
        [
            "tikaud_a_00000001_0000000001",
            "tikaud_a_00000003_0000000001",
            "tikaud_a_hb_00000001_0000000001",
            "tikaud_a_notes"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn a_list_that_cannot_be_compared_there_is_refused_with_its_name() {
    let place = Place::duckdb();
    place.fill(&[row("ada@example.com")]).await;
    let list = || place.some_people("email IS NULL").name("Opted out");
    let Place::DuckDb(duckdb) = &place else { unreachable!() };
    let other = duckdb.connection().option("threads", "1");
    let elsewhere = AdbcSegment::relation(other, ["people"]).name("Opted out");
    for segment in [elsewhere.build(), place.some_people("email = $1").name("Opted out").parameter("a").build()] {
        let error = place.engine().suppress(&segment.unwrap(), mapping()).unwrap_err();
        assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
        assert!(error.to_string().contains("`Opted out`"), "{error}");
    }
    let compare = async |segment: AdbcSegmentBuilder, of_list: FieldMapping| {
        let engine = place.engine().suppress(&segment.build().unwrap(), of_list).unwrap();
        let error = engine.compare(&CompareRequest::new(None, &mapping())).await.unwrap_err();
        assert!(error.to_string().contains("`Opted out`"), "{error}");
        error
    };
    let of = |column: &str, field| FieldMapping::try_new([(column, field)]).unwrap();
    let refused = [
        compare(list(), of("phone", Field::PhoneE164)).await,
        compare(list(), of("email", Field::Email).with_delimiter("email", ';').unwrap()).await,
        compare(list(), of("no_such", Field::Email)).await,
    ];
    assert!(refused.iter().all(|error| error.kind() == DiffEngineErrorKind::Refused), "{refused:?}");
    let error = compare(duckdb.relation("no_such_table").name("Opted out"), mapping()).await;
    let causes = format!("{error:?}");
    assert!(causes.contains("no_such_table"), "{causes}");
    let breaking = duckdb
        .query("SELECT CASE WHEN email IS NULL THEN email ELSE error('canary') END AS email FROM people")
        .name("Opted out");
    let error = compare(breaking, mapping()).await;
    assert_eq!(error.kind(), DiffEngineErrorKind::Failed);
    assert!(!format!("{error:?}{error}").contains("canary"));
}

#[test]
fn a_place_is_told_without_a_connection() {
    let connection =
        || AdbcConnection::new(tikaud_sources::AdbcDriver::path("/nowhere/libduckdb.so")).password("canary");
    let engine = |connection| {
        AdbcDiffEngine::try_new(&AdbcSegment::relation(connection, ["people"]).build().unwrap(), ["shop", "sets"])
    };
    let duckdb = engine(connection()).unwrap();
    assert_eq!(duckdb.place(), "duckdb, schema `shop.sets`");
    assert!(!format!("{duckdb:?}{duckdb:#?}").contains("canary"));
    assert!(engine(connection().dialect(AdbcDialect::Sqlite)).is_err());
    assert!(engine(connection().dialect(AdbcDialect::Ansi)).is_err());
}

//! What the engine refuses, and what it does when its sets are gone.

use tikaud_core::diff::{CompareRequest, DiffEngine, DiffEngineErrorKind, Fate, SetsId};
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_sources::rule::column;
use tikaud_sources::{AdbcConnection, AdbcDialect, AdbcDiffEngine, AdbcSegment};

use crate::engines::flight;
use crate::places::Place;
use crate::world::{plan, settle};

fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

fn row(email: &str) -> Vec<Option<String>> {
    let mut row = vec![None; 6];
    row[0] = Some(email.to_owned());
    row
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn sets_that_are_gone_or_not_ours_are_an_error_and_never_nobody() {
    let place = Place::duckdb();
    place.fill(&[row("ada@example.com")]).await;
    let (engine, activation) = (place.engine(), "a".parse().unwrap());
    let (sets, other) = (SetsId::of(&activation, 1, 1), SetsId::of(&activation, 2, 1));
    let mapping = mapping();
    let request = CompareRequest::new(Some(&sets), &mapping);
    assert_eq!(engine.compare(&request).await.unwrap_err().kind(), DiffEngineErrorKind::SetsMissing);
    settle(&engine, None, &sets, Fate::UNCHANGED, Vec::new()).await;
    assert_eq!(plan(&engine, Some(&sets), &mapping, false).await.counts.len(), 1);
    // Another's table under the name of these sets.
    place
        .run(&["ALTER TABLE sets.tikaud_a_00000001_0000000001 RENAME TO tikaud_a_00000002_0000000001".to_owned()])
        .await;
    for sets in [&sets, &other] {
        let request = CompareRequest::new(Some(sets), &mapping);
        assert_eq!(engine.compare(&request).await.unwrap_err().kind(), DiffEngineErrorKind::SetsMissing);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn what_sql_cannot_judge_is_refused_with_advice() {
    let place = Place::duckdb();
    place.fill(&[row("ada@example.com")]).await;
    let phones = FieldMapping::try_new([("phone", Field::Phone(PhoneRegion::International))]).unwrap();
    let error = place.engine().compare(&CompareRequest::new(None, &phones)).await.unwrap_err();
    assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
    let sail = Place::sail();
    sail.fill(&[row("ada@example.com")]).await;
    let segment = AdbcSegment::relation(flight(), [sail.schema().as_str(), "people"]);
    let segment = segment.filter(column("email").is("ada@example.com")).build().unwrap();
    let engine = AdbcDiffEngine::try_new(&segment, [sail.schema()]).unwrap();
    let error = engine.compare(&CompareRequest::new(None, &mapping())).await.unwrap_err();
    assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
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

//! What the database normalises, hashes and sorts is what is made of the members here.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::TryStreamExt;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use tikaud_core::activation::{Activation, ActivationError, Report, RunOptions};
use tikaud_core::diff::{IdentifierSet, MemoryDiffEngine};
use tikaud_core::identifier::{Field, FieldMapping, IdentifierKind, PhoneRegion, SecretKey, Tally};
use tikaud_core::plan::Guard;
use tikaud_core::segment::{HoldOut, Segment, SegmentError, SegmentErrorKind};
use tikaud_sources::rule::column;
use tikaud_sources::{AdbcConnection, AdbcSegment, AdbcSegmentBuilder};

use crate::engines::{Sqlite, driver, text};
use crate::kept::{Kept, Way, customers, mapping, opted_out};
use crate::places::Place;
use crate::runs::{HISTORY, told};
use crate::sail::Protocol;
use crate::world::{mappings, plan, rows};

/// What a segment makes itself, each digest as often as it comes.
pub(crate) async fn identifiers(
    segment: AdbcSegmentBuilder,
    mapping: &FieldMapping,
) -> Result<(Tally, BTreeMap<IdentifierKind, Vec<u8>>), SegmentError> {
    let segment = segment.hash_in_database(true).build()?;
    let mut parts = segment.identifiers(mapping).await?.unwrap();
    let (mut tally, mut all) = (Tally::default(), BTreeMap::<IdentifierKind, Vec<u8>>::new());
    while let Some(part) = parts.try_next().await? {
        let (digests, part) = part.into_digests();
        tally.extend(part);
        digests.into_iter().for_each(|(kind, digests)| all.entry(kind).or_default().extend(digests));
    }
    Ok((tally, all))
}

fn email() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

/// Random tables and mappings.
async fn agree_in(place: &Place, cases: u32) {
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..cases {
        let (mapping, rows) = (mappings(), rows()).new_tree(&mut runner).unwrap().current();
        place.fill(&rows).await;
        let wanted = plan(&MemoryDiffEngine::new(place.segment()), None, &mapping, false).await;
        let (tally, digests) = identifiers(place.people(), &mapping).await.unwrap();
        assert_eq!(tally, wanted.tally, "{mapping:?} {rows:?}");
        let distinct =
            |(kind, digests)| ((kind, true), IdentifierSet::from_unsorted(kind, digests).as_bytes().to_vec());
        let found: BTreeMap<_, _> = digests.into_iter().map(distinct).collect();
        assert_eq!(found, wanted.changes, "{mapping:?} {rows:?}");
    }
}

/// Whole activations, with those left out who have opted out, by a list that is hashed there, too.
async fn runs_agree_in(place: &Place) {
    let (here, there) = (Kept::named("Buyers-2026"), Kept::named("Buyers-2026"));
    for (numbers, resync) in HISTORY {
        place.fill(&customers(numbers)).await;
        let options = RunOptions::new().allow(Guard::EmptySegment).allow(Guard::EmptySuppression);
        let options = if resync { options.resync() } else { options };
        let run = async |kept: &Kept, way| -> Report {
            let list = place.people().name("Opted out").hash_in_database(way == Way::Hashed).build().unwrap();
            let activation = kept.builder(place, way).suppress(list, opted_out()).build().unwrap();
            activation.run(&options).await.unwrap()
        };
        let (read, hashed) = (run(&here, Way::Here).await, run(&there, Way::Hashed).await);
        assert_eq!(told(&hashed), told(&read));
        assert_eq!(hashed.warnings, read.warnings);
        assert_eq!(there.audience(), here.audience());
    }
    assert!(place.tables().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn what_duckdb_hashes_is_what_is_hashed_here() {
    let place = Place::duckdb();
    agree_in(&place, 60).await;
    Box::pin(runs_agree_in(&place)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn what_postgres_hashes_is_what_is_hashed_here() {
    let place = Place::postgres().await;
    agree_in(&place, 60).await;
    Box::pin(runs_agree_in(&place)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn what_a_distributed_engine_hashes_is_what_is_hashed_here() {
    let place = Place::sail(Protocol::FlightSql);
    agree_in(&place, 20).await;
    Box::pin(runs_agree_in(&place)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn every_identifier_comes_once_and_in_order() {
    let place = Place::duckdb();
    let sql = "CREATE TABLE people AS SELECT 'p' || (i % 30000) || '@example.com' AS email FROM range(100000) AS t(i)";
    place.run(&[sql.to_owned()]).await;
    let (tally, digests) = identifiers(place.people(), &email()).await.unwrap();
    assert_eq!((tally.members, tally.columns[0].accepted), (100_000, 100_000));
    let kind = IdentifierKind::EmailSha256;
    let set = IdentifierSet::from_sorted(kind, digests[&kind].clone().into()).expect("they are in order, each once");
    assert_eq!(set.len(), 30_000);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn members_who_may_be_held_out_are_read() {
    let place = Place::duckdb();
    place.fill(&customers(0..40)).await;
    let hold_out = || HoldOut::try_new("control", "email", 30.0, SecretKey::try_new([7; 32]).unwrap()).unwrap();
    let mut reports = Vec::new();
    for way in [Way::Here, Way::Hashed] {
        let kept = Kept::named("Buyers-2026");
        let activation = kept.builder(&place, way).hold_out(hold_out()).build().unwrap();
        let report = activation.run(&RunOptions::new()).await.unwrap();
        assert!(report.plan.hold_out.as_ref().is_some_and(|tally| tally.members > 0), "{report}");
        reports.push((told(&report), kept.audience()));
    }
    assert_eq!(reports[0], reports[1]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn what_sql_cannot_judge_is_an_error_and_never_read_instead() {
    let refused = async |segment: AdbcSegmentBuilder, mapping: &FieldMapping| {
        let error = identifiers(segment, mapping).await.unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::Configuration, "{}", text(&error));
        assert!(text(&error).contains("`hash_in_database`"), "{}", text(&error));
    };
    let place = Place::duckdb();
    place.fill(&customers(0..3)).await;
    let phones = FieldMapping::try_new([("phone", Field::Phone(PhoneRegion::International))]).unwrap();
    refused(place.people(), &phones).await;
    refused(place.people(), &email().with_delimiter("email", ';').unwrap()).await;
    place.run(&["CREATE TABLE lists AS SELECT ['ada@example.com'] AS email".to_owned()]).await;
    let Place::DuckDb(duckdb) = &place else { unreachable!() };
    refused(duckdb.relation("lists"), &email()).await;

    let sqlite = Sqlite::new();
    sqlite.run("CREATE TABLE people (email text)");
    refused(sqlite.relation("people"), &email()).await;
    let sail = Place::sail(Protocol::FlightSql);
    sail.fill(&customers(0..3)).await;
    refused(sail.people().filter(column("email").is("ada@example.com")), &email()).await;

    // Nothing is sent then.
    let kept = Kept::named("Buyers-2026");
    let activation = kept.builder(&place, Way::Hashed).mapping(phones).build().unwrap();
    let error = activation.run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::Segment { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn a_row_that_fails_in_the_database_is_an_error() {
    let place = Place::duckdb();
    let sql = "CREATE VIEW people AS SELECT CASE WHEN i = 90000 THEN error('canary') ELSE 'p' || i || '@example.com' END \
               AS email FROM range(100000) AS t(i)";
    place.run(&[sql.to_owned()]).await;
    text(&identifiers(place.people(), &email()).await.unwrap_err());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn who_may_only_read_can_have_it_hashed() {
    static ROLES: AtomicU32 = AtomicU32::new(0);
    let place = Place::postgres().await;
    place.fill(&customers(0..40)).await;
    let Place::Postgres(server) = &place else { unreachable!() };
    let role = format!("reader_{}_{}", std::process::id(), ROLES.fetch_add(1, Ordering::Relaxed));
    let schema = &server.schema;
    let grants = format!(
        r#"CREATE ROLE {role} LOGIN PASSWORD 'canary'; GRANT USAGE ON SCHEMA "{schema}" TO {role};
        GRANT SELECT ON "{schema}".people TO {role}"#
    );
    server.run(&grants).await;
    let creates = "SELECT count(*) FROM pg_namespace WHERE has_schema_privilege($1, oid, 'CREATE') OR \
                   has_database_privilege($1, current_database(), 'CREATE')";
    let creates: i64 = server.admin.query_one(creates, &[&role]).await.unwrap().get(0);
    assert_eq!(creates, 0);

    let uri = format!("postgresql://{role}:canary@127.0.0.1:{}/postgres", server.port());
    let connection = AdbcConnection::new(driver("POSTGRESQL")).uri(uri);
    let reader = AdbcSegment::relation(connection, [schema.as_str(), "people"]);
    let found = identifiers(reader, &mapping()).await.unwrap();
    assert_eq!(found, identifiers(place.people(), &mapping()).await.unwrap());
    assert!(found.0.members_with_identifier > 0);
    server.run(&format!(r#"DROP OWNED BY {role}; DROP ROLE {role}"#)).await;
}

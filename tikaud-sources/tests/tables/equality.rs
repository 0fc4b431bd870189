//! Whatever the table, the mapping and the history: the engine in the database and the reference in this process agree.

use proptest::test_runner::{Config, TestRunner};
use tikaud_core::diff::{DiffEngine, Fate, MemoryDiffEngine, SetsId};
use tikaud_core::identifier::FieldMapping;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::places::Place;
use crate::sail::Protocol;
use crate::world::{Lists, Step, fates, found, held, lists, mappings, plan, settle, steps};

async fn agrees(place: &Place, mapping: &FieldMapping, lists: &Lists, steps: &[Step]) {
    let activation = "Case-1".parse().unwrap();
    let (mut reference, mut engine) = (MemoryDiffEngine::new(place.segment()), place.engine());
    // What a case that failed has left.
    engine.keep(&activation, &[], u64::MAX).await.unwrap();
    let able = lists.iter().filter(|(list, _)| !list.kinds().is_disjoint(&mapping.kinds()));
    for (number, (list, condition)) in able.enumerate() {
        let segment = place.some_people(condition).name(format!("List {number}")).build().unwrap();
        reference = reference.suppress(segment.clone(), list.clone());
        engine = engine.suppress(&segment, list.clone()).unwrap();
    }
    let mut before: Option<SetsId> = None;
    for (step, generation) in steps.iter().zip(1..) {
        place.fill(&step.rows).await;
        let wanted = plan(&reference, before.as_ref(), mapping, step.resync).await;
        let got = plan(&engine, before.as_ref(), mapping, step.resync).await;
        assert_eq!(got, wanted, "{mapping:?} {lists:?} {step:?}");
        let rest = if step.resync {
            Fate::of(|before| before.min(tikaud_core::diff::Standing::Unconfirmed))
        } else {
            Fate::UNCHANGED
        };
        let sets = SetsId::of(&activation, generation, 7);
        let luck = fates(&wanted.changes, &step.luck);
        let counts = settle(&reference, before.as_ref(), &sets, rest, luck.clone()).await;
        assert_eq!(settle(&engine, before.as_ref(), &sets, rest, luck.clone()).await, counts);
        assert_eq!(settle(&engine, before.as_ref(), &sets, rest, luck).await, counts, "a call that is repeated");
        assert_eq!(held(&engine, &sets).await, held(&reference, &sets).await);
        assert_eq!(found(&engine, &sets, &wanted.changes).await, found(&reference, &sets, &wanted.changes).await);
        engine.keep(&activation, std::slice::from_ref(&sets), generation).await.unwrap();
        before = Some(sets);
        let tables = place.tables().await;
        assert_eq!(tables.len(), 1, "{tables:?}");
    }
    engine.keep(&activation, &[], u64::MAX).await.unwrap();
    assert!(place.tables().await.is_empty());
}

/// A case that fails is made smaller, shown, and kept by its seed to be tried first the next time.
fn agree_in(place: &Place, cases: u32) {
    let config = Config { cases, max_shrink_iters: 4 * cases, ..Config::with_source_file(file!()) };
    let agree = |(mapping, lists, steps): (FieldMapping, Lists, Vec<Step>)| {
        block_in_place(|| Handle::current().block_on(agrees(place, &mapping, &lists, &steps)));
        Ok(())
    };
    let outcome = TestRunner::new(config).run(&(mappings(), lists(), steps()), agree);
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn in_duckdb() {
    agree_in(&Place::duckdb(), 40);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn in_postgres() {
    agree_in(&Place::postgres().await, 40);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn in_a_distributed_engine_by_flight_sql() {
    agree_in(&Place::sail(Protocol::FlightSql), 10);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn in_a_distributed_engine_by_spark_connect() {
    agree_in(&Place::sail(Protocol::SparkConnect), 10);
}

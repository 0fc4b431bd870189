//! Whole runs: an activation whose diff is in the database does what one does that reads the segment here.

use std::sync::Arc;

use tikaud_core::activation::{Activation, Report, RunOptions, SegmentActivation, Teardown};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::MemoryStateStore;

use crate::places::Place;
use crate::sail::Protocol;
use crate::world::Row;

fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email), ("hashed", Field::EmailSha256), ("phone", Field::PhoneE164)])
        .unwrap()
}

/// Customers of these numbers, some of them with what SQL leaves to the extractor, or with what nobody takes.
fn customers(numbers: std::ops::Range<u32>) -> Vec<Row> {
    let email = |number: u32| match number % 5 {
        0 => format!(" Person{number}@Example.com "),
        1 => format!("pérson{number}@example.com"),
        2 => "nobody".to_owned(),
        _ => format!("person{number}@example.com"),
    };
    let phone = |number: u32| (!number.is_multiple_of(3)).then(|| format!("+4420718{number:05}"));
    numbers.map(|number| vec![Some(email(number)), None, None, phone(number), None, None]).collect()
}

/// An activation with the state and the audience that it has.
struct Kept {
    destination: MemoryDestination,
    store: MemoryStateStore,
}

impl Kept {
    fn new() -> Self {
        Self { destination: MemoryDestination::new(), store: MemoryStateStore::new() }
    }

    fn activation(&self, place: &Place, elsewhere: bool) -> SegmentActivation {
        let builder =
            SegmentActivation::builder("Buyers-2026", place.segment(), self.destination.clone(), self.store.clone())
                .guards(GuardSettings::without_thresholds())
                .mapping(mapping());
        let builder = if elsewhere { builder.diff_engine(Arc::new(place.engine())) } else { builder };
        builder.build().unwrap()
    }

    fn audience(&self) -> tikaud_core::diff::IdentifierSets {
        self.destination.identifiers(&self.destination.audiences()[0]).unwrap()
    }
}

/// What a report says of the identifiers.
fn told(report: &Report) -> String {
    let mut plan = report.plan.clone();
    let rejects = plan.tally.columns.iter_mut().flat_map(|column| column.rejects.values_mut());
    rejects.for_each(|rejects| rejects.members.clear());
    format!("{:?} {:?} {:?}", report.outcome, plan.kinds, plan.tally)
}

/// A history of runs here and there, moves, and the end.
pub(crate) async fn agree_in(place: Place) {
    let (here, there) = (Kept::new(), Kept::new());
    let histories = [(0..40, false), (0..40, false), (10..60, false), (20..50, true), (20..20, false), (5..9, false)];
    for (numbers, resync) in histories {
        place.fill(&customers(numbers)).await;
        let options = RunOptions::new().allow(tikaud_core::plan::Guard::EmptySegment);
        let options = if resync { options.resync() } else { options };
        let read_here = here.activation(&place, false).run(&options).await.unwrap();
        let compared_there = there.activation(&place, true).run(&options).await.unwrap();
        assert_eq!(told(&compared_there), told(&read_here));
        assert_eq!(there.audience(), here.audience());
    }

    // To files and back: nobody is sent again.
    place.fill(&customers(0..30)).await;
    let sends = async |activation: SegmentActivation, adds: bool| {
        let report = activation.run(&RunOptions::new()).await.unwrap();
        assert_eq!(report.kinds.iter().any(|kind| kind.added > 0), adds, "{report}");
    };
    sends(there.activation(&place, true), true).await;
    there.activation(&place, false).move_sets(Some(Arc::new(place.engine()))).await.unwrap();
    assert!(place.tables().await.is_empty());
    sends(there.activation(&place, false), false).await;
    there.activation(&place, true).move_sets(None).await.unwrap();
    sends(there.activation(&place, true), false).await;
    assert!(!place.tables().await.is_empty());

    assert!(there.activation(&place, true).tear_down(Teardown::Drain).await.unwrap().complete);
    assert!(place.tables().await.is_empty() && there.audience().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn runs_in_duckdb() {
    Box::pin(agree_in(Place::duckdb())).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn runs_in_postgres() {
    Box::pin(agree_in(Place::postgres().await)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn runs_in_a_distributed_engine_by_flight_sql() {
    Box::pin(agree_in(Place::sail(Protocol::FlightSql))).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn runs_in_a_distributed_engine_by_spark_connect() {
    Box::pin(agree_in(Place::sail(Protocol::SparkConnect))).await;
}

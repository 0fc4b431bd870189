//! Whole runs: an activation whose diff is in the database does what one does that reads the segment here.

use std::sync::Arc;

use tikaud_core::activation::{Activation, Report, RunOptions, SegmentActivation, SegmentActivationBuilder, Teardown};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping, Tally};
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::state::MemoryStateStore;

use crate::places::Place;
use crate::sail::Protocol;
use crate::world::Row;

pub(crate) fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email), ("hashed", Field::EmailSha256), ("phone", Field::PhoneE164)])
        .unwrap()
}

/// Who has opted out is in the same table: every column of it can be a segment.
pub(crate) fn opted_out() -> FieldMapping {
    FieldMapping::try_new([("other", Field::Email)]).unwrap()
}

/// Customers of these numbers, some of them with what SQL leaves to the extractor, or with what nobody takes. Some others have
/// opted out, who may be customers too.
pub(crate) fn customers(numbers: std::ops::Range<u32>) -> Vec<Row> {
    let email = |number: u32| match number % 5 {
        0 => format!(" Person{number}@Example.com "),
        1 => format!("pérson{number}@example.com"),
        2 => "nobody".to_owned(),
        _ => format!("person{number}@example.com"),
    };
    let phone = |number: u32| (!number.is_multiple_of(3)).then(|| format!("+4420718{number:05}"));
    let other = |number: u32| number.is_multiple_of(4).then(|| email(number + number % 3));
    numbers.map(|number| vec![Some(email(number)), other(number), None, phone(number), None, None]).collect()
}

/// Where the segment's identifiers are made and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Here,
    /// They are made in the database, and compared here.
    Hashed,
    Elsewhere,
}

/// An activation with the state and the audience that it has.
pub(crate) struct Kept {
    destination: MemoryDestination,
    store: MemoryStateStore,
}

impl Kept {
    pub(crate) fn new() -> Self {
        Self { destination: MemoryDestination::new(), store: MemoryStateStore::new() }
    }

    pub(crate) fn builder(&self, place: &Place, way: Way) -> SegmentActivationBuilder {
        let segment = place.people().hash_in_database(way == Way::Hashed).build().unwrap();
        let builder = SegmentActivation::builder("Buyers-2026", segment, self.destination.clone(), self.store.clone())
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping());
        if way == Way::Elsewhere { builder.diff_engine(Arc::new(place.engine())) } else { builder }
    }

    /// The same without those who have opted out.
    fn suppressing(&self, place: &Place, way: Way) -> SegmentActivation {
        let (builder, list) = (self.builder(place, way), place.people().name("Opted out").build().unwrap());
        let builder = match way {
            Way::Elsewhere => builder.diff_engine(Arc::new(place.engine().suppress(&list, opted_out()).unwrap())),
            _ => builder.suppress(list, opted_out()),
        };
        builder.build().unwrap()
    }

    fn activation(&self, place: &Place, way: Way) -> SegmentActivation {
        self.builder(place, way).build().unwrap()
    }

    pub(crate) fn audience(&self) -> tikaud_core::diff::IdentifierSets {
        self.destination.identifiers(&self.destination.audiences()[0]).unwrap()
    }
}

/// What a report says of the identifiers.
pub(crate) fn told(report: &Report) -> String {
    let mut plan = report.plan.clone();
    let of = |tally: &mut Tally| {
        tally
            .columns
            .iter_mut()
            .for_each(|column| column.rejects.values_mut().for_each(|rejects| rejects.members.clear()))
    };
    of(&mut plan.tally);
    plan.suppressions.iter_mut().for_each(|list| of(&mut list.tally));
    format!("{:?} {:?} {:?} {:?}", report.outcome, plan.kinds, plan.tally, plan.suppressions)
}

/// Who the customers are, run after run, and whether it is a resync.
pub(crate) const HISTORY: [(std::ops::Range<u32>, bool); 6] =
    [(0..40, false), (0..40, false), (10..60, false), (20..50, true), (20..20, false), (5..9, false)];

/// A history of runs here and there, moves, and the end.
pub(crate) async fn agree_in(place: Place) {
    let (here, there) = (Kept::new(), Kept::new());
    for (numbers, resync) in HISTORY {
        place.fill(&customers(numbers)).await;
        let options = RunOptions::new().allow(Guard::EmptySegment);
        let options = if resync { options.resync() } else { options };
        let read_here = here.activation(&place, Way::Here).run(&options).await.unwrap();
        let compared_there = there.activation(&place, Way::Elsewhere).run(&options).await.unwrap();
        assert_eq!(told(&compared_there), told(&read_here));
        assert_eq!(there.audience(), here.audience());
    }
    for (numbers, resync) in HISTORY {
        place.fill(&customers(numbers)).await;
        let options = RunOptions::new().allow(Guard::EmptySegment);
        let options = if resync { options.resync() } else { options };
        let (read_here, compared_there) = {
            let run = async |kept: &Kept, way| kept.suppressing(&place, way).run(&options).await.unwrap();
            (run(&here, Way::Here).await, run(&there, Way::Elsewhere).await)
        };
        assert_eq!(told(&compared_there), told(&read_here));
        assert_eq!(compared_there.warnings, read_here.warnings);
        assert_eq!(there.audience(), here.audience());
    }

    // To files and back: nobody is sent again.
    place.fill(&customers(0..30)).await;
    let sends = async |activation: SegmentActivation, adds: bool| {
        let report = activation.run(&RunOptions::new()).await.unwrap();
        assert_eq!(report.kinds.iter().any(|kind| kind.added > 0), adds, "{report}");
    };
    sends(there.activation(&place, Way::Elsewhere), true).await;
    there.activation(&place, Way::Here).move_sets(Some(Arc::new(place.engine()))).await.unwrap();
    assert!(place.tables().await.is_empty());
    sends(there.activation(&place, Way::Here), false).await;
    there.activation(&place, Way::Elsewhere).move_sets(None).await.unwrap();
    sends(there.activation(&place, Way::Elsewhere), false).await;
    assert!(!place.tables().await.is_empty());

    assert!(there.activation(&place, Way::Elsewhere).tear_down(Teardown::Drain).await.unwrap().complete);
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

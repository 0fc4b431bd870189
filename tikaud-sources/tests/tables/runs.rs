//! Whole runs: an activation whose diff is in the database does what one does that reads the segment here.

use std::sync::Arc;

use tikaud_core::activation::{Activation, Report, RunOptions, SegmentActivation, Teardown};
use tikaud_core::identifier::Tally;

use crate::kept::{Kept, Way, customers, options};
use crate::places::{Place, in_each_database};
use crate::sail::Protocol;

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
    let (here, there) = (Kept::named("Buyers-2026"), Kept::named("Buyers-2026"));
    for (numbers, resync) in HISTORY {
        place.fill(&customers(numbers)).await;
        let options = if resync { options().resync() } else { options() };
        let read_here = here.here(&place).run(&options).await.unwrap();
        let compared_there = there.there(&place).run(&options).await.unwrap();
        assert_eq!(told(&compared_there), told(&read_here));
        assert_eq!(there.audience(), here.audience());
    }
    for (numbers, resync) in HISTORY {
        place.fill(&customers(numbers)).await;
        let options = if resync { options().resync() } else { options() };
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
    sends(there.there(&place), true).await;
    there.here(&place).move_sets(Some(Arc::new(place.engine()))).await.unwrap();
    assert!(place.tables().await.is_empty());
    sends(there.here(&place), false).await;
    there.there(&place).move_sets(None).await.unwrap();
    sends(there.there(&place), false).await;
    assert!(!place.tables().await.is_empty());

    assert!(there.there(&place).tear_down(Teardown::Drain).await.unwrap().complete);
    assert!(place.tables().await.is_empty() && there.audience().is_empty());
}

in_each_database!(runs_agree, agree_in);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-adbc"]
async fn runs_agree_in_a_distributed_engine_by_spark_connect() {
    Box::pin(agree_in(Place::sail(Protocol::SparkConnect))).await;
}

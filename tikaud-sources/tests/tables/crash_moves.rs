//! Killed before any statement of a move or a teardown: done again, it comes out right, also when a run came between.

use std::sync::Arc;

use tikaud_core::activation::{Activation, Teardown};
use tikaud_core::diff::IdentifierSets;

use crate::crash::recovers;
use crate::fuse::{Death, Fuse};
use crate::kept::{Kept, customers, options, wanted};
use crate::places::{Place, in_each_database};

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    MoveToTables,
    MoveToFiles,
    TearDown(Teardown),
}

/// Does it, until the fuse blows; whether it says that it is done.
async fn until_killed(place: &Place, kept: &Kept, work: Work, fuse: &Arc<Fuse>) -> bool {
    let engine = fuse.engine(place);
    let work = async move {
        match work {
            Work::MoveToTables => kept.by(place, engine).move_sets(None).await.is_ok(),
            Work::MoveToFiles => kept.here(place).move_sets(Some(Arc::new(engine))).await.is_ok(),
            Work::TearDown(how) => kept.by(place, engine).tear_down(how).await.is_ok_and(|torn| torn.complete),
        }
    };
    fuse.burns(Box::pin(work)).await == Some(true)
}

/// The thread dies before every other statement, the process before those between.
async fn at_every_statement(place: &Place, name: &str, work: Work, audience: &IdentifierSets) -> i64 {
    for statements in 0.. {
        let kept = Kept::named(&format!("{name}{statements}"));
        place.fill(&customers(0..12)).await;
        let before = if work == Work::MoveToTables { kept.here(place) } else { kept.there(place) };
        before.run(&options()).await.unwrap();
        let death = if statements % 2 == 0 { Death::Thread } else { Death::Process };
        let fuse = Fuse::new(statements, death);
        let is_done = until_killed(place, &kept, work, &fuse).await;
        if !fuse.has_blown() {
            assert!(is_done);
            return statements;
        }
        place.fill(&customers(4..19)).await;
        if work == Work::TearDown(Teardown::Drain) && death == Death::Process {
            // Whoever began anew does not know that the activation was to end.
            kept.completes(kept.there(place), audience).await;
        }
        assert!(until_killed(place, &kept, work, &Fuse::new(i64::MAX, death)).await);
        let tables = kept.tables(place).await;
        match work {
            Work::MoveToTables => recovers(place, &kept, audience).await,
            Work::MoveToFiles => {
                assert!(tables.is_empty(), "{tables:?}");
                let report = kept.completes(kept.here(place), audience).await;
                // Whoever was there already was not sent again.
                assert!(report.plan.kinds.iter().all(|kind| kind.adds < kind.segment), "{report}");
            }
            Work::TearDown(how) => {
                assert!(tables.is_empty(), "{tables:?}");
                let is_empty = |id| kept.destination.identifiers(id).unwrap().is_empty();
                assert!(kept.destination.audiences().iter().all(is_empty) == (how == Teardown::Drain));
            }
        }
    }
    unreachable!("some run is not killed")
}

async fn any_end_in(place: Place) {
    place.fill(&customers(4..19)).await;
    let audience = wanted(&place).await;
    let all = [
        ("tables", Work::MoveToTables),
        ("files", Work::MoveToFiles),
        ("drained", Work::TearDown(Teardown::Drain)),
        ("ended", Work::TearDown(Teardown::Keep)),
    ];
    for (name, work) in all {
        let killed = at_every_statement(&place, name, work, &audience).await;
        assert!(killed >= 2, "{name} {killed}");
    }
}

in_each_database!(a_move_or_a_teardown_may_end_before_any_statement, any_end_in);

//! Killed before any statement of a run, then the table changes, then a run completes: audience = segment.

use std::ops::Range;

use tikaud_core::activation::{Activation, ActivationError};
use tikaud_core::diff::IdentifierSets;

use crate::fuse::{Death, Fuse};
use crate::kept::{Kept, customers, options, wanted};
use crate::places::{Place, in_each_database};

/// The run of an activation, until the fuse blows.
async fn until_killed(place: &Place, kept: &Kept, fuse: &std::sync::Arc<Fuse>) {
    let activation = kept.by(place, fuse.engine(place));
    let run = async move { activation.run(&options()).await };
    if let Some(outcome) = fuse.burns(run).await {
        // Where it was clearing up behind itself, the work was done.
        let is_its_own = matches!(&outcome, Ok(_) | Err(ActivationError::DiffEngine(_)));
        assert!(is_its_own && (outcome.is_ok() || fuse.has_blown()), "{outcome:?}");
    }
}

/// A process that has begun anew brings the audience to what it is to be, leaves nothing behind, and has nothing left to do.
pub(crate) async fn recovers(place: &Place, kept: &Kept, audience: &IdentifierSets) {
    kept.completes(kept.there(place), audience).await;
    kept.tables(place).await;
    let batches = kept.destination.batches();
    kept.completes(kept.there(place), audience).await;
    assert_eq!(kept.destination.batches(), batches, "a run without changes has sent something");
    assert!(!kept.tables(place).await.is_empty());
}

/// Kills an activation's first run before a statement, then completes one with `after`; whether it was killed.
async fn first_run(place: &Place, statements: i64, after: Range<u32>, audience: &IdentifierSets) -> bool {
    let (kept, fuse) = (Kept::named(&format!("first{statements}")), Fuse::new(statements, Death::Process));
    place.fill(&customers(0..20)).await;
    until_killed(place, &kept, &fuse).await;
    place.fill(&customers(after)).await;
    recovers(place, &kept, audience).await;
    fuse.has_blown()
}

async fn any_end_in(place: Place) {
    place.fill(&customers(3..25)).await;
    let audience = wanted(&place).await;
    let mut first = 0;
    while first_run(&place, first, 3..25, &audience).await {
        first += 1;
    }
    assert!(first >= 10, "{first}");

    // Run after run of one activation. Those from 25 on come, and are gone again before anybody knows whether they have come.
    let kept = Kept::named("later");
    recovers(&place, &kept, &audience).await;
    for death in Death::ALL {
        for statements in 0.. {
            let fuse = Fuse::new(statements, death);
            place.fill(&customers(7..30)).await;
            until_killed(&place, &kept, &fuse).await;
            place.fill(&customers(3..25)).await;
            recovers(&place, &kept, &audience).await;
            if !fuse.has_blown() {
                assert!(statements > first, "{statements}");
                break;
            }
        }
    }
}

/// Runs that are killed one after the other, and of which nobody clears up behind the last.
async fn any_ends_in(place: Place) {
    place.fill(&customers(5..25)).await;
    let audience = wanted(&place).await;
    for (at, kills) in [[14, 3], [18, 12], [22, 17], [9, 22], [27, 27], [24, 1]].into_iter().enumerate() {
        for death in Death::ALL {
            let kept = Kept::named(&format!("twice{at}{death}"));
            place.fill(&customers(0..12)).await;
            kept.there(&place).run(&options()).await.unwrap();
            for (people, statements) in [6..30, 2..18].into_iter().zip(kills) {
                place.fill(&customers(people)).await;
                until_killed(&place, &kept, &Fuse::new(statements, death)).await;
            }
            place.fill(&customers(5..25)).await;
            recovers(&place, &kept, &audience).await;
        }
    }
}

in_each_database!(a_run_may_end_before_any_statement, any_end_in);
in_each_database!(run_after_run_may_end, any_ends_in);

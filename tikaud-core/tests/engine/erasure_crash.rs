//! An erasure may break off anywhere, and among runs that break off anywhere: nobody is added who was erased.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use tikaud_core::activation::{Activation, Erasures, Outcome, RunOptions, SegmentActivation};
use tokio::runtime::{Builder, Runtime};

use crate::erasure::{key, person, traces};
use crate::world::{Fuse, FusedStore, People, World, capabilities, gathering, identifiers};

/// At a destination that takes each batch for itself, and at one that gathers them; compared here, and by a diff engine.
const WORLDS: [fn() -> World; 4] = [
    || World::with(capabilities()),
    || World::with(gathering()),
    || World::elsewhere(capabilities()),
    || World::elsewhere(gathering()),
];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn activation(world: &World, people: &People, fuse: &Arc<Fuse>) -> SegmentActivation {
    world.fused(people, fuse).erasure_key(key()).build().unwrap()
}

fn erasures(world: &World, fuse: &Arc<Fuse>) -> Erasures {
    Erasures::new(FusedStore(world.store.clone(), Arc::clone(fuse)), key())
}

/// A run that nothing ends.
async fn complete(world: &World, people: &People, erased: &People) {
    let report = activation(world, people, &Fuse::never()).run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    is_at_rest(world, &(people - erased), erased).await;
}

async fn is_at_rest(world: &World, held: &People, erased: &People) {
    assert_eq!(world.audience(), identifiers(held));
    for erased in erased {
        assert_eq!(traces(&world.store, *erased).await, Vec::<String>::new());
        assert!(!world.sets_hold(*erased).await, "the diff engine still has {erased}");
    }
    let leftovers = world.objects().await;
    assert!(!leftovers.iter().any(|key| key.contains("/journal/") || key.contains("/plans/")), "{leftovers:?}");
}

/// What completes an erasure that broke off.
#[derive(Debug, Clone, Copy)]
enum Then {
    Erase,
    Run,
}

async fn breaks_off_anywhere(world: fn() -> World, then: Then) -> i64 {
    let (all, erased): (People, People) = ((0..8).collect(), BTreeSet::from([4]));
    for takes_effect in [false, true] {
        for operation in 0.. {
            let world = world();
            complete(&world, &all, &People::new()).await;
            let fuse = Fuse::new(operation, takes_effect);
            let broken = erasures(&world, &fuse).erase(&person(4), &[&activation(&world, &all, &fuse)]).await;
            let sound = Fuse::never();
            let is_erased = erasures(&world, &sound).is_erased(&person(4)).await.unwrap();
            match then {
                Then::Erase => {
                    let buyers = activation(&world, &all, &sound);
                    let receipt = erasures(&world, &sound).erase(&person(4), &[&buyers]).await.unwrap();
                    assert!(receipt.is_complete() && receipt.number == 1, "{operation} {takes_effect}: {receipt}");
                    is_at_rest(&world, &(&all - &erased), &erased).await;
                }
                Then::Run if is_erased => {}
                // It broke off before it was written down: nothing has happened.
                Then::Run => assert_eq!(world.audience(), identifiers(&all)),
            }
            let is_erased = is_erased || matches!(then, Then::Erase);
            complete(&world, &all, &if is_erased { erased.clone() } else { People::new() }).await;
            if !fuse.has_blown() {
                assert!(broken.unwrap().is_complete());
                if takes_effect {
                    return operation;
                }
                break;
            }
        }
    }
    0
}

#[test]
fn an_erasure_may_break_off_anywhere_and_is_completed_by_erasing_again_or_by_the_next_run() {
    for world in WORLDS {
        for then in [Then::Erase, Then::Run] {
            let operations = runtime().block_on(Box::pin(breaks_off_anywhere(world, then)));
            assert!(operations > 30, "{operations}");
        }
    }
}

/// Its audience may not be there, be asked for without a reply, or hold a part of the segment.
#[test]
fn whoever_a_broken_first_run_may_have_sent_is_erased_all_the_same() {
    let (all, erased): (People, People) = ((0..8).collect(), BTreeSet::from([4]));
    for world in WORLDS {
        for takes_effect in [false, true] {
            for operation in 0.. {
                let world = world();
                let fuse = Fuse::new(operation, takes_effect);
                runtime().block_on(async {
                    let _ = activation(&world, &all, &fuse).run(&RunOptions::new()).await;
                    let sound = Fuse::never();
                    let buyers = activation(&world, &all, &sound);
                    let receipt = erasures(&world, &sound).erase(&person(4), &[&buyers]).await.unwrap();
                    if receipt.is_complete() {
                        assert_eq!(traces(&world.store, 4).await, Vec::<String>::new(), "{receipt}");
                    }
                    complete(&world, &all, &erased).await;
                });
                if !fuse.has_blown() {
                    break;
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Run(People),
    BrokenRun(People, i64, bool),
    Erase(u32, bool),
    BrokenErasure(u32, i64, bool),
    Lift(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let people = || prop::collection::btree_set(0..8_u32, 0..8).prop_map(|people| &people | &People::from([99]));
    let step = prop_oneof![
        people().prop_map(Step::Run),
        (people(), 0..80_i64, any::<bool>()).prop_map(|(people, at, effect)| Step::BrokenRun(people, at, effect)),
        (0..8_u32, any::<bool>()).prop_map(|(person, given)| Step::Erase(person, given)),
        (0..8_u32, 0..80_i64, any::<bool>()).prop_map(|(person, at, effect)| Step::BrokenErasure(person, at, effect)),
        (0..8_u32).prop_map(Step::Lift),
    ];
    prop::collection::vec(step, 0..12)
}

async fn take(world: &World, step: Step, segment: &mut People, erased: &mut People) {
    let sound = Fuse::never();
    match step {
        Step::Run(people) => {
            complete(world, &people, erased).await;
            *segment = people;
        }
        Step::BrokenRun(people, at, effect) => {
            let _ = activation(world, &people, &Fuse::new(at, effect)).run(&RunOptions::new()).await;
        }
        Step::Erase(person_erased, given) => {
            let buyers = activation(world, segment, &sound);
            let given: Vec<&SegmentActivation> = given.then_some(&buyers).into_iter().collect();
            erasures(world, &sound).erase(&person(person_erased), &given).await.unwrap();
            erased.insert(person_erased);
        }
        Step::BrokenErasure(person_erased, at, effect) => {
            let fuse = Fuse::new(at, effect);
            let buyers = activation(world, segment, &fuse);
            let _ = erasures(world, &fuse).erase(&person(person_erased), &[&buyers]).await;
            if erasures(world, &sound).is_erased(&person(person_erased)).await.unwrap() {
                erased.insert(person_erased);
            } else {
                assert!(!erased.contains(&person_erased), "an erasure was forgotten");
            }
        }
        Step::Lift(person_lifted) => {
            let lifted = erasures(world, &sound).lift(&person(person_lifted)).await.unwrap();
            assert_eq!(lifted > 0, erased.remove(&person_lifted));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// The model: whoever is in the segment and not erased is in the audience.
    #[test]
    fn whatever_breaks_off_the_audience_is_the_segment_without_those_erased(
        steps in steps(), last in prop::collection::btree_set(0..8_u32, 0..8), elsewhere in any::<bool>(),
    ) {
        let world = if elsewhere { World::elsewhere(capabilities()) } else { World::new() };
        let (mut segment, mut erased) = (People::from([99]), People::new());
        runtime().block_on(async {
            for step in steps {
                Box::pin(take(&world, step, &mut segment, &mut erased)).await;
            }
            Box::pin(complete(&world, &(&last | &People::from([99])), &erased)).await;
        });
    }
}

//! Kill the process at any instant, change the segment, run again: when a run completes, audience = segment.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::executor::block_on;
use proptest::prelude::*;
use tikaud_core::activation::{Activation, ActivationError, Outcome, Report, RunOptions};
use tikaud_core::destination::Receipt;
use tikaud_core::state::{ObjectKey, StateError, StateStore};
use tokio::sync::Notify;

use crate::faults::{Answering, HookedStore, Operation, TestClock, buyers, staged};
use crate::world::{Fuse, People, World, capabilities, gathering, identifiers};

fn run(world: &World, people: &People, fuse: &Arc<Fuse>) -> Result<Report, ActivationError> {
    let activation = world.activation(people, fuse);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(activation.run(&RunOptions::new()))
}

/// A run that nothing ends.
fn complete(world: &World, people: &People) {
    let report = run(world, people, &Fuse::never()).unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    assert_eq!(world.audience(), identifiers(people));
}

/// Ends the run from `before` to `broken` at every operation there is, then completes one with `after`; at a destination
/// that takes each batch for itself, and at one that gathers them; compared here, and by a diff engine.
fn at_every_boundary(before: Option<&People>, broken: &People, after: &People) -> u32 {
    let worlds: [fn() -> World; 4] = [
        || World::with(gathering()),
        || World::with(capabilities()),
        || World::elsewhere(gathering()),
        || World::elsewhere(capabilities()),
    ];
    worlds.map(|world| at_every_boundary_of(world, before, broken, after)).into_iter().min().unwrap()
}

fn at_every_boundary_of(world: fn() -> World, before: Option<&People>, broken: &People, after: &People) -> u32 {
    let mut boundaries = 0;
    for takes_effect in [false, true] {
        for operations in 0.. {
            let world = world();
            if let Some(before) = before {
                complete(&world, before);
            }
            let fuse = Fuse::new(operations, takes_effect);
            let outcome = run(&world, broken, &fuse);
            if !fuse.has_blown() {
                assert_eq!(outcome.unwrap().outcome, Outcome::Done);
                break;
            }
            boundaries += 1;
            complete(&world, after);
            // At rest nothing is left over, and nothing is left to do.
            let leftovers = block_on(world.objects());
            let is_left =
                |key: &String| ["/journal/", "/plans/", ".started.json"].iter().any(|part| key.contains(part));
            assert!(!leftovers.iter().any(is_left), "{leftovers:?}");
            block_on(world.assert_no_sets_are_left_over());
            let batches = world.destination.batches();
            complete(&world, after);
            assert_eq!(world.destination.batches(), batches, "a run without changes has sent something");
        }
    }
    boundaries
}

#[test]
fn a_first_run_may_end_anywhere() {
    let (broken, after) = ((0..10).collect(), (5..15).collect());
    assert!(at_every_boundary(None, &broken, &after) > 40);
}

#[test]
fn a_run_that_adds_and_removes_may_end_anywhere() {
    let (before, broken, after) = ((0..10).collect(), (5..15).collect(), (0..7).collect());
    assert!(at_every_boundary(Some(&before), &broken, &after) > 40);
}

#[test]
fn somebody_who_leaves_while_their_addition_is_unanswered_is_not_stranded() {
    let (before, broken, after) = ((0..4).collect(), (0..8).collect(), (0..4).collect());
    at_every_boundary(Some(&before), &broken, &after);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_number_of_runs_may_end_anywhere(
        broken in prop::collection::vec((prop::collection::btree_set(0..16_u32, 1..16), 0..120_i64, any::<bool>()), 0..6),
        last in prop::collection::btree_set(0..16_u32, 1..16),
        elsewhere in any::<bool>(),
    ) {
        let world = if elsewhere { World::elsewhere(capabilities()) } else { World::new() };
        for (people, operations, takes_effect) in broken {
            // However it ends.
            let _ = run(&world, &people, &Fuse::new(operations, takes_effect));
        }
        complete(&world, &last);
    }
}

#[tokio::test]
async fn staged_batches_are_not_made_to_count_once_the_lease_has_lapsed() {
    let (world, clock) = (World::new(), TestClock::default());
    let (later, destination) = (clock.clone(), world.destination.clone());
    let destination = Answering::new(&destination, move |batch| {
        later.advance_minutes(2);
        staged(batch)
    });
    let activation = buyers(&(0..3).collect(), destination.clone(), world.store.clone()).clock(Arc::new(clock));
    let error = activation.build().unwrap().run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ClaimLost { .. })), "{error:?}");
    assert_eq!(destination.finishes.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_run_whose_lease_has_lapsed_stops_before_its_next_batch_and_commits_nothing() {
    let (world, clock) = (World::new(), TestClock::default());
    let later = clock.clone();
    let destination = Answering::new(&world.destination, move |_| {
        later.advance_minutes(2);
        Receipt::Accepted
    });
    let activation = buyers(&(0..9).collect(), destination.clone(), world.store.clone()).clock(Arc::new(clock));
    let error = activation.build().unwrap().run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ClaimLost { .. })), "{error:?}");
    assert_eq!(destination.batches.load(Ordering::SeqCst), 1);
    let generations = |key: &String| key.contains("/generations/") && !key.ends_with("00000000.json");
    assert!(!world.objects().await.iter().any(generations));
}

#[tokio::test]
async fn the_state_can_be_read_while_a_run_writes_its_receipts() {
    let world = World::new();
    let run = world.activation(&(0..4).collect(), &Fuse::never());
    run.run(&RunOptions::new()).await.unwrap();
    // What a run that is under way has written, and then its next receipts in the place of the ones just listed.
    let mut dead = 0;
    while !world.objects().await.iter().any(|key| key.contains("/receipts-")) {
        let _ = world.activation(&(2..9).collect(), &Fuse::new(dead, true)).run(&RunOptions::new()).await;
        dead += 1;
    }
    let (store, moved) = (world.store.clone(), Arc::new(AtomicBool::new(false)));
    let moving = HookedStore::new(&world.store, move |operation, key| {
        let (store, moved) = (store.clone(), Arc::clone(&moved));
        async move {
            if operation == Operation::Read
                && key.name() == "receipts-00000001.json"
                && !moved.swap(true, Ordering::SeqCst)
            {
                let next: ObjectKey = key.as_str().replace("-00000001.json", "-00000002.json").parse().unwrap();
                let len = store.list(None).await?.into_iter().find(|object| object.key == key).unwrap().len;
                store.create(&next, store.read(&key, 0..len).await?).await?;
                store.delete(&key).await?;
            }
            Ok(())
        }
    });
    let activation = buyers(&(0..4).collect(), world.destination.clone(), moving).build().unwrap();
    assert!(activation.plan(&RunOptions::new()).await.is_ok());
}

#[tokio::test]
async fn a_run_that_cannot_clear_up_behind_itself_is_done_all_the_same() {
    let world = World::new();
    let store = HookedStore::new(&world.store, |operation, key| async move {
        if operation == Operation::Delete && key.as_str().contains("/plans/") {
            let source = io::ErrorKind::PermissionDenied.into();
            return Err(StateError::Io { operation: "delete", object: key.to_string(), source });
        }
        Ok(())
    });
    let activation = buyers(&(0..4).collect(), world.destination.clone(), store).build().unwrap();
    assert_eq!(activation.run(&RunOptions::new()).await.unwrap().outcome, Outcome::Done);
}

#[tokio::test]
async fn an_intent_that_comes_after_its_plan_was_cleared_away_stops_nobody() {
    let (world, clock) = (World::new(), TestClock::default());
    let activation = |people: &People, store: HookedStore| {
        buyers(people, world.destination.clone(), store).clock(Arc::new(clock.clone())).build().unwrap()
    };
    let free = || HookedStore::new(&world.store, |_, _| async { Ok(()) });
    activation(&(0..4).collect(), free()).run(&RunOptions::new()).await.unwrap();

    let (reached, resumed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (at, on) = (Arc::clone(&reached), Arc::clone(&resumed));
    let suspended = HookedStore::new(&world.store, move |operation, key| {
        let (at, on) = (Arc::clone(&at), Arc::clone(&on));
        async move {
            if operation == Operation::Create && key.name() == "intent.json" {
                at.notify_one();
                on.notified().await;
            }
            Ok(())
        }
    });
    let (suspended, empty) = (activation(&(0..8).collect(), suspended), activation(&People::new(), free()));
    let options = RunOptions::new();
    let (late, blocked) = tokio::join!(suspended.run(&options), async {
        reached.notified().await;
        clock.advance_minutes(2);
        let blocked = empty.run(&options).await;
        resumed.notify_one();
        blocked
    });
    assert_eq!(blocked.unwrap().outcome, Outcome::Blocked);
    assert!(matches!(late, Err(ActivationError::State(StateError::ClaimLost { .. }))), "{late:?}");
    let report = activation(&(2..6).collect(), free()).run(&options).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&(2..6).collect()));
}

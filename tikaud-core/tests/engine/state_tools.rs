//! Looking after state: verify, export, forget, resync, and what a run leaves for the next.

use std::time::Duration;

use futures::TryStreamExt;
use jiff::Timestamp;
use tikaud_core::activation::{Activation, ActivationError, ActivationState, Outcome, RunOptions};
use tikaud_core::destination::{DestinationError, DestinationErrorKind, Receipt, Retry};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::{ObjectKey, StateError, StateStore};

use crate::faults::{Answering, TestClock, buyers};
use crate::world::{Fuse, FusedStore, People, World, identifiers};

const KIND: IdentifierKind = IdentifierKind::EmailSha256;

async fn run(world: &World, people: &People) -> Outcome {
    world.activation(people, &Fuse::never()).run(&RunOptions::new()).await.unwrap().outcome
}

fn state(world: &World) -> ActivationState {
    ActivationState::try_new(world.store.clone(), "buyers").unwrap()
}

/// A state with several generations, and a run on top that was killed while identifiers were on their way.
async fn interrupted() -> World {
    for operations in 0.. {
        let world = World::new();
        run(&world, &(0..10).collect()).await;
        run(&world, &(2..12).collect()).await;
        let killed = world.activation(&(4..20).collect(), &Fuse::new(operations, true));
        let _ = killed.run(&RunOptions::new()).await;
        if world.objects().await.iter().any(|key| key.contains("/receipts-")) {
            return world;
        }
    }
    unreachable!("a run that nothing ends writes receipts")
}

#[tokio::test]
async fn a_state_that_is_whole_is_verified_to_be() {
    let world = interrupted().await;
    let found = state(&world).verify().await.unwrap();
    assert!(found.generations > 1 && found.files > 1 && found.identifiers > 10, "{found:?}");
    assert_eq!(found.interrupted.len(), 1);
    assert_eq!(run(&world, &(4..20).collect()).await, Outcome::Done);
    let found = state(&world).verify().await.unwrap();
    assert_eq!((found.interrupted.len(), found.leftovers), (0, 0));
}

#[tokio::test]
async fn whatever_byte_is_damaged_and_whatever_object_is_lost_verifying_says_so_and_no_run_starts() {
    let world = interrupted().await;
    for object in world.store.list(None).await.unwrap() {
        let good = world.store.read(&object.key, 0..object.len).await.unwrap();
        for at in [0, object.len / 3, object.len / 2, object.len - 1] {
            let at = usize::try_from(at).unwrap();
            let mut flipped = good.to_vec();
            flipped[at] ^= 0x20;
            for damaged in [flipped.into(), good.slice(..at)] {
                world.store.overwrite(&object.key, damaged);
                let error = state(&world).verify().await.unwrap_err();
                assert!(
                    matches!(error, ActivationError::State(StateError::Damaged { .. } | StateError::Truncated { .. })),
                    "{} at {at}: {error:?}",
                    object.key
                );
            }
        }
        let key = object.key.as_str();
        // An old generation or a journal may go without a trace; what the present one names may not.
        if key.contains("/snapshots/") || key.contains("/plans/") {
            world.store.delete(&object.key).await.unwrap();
            let error = state(&world).verify().await.unwrap_err();
            assert!(matches!(error, ActivationError::State(StateError::NotFound { .. })), "{key}: {error:?}");
        }
        world.store.overwrite(&object.key, good);
    }
    state(&world).verify().await.unwrap();
}

#[tokio::test]
async fn a_file_that_is_longer_than_it_should_be_is_damaged() {
    let world = World::new();
    run(&world, &(0..10).collect()).await;
    let objects = world.store.list(None).await.unwrap();
    let snapshot = objects.iter().find(|object| object.key.as_str().contains("/snapshots/")).unwrap();
    let mut longer = world.store.read(&snapshot.key, 0..snapshot.len).await.unwrap().to_vec();
    longer.push(0);
    world.store.overwrite(&snapshot.key, longer.into());
    assert!(matches!(state(&world).verify().await.unwrap_err(), ActivationError::State(StateError::Damaged { .. })));
}

async fn exported(world: &World) -> String {
    state(world).export(KIND).await.unwrap().try_collect().await.unwrap()
}

fn hex(people: &People) -> String {
    identifiers(people).get(KIND).iter().map(|digest| const_hex::encode(digest) + "\n").collect()
}

#[tokio::test]
async fn an_export_has_everybody_whom_the_audience_may_hold_in_order() {
    let world = World::new();
    assert_eq!(exported(&world).await, "");
    run(&world, &(0..10).collect()).await;
    assert_eq!(exported(&world).await, hex(&(0..10).collect()));
    // 2..12 before, 4..20 intended: whoever was on the way out or in may be there.
    let lines = exported(&interrupted().await).await;
    assert!(lines.lines().is_sorted());
    let possible = hex(&(2..20).collect());
    assert!(lines.lines().all(|line| possible.contains(line)));
    assert!(hex(&(4..12).collect()).lines().all(|line| lines.contains(line)));
}

#[tokio::test]
async fn forgetting_takes_the_name_and_then_everything() {
    let world = interrupted().await;
    let error = state(&world).forget("others").await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::NotNamed { .. })), "{error:?}");
    assert!(state(&world).forget("buyers").await.unwrap() > 5);
    assert!(world.objects().await.is_empty());
    assert!(state(&world).generation().await.unwrap().is_none());
    assert_eq!(state(&world).forget("buyers").await.unwrap(), 0);
}

#[tokio::test]
async fn damaged_state_can_be_forgotten() {
    let world = World::new();
    run(&world, &(0..10).collect()).await;
    for object in world.store.list(None).await.unwrap() {
        world.store.overwrite(&object.key, "damaged".into());
    }
    state(&world).forget("buyers").await.unwrap();
    assert!(world.objects().await.is_empty());
}

#[tokio::test]
async fn forgetting_that_is_broken_off_never_looks_like_a_first_run() {
    for operations in 0.. {
        let world = World::new();
        run(&world, &(0..4).collect()).await;
        let fuse = Fuse::new(operations, false);
        let forgetting = ActivationState::try_new(FusedStore(world.store.clone(), fuse.clone()), "buyers").unwrap();
        let outcome = forgetting.forget("buyers").await;
        if !fuse.has_blown() {
            outcome.unwrap();
            break;
        }
        match world.activation(&(0..4).collect(), &Fuse::never()).run(&RunOptions::new()).await {
            // Not begun: a run as ever.
            Ok(report) => assert!(!report.audience.unwrap().created, "{operations}"),
            Err(ActivationError::State(StateError::GenerationsMissing { .. } | StateError::Busy { .. })) => {}
            Err(error) => panic!("{operations}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn a_resync_sends_everybody_again_and_removes_leavers() {
    let world = World::new();
    run(&world, &(0..10).collect()).await;
    let resync = world.activation(&(4..12).collect(), &Fuse::never());
    let report = resync.run(&RunOptions::new().resync()).await.unwrap();
    assert_eq!([report.plan.count(Action::Add), report.plan.count(Action::Remove)], [8, 4]);
    assert_eq!(report.outcome, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&(4..12).collect()));
    let batches = world.destination.batches();
    assert_eq!(run(&world, &(4..12).collect()).await, Outcome::Done);
    assert_eq!(world.destination.batches(), batches, "a resync is for one run");
}

#[tokio::test]
async fn a_run_that_must_wait_ends_pending_with_what_is_left_in_the_state() {
    for kind in [DestinationErrorKind::Busy, DestinationErrorKind::RateLimited] {
        let (world, clock) = (World::new(), TestClock::default());
        let answer = move |batch| match batch {
            0 => Receipt::Accepted,
            _ => {
                let error = DestinationError::new(kind, "not now");
                Receipt::Unknown(error.with_retry(Retry::After(Duration::from_secs(7200))))
            }
        };
        let waiting = Answering::new(&world.destination, answer);
        let activation = buyers(&(0..10).collect(), waiting, world.store.clone()).clock(std::sync::Arc::new(clock));
        let report = activation.build().unwrap().run(&RunOptions::new()).await.unwrap();
        let resume_at = Some(Timestamp::from_second(7200).unwrap());
        assert_eq!((report.outcome, report.resume_at), (Outcome::Pending, resume_at), "{report}");

        let pending = state(&world).generation().await.unwrap().unwrap().pending.unwrap();
        assert_eq!((pending.adds, pending.removes, pending.resume_at), (7, 0, resume_at));
        assert_eq!(run(&world, &(5..12).collect()).await, Outcome::Done);
        assert_eq!(state(&world).generation().await.unwrap().unwrap().pending, None);
    }
}

#[tokio::test]
async fn an_id_that_no_activation_can_have_is_an_error() {
    assert!(ActivationState::try_new(World::new().store, "../buyers").is_err());
    assert!("buyers".parse::<ObjectKey>().is_ok());
}

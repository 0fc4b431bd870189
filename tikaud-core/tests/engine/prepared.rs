//! Plans that are kept, looked at, and carried out exactly or not at all; and the first part of one.

use bytes::Bytes;
use tikaud_core::activation::{Activation, ActivationError, Outcome, RunOptions, SegmentActivation};
use tikaud_core::diff::Action;
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::state::{MemoryStateStore, ObjectKey, StateError, StateStore};

use crate::faults::buyers;
use crate::world::{Fuse, People, World, capabilities, gathering, identifiers};

fn people(range: std::ops::Range<u32>) -> People {
    range.collect()
}

fn activation(world: &World, people: &People) -> SegmentActivation {
    buyers(people, world.destination.clone(), world.store.clone()).build().unwrap()
}

async fn run(world: &World, people: &People) -> Outcome {
    activation(world, people).run(&RunOptions::new()).await.unwrap().outcome
}

#[track_caller]
fn assert_stale<T: std::fmt::Debug>(outcome: &Result<T, ActivationError>, why: &str) {
    let is_stale = matches!(outcome, Err(ActivationError::StalePlan { reason, .. }) if reason.contains(why));
    assert!(is_stale, "{outcome:?}");
}

#[tokio::test]
async fn preparing_sends_nothing_and_leaves_the_state_as_it_is() {
    let world = World::new();
    let prepared = activation(&world, &people(0..9)).prepare(&RunOptions::new()).await.unwrap();
    assert!(world.destination.audiences().is_empty());
    assert_eq!(activation(&world, &people(0..9)).state().await.unwrap().number, 0);
    assert_eq!(prepared.plan.count(Action::Add), 9);

    run(&world, &people(0..9)).await;
    let (batches, state) = (world.destination.batches(), activation(&world, &people(0..9)).state().await.unwrap());
    activation(&world, &people(5..12)).prepare(&RunOptions::new()).await.unwrap();
    assert_eq!(world.destination.batches(), batches);
    assert_eq!(activation(&world, &people(0..9)).state().await.unwrap(), state);
}

#[tokio::test]
async fn a_prepared_plan_is_carried_out_exactly_whatever_the_segment_is_by_then() {
    for capabilities in [capabilities(), gathering()] {
        let world = World::with(capabilities);
        run(&world, &people(0..9)).await;
        let prepared = activation(&world, &people(3..14)).prepare(&RunOptions::new()).await.unwrap();
        // Another process, with another segment in sight.
        let other = activation(&world, &people(50..60));
        assert_eq!(other.prepared().await.unwrap().len(), 1);
        let report = other.apply(&prepared.id, &RunOptions::new()).await.unwrap();
        assert_eq!((report.outcome, report.plan.count(Action::Add)), (Outcome::Done, 5));
        assert_eq!(world.audience(), identifiers(&people(3..14)));
        assert!(other.prepared().await.unwrap().is_empty(), "what was carried out cannot be carried out again");
        assert_stale(&other.apply(&prepared.id, &RunOptions::new()).await, "not kept any more");
        assert!(!world.objects().await.iter().any(|key| key.contains("/prepared/")), "no identifier is left behind");
        assert_eq!(run(&world, &people(50..60)).await, Outcome::Done);
        assert_eq!(world.audience(), identifiers(&people(50..60)));
    }
}

#[tokio::test]
async fn a_plan_is_stale_once_the_audience_has_changed() {
    let world = World::new();
    run(&world, &people(0..9)).await;
    let [first, second] = [people(1..9), people(2..9)].map(|people| activation(&world, &people));
    let (first, second) =
        (first.prepare(&RunOptions::new()).await.unwrap(), second.prepare(&RunOptions::new()).await.unwrap());
    let applying = activation(&world, &people(0..9));
    assert_eq!(applying.prepared().await.unwrap().len(), 2);
    applying.apply(&second.id, &RunOptions::new()).await.unwrap();
    assert_stale(&applying.apply(&first.id, &RunOptions::new()).await, "not kept any more");
    assert_eq!(world.audience(), identifiers(&people(2..9)));
}

#[tokio::test]
async fn a_run_without_changes_leaves_a_plan_as_it_is() {
    let world = World::new();
    run(&world, &people(0..9)).await;
    let prepared = activation(&world, &people(1..9)).prepare(&RunOptions::new()).await.unwrap();
    run(&world, &people(0..9)).await;
    activation(&world, &people(0..9)).apply(&prepared.id, &RunOptions::new()).await.unwrap();
    assert_eq!(world.audience(), identifiers(&people(1..9)));
}

#[tokio::test]
async fn a_plan_is_stale_under_other_settings() {
    let world = World::new();
    run(&world, &people(0..9)).await;
    let prepare = async || activation(&world, &people(1..9)).prepare(&RunOptions::new()).await.unwrap().id;
    let builder = || buyers(&people(1..9), world.destination.clone(), world.store.clone());
    let others =
        [builder().name("Others"), builder().description("Others"), builder().guards(GuardSettings::default())];
    for other in others {
        let id = prepare().await;
        assert_stale(&other.build().unwrap().apply(&id, &RunOptions::new()).await, "settings");
        assert!(builder().build().unwrap().prepared().await.unwrap().is_empty(), "what is stale is thrown away");
    }
    assert_eq!(world.audience(), identifiers(&people(0..9)));
}

#[tokio::test]
async fn a_blocked_plan_is_kept_and_carried_out_once_its_guard_is_allowed() {
    let mut capabilities = capabilities();
    capabilities.minimum_audience = 1000;
    let world = World::with(capabilities);
    let buyers = activation(&world, &people(0..9));
    let prepared = buyers.prepare(&RunOptions::new()).await.unwrap();
    let text = prepared.to_string();
    let last = text.lines().last().unwrap();
    assert!(last.ends_with(&format!("apply {} and allow minimum-size", prepared.id)), "{text}");
    let blocked = buyers.apply(&prepared.id, &RunOptions::new()).await.unwrap();
    assert_eq!(blocked.outcome, Outcome::Blocked);
    assert!(world.destination.audiences().is_empty());
    let done = buyers.apply(&prepared.id, &RunOptions::new().allow(Guard::MinimumSize)).await.unwrap();
    assert_eq!(done.outcome, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&people(0..9)));
}

#[tokio::test]
async fn what_is_discarded_is_gone() {
    let world = World::new();
    let buyers = activation(&world, &people(0..9));
    let prepared = buyers.prepare(&RunOptions::new()).await.unwrap();
    buyers.discard(&prepared.id).await.unwrap();
    buyers.discard(&prepared.id).await.unwrap();
    assert!(buyers.prepared().await.unwrap().is_empty());
    assert!(!world.objects().await.iter().any(|key| key.contains("/prepared/")));
}

#[tokio::test]
async fn a_prepared_plan_shows_no_identifier_but_its_sample() {
    let world = World::new();
    let prepared = activation(&world, &people(0..9)).prepare(&RunOptions::new()).await.unwrap();
    let sample: Vec<_> = prepared.sample().collect();
    assert_eq!((sample.len(), sample[0].count, sample[0].digests.len()), (1, 9, 3));
    for digest in sample[0].digests {
        assert_eq!(digest.len(), 64);
        assert!(!format!("{prepared:?} {sample:?}").contains(digest.as_str()));
        assert!(prepared.to_string().contains(&digest[..12]) && !prepared.to_string().contains(digest.as_str()));
    }
    let read = serde_json::to_string(&prepared).unwrap();
    let same: tikaud_core::activation::PreparedPlan = serde_json::from_str(&read).unwrap();
    assert_eq!(serde_json::to_string(&same).unwrap(), read);
}

/// Puts one object in the place of another, as somebody who tampers with the state would.
async fn replace(store: &MemoryStateStore, at: &ObjectKey, by: Bytes) {
    store.delete(at).await.unwrap();
    store.create(at, by).await.unwrap();
}

#[tokio::test]
async fn a_plan_whose_files_are_not_those_that_were_looked_at_is_not_carried_out() {
    let world = World::new();
    run(&world, &people(0..9)).await;
    let buyers = activation(&world, &people(0..12));
    let [looked_at, other] =
        [people(0..12), people(0..9).into_iter().chain(20..23).collect()].map(|people| activation(&world, &people));
    let looked_at = looked_at.prepare(&RunOptions::new()).await.unwrap();
    let other = other.prepare(&RunOptions::new()).await.unwrap();
    let key = |id: &dyn std::fmt::Display| -> ObjectKey {
        format!("buyers/prepared/{id}/add-email_sha256.digests").parse().unwrap()
    };
    let len =
        world.store.list(None).await.unwrap().into_iter().find(|object| object.key == key(&other.id)).unwrap().len;
    let digests = world.store.read(&key(&other.id), 0..len).await.unwrap();
    replace(&world.store, &key(&looked_at.id), digests).await;
    let error = buyers.apply(&looked_at.id, &RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::Damaged { .. })), "{error:?}");
    assert_eq!(world.audience(), identifiers(&people(0..9)));
    assert_eq!(run(&world, &people(0..12)).await, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&people(0..12)));
}

#[tokio::test]
async fn preparing_and_applying_may_break_off_anywhere() {
    for (capabilities, takes_effect) in
        [(capabilities(), false), (capabilities(), true), (gathering(), false), (gathering(), true)]
    {
        for operation in 0.. {
            let world = World::with(capabilities.clone());
            run(&world, &people(0..5)).await;
            let fuse = Fuse::new(operation, takes_effect);
            let broken = world.fused(&people(2..9), &fuse).build().unwrap();
            if let Ok(prepared) = broken.prepare(&RunOptions::new()).await {
                let _ = broken.apply(&prepared.id, &RunOptions::new()).await;
            }
            // Whatever is left of it may be applied, or is stale; afterwards a run sets everything right.
            let next = activation(&world, &people(4..11));
            for left in next.prepared().await.unwrap() {
                let applied = next.apply(&left.id, &RunOptions::new()).await;
                assert!(!matches!(applied, Err(ActivationError::State(_))), "{operation} {takes_effect}: {applied:?}");
            }
            assert_eq!(run(&world, &people(4..11)).await, Outcome::Done);
            assert_eq!(world.audience(), identifiers(&people(4..11)), "{operation} {takes_effect}");
            assert!(next.prepared().await.unwrap().is_empty());
            if !fuse.has_blown() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_canary_carries_out_the_first_part_and_the_next_run_the_rest() {
    for capabilities in [capabilities(), gathering()] {
        let world = World::with(capabilities);
        run(&world, &people(0..100)).await;
        let buyers = activation(&world, &people(50..150));
        let canary = buyers.run(&RunOptions::new().canary(10)).await.unwrap();
        assert_eq!(canary.outcome, Outcome::Partial, "{canary}");
        let kind = &canary.kinds[0];
        assert_eq!((kind.added, kind.removed, kind.pending), (5, 5, 90));
        assert!(canary.to_string().contains("10 % of the changes were to be carried out"), "{canary}");
        let held = world.audience();
        assert_eq!(held.get(kind.kind).difference(&identifiers(&people(0..150)).get(kind.kind)).len(), 0);
        let rest = buyers.run(&RunOptions::new()).await.unwrap();
        assert_eq!((rest.outcome, rest.kinds[0].added, rest.kinds[0].removed), (Outcome::Done, 45, 45));
        assert_eq!(world.audience(), identifiers(&people(50..150)));
    }
}

#[tokio::test]
async fn a_canary_adds_no_fewer_than_the_destination_makes_use_of() {
    let mut capabilities = capabilities();
    capabilities.minimum_audience = 20;
    let world = World::with(capabilities);
    let buyers = activation(&world, &people(0..100));
    let canary = buyers.run(&RunOptions::new().canary(1)).await.unwrap();
    assert_eq!((canary.kinds[0].added, canary.kinds[0].pending), (20, 80));
    let whole = activation(&world, &people(0..100)).run(&RunOptions::new().canary(100)).await.unwrap();
    assert_eq!((whole.outcome, whole.canary), (Outcome::Done, None));
}

#[tokio::test]
async fn a_canary_of_a_resync_takes_nobody_out() {
    let world = World::with(gathering());
    run(&world, &people(0..100)).await;
    let buyers = activation(&world, &people(0..100));
    buyers.run(&RunOptions::new().resync().canary(10)).await.unwrap();
    assert_eq!(world.audience(), identifiers(&people(0..100)));
    buyers.run(&RunOptions::new()).await.unwrap();
    assert_eq!(world.audience(), identifiers(&people(0..100)));
}

#[tokio::test]
async fn a_resync_is_prepared_and_applied_as_one() {
    let world = World::with(gathering());
    run(&world, &people(0..9)).await;
    let buyers = activation(&world, &people(3..12));
    let prepared = buyers.prepare(&RunOptions::new().resync()).await.unwrap();
    assert!(prepared.resync && prepared.next_replacement.is_some());
    let report = buyers.apply(&prepared.id, &RunOptions::new()).await.unwrap();
    assert_eq!((report.outcome, report.kinds[0].added), (Outcome::Done, 9));
    assert_eq!(world.audience(), identifiers(&people(3..12)));
}

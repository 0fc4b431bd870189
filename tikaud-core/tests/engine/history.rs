//! The history: every run is in it, whatever became of the run, and no run minds what becomes of it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::executor::block_on;
use tikaud_core::activation::{
    Activation, ActivationError, ActivationState, HistoryPolicy, HistoryQuery, Outcome, PastRun, RunOptions,
};
use tikaud_core::state::StateError;

use crate::faults::{Answering, HookedStore, Operation, TestClock, buyers, refused_batch};
use crate::world::{Fuse, People, World};

async fn run(world: &World, people: &People, fuse: &Arc<Fuse>) -> Result<Outcome, ActivationError> {
    Ok(world.activation(people, fuse).run(&RunOptions::new()).await?.outcome)
}

async fn history(world: &World, query: HistoryQuery) -> Vec<PastRun> {
    ActivationState::try_new(world.store.clone(), "buyers").unwrap().history(&query).await.unwrap()
}

fn outcomes(runs: &[PastRun]) -> Vec<Outcome> {
    runs.iter().map(|run| run.outcome).collect()
}

/// Done, blocked, killed, refused; each in a process of its own.
async fn eventful() -> World {
    let world = World::new();
    let never = Fuse::never();
    run(&world, &(0..7).collect(), &never).await.unwrap();
    run(&world, &People::new(), &never).await.unwrap();
    for operations in 0.. {
        let _ = run(&world, &(2..9).collect(), &Fuse::new(operations, true)).await;
        if world.objects().await.iter().any(|key| key.contains("/receipts-")) {
            break;
        }
    }
    let destination = Answering::new(&world.destination, |_| refused_batch());
    let activation = buyers(&(2..12).collect(), destination, world.store.clone()).build().unwrap();
    activation.run(&RunOptions::new()).await.unwrap();
    world
}

#[tokio::test]
async fn every_run_is_in_the_history_newest_first() {
    let world = eventful().await;
    let runs = history(&world, HistoryQuery::new()).await;
    assert!(runs.is_sorted_by(|later, earlier| later.number > earlier.number));
    let outcomes = outcomes(&runs);
    assert_eq!(outcomes.first(), Some(&Outcome::Refused));
    assert_eq!(outcomes[outcomes.len() - 2..], [Outcome::Blocked, Outcome::Done]);
    // Killed ones; of those that had not got as far as the claim there is nothing to know.
    assert!(outcomes.len() > 3 && outcomes[1..outcomes.len() - 2].iter().all(|outcome| *outcome == Outcome::Died));
    let died = &runs[1];
    assert_eq!((died.ended, died.generation, &*died.failures[0].kind), (None, None, "died"));
    let done = runs.last().unwrap();
    let kind = &done.kinds[0];
    assert_eq!((kind.segment, kind.adds, kind.added, kind.removed, kind.pending), (7, 7, 7, 0, 0));
    assert_eq!(done.read.as_ref().unwrap().members, 7);
    assert_eq!((done.generation, done.traffic.requests), (Some(1), 3));
    assert!(done.run.is_some() && done.ended.unwrap() >= done.started && done.audience.is_some());
}

#[tokio::test]
async fn a_query_finds_by_outcome_by_time_and_so_many() {
    let world = eventful().await;
    let all = history(&world, HistoryQuery::new()).await;
    let two = history(&world, HistoryQuery::new().limit(2)).await;
    assert_eq!(two, all[..2]);
    let found = history(&world, HistoryQuery::new().outcome(Outcome::Done).outcome(Outcome::Blocked)).await;
    assert_eq!(outcomes(&found), [Outcome::Blocked, Outcome::Done]);
    assert_eq!(history(&world, HistoryQuery::new().outcome(Outcome::Done).limit(1)).await.len(), 1);
    assert_eq!(history(&world, HistoryQuery::new().since(all[0].started)).await.first(), all.first());
    assert!(history(&world, HistoryQuery::new().since(jiff::Timestamp::MAX)).await.is_empty());
    assert!(history(&World::new(), HistoryQuery::new()).await.is_empty());
}

#[tokio::test]
async fn a_run_that_fails_is_in_the_history_with_its_error_and_what_it_had_read() {
    let world = World::new();
    let mut destination = Answering::new(&world.destination, |_| refused_batch());
    destination.refuses_create = true;
    let activation = buyers(&(0..3).collect(), destination, world.store.clone()).build().unwrap();
    activation.run(&RunOptions::new()).await.unwrap_err();
    let failed = activation.history(&HistoryQuery::new()).await.unwrap().remove(0);
    assert_eq!((failed.outcome, &*failed.failures[0].kind), (Outcome::Failed, "invalid_input"));
    assert_eq!((failed.read.unwrap().members, failed.kinds[0].adds, failed.kinds[0].pending), (3, 3, 3));
    insta::assert_snapshot!(failed.failures[0].error.join("\n"), @r"
    the destination `memory/1` cannot be used; no identifier was sent
    this is not taken
    ");
}

#[tokio::test]
async fn a_record_reads_well() {
    let (world, clock) = (World::new(), TestClock::default());
    let activation =
        |people: People| world.fused(&people, &Fuse::never()).clock(Arc::new(clock.clone())).build().unwrap();
    activation((0..4).collect()).run(&RunOptions::new()).await.unwrap();
    activation(People::new()).run(&RunOptions::new()).await.unwrap();
    let mut runs = history(&world, HistoryQuery::new()).await;
    for run in &mut runs {
        (run.timings.read, run.timings.apply) = (Duration::from_millis(1500), Duration::from_secs(61));
        (run.timings.connect, run.timings.plan) = (Duration::ZERO, Duration::ZERO);
        (run.timings.intend, run.timings.commit) = (Duration::ZERO, Duration::ZERO);
        run.traffic.bytes = 0;
        run.number = 7;
    }
    insta::assert_snapshot!(runs[1], @r#"
    Run 7 of `buyers`, 1970-01-01 00:00:00 UTC: done: the audience equals the segment
      Audience "Buyers" (audience-1, just created, ready to be used) at memory/1
      read 4 members
      email_sha256: 4 added, 0 removed, 0 unchanged
      sent 2 requests in 1 min 1 s
      time: read 1.5 s, apply 1 min 1 s
      took 1 min 2 s; state at generation 1
    "#);
    let blocked = runs[0].to_string();
    assert!(blocked.contains("blocked by the guard \"empty segment\""), "{blocked}");
}

#[tokio::test]
async fn a_history_that_cannot_be_written_or_read_stops_no_run_and_is_a_warning() {
    for broken in [Operation::Create, Operation::Read, Operation::Delete] {
        let world = eventful().await;
        let store = HookedStore::new(&world.store, move |operation, key| async move {
            if operation == broken && key.as_str().contains("/runs/") {
                let source = io::ErrorKind::PermissionDenied.into();
                return Err(StateError::Io { operation: "use", object: key.to_string(), source });
            }
            Ok(())
        });
        let builder = buyers(&(0..4).collect(), world.destination.clone(), store).on_event(|_| {});
        let report = builder.build().unwrap().run(&RunOptions::new()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done);
        let about = |warning: &&String| warning.contains("histor") || warning.contains("earlier runs");
        assert!(report.warnings.iter().any(|warning| about(&warning)), "{broken:?}: {:?}", report.warnings);
    }
}

#[tokio::test]
async fn the_history_keeps_as_much_as_its_policy_says() {
    let (world, clock) = (World::new(), TestClock::default());
    let run = async |policy: HistoryPolicy| {
        let builder = world.fused(&(0..4).collect(), &Fuse::never()).clock(Arc::new(clock.clone())).history(policy);
        builder.build().unwrap().run(&RunOptions::new()).await.unwrap();
        clock.advance_minutes(60);
        history(&world, HistoryQuery::new()).await.len()
    };
    for _ in 0..5 {
        run(HistoryPolicy::default()).await;
    }
    assert_eq!(run(HistoryPolicy::default().keep(4)).await, 4);
    assert_eq!(run(HistoryPolicy::default().keep(1)).await, 1);
    assert_eq!(run(HistoryPolicy::default().keep(0)).await, 1, "the latest is always kept");
    assert_eq!(run(HistoryPolicy::default()).await, 2);
    // Runs of two hours ago, one hour ago and now.
    assert_eq!(run(HistoryPolicy::default().keep_for(Duration::from_secs(60 * 60))).await, 2);
}

#[tokio::test]
async fn a_run_that_lost_its_claim_writes_nothing_and_is_taken_for_dead() {
    let (world, clock) = (World::new(), TestClock::default());
    let later = clock.clone();
    let destination = Answering::judging(&world.destination, move |_, _| {
        later.advance_minutes(2);
        None
    });
    let activation = buyers(&(0..9).collect(), destination, world.store.clone()).clock(Arc::new(clock.clone()));
    activation.build().unwrap().run(&RunOptions::new()).await.unwrap_err();
    assert!(history(&world, HistoryQuery::new()).await.is_empty());
    let next = world.fused(&(0..9).collect(), &Fuse::never()).clock(Arc::new(clock)).build().unwrap();
    next.run(&RunOptions::new()).await.unwrap();
    assert_eq!(outcomes(&history(&world, HistoryQuery::new()).await), [Outcome::Done, Outcome::Died]);
}

#[test]
fn a_run_may_be_killed_while_it_writes_its_history() {
    for takes_effect in [false, true] {
        let mut died = 0;
        for operations in 0.. {
            let (world, fuse) = (World::new(), Fuse::new(operations, takes_effect));
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let _ = runtime.block_on(run(&world, &(0..4).collect(), &fuse));
            if !fuse.has_blown() {
                break;
            }
            let begun = block_on(world.objects()).iter().filter(|key| key.contains("/runs/")).count().min(1);
            let completed = runtime.block_on(run(&world, &(2..6).collect(), &Fuse::never())).unwrap();
            assert_eq!(completed, Outcome::Done);
            // One record a run that had begun, and no mark of one that has not ended.
            let runs = block_on(history(&world, HistoryQuery::new()));
            assert_eq!(runs.len(), 1 + begun, "{operations}");
            let objects = block_on(world.objects());
            assert_eq!(objects.iter().filter(|key| key.contains("/runs/")).count(), 1 + begun, "{objects:?}");
            died += outcomes(&runs).iter().filter(|outcome| **outcome == Outcome::Died).count();
        }
        assert!(died > 20, "{died}");
    }
}

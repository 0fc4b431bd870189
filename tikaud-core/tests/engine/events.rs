//! What a run tells while it is under way, and what of it is news.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tikaud_core::activation::{Activation, Health, Outcome, RunEvent, RunEventKind, RunOptions, StateChange};
use tikaud_core::destination::Receipt;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::Guard;

use crate::faults::{Answering, TestClock, buyers, refused_batch};
use crate::world::{Fuse, People, World};

/// What was told, in order.
#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<RunEvent>>>);

impl Told {
    fn listener(&self) -> impl Fn(&RunEvent) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |event| told.lock().unwrap().push(event.clone())
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().drain(..).map(|event| event.kind.name()).collect()
    }

    fn changes(&self) -> Vec<StateChange> {
        let change = |event: RunEvent| match event.kind {
            RunEventKind::StateChanged(change) => Some(*change),
            _ => None,
        };
        self.0.lock().unwrap().drain(..).filter_map(change).collect()
    }
}

/// A run of these people in a process of its own.
async fn run(world: &World, told: &Told, people: impl IntoIterator<Item = u32>, fuse: &Arc<Fuse>) -> Option<Outcome> {
    let activation = world.fused(&people.into_iter().collect(), fuse).on_event(told.listener()).build().unwrap();
    activation.run(&RunOptions::new()).await.ok().map(|report| report.outcome)
}

#[tokio::test]
async fn a_run_tells_what_it_does_in_order() {
    let (world, told, never) = (World::new(), Told::default(), Fuse::never());
    run(&world, &told, 0..4, &never).await;
    assert_eq!(told.names(), ["started", "reading", "planned", "batch", "batch", "done"]);
    run(&world, &told, [], &never).await;
    assert_eq!(told.names(), ["started", "reading", "planned", "blocked", "state_changed"]);
    run(&world, &told, 0..4, &never).await;
    assert_eq!(told.names(), ["started", "reading", "planned", "done", "state_changed"]);
}

#[tokio::test]
async fn one_run_can_be_listened_to_by_itself() {
    let (world, told) = (World::new(), Told::default());
    let activation = world.activation(&(0..2).collect(), &Fuse::never());
    activation.run(&RunOptions::new().observe(told.listener())).await.unwrap();
    assert_eq!(told.names().last(), Some(&"done"));
    activation.run(&RunOptions::new()).await.unwrap();
    assert!(told.names().is_empty());
}

#[tokio::test]
async fn a_failure_that_goes_on_is_one_message_and_its_end_another_whatever_process_they_are_in() {
    let (world, told, never) = (World::new(), Told::default(), Fuse::never());
    for people in [4, 4, 0, 0, 0, 4, 4] {
        run(&world, &told, 0..people, &never).await;
    }
    let changes = told.changes();
    let healths: Vec<_> = changes.iter().map(|change| (change.before, change.now)).collect();
    assert_eq!(healths, [(Health::Well, Health::Blocked), (Health::Blocked, Health::Well)]);
    assert_eq!(changes[0].causes, [Guard::EmptySegment.as_str()]);
    let message = changes[0].to_string();
    assert!(message.starts_with("activation `buyers` is blocked (empty segment), and was well before"), "{message}");
}

#[tokio::test]
async fn another_reason_is_news_too() {
    let (world, told) = (World::new(), Told::default());
    let refusing = Answering::new(&world.destination, |_| refused_batch());
    let other = FieldMapping::try_new([("mail", Field::Email)]).unwrap();
    for (fitting, times) in [(true, 2), (false, 2), (true, 1)] {
        for _ in 0..times {
            let mut builder = buyers(&(0..3).collect(), refusing.clone(), world.store.clone());
            if !fitting {
                builder = builder.mapping(other.clone());
            }
            let activation = builder.on_event(told.listener()).build().unwrap();
            assert_eq!(activation.run(&RunOptions::new()).await.is_ok(), fitting);
        }
    }
    let causes: Vec<_> = told.changes().into_iter().map(|change| change.causes.concat()).collect();
    assert_eq!(causes, ["invalid_input", "mapping", "invalid_input"]);
}

#[tokio::test]
async fn a_process_that_died_is_news_of_the_next_run() {
    let (world, told) = (World::new(), Told::default());
    run(&world, &Told::default(), 0..4, &Fuse::never()).await;
    let _ = run(&world, &Told::default(), 2..6, &Fuse::new(15, true)).await;
    run(&world, &told, 2..6, &Fuse::never()).await;
    assert_eq!(told.names()[..3], ["started", "died", "state_changed"]);
}

#[tokio::test]
async fn a_run_beside_another_is_no_news() {
    let (world, clock, told) = (World::new(), TestClock::default(), Told::default());
    let build = |people: People| {
        let builder = world.fused(&people, &Fuse::never()).clock(Arc::new(clock.clone()));
        builder.on_event(told.listener()).build().unwrap()
    };
    build((0..4).collect()).run(&RunOptions::new()).await.unwrap();
    // Killed, and its lease has not lapsed.
    let killed = world.fused(&(2..6).collect(), &Fuse::new(15, true)).clock(Arc::new(clock.clone())).build().unwrap();
    let _ = killed.run(&RunOptions::new()).await;
    told.names();
    let beside = build((2..6).collect()).run(&RunOptions::new()).await;
    if beside.is_err() {
        assert_eq!(told.names(), ["started", "failed"]);
    } else {
        // The store of the tests can tell the living from the dead.
        assert_eq!(told.names()[..2], ["started", "died"]);
    }
}

#[tokio::test]
async fn state_that_cannot_be_read_is_one_message_although_there_is_no_history_to_look_at() {
    let (world, told) = (World::new(), Told::default());
    let dead = world.fused(&(0..4).collect(), &Fuse::new(0, false)).on_event(told.listener()).build().unwrap();
    dead.run(&RunOptions::new()).await.unwrap_err();
    dead.run(&RunOptions::new()).await.unwrap_err();
    assert_eq!(told.names(), ["started", "failed", "state_changed", "started", "failed"]);
}

#[tokio::test]
async fn being_throttled_is_told_when_the_batch_is_answered() {
    let (world, told, throttled) = (World::new(), Told::default(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&throttled);
    let mut destination = Answering::new(&world.destination, move |batch| {
        count.fetch_add(u64::from(batch == 1), Ordering::SeqCst);
        Receipt::Accepted
    });
    destination.throttled = throttled;
    let builder = buyers(&(0..9).collect(), destination, world.store.clone()).on_event(told.listener());
    let report = builder.build().unwrap().run(&RunOptions::new()).await.unwrap();
    assert_eq!(told.names(), ["started", "reading", "planned", "batch", "throttled", "batch", "batch", "done"]);
    assert_eq!(report.traffic.throttled, 1);
}

#[tokio::test]
async fn events_are_json_for_hosts_that_pass_them_on() {
    let (world, told) = (World::new(), Told::default());
    run(&world, &told, 0..4, &Fuse::never()).await;
    let events: Vec<serde_json::Value> =
        told.0.lock().unwrap().iter().map(|event| serde_json::to_value(event).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["activation"]), (&"started".into(), &"buyers".into()));
    assert_eq!(events[3]["details"]["done"], 3);
    assert_eq!(events[5]["details"]["outcome"], "done");
}

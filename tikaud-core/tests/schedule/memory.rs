//! The scheduler over activations as they are: audiences equal segments after every run, whatever was broken off.

use std::sync::Arc;
use std::time::Duration;

use tikaud_core::activation::{Activation, MemoryActivation, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::schedule::{AfterWhen, LastOutcome, Schedule, Scheduler, SchedulerEvent};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{LocalStateStore, MemoryStateStore, StateStore};
use tokio::sync::{mpsc, oneshot};

fn segment(people: usize) -> MemorySegment {
    let rows = (0..people).map(|n| [Some(format!("person{n}@example.com"))]);
    MemorySegment::try_new("Buyers", ["email"], rows).unwrap()
}

fn mapping() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

#[tokio::test]
async fn the_reference_activation_runs_when_it_is_called_and_its_report_is_told() {
    let activation = Arc::new(MemoryActivation::try_new(segment(3), mapping()).unwrap());
    let (told, mut events) = mpsc::unbounded_channel();
    let scheduler = Scheduler::builder(MemoryStateStore::new())
        .add_shared(activation.clone(), Schedule::every("1 day").unwrap())
        .on_event(move |event| drop(told.send(event.clone())))
        .build()
        .unwrap();
    let handle = scheduler.handle();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(scheduler.run(async { drop(stopped.await) }));
    handle.trigger(activation.id()).await.unwrap();
    let report = loop {
        if let SchedulerEvent::Finished { report, .. } = events.recv().await.unwrap() {
            break report;
        }
    };
    assert_eq!(report.kinds[0].added, 3);
    assert_eq!(handle.status()[0].last.as_ref().unwrap().outcome, LastOutcome::Done);
    drop(stop);
    running.await.unwrap().unwrap();
    let audience = activation.destination().audiences().remove(0);
    assert_eq!(activation.destination().identifiers(&audience).unwrap().len(), 3);
}

#[tokio::test]
async fn activations_and_scheduler_share_a_directory_and_a_restart_finds_everything() {
    let directory = tempfile::tempdir().unwrap();
    let destination = MemoryDestination::new();
    for start in 1..=3 {
        let store: Arc<dyn StateStore> = Arc::new(LocalStateStore::open(directory.path()).unwrap());
        let activation = |id: &str, people| -> Arc<dyn Activation> {
            let (segment, destination) = (Arc::new(segment(people)), Arc::new(destination.clone()));
            let builder = SegmentActivation::builder_shared(id, segment, destination, Arc::clone(&store));
            Arc::new(builder.name(id).mapping(mapping()).build().unwrap())
        };
        let (first, second) = (activation("first", 10 * start), activation("second", 20 * start));
        let after = Schedule::after(first.id().clone(), AfterWhen::Done);
        let scheduler = Scheduler::builder_shared(Arc::clone(&store))
            .add_shared(Arc::clone(&first), Schedule::Manual)
            .add_shared(Arc::clone(&second), after)
            .build()
            .unwrap();
        let handle = scheduler.handle();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(scheduler.run(async { drop(stopped.await) }));
        handle.trigger(first.id()).await.unwrap();
        let before = handle.status()[1].last.clone();
        while handle.status()[1].last == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(handle.status()[1].last.as_ref().unwrap().outcome, LastOutcome::Done);
        drop(stop);
        running.await.unwrap().unwrap();
        let mut sizes: Vec<usize> =
            destination.audiences().iter().map(|id| destination.identifiers(id).unwrap().len()).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [10 * start, 20 * start]);
    }
}

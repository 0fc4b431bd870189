//! Hold-out groups: the same members are kept out, by member, and the report says how many.

use tikaud_core::activation::{Activation, ActivationError, Report, RunOptions, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping, RejectReason};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::{HoldOut, MemorySegment};

use crate::erasure::key;
use crate::world::{People, World, address, identifiers, mapping};

fn group(column: &str, percent: f64) -> HoldOut {
    HoldOut::try_new("autumn 2026", column, percent, key()).unwrap()
}

type Row = [Option<String>; 2];

fn row(id: Option<u32>, email: impl Into<String>) -> Row {
    [id.map(|id| id.to_string()), Some(email.into())]
}

fn activation(world: &World, rows: Vec<Row>, hold_out: HoldOut) -> SegmentActivation {
    let segment = MemorySegment::try_new("Buyers", ["id", "email"], rows).unwrap();
    SegmentActivation::builder("buyers", segment, world.destination.clone(), world.store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
        .hold_out(hold_out)
        .build()
        .unwrap()
}

async fn run(world: &World, rows: Vec<Row>, percent: f64) -> Report {
    activation(world, rows, group("id", percent)).run(&RunOptions::new()).await.unwrap()
}

/// Of these people, those held out and the others.
fn dealt(people: impl Iterator<Item = u32>, percent: f64) -> (People, People) {
    people.partition(|id| group("id", percent).holds_out(&id.to_string()))
}

#[tokio::test]
async fn members_are_held_out_by_a_column_that_is_not_mapped_whatever_their_order() {
    let world = World::new();
    let (held_out, others) = dealt(0..40, 25.0);
    assert!(!held_out.is_empty());
    let mut rows: Vec<Row> = (0..40).map(|id| row(Some(id), address(id))).collect();
    let report = run(&world, rows.clone(), 25.0).await;
    assert_eq!(world.audience(), identifiers(&others));
    let tally = report.plan.hold_out.as_ref().unwrap();
    assert_eq!((tally.members, tally.without_value), (held_out.len() as u64, 0));
    assert_eq!(report.plan.tally.members, others.len() as u64);
    let line = format!("held out {} members besides, for `autumn 2026` by the column `id`\n", held_out.len());
    assert!(report.to_string().contains(&line), "{report}");

    rows.reverse();
    let again = run(&world, rows.clone(), 25.0).await;
    assert_eq!(again.traffic.requests, 0);
    // A smaller group lets in whom it must, and a larger one takes out whom it must.
    let (smaller, larger) = (dealt(0..40, 10.0).0, dealt(0..40, 50.0).0);
    let report = run(&world, rows.clone(), 10.0).await;
    assert_eq!((report.kinds[0].added, report.kinds[0].removed), ((held_out.len() - smaller.len()) as u64, 0));
    let report = run(&world, rows, 50.0).await;
    assert_eq!((report.kinds[0].added, report.kinds[0].removed), (0, (larger.len() - smaller.len()) as u64));
}

#[tokio::test]
async fn members_without_a_value_are_in_neither_group_and_stay_in_the_audience() {
    let world = World::new();
    let report = run(&world, (0..5).map(|id| row(None, address(id))).collect(), 99.99).await;
    assert_eq!(world.audience(), identifiers(&(0..5).collect()));
    let tally = report.plan.hold_out.unwrap();
    assert_eq!((tally.members, tally.without_value), (0, 5));
    assert!(tally.to_string().ends_with("; 5 members without a value there cannot be"), "{tally}");
}

#[tokio::test]
async fn rejects_are_numbered_as_the_segment_was_read() {
    let world = World::new();
    let (held_out, others) = dealt(0..40, 50.0);
    let bad = *others.last().unwrap();
    assert!(held_out.iter().any(|id| *id < bad), "somebody before it is held out");
    let rows = (0..40).map(|id| row(Some(id), if id == bad { "junk".to_owned() } else { address(id) })).collect();
    let report = run(&world, rows, 50.0).await;
    let rejects = &report.plan.tally.columns[0].rejects[&RejectReason::NotAnEmail];
    assert_eq!(rejects.members, [u64::from(bad) + 1]);
}

#[tokio::test]
async fn an_identifier_that_somebody_else_has_stays() {
    let world = World::new();
    let (held_out, others) = dealt(0..40, 50.0);
    let (out, within) = (*held_out.first().unwrap(), *others.first().unwrap());
    run(&world, vec![row(Some(out), address(1)), row(Some(within), address(1)), row(Some(out), address(2))], 50.0)
        .await;
    assert_eq!(world.audience(), identifiers(&(1..2).collect()));
}

#[tokio::test]
async fn the_column_may_be_mapped_and_has_to_be_there() {
    let world = World::new();
    let rows: Vec<Row> = (0..40).map(|id| row(Some(id), address(id))).collect();
    let by_email = group("email", 50.0);
    activation(&world, rows.clone(), by_email.clone()).run(&RunOptions::new()).await.unwrap();
    let others = (0..40).filter(|id| !by_email.holds_out(&address(*id))).collect();
    assert_eq!(world.audience(), identifiers(&others));

    let error = activation(&world, rows.clone(), group("customer", 5.0)).run(&RunOptions::new()).await.unwrap_err();
    let ActivationError::Segment { source, .. } = error else { panic!("{error:?}") };
    insta::assert_snapshot!(source, @"there is no column `customer`; the columns are: `id`, `email`");
    let unmapped = FieldMapping::try_new([("mail", Field::Email)]).unwrap();
    let segment = MemorySegment::try_new("Buyers", ["id", "email"], rows).unwrap();
    let builder = SegmentActivation::builder("other", segment, world.destination.clone(), world.store.clone());
    let other = builder
        .guards(GuardSettings::without_thresholds())
        .mapping(unmapped)
        .hold_out(group("id", 5.0))
        .build()
        .unwrap();
    assert!(matches!(other.run(&RunOptions::new()).await, Err(ActivationError::Mapping { .. })));
}

#[test]
fn debug_shows_no_key() {
    let shown = format!("{:?}", group("id", 5.0));
    assert!(shown.contains("500") && !shown.contains("key"), "{shown}");
}

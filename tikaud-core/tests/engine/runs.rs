//! Runs that nothing interrupts.

use tikaud_core::activation::{Activation, ActivationError, Outcome, Report, RunOptions, SegmentActivation};
use tikaud_core::destination::{AudienceSpec, Destination, MemoryDestination, Receipt};
use tikaud_core::diff::Action;
use tikaud_core::identifier::{EmailRule, Field, FieldMapping, IdentifierKind, PhoneRegion};
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{MemoryStateStore, ObjectKey, StateError, StateStore};

use crate::faults::{Answering, buyers, refused_batch, staged};
use crate::world::{Fuse, People, World, capabilities, identifiers, mapping, segment};

async fn run(world: &World, people: &People) -> Report {
    world.activation(people, &Fuse::never()).run(&RunOptions::new()).await.unwrap()
}

fn changed(report: &Report) -> [u64; 2] {
    [report.kinds.iter().map(|kind| kind.added).sum(), report.kinds.iter().map(|kind| kind.removed).sum()]
}

#[tokio::test]
async fn each_run_adds_entrants_and_removes_leavers() {
    let world = World::new();
    assert_eq!(changed(&run(&world, &(0..10).collect()).await), [10, 0]);
    assert_eq!(changed(&run(&world, &(4..12).collect()).await), [2, 4]);
    assert_eq!(world.audience(), identifiers(&(4..12).collect()));
    let batches = world.destination.batches();
    assert_eq!(changed(&run(&world, &(4..12).collect()).await), [0, 0]);
    assert_eq!(world.destination.batches(), batches);
}

#[tokio::test]
async fn a_run_without_changes_writes_no_generation() {
    let world = World::new();
    run(&world, &(0..4).collect()).await;
    let generation = run(&world, &(0..4).collect()).await.generation;
    assert_eq!(generation, 1);
}

/// Rows of (e-mail, phone), in an activation of their own at a shared destination.
async fn run_rows(world: &World, rows: &[[Option<&str>; 2]], fields: &[(&str, Field)]) -> Report {
    let segment = MemorySegment::try_new("Buyers", ["email", "phone"], rows.iter().copied()).unwrap();
    let activation = SegmentActivation::builder("rows", segment, world.destination.clone(), world.store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(FieldMapping::try_new(fields.iter().cloned()).unwrap())
        .build()
        .unwrap();
    activation.run(&RunOptions::new()).await.unwrap()
}

#[tokio::test]
async fn a_shared_phone_stays_until_the_last_customer_leaves() {
    let world = World::new();
    let fields = [("email", Field::Email), ("phone", Field::Phone(PhoneRegion::Fixed("GB".parse().unwrap())))];
    let (ada, grace) =
        ([Some("ada@example.com"), Some("020 7183 8750")], [Some("g@example.com"), Some("+44 20 7183 8750")]);
    let phones = |world: &World| world.audience().get(IdentifierKind::PhoneSha256).len();
    assert_eq!(changed(&run_rows(&world, &[ada, grace], &fields).await), [3, 0]);
    assert_eq!(changed(&run_rows(&world, &[grace], &fields).await), [0, 1]);
    assert_eq!(phones(&world), 1);
    assert_eq!(changed(&run_rows(&world, &[[Some("g@example.com"), None]], &fields).await), [0, 1]);
    assert_eq!(phones(&world), 0);
}

#[tokio::test]
async fn a_changed_address_leaves_the_old_one_behind() {
    let world = World::new();
    let fields = [("email", Field::Email)];
    run_rows(&world, &[[Some("old@example.com"), None]], &fields).await;
    assert_eq!(changed(&run_rows(&world, &[[Some("new@example.com"), None]], &fields).await), [1, 1]);
}

#[tokio::test]
async fn a_column_that_is_no_longer_mapped_is_taken_out() {
    let world = World::new();
    let rows = [[Some("ada@example.com"), Some("+442071838750")]];
    let phone = ("phone", Field::Phone(PhoneRegion::International));
    run_rows(&world, &rows, &[("email", Field::Email), phone]).await;
    let report = run_rows(&world, &rows, &[("email", Field::Email)]).await;
    assert_eq!(changed(&report), [0, 1]);
    assert!(report.warnings.iter().any(|warning| warning.contains("the field mapping")), "{report}");
}

#[tokio::test]
async fn a_changed_rule_exchanges_the_identifiers() {
    let world = World::new();
    let run = async |rule| {
        let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("a.da+x@example.com")]]).unwrap();
        let activation = SegmentActivation::builder("rows", segment, world.destination.clone(), world.store.clone())
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping().with_email_rule(rule))
            .build()
            .unwrap();
        changed(&activation.run(&RunOptions::new()).await.unwrap())
    };
    assert_eq!(run(EmailRule::Current).await, [1, 0]);
    assert_eq!(run(EmailRule::Legacy).await, [1, 1]);
}

#[tokio::test]
async fn an_unknown_column_is_an_error_before_anything_is_sent() {
    let world = World::new();
    let mapping = FieldMapping::try_new([("mail", Field::Email)]).unwrap();
    let people = segment(&(0..3).collect());
    let activation = SegmentActivation::builder("rows", people, world.destination.clone(), world.store.clone());
    let error = activation
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping)
        .build()
        .unwrap()
        .run(&RunOptions::new())
        .await
        .unwrap_err();
    assert!(matches!(error, ActivationError::Mapping { .. }), "{error:?}");
    assert!(world.destination.audiences().is_empty());
}

/// A world with a minimum of five people.
fn demanding() -> World {
    let mut capabilities = capabilities();
    capabilities.minimum_audience = 5;
    World::with(capabilities)
}

#[tokio::test]
async fn a_small_segment_is_refused_before_anything_is_created() {
    let world = demanding();
    let report = run(&world, &(0..4).collect()).await;
    assert_eq!(report.outcome, Outcome::Blocked);
    assert!(world.destination.audiences().is_empty());
    let reason = &report.plan.blocked_by().next().unwrap().reason;
    insta::assert_snapshot!(reason, @"the segment has 4 identifiers of 4 members; 5 are needed at least");
    let allowed = RunOptions::new().allow(Guard::MinimumSize);
    let report = world.activation(&(0..4).collect(), &Fuse::never()).run(&allowed).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
}

#[tokio::test]
async fn an_empty_segment_never_empties_an_audience_silently() {
    let world = World::new();
    run(&world, &(0..4).collect()).await;
    let report = run(&world, &People::new()).await;
    assert_eq!(report.outcome, Outcome::Blocked);
    assert_eq!(world.audience(), identifiers(&(0..4).collect()));
    let wrong = RunOptions::new().allow(Guard::MinimumSize);
    let report = world.activation(&People::new(), &Fuse::never()).run(&wrong).await.unwrap();
    assert_eq!(report.outcome, Outcome::Blocked);
    let allowed = RunOptions::new().allow(Guard::EmptySegment);
    let report = world.activation(&People::new(), &Fuse::never()).run(&allowed).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    assert!(world.audience().is_empty());
}

#[tokio::test]
async fn a_plan_says_what_a_run_would_do_and_writes_nothing() {
    let world = World::new();
    run(&world, &(0..4).collect()).await;
    let before = world.objects().await;
    let plan = world.activation(&(2..5).collect(), &Fuse::never()).plan(&RunOptions::new()).await.unwrap();
    assert_eq!([plan.count(Action::Add), plan.count(Action::Remove)], [1, 2]);
    assert_eq!(world.objects().await, before);
    let empty = World::new();
    empty.activation(&(2..5).collect(), &Fuse::never()).plan(&RunOptions::new()).await.unwrap();
    assert!(empty.objects().await.is_empty());
}

#[tokio::test]
async fn state_that_has_lost_its_generations_is_no_first_run() {
    let world = World::new();
    run(&world, &(0..4).collect()).await;
    run(&world, &(0..5).collect()).await;
    let generations = |key: &&String| key.contains("/generations/");
    let objects = world.objects().await;
    for key in objects.iter().filter(generations).rev() {
        world.store.delete(&key.parse::<ObjectKey>().unwrap()).await.unwrap();
        let error = world.activation(&(0..4).collect(), &Fuse::never()).run(&RunOptions::new()).await.unwrap_err();
        assert!(matches!(error, ActivationError::State(StateError::GenerationsMissing { .. })), "{key}: {error:?}");
    }
}

#[tokio::test]
async fn state_of_another_activation_is_refused() {
    let world = World::new();
    run(&world, &(0..4).collect()).await;
    for object in world.store.list(None).await.unwrap() {
        let other: ObjectKey = object.key.as_str().replace("buyers/", "others/").parse().unwrap();
        world.store.create(&other, world.store.read(&object.key, 0..object.len).await.unwrap()).await.unwrap();
    }
    let people = segment(&(0..4).collect());
    let activation = SegmentActivation::builder("others", people, world.destination.clone(), world.store.clone());
    let error = activation
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
        .build()
        .unwrap()
        .run(&RunOptions::new())
        .await
        .unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ForeignActivation { .. })), "{error:?}");
}

#[tokio::test]
async fn state_is_bound_to_the_destination_once_that_was_asked_for_something() {
    let run = async |store: &MemoryStateStore, destination: &MemoryDestination| {
        SegmentActivation::builder("buyers", segment(&(0..9).collect()), destination.clone(), store.clone())
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping())
            .build()
            .unwrap()
            .run(&RunOptions::new())
            .await
    };
    let mut demanding = capabilities();
    demanding.minimum_audience = 1000;
    let wrong = MemoryDestination::with_capabilities(demanding).with_account("wrong");
    let (right, other) =
        (MemoryDestination::new().with_account("right"), MemoryDestination::new().with_account("other"));
    let store = MemoryStateStore::new();
    // Blocked before anything was asked of the wrong account, so the state is free.
    assert_eq!(run(&store, &wrong).await.unwrap().outcome, Outcome::Blocked);
    assert_eq!(run(&store, &right).await.unwrap().outcome, Outcome::Done);
    let error = run(&store, &other).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ForeignDestination { .. })), "{error:?}");
    assert!(other.audiences().is_empty());
}

#[tokio::test]
async fn a_destination_that_makes_no_audience_binds_no_state_however_often_it_is_tried() {
    let (world, wrong) = (World::new(), MemoryDestination::new().with_account("wrong"));
    for _ in 0..3 {
        let mut refusing = Answering::new(&wrong, |_| Receipt::Accepted);
        refusing.refuses_create = true;
        let run = buyers(&(0..4).collect(), refusing, world.store.clone()).build().unwrap();
        run.run(&RunOptions::new()).await.unwrap_err();
        assert!(!world.objects().await.iter().any(|key| key.contains("/plans/")));
    }
    assert_eq!(changed(&run(&world, &(0..4).collect()).await), [4, 0]);
}

#[tokio::test]
async fn old_generations_and_their_snapshots_are_cleared_away() {
    let world = World::new();
    for last in 1..8 {
        run(&world, &(0..last).collect()).await;
    }
    let objects = world.objects().await;
    assert_eq!(objects.iter().filter(|key| key.contains("/generations/")).count(), 3, "{objects:?}");
    assert_eq!(objects.iter().filter(|key| key.contains("/snapshots/")).count(), 3, "{objects:?}");
}

#[tokio::test]
async fn refused_batches_between_staged_ones_do_not_stop_the_kind() {
    let world = World::new();
    let answer = |batch: u32| if batch.is_multiple_of(2) { refused_batch() } else { staged(batch) };
    let destination = Answering::new(&world.destination, answer);
    let activation = buyers(&(0..24).collect(), destination.clone(), world.store.clone());
    let report = activation.build().unwrap().run(&RunOptions::new()).await.unwrap();
    let kind = &report.kinds[0];
    assert!(kind.refused > 0 && kind.added > 0, "{report}");
    assert_eq!((kind.unknown, kind.pending), (0, kind.refused), "everybody was sent: {report}");
}

#[tokio::test]
async fn an_audience_that_was_refused_is_not_taken_for_a_later_one_of_its_name() {
    let world = World::new();
    let mut refusing = Answering::new(&world.destination, |_| Receipt::Accepted);
    refusing.refuses_create = true;
    let refused = buyers(&(0..4).collect(), refusing, world.store.clone()).build().unwrap();
    refused.run(&RunOptions::new()).await.unwrap_err();
    let spec = AudienceSpec { name: "Buyers".into(), description: None };
    let other = world.destination.create_audience(&spec).await.unwrap().id;
    let report = world.activation(&(0..4).collect(), &Fuse::never()).run(&RunOptions::new()).await.unwrap();
    assert_ne!(report.audience.unwrap().id, other);
    assert!(world.destination.identifiers(&other).unwrap().is_empty());
}

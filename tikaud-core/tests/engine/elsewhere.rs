//! Compared by a diff engine where the segment is, and kept there: every run does exactly what it does here.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::executor::block_on;
use futures::{StreamExt, TryStreamExt, stream};
use proptest::prelude::*;
use tikaud_core::activation::{
    Activation, ActivationError, ActivationState, Erasures, Outcome, RunOptions, SegmentActivation, SettingsError,
    Teardown,
};
use tikaud_core::destination::{Creation, MemoryDestination, Receipt};
use tikaud_core::diff::{DiffEngine, DiffEngineErrorKind, MemoryDiffEngine};
use tikaud_core::identifier::{
    DefaultPhoneParser, Extractor, Field, FieldMapping, IdentifierKind, RejectReason, SecretKey,
};
use tikaud_core::plan::{GuardSettings, Plan};
use tikaud_core::segment::{HoldOut, IdentifierStream, MemberStream, MemorySegment, Segment, SegmentError};
use tikaud_core::state::{Generation, MemoryStateStore, StateError};

use crate::erasure::{key, person};
use crate::faults::{Answering, refusal, refused_batch};
use crate::suppression::{list, mail};
use crate::world::{Fuse, People, World, capabilities, gathering, identifiers, mapping, segment};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// What a destination says to the batches of a run.
#[derive(Debug, Clone, Copy)]
enum Answers {
    AllAccepted,
    /// So many batches, then it is gone and the last reply lost.
    LostAfter(u32),
    EveryOtherRefused,
}

#[derive(Debug, Clone)]
struct Step {
    people: People,
    answers: Answers,
    resync: bool,
    canary: Option<u8>,
    /// Who is on each list; a list may be empty.
    suppressed: Vec<People>,
}

fn step() -> impl Strategy<Value = Step> {
    let answers = prop_oneof![
        3 => Just(Answers::AllAccepted),
        2 => (0..4_u32).prop_map(Answers::LostAfter),
        1 => Just(Answers::EveryOtherRefused),
    ];
    let canary = prop::option::weighted(0.2, 1..100_u8);
    let people = prop::collection::btree_set(0..24_u32, 1..20);
    let suppressed = prop::collection::vec(prop::collection::btree_set(0..24_u32, 0..8), 0..3);
    let step = (people, answers, any::<bool>(), canary, suppressed);
    step.prop_map(|(people, answers, resync, canary, suppressed)| Step { people, answers, resync, canary, suppressed })
}

fn receipt(answers: Answers, batch: u32) -> Receipt {
    match answers {
        Answers::AllAccepted => Receipt::Accepted,
        Answers::LostAfter(batches) if batch < batches => Receipt::Accepted,
        Answers::LostAfter(_) => Receipt::Unknown(refusal()),
        Answers::EveryOtherRefused if batch.is_multiple_of(2) => refused_batch(),
        Answers::EveryOtherRefused => Receipt::Accepted,
    }
}

fn activation(world: &World, step: &Step) -> SegmentActivation {
    let answers = step.answers;
    let destination = Answering::new(&world.destination, move |batch| receipt(answers, batch));
    let builder = SegmentActivation::builder("buyers", segment(&step.people), destination, world.store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping());
    let lists = step.suppressed.iter();
    let builder = match &world.engine {
        Some(engine) => {
            let engine = engine.with_segment(segment(&step.people));
            builder.diff_engine(Arc::new(lists.fold(engine, |engine, people| engine.suppress(list(people), mail()))))
        }
        None => lists.fold(builder, |builder, people| builder.suppress(list(people), mail())),
    };
    builder.build().unwrap()
}

fn options(step: &Step) -> RunOptions {
    let options = RunOptions::new();
    let options = if step.resync { options.resync() } else { options };
    step.canary.map_or_else(|| options.clone(), |percent| options.clone().canary(percent))
}

/// All that a plan says, but for where rejects stand and what the segment is read from.
fn told(plan: &Plan) -> String {
    let mut plan = plan.clone();
    let rejects = plan.tally.columns.iter_mut().flat_map(|column| column.rejects.values_mut());
    rejects.for_each(|rejects| rejects.members.clear());
    serde_json::to_string(&plan).unwrap()
}

/// How many are confirmed and how many are not.
fn counts(generation: &Generation) -> (u64, u64) {
    match &generation.sets {
        Some(sets) => {
            sets.counts.iter().fold((0, 0), |sum, count| (sum.0 + count.confirmed, sum.1 + count.unconfirmed))
        }
        None => {
            let sum = |files: &[tikaud_core::state::DigestFile]| files.iter().map(|file| file.count).sum();
            (sum(&generation.snapshots.confirmed), sum(&generation.snapshots.unconfirmed))
        }
    }
}

async fn exported(world: &World, people: &People) -> String {
    let mut state = ActivationState::try_new(world.store.clone(), "buyers").unwrap();
    if let Some(engine) = world.engine(people, &Fuse::never()) {
        state = state.with_diff_engine(engine);
    }
    state.export(IdentifierKind::EmailSha256).await.unwrap().try_collect().await.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// Whatever the destination makes of the batches, run after run: plans, outcomes, audiences and what is held are the same.
    #[test]
    fn a_diff_engine_plans_sends_and_keeps_what_this_process_would(
        steps in prop::collection::vec(step(), 1..7), gathers in any::<bool>(),
    ) {
        let mut capabilities = if gathers { gathering() } else { capabilities() };
        capabilities.creation = Creation::Empty;
        let (here, there) = (World::with(capabilities.clone()), World::elsewhere(capabilities));
        for step in steps {
            let run = |world: &World| runtime().block_on(async {
                let activation = activation(world, &step);
                let planned = activation.plan(&options(&step)).await.map(|plan| told(&plan));
                let report = activation.run(&options(&step)).await.unwrap();
                let generation = activation.state().await.unwrap();
                (told(&report.plan), planned.unwrap(), report.outcome, counts(&generation), report.kinds.len(),
                    exported(world, &step.people).await)
            });
            prop_assert_eq!(run(&here), run(&there));
            let audience = |world: &World| {
                let audiences = world.destination.audiences();
                audiences.iter().map(|id| world.destination.identifiers(id)).collect::<Vec<_>>()
            };
            prop_assert_eq!(audience(&here), audience(&there));
            block_on(there.assert_no_sets_are_left_over());
        }
    }
}

#[tokio::test]
async fn whoever_was_erased_is_counted_and_taken_out_as_here() {
    let (before, people): (People, People) = ((0..9).collect(), (3..12).collect());
    for resync in [false, true] {
        let mut plans = Vec::new();
        for world in [World::new(), World::elsewhere(capabilities())] {
            let keyed = |people: &People| world.fused(people, &Fuse::never()).erasure_key(key()).build().unwrap();
            keyed(&before).run(&RunOptions::new()).await.unwrap();
            // One who leaves, one who stays, one who comes: none is taken out at once.
            for erased in [1, 5, 10] {
                Erasures::new(world.store.clone(), key()).erase(&person(erased), &[]).await.unwrap();
            }
            let options = if resync { RunOptions::new().resync() } else { RunOptions::new() };
            let planned = keyed(&people).plan(&options).await.unwrap();
            let report = keyed(&people).run(&options).await.unwrap();
            assert_eq!(told(&planned), told(&report.plan));
            assert_eq!(world.audience(), identifiers(&(&people - &People::from([1, 5, 10]))));
            plans.push(told(&report.plan));
        }
        assert_eq!(plans[0], plans[1]);
    }
}

async fn complete(world: &World, people: &People) {
    let report = world.activation(people, &Fuse::never()).run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    assert_eq!(world.audience(), identifiers(people));
}

/// The same world, compared here or there.
fn with_engine(world: &World, engine: Option<&MemoryDiffEngine>) -> World {
    World { engine: engine.cloned(), ..world.clone() }
}

/// Whether somebody was sent again, or the other way round.
async fn sends_nothing(world: &World, people: &People) {
    let batches = world.destination.batches();
    complete(world, people).await;
    assert_eq!(world.destination.batches(), batches, "a move has made changes");
}

#[test]
fn what_is_held_is_moved_there_and_back_however_often_the_move_breaks_off() {
    let (before, people): (People, People) = ((0..10).collect(), (5..12).collect());
    for to_engine in [true, false] {
        for takes_effect in [false, true] {
            for operation in 0.. {
                let engine = MemoryDiffEngine::new(segment(&people));
                let (here, there) = {
                    let world = World::with(capabilities());
                    (world.clone(), with_engine(&world, Some(&engine)))
                };
                let (old, new) = if to_engine { (&here, &there) } else { (&there, &here) };
                let fuse = Fuse::new(operation, takes_effect);
                runtime().block_on(async {
                    complete(old, &before).await;
                    // A run that dies among its batches: what it may have sent is moved too.
                    let broken = Fuse::new(24, true);
                    let _ = old.activation(&people, &broken).run(&RunOptions::new()).await;
                    assert!(broken.has_blown());

                    let _ = new.activation(&people, &fuse).move_sets(old.engine(&people, &fuse)).await;
                    let sound = Fuse::never();
                    new.activation(&people, &sound).move_sets(old.engine(&people, &sound)).await.unwrap();
                    complete(new, &people).await;
                    sends_nothing(new, &people).await;
                    if !to_engine {
                        assert!(engine.kept().is_empty(), "{:?}", engine.kept());
                    }
                });
                if !fuse.has_blown() {
                    assert!(operation > 15, "{operation}");
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_kept_elsewhere_is_an_error_that_names_both_places() {
    let (here, engine) = (World::new(), MemoryDiffEngine::new(segment(&People::new())));
    let there = with_engine(&here, Some(&engine));
    let people: People = (0..4).collect();
    complete(&here, &people).await;
    let error = there.activation(&people, &Fuse::never()).run(&RunOptions::new()).await.unwrap_err();
    let ActivationError::State(error @ StateError::SetsElsewhere { .. }) = error else { panic!("{error:?}") };
    insta::assert_snapshot!(error, @"what the audience of activation `buyers` holds is kept in the files of the state, not in memory; set the activation up as before, or move it (`SegmentActivation::move_sets`). Nothing was sent");

    there.activation(&people, &Fuse::never()).move_sets(None).await.unwrap();
    let error = here.activation(&people, &Fuse::never()).run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::SetsElsewhere { .. })), "{error:?}");
    let state = ActivationState::try_new(here.store.clone(), "buyers").unwrap();
    for error in [state.verify().await.map(drop), state.forget("buyers").await.map(drop)] {
        assert!(matches!(error, Err(ActivationError::State(StateError::SetsElsewhere { .. }))), "{error:?}");
    }
    assert_eq!(state.generation().await.unwrap().unwrap().sets.unwrap().possible_count(), 4);

    let state = state.with_diff_engine(there.engine(&people, &Fuse::never()).unwrap());
    // The generation before it has its files still.
    assert_eq!(state.verify().await.unwrap().identifiers, 8);
    state.forget("buyers").await.unwrap();
    assert!(engine.kept().is_empty() && here.objects().await.is_empty());
}

#[tokio::test]
async fn sets_that_are_gone_are_an_error_and_never_nobody() {
    let world = World::elsewhere(capabilities());
    let people: People = (0..4).collect();
    complete(&world, &people).await;
    let engine = world.engine.clone().unwrap();
    engine.keep(&"buyers".parse().unwrap(), &[], u64::MAX).await.unwrap();
    let error = world.activation(&people, &Fuse::never()).run(&RunOptions::new()).await.unwrap_err();
    let ActivationError::DiffEngine(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), DiffEngineErrorKind::SetsMissing);
    assert_eq!(world.audience(), identifiers(&people));
}

#[tokio::test]
async fn an_interrupted_run_is_counted_in_before_there_is_a_plan() {
    let (before, people): (People, People) = ((0..4).collect(), (2..9).collect());
    let mut interrupted = 0;
    for operation in 0.. {
        let world = World::elsewhere(capabilities());
        complete(&world, &before).await;
        let fuse = Fuse::new(operation, true);
        let _ = world.activation(&people, &fuse).run(&RunOptions::new()).await;
        if !fuse.has_blown() {
            break;
        }
        let activation = world.activation(&people, &Fuse::never());
        match activation.plan(&RunOptions::new()).await {
            Ok(_) => {}
            Err(ActivationError::Interrupted { .. }) => interrupted += 1,
            Err(error) => panic!("{error:?}"),
        }
        let prepared = activation.prepare(&RunOptions::new()).await.unwrap();
        activation.apply(&prepared.id, &RunOptions::new()).await.unwrap();
        assert_eq!(world.audience(), identifiers(&people));
        activation.plan(&RunOptions::new()).await.unwrap();
    }
    assert!(interrupted > 3, "{interrupted}");
}

#[tokio::test]
async fn a_teardown_leaves_no_sets() {
    for teardown in [Teardown::Keep, Teardown::Drain, Teardown::Delete] {
        let world = World::elsewhere(capabilities());
        complete(&world, &(0..4).collect()).await;
        let activation = world.activation(&People::new(), &Fuse::never());
        assert!(activation.tear_down(teardown).await.unwrap().complete);
        assert!(world.engine.as_ref().unwrap().kept().is_empty());
        if matches!(teardown, Teardown::Drain) {
            assert_eq!(world.audience().len(), 0);
        }
    }
}

#[test]
fn what_would_have_to_be_read_here_is_refused_beside_an_engine() {
    let build = |suppresses: bool| {
        let world = World::elsewhere(capabilities());
        let builder = world.fused(&People::new(), &Fuse::never());
        let builder = if suppresses {
            builder.suppress(list(&People::new()), mail())
        } else {
            builder.hold_out(HoldOut::try_new("control", "email", 10.0, SecretKey::try_new([7; 32]).unwrap()).unwrap())
        };
        builder.build().unwrap_err()
    };
    for suppresses in [true, false] {
        assert!(matches!(build(suppresses), SettingsError::NotElsewhere { .. }));
    }
}

#[tokio::test]
async fn an_engine_refuses_a_list_that_keeps_nobody_out() {
    let world = World::elsewhere(capabilities());
    let other = FieldMapping::try_new([("mail", Field::EmailSha512)]).unwrap();
    let engine = world.engine.clone().unwrap().suppress(list(&People::new()), other);
    let activation = world.fused(&People::new(), &Fuse::never()).diff_engine(Arc::new(engine)).build().unwrap();
    let Err(ActivationError::DiffEngine(error)) = activation.run(&RunOptions::new()).await else { panic!() };
    assert_eq!(error.kind(), DiffEngineErrorKind::Refused);
}

/// A segment that makes its identifiers itself.
struct Hashed(MemorySegment);

#[async_trait::async_trait]
impl Segment for Hashed {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn description(&self) -> Option<&str> {
        self.0.description()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.0.columns().await
    }

    async fn members(&self, _: &[String]) -> Result<MemberStream, SegmentError> {
        Err(SegmentError::malformed("members do not leave this source"))
    }

    async fn identifiers(&self, mapping: &FieldMapping) -> Result<Option<IdentifierStream>, SegmentError> {
        let extractor = Extractor::new(mapping, Arc::new(DefaultPhoneParser::try_new().unwrap()));
        let members = self.0.members(&mapping.columns()).await?;
        let identifiers = members.map(move |batch| extractor.extract(&batch?, 1));
        Ok(Some(identifiers.chain(stream::empty()).boxed()))
    }
}

#[tokio::test]
async fn a_source_that_makes_the_identifiers_itself_is_taken_at_its_word() {
    let people: People = BTreeSet::from([1, 2, 3]);
    let rows = people.iter().map(|person| Some(crate::world::address(*person))).chain([Some("junk".to_owned()), None]);
    let segment = MemorySegment::try_new("Buyers", ["email"], rows.map(|row| [row])).unwrap();
    let (destination, store) = (MemoryDestination::new(), MemoryStateStore::new());
    let activation = SegmentActivation::builder("buyers", Hashed(segment), destination.clone(), store);
    let activation = activation.mapping(mapping()).guards(GuardSettings::without_thresholds());
    let report = activation.build().unwrap().run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.plan.tally.members, 5);
    assert_eq!(report.plan.tally.columns[0].rejects[&RejectReason::NotAnEmail].count, 1);
    assert_eq!(destination.identifiers(&destination.audiences()[0]).unwrap(), identifiers(&people));
}

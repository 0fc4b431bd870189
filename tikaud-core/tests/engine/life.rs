//! An activation's audience from its adoption to its end: another name, gone behind our back, torn down.

use tikaud_core::activation::{
    Activation, ActivationError, Outcome, RunOptions, SegmentActivation, Teardown, WhenGone,
};
use tikaud_core::destination::{AudienceId, AudienceSpec, AudienceWriter, Batch, Destination, Receipt};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::StateStore;

use crate::faults::{Answering, buyers};
use crate::world::{Fuse, People, World, capabilities, gathering, identifiers};

fn people(range: std::ops::Range<u32>) -> People {
    range.collect()
}

fn activation(world: &World, people: &People) -> SegmentActivation {
    buyers(people, world.destination.clone(), world.store.clone()).build().unwrap()
}

async fn run(activation: &SegmentActivation) -> Outcome {
    activation.run(&RunOptions::new()).await.unwrap().outcome
}

/// Puts people into an audience beside the activation.
async fn add_by_hand(writer: &dyn AudienceWriter, people: &People) {
    let digests = identifiers(people).get(IdentifierKind::EmailSha256).slice(0..people.len());
    writer.apply(&Batch::new(Action::Add, IdentifierKind::EmailSha256, digests).unwrap()).await.unwrap();
    writer.finish().await;
}

/// An audience that somebody else has made, with these people in it.
async fn made_by_hand(world: &World, people: &People) -> AudienceId {
    let spec = AudienceSpec { name: "By hand".to_owned(), description: None };
    let id = world.destination.create_audience(&spec).await.unwrap().id;
    add_by_hand(&*world.destination.open_audience(&id).await.unwrap(), people).await;
    id
}

#[tokio::test]
async fn an_adopted_audience_keeps_whom_others_put_in_and_its_name() {
    let world = World::new();
    let id = made_by_hand(&world, &people(100..103)).await;
    let first = activation(&world, &people(0..5));
    assert_eq!(first.adopt(&id).await.unwrap().number, 1);
    assert_eq!(first.adopt(&id).await.unwrap().number, 1, "it is its own already");
    assert_eq!(run(&first).await, Outcome::Done);
    assert_eq!(run(&activation(&world, &people(3..5))).await, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&(3..5).chain(100..103).collect()));
    assert_eq!(world.destination.find_audiences("By hand").await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_activation_with_an_audience_adopts_no_other_one() {
    let world = World::new();
    let buyers = activation(&world, &people(0..5));
    run(&buyers).await;
    let other = made_by_hand(&world, &people(100..103)).await;
    let error = buyers.adopt(&other).await.unwrap_err();
    assert!(matches!(error, ActivationError::HasAudience { .. }), "{error:?}");
    let nobodys = AudienceId::new("nobody's");
    let error = activation(&World::new(), &people(0..5)).adopt(&nobodys).await.unwrap_err();
    assert!(matches!(error, ActivationError::AudienceGone { .. }), "{error:?}");
}

#[tokio::test]
async fn the_audience_follows_the_activations_name() {
    let world = World::new();
    run(&activation(&world, &people(0..5))).await;
    let renamed = || buyers(&people(0..5), world.destination.clone(), world.store.clone()).name("Buyers of May");
    let report = renamed().build().unwrap().run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.audience.unwrap().name, "Buyers of May");
    assert_eq!(world.destination.find_audiences("Buyers of May").await.unwrap().len(), 1);
    let again = renamed().build().unwrap().run(&RunOptions::new()).await.unwrap();
    assert!(!again.warnings.iter().any(|warning| warning.contains("called")), "{again}");
    assert_eq!(again.generation, report.generation);
}

#[tokio::test]
async fn a_name_that_is_not_taken_stops_nothing_and_is_tried_again() {
    let world = World::new();
    run(&activation(&world, &people(0..5))).await;
    // Says that it renames, and does not.
    let unnaming = Answering::new(&world.destination, |_| Receipt::Accepted);
    let renamed = buyers(&people(0..6), unnaming, world.store.clone()).name("Buyers of May").build().unwrap();
    let report = renamed.run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    assert!(report.warnings.iter().any(|warning| warning.contains("could not be renamed")), "{report}");
    assert_eq!(report.audience.unwrap().name, "Buyers");
    let again = buyers(&people(0..6), world.destination.clone(), world.store.clone()).name("Buyers of May");
    assert_eq!(run(&again.build().unwrap()).await, Outcome::Done);
    assert_eq!(world.destination.find_audiences("Buyers of May").await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_audience_that_is_gone_stops_the_run_and_keeps_the_state() {
    let world = World::new();
    let buyers = activation(&world, &people(0..5));
    run(&buyers).await;
    world.destination.delete(&world.destination.audiences()[0]);
    let before = world.objects().await;
    let error = buyers.run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::AudienceGone { .. }), "{error:?}");
    let is_kept = |name: &String| !name.contains("/claims/") && !name.contains("/runs/");
    let kept = |objects: Vec<String>| objects.into_iter().filter(is_kept).collect::<Vec<_>>();
    assert_eq!(kept(world.objects().await), kept(before));
}

#[tokio::test]
async fn an_audience_that_is_gone_is_created_anew_by_policy_only_and_filled_whole() {
    for capabilities in [capabilities(), gathering()] {
        let world = World::with(capabilities);
        run(&activation(&world, &people(0..5))).await;
        let gone = world.destination.audiences().remove(0);
        world.destination.delete(&gone);
        let anew = buyers(&people(2..9), world.destination.clone(), world.store.clone());
        let anew = anew.when_gone(WhenGone::CreateAnew).build().unwrap();
        let report = anew.run(&RunOptions::new()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done);
        assert_ne!(report.audience.unwrap().id, gone);
        assert!(report.warnings[0].contains("takes the place of one that is gone"), "{:?}", report.warnings);
        assert_eq!(world.audience(), identifiers(&people(2..9)));
        assert_eq!(run(&anew).await, Outcome::Done);
    }
}

/// The process dies at every operation of the run that creates a new audience in the place of one that is gone.
#[tokio::test]
async fn creating_anew_may_break_off_anywhere() {
    for takes_effect in [false, true] {
        for operation in 0.. {
            let world = World::new();
            run(&activation(&world, &people(0..5))).await;
            world.destination.delete(&world.destination.audiences()[0]);
            let fuse = Fuse::new(operation, takes_effect);
            let broken = world.fused(&people(2..9), &fuse).when_gone(WhenGone::CreateAnew).build().unwrap();
            let _ = broken.run(&RunOptions::new()).await;
            let next = buyers(&people(4..11), world.destination.clone(), world.store.clone());
            let next = next.when_gone(WhenGone::CreateAnew).build().unwrap();
            assert_eq!(run(&next).await, Outcome::Done);
            assert_eq!(world.audience(), identifiers(&people(4..11)), "{operation} {takes_effect}");
            if !fuse.has_blown() {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_torn_down_activation_leaves_what_was_asked_for_and_no_state() {
    for (teardown, left) in [
        (Teardown::Keep, Some((0..5).chain(100..103).collect())),
        (Teardown::Drain, Some(people(100..103))),
        (Teardown::Delete, None),
    ] {
        let world = World::new();
        let id = made_by_hand(&world, &people(100..103)).await;
        let buyers = activation(&world, &people(0..5));
        buyers.adopt(&id).await.unwrap();
        run(&buyers).await;
        let torn_down = buyers.tear_down(teardown).await.unwrap();
        assert!(torn_down.complete, "{torn_down:?}");
        assert_eq!(torn_down.audience, Some(id.clone()));
        assert_eq!(world.destination.identifiers(&id), left.as_ref().map(identifiers), "{teardown:?}");
        assert!(world.store.list(None).await.unwrap().is_empty(), "{teardown:?}");
    }
}

#[tokio::test]
async fn what_never_ran_and_what_is_gone_is_torn_down_too() {
    for teardown in [Teardown::Keep, Teardown::Drain, Teardown::Delete] {
        let world = World::new();
        let buyers = activation(&world, &people(0..5));
        assert!(buyers.tear_down(teardown).await.unwrap().complete);
        assert!(world.destination.audiences().is_empty(), "nothing is created to be torn down");
        run(&buyers).await;
        world.destination.delete(&world.destination.audiences()[0]);
        assert!(buyers.tear_down(teardown).await.unwrap().complete);
        assert!(world.store.list(None).await.unwrap().is_empty() && world.destination.audiences().is_empty());
    }
}

/// The process dies at every operation of a teardown; called again, it is completed.
#[tokio::test]
async fn a_teardown_may_break_off_anywhere() {
    for teardown in [Teardown::Drain, Teardown::Delete] {
        for takes_effect in [false, true] {
            for operation in 0.. {
                let world = World::new();
                run(&activation(&world, &people(0..5))).await;
                let id = world.destination.audiences().remove(0);
                let fuse = Fuse::new(operation, takes_effect);
                let broken = world.fused(&people(0..5), &fuse).build().unwrap();
                let _ = broken.tear_down(teardown).await;
                let mut torn_down = activation(&world, &people(0..5)).tear_down(teardown).await;
                // What has lost its generations, half-way through being forgotten, is forgotten by name.
                if torn_down.is_err() {
                    let state =
                        tikaud_core::activation::ActivationState::try_new(world.store.clone(), "buyers").unwrap();
                    state.forget("buyers").await.unwrap();
                    torn_down = activation(&world, &people(0..5)).tear_down(teardown).await;
                }
                assert!(torn_down.unwrap().complete, "{operation}");
                let left = world.destination.identifiers(&id);
                let nobody = (teardown == Teardown::Drain).then(|| identifiers(&People::new()));
                assert_eq!(left, nobody, "{teardown:?} {operation} {takes_effect}");
                assert!(world.store.list(None).await.unwrap().is_empty());
                if !fuse.has_blown() {
                    break;
                }
            }
        }
    }
}

/// A lost reply may have left an audience behind: it is the activation's, and goes with it.
#[tokio::test]
async fn an_audience_whose_create_reply_was_lost_is_torn_down() {
    for teardown in [Teardown::Drain, Teardown::Delete] {
        let mut lost = false;
        for operation in 0.. {
            let (world, fuse) = (World::new(), Fuse::new(operation, true));
            let _ = world.activation(&people(0..5), &fuse).run(&RunOptions::new()).await;
            let created = !world.destination.audiences().is_empty();
            let recorded = world.objects().await.iter().any(|name| name.contains("audience.json"));
            if created && !recorded && !lost {
                lost = true;
                assert!(activation(&world, &people(0..5)).tear_down(teardown).await.unwrap().complete);
                let left: Vec<_> = world.destination.audiences();
                assert_eq!(left.is_empty(), teardown == Teardown::Delete);
            }
            if !fuse.has_blown() {
                break;
            }
        }
        assert!(lost, "no operation lost the reply");
    }
}

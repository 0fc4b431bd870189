//! An audience from its adoption to its end: taken over by id, expired, drained, deleted.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tikaud_core::activation::{Activation, ActivationError, Outcome, SegmentActivation, Teardown, WhenGone};
use tikaud_core::destination::{AudienceId, DestinationErrorKind as Kind};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::Clock;
use tikaud_tiktok::AudienceKind;
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, IdType, World};

use crate::scene::{ACCOUNT, People, Scene, buyers, by_email, chain, email_digests, options, post};

fn people(range: std::ops::Range<u32>) -> People {
    range.collect()
}

fn activation(scene: &Scene, people: &People) -> SegmentActivation {
    scene.activation(buyers(people), by_email(), scene.destination()).build().unwrap()
}

#[tokio::test]
async fn an_audience_is_adopted_by_its_id() {
    let scene = Scene::new().await;
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_name": "By hand"});
    post(&mut scene.server.simulator(), Endpoint::SegmentAudience, &body);
    let id = AudienceId::new(scene.audience().id());
    activation(&scene, &people(0..9)).adopt(&id).await.unwrap();
    let report = activation(&scene, &people(0..9)).run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    scene.assert_holds(&people(0..9));
    assert_eq!((scene.audience().id(), scene.audience().name()), (id.as_str(), "By hand"));
}

#[tokio::test]
async fn an_audience_of_another_kind_is_not_adopted() {
    let scene = Scene::new().await;
    activation(&scene, &people(0..9)).run(&options()).await.unwrap();
    let id = AudienceId::new(scene.audience().id());
    let files = scene.destination().audience_kind(AudienceKind::CustomerFile);
    let other = tikaud_core::state::MemoryStateStore::new();
    let files = SegmentActivation::builder("files", buyers(&people(0..9)), files.build().unwrap(), other);
    let error = files
        .guards(GuardSettings::without_thresholds())
        .mapping(by_email())
        .build()
        .unwrap()
        .adopt(&id)
        .await
        .unwrap_err();
    assert!(matches!(&error, ActivationError::Destination { source, .. } if source.kind() == Kind::Configuration));
    insta::assert_snapshot!(chain(&error), @r"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    audience 7100000000000000001 of ad account 7000000000000000001 is not made of customer files; choose AudienceKind::Streaming for it, or begin a new audience
    ");
}

/// A clock that TikTok and we go by.
#[derive(Debug, Clone, Default)]
struct SharedClock(Arc<Mutex<SignedDuration>>);

impl SharedClock {
    fn pass_days(&self, days: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_hours(24 * days);
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap() + *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn an_expired_audience_is_said_to_be_gone_and_created_anew_by_policy_only() {
    let clock = SharedClock::default();
    let tiktok = clock.clone();
    let scene = Scene::at(World::default(), move || tiktok.now()).await;
    let building =
        |people: &People| scene.activation(buyers(people), by_email(), scene.destination().clock(clock.clone()));
    building(&people(0..9)).build().unwrap().run(&options()).await.unwrap();
    let expired = scene.audience().id().to_owned();
    clock.pass_days(364);
    building(&people(0..9)).build().unwrap().run(&options()).await.unwrap();
    clock.pass_days(2);
    let error = building(&people(0..9)).build().unwrap().run(&options()).await.unwrap_err();
    assert!(matches!(error, ActivationError::AudienceGone { .. }), "{error:?}");
    insta::assert_snapshot!(chain(&error), @r"
    the audience 7100000000000000001 is no longer at `tiktok/7000000000000000001`; nothing was sent. To have a new one created in its place, set what happens when it is gone (`when_gone`) to creating it anew
    audience 7100000000000000001 of ad account 7000000000000000001 has expired and can only be deleted; have a new one created
    ");
    let anew = building(&people(5..12)).when_gone(WhenGone::CreateAnew).build().unwrap();
    let report = anew.run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    let new = report.audience.unwrap().id;
    assert_ne!(new.as_str(), expired);
    insta::assert_snapshot!(report.warnings[0], @"a new audience takes the place of one that is gone: audience 7100000000000000001 of ad account 7000000000000000001 has expired and can only be deleted; have a new one created. Ad groups that used it have to be given the new one");
    let held = scene.server.simulator().identifiers(new.as_str(), IdType::EmailSha256).unwrap();
    assert_eq!(held, email_digests(&people(5..12)));
}

#[tokio::test]
async fn a_torn_down_audience_is_drained_or_deleted_and_the_state_goes() {
    for (teardown, is_left) in [(Teardown::Keep, true), (Teardown::Drain, true), (Teardown::Delete, false)] {
        let scene = Scene::new().await;
        let buyers = activation(&scene, &people(0..9));
        buyers.run(&options()).await.unwrap();
        let torn_down = buyers.tear_down(teardown).await.unwrap();
        assert!(torn_down.complete, "{torn_down:?}");
        assert_eq!(buyers.state().await.unwrap().number, 0);
        if is_left {
            let left = if teardown == Teardown::Keep { people(0..9) } else { People::new() };
            scene.assert_holds(&left);
        } else {
            assert!(scene.server.simulator().audiences().iter().all(|audience| audience.is_deleted()));
        }
    }
}

#[tokio::test]
async fn a_teardown_that_tiktok_refuses_keeps_the_state() {
    let scene = Scene::new().await;
    let buyers = activation(&scene, &people(0..9));
    buyers.run(&options()).await.unwrap();
    scene.inject([FaultRule::new(Effect::PermissionError).on_endpoint(Endpoint::CustomAudienceDelete)]);
    let error = buyers.tear_down(Teardown::Delete).await.unwrap_err();
    assert!(matches!(error, ActivationError::Destination { .. }), "{error:?}");
    scene.inject([FaultRule::new(Effect::PermissionError).on_endpoint(Endpoint::SegmentMapping)]);
    let drained = buyers.tear_down(Teardown::Drain).await.unwrap();
    assert!(!drained.complete && drained.report.is_some());
    scene.inject([]);
    assert!(buyers.tear_down(Teardown::Drain).await.unwrap().complete);
    scene.assert_holds(&People::new());
}

/// TikTok takes no customer file audience below 1,000 people, so that such a one cannot be drained.
#[tokio::test]
async fn a_customer_file_audience_is_deleted_but_not_drained() {
    let clock = SharedClock::default();
    let tiktok = clock.clone();
    let scene = Scene::at(World::default(), move || tiktok.now()).await;
    let files = scene.destination().audience_kind(AudienceKind::CustomerFile).clock(clock.clone());
    let buyers = scene.activation(buyers(&people(0..1_200)), by_email(), files).build().unwrap();
    assert_eq!(buyers.run(&options()).await.unwrap().outcome, Outcome::Done);
    clock.pass_days(3);
    let drained = buyers.tear_down(Teardown::Drain).await.unwrap();
    assert!(!drained.complete);
    insta::assert_snapshot!(drained.report.unwrap().failures[0].error, @"audience 7100000000000000001 of ad account 7000000000000000001 would have 0 people at most, and TikTok takes no customer file audience of fewer than 1000; nothing was asked for");
    assert!(buyers.tear_down(Teardown::Delete).await.unwrap().complete);
    assert!(scene.server.simulator().audiences().iter().all(|audience| audience.is_deleted()));
}

#[tokio::test]
async fn a_batch_that_is_refused_as_a_whole_is_sent_again_in_halves() {
    let scene = Scene::new().await;
    let refusal = || Effect::Answer { code: 40002, message: "somebody in it is not taken".to_owned() };
    scene.inject([FaultRule::new(refusal()).on_endpoint(Endpoint::SegmentMapping).times(3)]);
    let report = activation(&scene, &people(0..100)).run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    scene.assert_holds(&people(0..100));
    // The batch and two halves are refused, the four quarters taken.
    assert_eq!(scene.users_taken(), [25; 4]);
}

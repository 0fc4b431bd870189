//! Replies that are late, lost, torn or not TikTok's: the run carries on, or the next one does.

use std::time::Duration;

use tikaud_core::activation::{Activation, ActivationError, Outcome};
use tikaud_tiktok::simulator::{DescriptionRule, Effect, Endpoint, FaultRule, HttpBody, RequestAction, World};

use crate::scene::{People, Scene, buyers, by_email, chain, options};

/// A rule about the second mapping request.
fn on_second_mapping(effect: Effect) -> FaultRule {
    FaultRule::new(effect).on_endpoint(Endpoint::SegmentMapping).skip(1)
}

fn on_create(effect: Effect) -> FaultRule {
    FaultRule::new(effect).on_endpoint(Endpoint::SegmentAudience).on_action(RequestAction::Create)
}

#[tokio::test]
async fn a_throttled_request_waits_and_is_sent_again_whichever_quota_was_used_up() {
    let throttled = async |code| {
        let scene = Scene::new().await;
        scene.inject([on_second_mapping(Effect::Answer { code, message: "Too many requests.".to_owned() })]);
        let report = scene.run(&(0..9).collect()).await;
        assert_eq!((report.traffic.requests, report.traffic.retries), (4, 1), "{code}");
        assert!(report.traffic.waited >= Duration::from_secs(1), "{code}: {report:?}");
    };
    // A request that was turned away for its number was not carried out, so even a create is sent again.
    let create = async {
        let scene = Scene::new().await;
        scene.inject([on_create(Effect::Throttle)]);
        scene.run(&(0..9).collect()).await;
    };
    tokio::join!(throttled(40100), throttled(40016), throttled(40133), create);
}

#[tokio::test]
async fn a_mapping_request_without_a_good_reply_is_sent_again() {
    let gateway = Effect::Http { status: 502, body: HttpBody::Html };
    let internal = Effect::Answer { code: 50000, message: "System error".to_owned() };
    for effect in [gateway, internal, Effect::TruncateBody, Effect::LoseReply, Effect::DropRequest] {
        let scene = Scene::new().await;
        scene.run(&(0..3).collect()).await;
        scene.inject([on_second_mapping(effect.clone())]);
        let report = scene.run(&(1..8).collect()).await;
        assert_eq!((report.traffic.requests, report.traffic.retries), (4, 1), "{effect:?}");
    }
}

#[tokio::test]
async fn a_reply_that_comes_too_late_is_not_waited_for() {
    let scene = Scene::new().await;
    let people: People = (0..9).collect();
    scene.inject([on_second_mapping(Effect::delay(Duration::from_secs(60)))]);
    let destination = scene.destination_by(&scene.impatient_client(Duration::from_millis(500))).batch_users(3);
    let activation = scene.activation(buyers(&people), by_email(), destination).build().unwrap();
    let report = activation.run(&options()).await.unwrap();
    assert_eq!((report.outcome, report.traffic.retries), (Outcome::Done, 1), "{report}");
    scene.assert_holds(&people);
}

#[tokio::test]
async fn a_change_whose_reply_was_lost_for_good_is_set_right_by_the_next_run() {
    let scene = Scene::new().await;
    scene.run(&(0..6).collect()).await;
    // Whoever is added here without anybody knowing leaves again before the next run.
    scene.inject([on_second_mapping(Effect::LoseReply).times(3)]);
    let report = scene.try_run(&(3..12).collect(), &scene.client).await.unwrap();
    assert_eq!(report.outcome, Outcome::Partial, "{report}");
    assert_eq!((report.kinds[0].removed, report.kinds[0].added, report.kinds[0].pending), (3, 0, 6));
    insta::assert_snapshot!(chain(&report.failures[0].error), @r"
    cannot add 3 email_sha256 identifiers to audience 7100000000000000001 of ad account 7000000000000000001 after 3 attempts: the connection broke before the reply was complete; check the network and try again
    the connection broke
    error sending request
    client error (SendRequest)
    connection closed before message completed
    ");
    scene.run(&(3..7).collect()).await;
}

/// A first run that fails at the create, and a second one without faults.
async fn create_under(effect: Effect, rule: DescriptionRule) -> (String, Vec<String>, String) {
    let mut world = World::default();
    world.description = rule;
    let scene = Scene::of(world).await;
    let creates = if rule == DescriptionRule::Refuse { 1 } else { 0 };
    scene.inject([on_create(effect).skip(creates)]);
    let people = (0..9).collect();
    let destination = scene.destination_by(&scene.impatient_client(Duration::from_millis(500)));
    let activation = scene.activation(buyers(&people), by_email(), destination).description("Bought something");
    let error = activation.build().unwrap().run(&options()).await.unwrap_err();
    assert!(matches!(error, ActivationError::Destination { .. }), "{error:?}");
    let failed = scene.requests();
    let report = scene.run(&people).await;
    (chain(&error), report.warnings, scene.log_after(failed))
}

#[tokio::test]
async fn an_audience_whose_reply_was_lost_is_found_again_and_not_made_twice() {
    let (error, warnings, log) = create_under(Effect::LoseReply, DescriptionRule::Accept).await;
    insta::assert_snapshot!(error, @r"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot create an audience in ad account 7000000000000000001: the connection broke before the reply was complete; check the network and try again
    the connection broke
    error sending request
    client error (SendRequest)
    connection closed before message completed
    ");
    insta::assert_snapshot!(warnings.join("\n"), @r"
    run 00000000-0000000001 ended before its time; what it may have sent is counted in, and this run sets it right
    an earlier run asked for the audience and lost the reply: 7100000000000000001 is taken to be it
    the destination's documents name no description of an audience: it is sent all the same, and kept in the state
    ");
    insta::assert_snapshot!(log, @r"
    advertiser/info/: 0
    dmp/custom_audience/list/: 0
    dmp/custom_audience/list/: 0
    dmp/custom_audience/get/: 0
    segment/mapping/ add of 3: 0
    segment/mapping/ add of 3: 0
    segment/mapping/ add of 3: 0
    ");
    for effect in [Effect::TruncateBody, Effect::delay(Duration::from_secs(60))] {
        let (_, _, log) = create_under(effect.clone(), DescriptionRule::Accept).await;
        assert!(!log.contains("create"), "{effect:?}: {log}");
    }
}

#[tokio::test]
async fn an_audience_made_without_its_description_is_found_again_too() {
    let (_, _, log) = create_under(Effect::LoseReply, DescriptionRule::Refuse).await;
    assert!(!log.contains("create"), "{log}");
}

#[tokio::test]
async fn a_create_that_never_arrived_is_sent_by_the_next_run() {
    for effect in [Effect::DropRequest, Effect::Http { status: 502, body: HttpBody::Html }] {
        let (_, _, log) = create_under(effect.clone(), DescriptionRule::Accept).await;
        assert_eq!(log.matches("create").count(), 1, "{effect:?}: {log}");
    }
}

#[tokio::test]
async fn a_create_is_not_sent_again_within_a_run() {
    let scene = Scene::new().await;
    scene.inject([on_create(Effect::LoseReply)]);
    scene.try_run(&(0..9).collect(), &scene.client).await.unwrap_err();
    assert_eq!(scene.log_after(0).matches("create").count(), 1);
}

#[tokio::test]
async fn a_host_that_is_out_of_reach_is_an_error_that_sends_nothing() {
    let scene = Scene::new().await;
    scene.run(&(0..9).collect()).await;
    scene.inject([FaultRule::new(Effect::DropRequest).times(3)]);
    let error = scene.try_run(&(0..12).collect(), &scene.resigned_client()).await.unwrap_err();
    insta::assert_snapshot!(chain(&error), @r"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot find audience 7100000000000000001 in ad account 7000000000000000001: the connection broke before the reply was complete; check the network and try again
    the connection broke
    error sending request
    client error (SendRequest)
    connection closed before message completed
    ");
    scene.assert_holds(&(0..9).collect());
}

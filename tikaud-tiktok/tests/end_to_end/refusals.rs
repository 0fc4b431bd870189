//! What TikTok refuses: permissions, tokens, audiences that are gone, requests that are too large.

use std::sync::{Arc, Once};

use tikaud_core::activation::{Activation, ActivationError, Outcome, RunEventKind, RunOptions};
use tikaud_core::destination::DestinationErrorKind as Kind;
use tikaud_core::plan::Guard;
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, World};

use crate::scene::{People, Scene, buyers, by_email, chain, options};

/// A first run that is refused at one endpoint, and a second one without faults.
async fn refused_at(endpoint: Endpoint, effect: Effect, kind: Kind) -> String {
    let scene = Scene::new().await;
    scene.inject([FaultRule::new(effect).on_endpoint(endpoint)]);
    let error = scene.try_run(&(0..9).collect(), &scene.client).await.unwrap_err();
    let ActivationError::Destination { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!((source.kind(), source.may_have_happened()), (kind, false));
    assert!(scene.server.simulator().audiences().is_empty());
    scene.run(&(0..9).collect()).await;
    chain(&error)
}

#[tokio::test]
async fn a_missing_permission_at_the_connection_names_account_and_permission() {
    let error = refused_at(Endpoint::CustomAudienceList, Effect::PermissionError, Kind::Permission).await;
    insta::assert_snapshot!(error, @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot read the audiences of ad account 7000000000000000001: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request SIM0000000000000002)
    TikTok answered: "No permission to operate advertiser."
    "#);
}

#[tokio::test]
async fn a_dead_token_at_the_connection_says_connect_again() {
    let error = refused_at(Endpoint::AdvertiserInfo, Effect::TokenError, Kind::Authorization).await;
    insta::assert_snapshot!(error, @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot read ad account 7000000000000000001: the access token is wrong or was revoked; connect again to get a new access token (code 40105, request SIM0000000000000001)
    TikTok answered: "Access token is incorrect or has been revoked."
    "#);
}

#[tokio::test]
async fn a_missing_permission_at_the_create_names_account_and_permission() {
    let error = refused_at(Endpoint::SegmentAudience, Effect::PermissionError, Kind::Permission).await;
    insta::assert_snapshot!(error, @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot create an audience in ad account 7000000000000000001: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request SIM0000000000000004)
    TikTok answered: "No permission to operate advertiser."
    "#);
}

#[tokio::test]
async fn a_dead_token_at_the_create_says_connect_again() {
    let error = refused_at(Endpoint::SegmentAudience, Effect::TokenError, Kind::Authorization).await;
    insta::assert_snapshot!(error, @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot create an audience in ad account 7000000000000000001: the access token is wrong or was revoked; connect again to get a new access token (code 40105, request SIM0000000000000004)
    TikTok answered: "Access token is incorrect or has been revoked."
    "#);
}

#[tokio::test]
async fn a_create_that_is_refused_for_another_reason_than_its_description_is_an_error() {
    let mut world = World::default();
    world.limits.audiences_per_account = 0;
    let scene = Scene::of(world).await;
    let error = scene.try_run(&(0..9).collect(), &scene.client).await.unwrap_err();
    insta::assert_snapshot!(chain(&error), @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot create an audience in ad account 7000000000000000001: a parameter is wrong, or the audience cannot be edited now; mend the input that TikTok's message names (code 40002, request SIM0000000000000005)
    TikTok answered: "The ad account has 0 audiences, which is the limit. Delete some first."
    "#);
    insta::assert_snapshot!(scene.log_after(3), @r"
    segment/audience/ create: 40002
    segment/audience/ create: 40002
    ");
}

/// A run of fifteen people that is refused at the third of five mapping requests, and a second run without faults.
async fn refused_in_the_middle(effect: Effect, kind: Kind) -> String {
    let scene = Scene::new().await;
    scene.inject([FaultRule::new(effect).on_endpoint(Endpoint::SegmentMapping).skip(2)]);
    let people: People = (0..15).collect();
    let report = scene.try_run(&people, &scene.client).await.unwrap();
    assert_eq!(report.outcome, Outcome::Refused, "{report}");
    assert_eq!((report.kinds[0].added, report.kinds[0].pending), (6, 9));
    assert_eq!((report.failures.len(), report.failures[0].kind), (1, kind));
    let error = chain(&report.failures[0].error);

    // What was accepted is kept, so only the rest is sent.
    let report = scene.run(&people).await;
    assert_eq!((report.kinds[0].added, report.traffic.requests), (9, 3));
    error
}

#[tokio::test]
async fn a_permission_that_is_withdrawn_in_the_middle_keeps_what_was_accepted() {
    let error = refused_in_the_middle(Effect::PermissionError, Kind::Permission).await;
    insta::assert_snapshot!(error, @r#"
    cannot add 3 email_sha256 identifiers to audience 7100000000000000001 of ad account 7000000000000000001: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request SIM0000000000000008)
    TikTok answered: "No permission to operate advertiser."
    "#);
}

#[tokio::test]
async fn a_token_that_is_revoked_in_the_middle_keeps_what_was_accepted() {
    let error = refused_in_the_middle(Effect::TokenError, Kind::Authorization).await;
    insta::assert_snapshot!(error, @r#"
    cannot add 3 email_sha256 identifiers to audience 7100000000000000001 of ad account 7000000000000000001: the access token is wrong or was revoked; connect again to get a new access token (code 40105, request SIM0000000000000008)
    TikTok answered: "Access token is incorrect or has been revoked."
    "#);
}

#[tokio::test]
async fn an_audience_that_is_gone_is_neither_replaced_nor_forgotten() {
    let scene = Scene::new().await;
    scene.run(&(0..9).collect()).await;
    scene.delete_audience();
    let first = scene.requests();
    let error = scene.try_run(&(0..12).collect(), &scene.client).await.unwrap_err();
    assert!(matches!(error, ActivationError::AudienceGone { .. }), "{error:?}");
    insta::assert_snapshot!(chain(&error), @r"
    the audience 7100000000000000001 is no longer at `tiktok/7000000000000000001`; nothing was sent. To have a new one created in its place, set what happens when it is gone (`when_gone`) to creating it anew
    audience 7100000000000000001 is not in ad account 7000000000000000001; it was deleted, or it belongs to another account: have a new one created
    ");
    insta::assert_snapshot!(scene.log_after(first), @"dmp/custom_audience/get/: 0");
}

#[tokio::test]
async fn an_audience_that_is_deleted_in_the_middle_of_a_run_is_said_to_be_gone() {
    let scene = Arc::new(Scene::new().await);
    let destination = scene.destination().batch_users(3);
    let activation = scene.activation(buyers(&(0..9).collect()), by_email(), destination).build().unwrap();
    let (shared, deleted) = (Arc::clone(&scene), Once::new());
    let options = RunOptions::new().allow(Guard::MinimumSize).observe(move |event| {
        if matches!(event.kind, RunEventKind::Batch { done: 3, .. }) {
            deleted.call_once(|| shared.delete_audience());
        }
    });
    let report = activation.run(&options).await.unwrap();
    assert_eq!((report.outcome, report.failures[0].kind), (Outcome::Refused, Kind::NotFound), "{report}");
    let error = activation.run(&options).await.unwrap_err();
    assert!(matches!(error, ActivationError::AudienceGone { .. }), "{error:?}");
}

#[tokio::test]
async fn requests_that_are_too_large_are_halved_until_they_fit() {
    let mut world = World::default();
    world.limits.users_per_request = 100;
    let scene = Scene::of(world).await;
    let people: People = (0..1200).collect();
    let activation = scene.activation(buyers(&people), by_email(), scene.destination()).build().unwrap();
    let report = activation.run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    scene.assert_holds(&people);
    assert_eq!(scene.users_taken(), [75; 16]);
    // 1200, 600, 300 and 150 were too many.
    assert_eq!(report.traffic.requests, 4 + 16);
}

//! Looking after audiences: their states, sharing, ad groups, lookalikes, deletion.

use std::time::Duration;

use tikaud_core::destination::{AudienceId, DestinationErrorKind as Kind};
use tikaud_tiktok::AdAccountId;
use tikaud_tiktok::audiences::{AdGroupId, AudienceType, Audiences, Lookalike, LookalikeSize, Usage};
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, World};

use crate::scene::{ACCOUNT, People, SECOND_ACCOUNT, Scene, chain};

const DAY: Duration = Duration::from_secs(86_400);
const AD_GROUPS: [&str; 2] = ["7200000000000000001", "7200000000000000002"];

fn audiences(scene: &Scene, account: &str) -> Audiences {
    scene.client.audiences(&AdAccountId::new(account)).unwrap()
}

fn ad_groups(ids: &[&str]) -> Vec<AdGroupId> {
    ids.iter().copied().map(AdGroupId::new).collect()
}

/// A scene with one audience of so many people, a day later.
async fn with_people(people: u32) -> (Scene, Audiences, AudienceId) {
    let scene = Scene::new().await;
    // One request is enough.
    let activation = scene
        .activation(
            crate::scene::buyers(&(0..people).collect::<People>()),
            crate::scene::by_email(),
            scene.destination(),
        )
        .build()
        .unwrap();
    tikaud_core::activation::Activation::run(&activation, &crate::scene::options()).await.unwrap();
    scene.server.simulator().advance(DAY);
    let (audiences, id) = (audiences(&scene, ACCOUNT), AudienceId::new(scene.audience().id()));
    (scene, audiences, id)
}

#[tokio::test]
async fn the_state_of_an_audience_follows_its_life() {
    let (scene, audiences, id) = with_people(1_000).await;
    let state = || async { audiences.status(std::slice::from_ref(&id)).await.unwrap().remove(0) };
    let ready = state().await;
    assert_eq!((ready.matched, ready.valid, ready.expiring), (Some(1_000), Some(true), Some(false)));
    assert_eq!(
        (ready.audience_type.clone(), ready.own, ready.shared),
        (Some(AudienceType::Streaming), Some(true), Some(false))
    );
    assert_eq!(ready.owner, Some(AdAccountId::new(ACCOUNT)));
    assert_eq!(ready.history[0].action.as_deref(), Some("create"));
    assert!(ready.warnings().is_empty());
    scene.server.simulator().advance(310 * DAY);
    let expiring = state().await.warnings();
    assert!(expiring.len() == 1 && expiring[0].contains("expires within 60 days"), "{expiring:?}");
    scene.server.simulator().advance(60 * DAY);
    let expired = state().await;
    assert_eq!((expired.matched, expired.valid), (Some(0), Some(false)));
    audiences.delete(std::slice::from_ref(&id)).await.unwrap();
    assert!(audiences.status(std::slice::from_ref(&id)).await.unwrap().is_empty());
    assert!(audiences.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn every_audience_of_every_page_is_listed() {
    let mut world = World::default();
    world.limits.audiences_per_account = 400;
    let scene = Scene::of(world).await;
    for name in 0..250 {
        let body = serde_json::json!({"advertiser_id": ACCOUNT, "custom_audience_name": name.to_string()});
        crate::scene::post(&mut scene.server.simulator(), Endpoint::SegmentAudience, &body);
    }
    let listed = audiences(&scene, ACCOUNT).list().await.unwrap();
    let mut names: Vec<u32> = listed.iter().map(|it| it.name.as_deref().unwrap().parse().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, (0..250).collect::<Vec<_>>());
    assert_eq!(scene.requests(), 250 + 3);
}

#[tokio::test]
async fn audiences_are_shared_and_taken_back() {
    let (scene, own, id) = with_people(9).await;
    let ids = std::slice::from_ref(&id);
    let other = AdAccountId::new(SECOND_ACCOUNT);
    own.share(ids, std::slice::from_ref(&other)).await.unwrap();
    let seen = audiences(&scene, SECOND_ACCOUNT).list().await.unwrap();
    assert_eq!((seen.len(), seen[0].own, seen[0].shared), (1, Some(false), Some(true)));
    let log = own.shared_with(&id).await.unwrap();
    assert_eq!((log[0].account.clone(), log[0].account_name.as_deref()), (other.clone(), Some("Simulated Account 2")));
    let by_recipient = audiences(&scene, SECOND_ACCOUNT).shared_with(&id).await.unwrap_err();
    assert_eq!(by_recipient.kind(), Kind::NotFound);
    own.stop_sharing(&id, &other).await.unwrap();
    assert!(audiences(&scene, SECOND_ACCOUNT).list().await.unwrap().is_empty());
    let again = own.stop_sharing(&id, &other).await.unwrap_err();
    insta::assert_snapshot!(chain(&again), @r#"
    cannot stop sharing with ad account 7000000000000000002 audience 7100000000000000001 of ad account 7000000000000000001: a parameter is wrong, or the audience cannot be edited now; mend the input that TikTok's message names (code 40002, request SIM0000000000000013)
    TikTok answered: "shared_advertiser_id: The audience is not shared with this ad account."
    "#);
}

#[tokio::test]
async fn audiences_are_applied_to_ad_groups_and_disconnected() {
    let (scene, audiences, id) = with_people(1_000).await;
    audiences.apply(&id, &ad_groups(&AD_GROUPS), Usage::Include).await.unwrap();
    audiences.apply(&id, &ad_groups(&AD_GROUPS[..1]), Usage::Exclude).await.unwrap();
    let log = audiences.applied_to(&id).await.unwrap();
    assert_eq!(log.len(), 3);
    assert!(log.iter().all(|record| record.editor.as_deref() == Some("open_api") && record.at.is_some()));
    assert_eq!(log.iter().filter(|record| record.usage == Some(Usage::Exclude)).count(), 1);
    audiences.disconnect(&id, &ad_groups(&AD_GROUPS[..1])).await.unwrap();
    assert_eq!(scene.audience().applied_to(), [("7200000000000000002", "Include")]);
    let error = audiences.apply(&id, &ad_groups(&["7200000000000000004"]), Usage::Include).await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
}

#[tokio::test]
async fn the_log_of_an_audience_is_read_to_its_end() {
    let (_scene, audiences, id) = with_people(1_000).await;
    for _ in 0..12 {
        audiences.apply(&id, &ad_groups(&AD_GROUPS), Usage::Include).await.unwrap();
    }
    assert_eq!(audiences.applied_to(&id).await.unwrap().len(), 24);
}

#[tokio::test]
async fn a_lookalike_is_made_and_refreshed() {
    let (scene, audiences, id) = with_people(100).await;
    let spec = Lookalike::new("Like buyers", id.clone(), LookalikeSize::Broad, ["6252001"]);
    let lookalike = audiences.create_lookalike(&spec).await.unwrap();
    scene.server.simulator().advance(DAY);
    let state = audiences.status(std::slice::from_ref(&lookalike)).await.unwrap().remove(0);
    assert_eq!(
        (state.audience_type, state.matched, state.valid),
        (Some(AudienceType::Lookalike), Some(3_000), Some(true))
    );
    audiences.refresh_lookalikes(std::slice::from_ref(&lookalike)).await.unwrap();
    let of_source = audiences.refresh_lookalikes(std::slice::from_ref(&id)).await.unwrap_err();
    assert_eq!(of_source.kind(), Kind::InvalidInput);
    let of_lookalike = Lookalike { source: lookalike, ..spec };
    let error = audiences.create_lookalike(&of_lookalike).await.unwrap_err();
    assert!(chain(&error).contains("Cannot be a lookalike audience"), "{}", chain(&error));
}

#[tokio::test]
async fn what_is_beyond_a_limit_is_not_sent() {
    let scene = Scene::new().await;
    let audiences = audiences(&scene, ACCOUNT);
    let ids = |len: usize| (0..len).map(|id| AudienceId::new(id.to_string())).collect::<Vec<_>>();
    let accounts = |len: usize| (0..len).map(|id| AdAccountId::new(id.to_string())).collect::<Vec<_>>();
    let (id, account) = (AudienceId::new("1"), AdAccountId::new(SECOND_ACCOUNT));
    let errors = [
        audiences.status(&ids(101)).await.map(drop),
        audiences.delete(&ids(0)).await,
        audiences.delete(&ids(101)).await,
        audiences.share(&ids(11), &accounts(1)).await,
        audiences.share(&ids(1), &accounts(11)).await,
        audiences.share(&ids(1), &[AdAccountId::new(ACCOUNT)]).await,
        audiences.stop_sharing(&AudienceId::new("Buyers"), &account).await,
        audiences.apply(&id, &[], Usage::Include).await,
        audiences.disconnect(&id, &ad_groups(&["one"])).await,
        audiences.create_lookalike(&Lookalike::new("", id.clone(), LookalikeSize::Narrow, ["1"])).await.map(drop),
        audiences.refresh_lookalikes(&ids(101)).await,
    ];
    for error in errors {
        assert_eq!(error.unwrap_err().kind(), Kind::InvalidInput);
    }
    assert_eq!(scene.requests(), 0);
    assert_eq!(scene.client.audiences(&AdAccountId::new("Shop")).unwrap_err().kind(), Kind::Configuration);
}

#[tokio::test]
async fn a_deletion_whose_reply_is_lost_is_done_and_one_of_what_never_was_is_not() {
    let (scene, audiences, id) = with_people(9).await;
    scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::CustomAudienceDelete)]);
    audiences.delete(std::slice::from_ref(&id)).await.unwrap();
    assert!(scene.server.simulator().audiences()[0].is_deleted());
    let error = audiences.delete(std::slice::from_ref(&id)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::NotFound, Some(40007)));
}

#[tokio::test]
async fn what_may_be_done_twice_by_mistake_is_not_sent_again() {
    let (scene, audiences, id) = with_people(1_000).await;
    let other = AdAccountId::new(SECOND_ACCOUNT);
    let ids = std::slice::from_ref(&id);
    let spec = Lookalike::new("Like buyers", id.clone(), LookalikeSize::Broad, ["6252001"]);
    for endpoint in [Endpoint::CustomAudienceShare, Endpoint::CustomAudienceApply, Endpoint::LookalikeCreate] {
        let before = scene.requests();
        scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(endpoint)]);
        let error = match endpoint {
            Endpoint::CustomAudienceShare => audiences.share(ids, std::slice::from_ref(&other)).await.unwrap_err(),
            Endpoint::CustomAudienceApply => {
                audiences.apply(&id, &ad_groups(&AD_GROUPS), Usage::Include).await.unwrap_err()
            }
            _ => audiences.create_lookalike(&spec).await.map(drop).unwrap_err(),
        };
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(scene.requests(), before + 1);
    }
    // The logs and the list say what was done.
    assert_eq!(audiences.shared_with(&id).await.unwrap().len(), 1);
    assert_eq!(audiences.applied_to(&id).await.unwrap().len(), 2);
    assert_eq!(audiences.list().await.unwrap().len(), 2);
}

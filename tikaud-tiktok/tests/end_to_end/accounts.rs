//! Several ad accounts, and accounts that cannot be used.

use tikaud_core::activation::{Activation, ActivationError, Outcome, SegmentActivation};
use tikaud_core::destination::{Creation, Destination, DestinationErrorKind as Kind};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::MemoryStateStore;
use tikaud_tiktok::simulator::{AccountGrant, Role, World};
use tikaud_tiktok::{AdAccountId, AppCredentials, TikTokClient, TikTokDestination};

use crate::scene::{
    ACCOUNT, FORBIDDEN_ACCOUNT, People, SECOND_ACCOUNT, Scene, buyers, by_email, chain, email_digests, options,
};

fn activation(id: &str, client: &TikTokClient, account: &str, store: &MemoryStateStore) -> SegmentActivation {
    let destination = TikTokDestination::builder(client.clone(), AdAccountId::new(account)).build().unwrap();
    let segment = buyers(&(0..20).collect());
    SegmentActivation::builder(id, segment, destination, store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(by_email())
        .build()
        .unwrap()
}

#[tokio::test]
async fn one_segment_is_kept_in_an_audience_of_each_account() {
    let scene = Scene::new().await;
    let first = activation("buyers-1", &scene.client, ACCOUNT, &scene.store);
    let second = activation("buyers-2", &scene.client, SECOND_ACCOUNT, &scene.store);
    let options = options();
    let (first, second) = tokio::join!(first.run(&options), second.run(&options));
    assert_eq!([first.unwrap().outcome, second.unwrap().outcome], [Outcome::Done; 2]);
    let simulator = scene.server.simulator();
    let mut accounts: Vec<&str> = simulator.audiences().iter().map(|audience| audience.advertiser_id()).collect();
    accounts.sort_unstable();
    assert_eq!(accounts, [ACCOUNT, SECOND_ACCOUNT]);
    let expected = email_digests(&(0..20).collect::<People>());
    for audience in simulator.audiences() {
        assert!(audience.identifiers(tikaud_tiktok::simulator::IdType::EmailSha256) == expected);
    }
}

/// What a first run says of an account.
async fn refused(scene: &Scene, credentials: Option<AppCredentials>, account: &str) -> ActivationError {
    let mut destination = TikTokDestination::builder(scene.client.clone(), AdAccountId::new(account)).max_in_flight(1);
    if let Some(credentials) = credentials {
        destination = destination.app_credentials(credentials);
    }
    let activation = scene.activation(buyers(&(0..20).collect()), by_email(), destination).build().unwrap();
    let error = activation.run(&options()).await.unwrap_err();
    assert!(scene.server.simulator().audiences().is_empty());
    error
}

fn kind(error: &ActivationError) -> Kind {
    match error {
        ActivationError::Destination { source, .. } => source.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_account_that_the_user_may_not_use_is_named_with_what_is_missing() {
    let scene = Scene::new().await;
    let error = refused(&scene, None, FORBIDDEN_ACCOUNT).await;
    assert_eq!(kind(&error), Kind::Permission);
    insta::assert_snapshot!(chain(&error), @r#"
    the destination `tiktok/7000000000000000003` cannot be used; no identifier was sent
    cannot read the audiences of ad account 7000000000000000003: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request SIM0000000000000002)
    TikTok answered: "No permission to operate advertiser 7000000000000000003."
    "#);
    let credentials = AppCredentials::new("7000000000000000100", "secret.simulator");
    let error = refused(&scene, Some(credentials), FORBIDDEN_ACCOUNT).await;
    assert_eq!(kind(&error), Kind::Permission);
    insta::assert_snapshot!(chain(&error), @r"
    the destination `tiktok/7000000000000000003` cannot be used; no identifier was sent
    the connecting user has no permission on ad account 7000000000000000003: it is not among the 2 accounts that the token may use (7000000000000000001, 7000000000000000002); have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again
    ");
}

#[tokio::test]
async fn a_user_who_may_only_look_is_told_the_role_that_is_missing() {
    let mut world = World::default();
    world.tokens[0].accounts = vec![AccountGrant::new(ACCOUNT, Role::Analyst)];
    let error = refused(&Scene::of(world).await, None, ACCOUNT).await;
    assert_eq!(kind(&error), Kind::Permission);
    insta::assert_snapshot!(chain(&error), @r#"
    the destination `tiktok/7000000000000000001` cannot be used; no identifier was sent
    cannot create an audience in ad account 7000000000000000001: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request SIM0000000000000004)
    TikTok answered: "No permission: you must be an Admin or Operator of the ad account 7000000000000000001."
    "#);
}

#[tokio::test]
async fn a_token_without_the_scope_of_account_details_is_enough() {
    let mut world = World::default();
    world.tokens[0].scopes = vec![3];
    let scene = Scene::of(world).await;
    let report = scene.run(&(0..5).collect()).await;
    assert!(
        report.warnings.iter().any(|warning| warning.contains("lacks the scope Ad Account Management")),
        "{report}"
    );
}

#[tokio::test]
async fn the_kind_of_audience_is_chosen_by_its_name_and_all_else_stays() {
    let scene = Scene::new().await;
    let streaming = scene.destination().batch_users(7).build().unwrap();
    let files = streaming.with_audience_kind("customer-file").unwrap();
    assert_eq!(files.capabilities().creation, Creation::WithFirstBatches);
    assert_eq!((files.id(), files.capabilities().batch_limit), (streaming.id(), 7));
    let back = files.with_audience_kind("streaming").unwrap();
    assert_eq!(back.capabilities(), streaming.capabilities());
    let error = streaming.with_audience_kind("partner").unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert!(error.to_string().ends_with("there are `streaming`, `customer-file`"), "{error}");
}

//! A user connects, the service keeps the token, the user withdraws it and connects again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tikaud_core::destination::{Destination, DestinationError, DestinationErrorKind as Kind};
use tikaud_tiktok::oauth::{AuthCode, Grant, OAuth, Scope, State};
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, Role, TokenGrant, World};
use tikaud_tiktok::{
    AccessToken, AdAccountId, AdAccountStatus, AppCredentials, TikTokClient, TikTokDestination, TokenProvider,
    TokenReason, async_trait,
};

use crate::scene::{ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, Scene, chain};

const REDIRECT: &str = "https://shop.example/tiktok/callback";

fn app() -> AppCredentials {
    AppCredentials::new("7000000000000000100", "secret.simulator")
}

fn oauth(scene: &Scene) -> OAuth {
    OAuth::builder(app()).endpoint(scene.server.url()).build().unwrap()
}

/// Sends the user to TikTok, and reads what they come back with.
async fn agree(oauth: &OAuth) -> AuthCode {
    let state = State::from_random(&[7; 32]);
    let url = oauth.authorization_url(REDIRECT, &state).unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let response = browser.get(url).send().await.unwrap();
    let location = response.headers()["location"].to_str().unwrap();
    let (callback, query) = location.split_once('?').unwrap();
    assert_eq!(callback, REDIRECT);
    assert!(State::from_random(&[8; 32]).read_callback(query).is_err());
    state.read_callback(query).unwrap()
}

async fn connect(scene: &Scene) -> Grant {
    let oauth = oauth(scene);
    oauth.exchange(&agree(&oauth).await).await.unwrap()
}

#[tokio::test]
async fn a_user_connects_uses_an_account_and_disconnects() {
    let scene = Scene::new().await;
    let oauth = oauth(&scene);
    let code = agree(&oauth).await;
    let grant = oauth.exchange(&code).await.unwrap();
    assert!(grant.scopes.require(&Scope::FOR_EVERYTHING).is_ok());
    assert_eq!(grant.ad_accounts, Some([ACCOUNT, SECOND_ACCOUNT].map(AdAccountId::new).to_vec()));

    let client = scene.client.with_token(&grant.access_token).unwrap();
    let account = client.ad_account(&app(), &AdAccountId::new(ACCOUNT)).await.unwrap();
    assert_eq!(
        (account.name.as_deref(), account.status()),
        (Some("Simulated Account 1"), Some(AdAccountStatus::Enabled))
    );
    let destination = TikTokDestination::builder(client, account.id).app_credentials(app()).build().unwrap();
    assert!(destination.check().await.unwrap().warnings.is_empty());

    // A code is good once.
    let again = oauth.exchange(&code).await.unwrap_err();
    assert_eq!((again.kind(), again.code()), (Kind::Authorization, Some(40110)));

    let ended = oauth.revoke(&grant.access_token).await.unwrap();
    assert_eq!(ended.len(), 2);
    let error = destination.check().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Authorization, Some(40105)));
}

#[tokio::test]
async fn a_code_is_too_old_after_an_hour() {
    let scene = Scene::new().await;
    let oauth = oauth(&scene);
    let code = agree(&oauth).await;
    scene.server.simulator().advance(Duration::from_secs(3_600));
    let error = oauth.exchange(&code).await.unwrap_err();
    assert!(chain(&error).contains("Auth_code is expired."), "{}", chain(&error));
}

#[tokio::test]
async fn a_user_who_does_not_agree_to_everything_is_told_what_is_missing() {
    let scene = Scene::new().await;
    let mut partial = TokenGrant::new("").with_account(ACCOUNT, Role::Operator);
    partial.scopes = vec![30, 1];
    let now = scene.server.now();
    let code = scene.server.simulator().give_auth_code(Some(partial), now).unwrap();
    let grant = oauth(&scene).exchange(&AuthCode::new(code)).await.unwrap();
    let error = grant.check().unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    insta::assert_snapshot!(error, @"the user has not granted the scope Audience Management: create and update (31); give the developer app that permission in TikTok's developer portal, and have the user connect again and agree to everything");
}

#[tokio::test]
async fn a_revocation_whose_reply_is_lost_has_still_ended_the_token() {
    let scene = Scene::new().await;
    let grant = connect(&scene).await;
    scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::RevokeToken)]);
    assert_eq!(oauth(&scene).revoke(&grant.access_token).await.unwrap(), []);
    let never = oauth(&scene).revoke(&AccessToken::new("act.never")).await.unwrap_err();
    assert_eq!(never.kind(), Kind::Authorization);
}

/// Where a service keeps the token of one user.
#[derive(Default)]
struct Vault(Mutex<Option<AccessToken>>, Mutex<Vec<TokenReason>>);

#[async_trait]
impl TokenProvider for Vault {
    async fn access_token(&self, reason: TokenReason) -> Result<AccessToken, DestinationError> {
        self.1.lock().unwrap().push(reason);
        let token = self.0.lock().unwrap().clone();
        token.ok_or_else(|| DestinationError::new(Kind::Authorization, "nobody has connected; connect"))
    }
}

#[tokio::test]
async fn a_service_swaps_the_token_of_a_user_who_connects_again() {
    let scene = Scene::new().await;
    let vault = Arc::new(Vault::default());
    let client = TikTokClient::builder_with(Arc::clone(&vault) as Arc<dyn TokenProvider>).endpoint(scene.server.url());
    let client = client.requests_per_second(10_000.0).build().unwrap();
    let audiences = client.audiences(&AdAccountId::new(ACCOUNT)).unwrap();
    assert_eq!(audiences.list().await.unwrap_err().kind(), Kind::Authorization);

    let first = connect(&scene).await.access_token;
    *vault.0.lock().unwrap() = Some(first.clone());
    assert!(audiences.list().await.unwrap().is_empty());

    // The user withdraws the token: the provider is asked again, has no other, and the request fails.
    oauth(&scene).revoke(&first).await.unwrap();
    assert_eq!(audiences.list().await.unwrap_err().code(), Some(40105));

    // They connect again: requests that fail together ask once.
    *vault.0.lock().unwrap() = Some(connect(&scene).await.access_token);
    let before = vault.1.lock().unwrap().len();
    let together = [(); 4].map(|()| audiences.list());
    for listed in futures::future::join_all(together).await {
        assert!(listed.unwrap().is_empty());
    }
    assert_eq!(vault.1.lock().unwrap()[before..], [TokenReason::Refused]);
}

#[tokio::test]
async fn a_disabled_account_is_told_before_the_first_run() {
    let mut world = World::default();
    "STATUS_DISABLE".clone_into(&mut world.accounts[0].status);
    let scene = Scene::of(world).await;
    let accounts = scene.client.ad_accounts(&app()).await.unwrap();
    assert_eq!(
        accounts.iter().map(|account| account.status()).collect::<Vec<_>>(),
        [Some(AdAccountStatus::Disabled), Some(AdAccountStatus::Enabled)]
    );
    insta::assert_snapshot!(accounts[0].warning().unwrap(), @"ad account 7000000000000000001 is disabled: its audiences cannot be used in ads (STATUS_DISABLE)");
    let connection = scene.destination().build().unwrap().check().await.unwrap();
    assert_eq!(connection.warnings, [accounts[0].warning().unwrap()]);
    let forbidden = scene.client.ad_account(&app(), &AdAccountId::new(FORBIDDEN_ACCOUNT)).await.unwrap_err();
    assert_eq!(forbidden.kind(), Kind::Permission);
}

//! A user connects and disconnects.

use serde_json::json;
use tikaud_core::destination::{DestinationErrorKind as Kind, Retry};
use wiremock::matchers::{body_partial_json, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::AppCredentials;
use crate::oauth::{AuthCode, OAuth, Scope};

const EXCHANGE: &str = "/open_api/v1.3/oauth2/access_token/";
const REVOKE: &str = "/open_api/v1.3/oauth2/revoke_token/";
const CODE: &str = "c0dec0de23456789abcdef0123456789abcdef45";

fn oauth(server: &MockServer) -> OAuth {
    OAuth::builder(AppCredentials::new("7009", SECRET)).endpoint(server.uri()).build().unwrap()
}

fn granted() -> ResponseTemplate {
    ok(&json!({"access_token": TOKEN, "advertiser_ids": ["7001", "7002"], "scope": [3, 100]}))
}

#[tokio::test]
async fn a_code_is_exchanged_for_a_token_its_scopes_and_accounts() {
    let server = MockServer::start().await;
    let body = json!({"app_id": "7009", "secret": SECRET, "auth_code": CODE, "return_advertiser_ids": true});
    Mock::given(path(EXCHANGE)).and(body_partial_json(body)).respond_with(granted()).expect(1).mount(&server).await;
    let grant = oauth(&server).exchange(&AuthCode::new(CODE)).await.unwrap();
    assert!(grant.scopes.allow(Scope::CHANGE_AUDIENCES) && grant.check().is_ok());
    let accounts: Vec<_> = grant.ad_accounts.iter().flatten().map(AdAccountId::as_str).collect();
    assert_eq!(accounts, ["7001", "7002"]);
    assert!(!format!("{grant:?} {grant:#?}").contains(TOKEN));
    assert!(!server.received_requests().await.unwrap()[0].headers.contains_key("Access-Token"));
    assert_eq!(grant.access_token.to_json(), TOKEN);
}

#[tokio::test]
async fn accounts_that_were_not_asked_for_are_not_none_at_all() {
    let server = MockServer::start().await;
    let body = json!({"return_advertiser_ids": false});
    let answer = ok(&json!({"access_token": TOKEN, "advertiser_ids": [], "scope": [30]}));
    Mock::given(path(EXCHANGE)).and(body_partial_json(body)).respond_with(answer).mount(&server).await;
    let oauth = OAuth::builder(AppCredentials::new("7009", SECRET)).endpoint(server.uri()).return_ad_accounts(false);
    let grant = oauth.build().unwrap().exchange(&AuthCode::new(CODE)).await.unwrap();
    assert_eq!(grant.ad_accounts, None);
    let error = grant.check().unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    assert!(error.to_string().contains("(31)") && !error.to_string().contains("(30)"), "{error}");
}

#[tokio::test]
async fn a_code_that_was_used_is_an_authorization_error_that_shows_neither_code_nor_secret() {
    let server = MockServer::start().await;
    let answer = refused(40110, &format!("Auth_code {CODE} is used for {SECRET}"));
    Mock::given(path(EXCHANGE)).respond_with(answer).expect(1).mount(&server).await;
    let error = oauth(&server).exchange(&AuthCode::new(CODE)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (Kind::Authorization, Retry::Never));
    insta::assert_snapshot!(chain(&error), @r#"
    cannot exchange an authorization code of app 7009: the authorization code is invalid, used or expired; connect again to get a new access token (code 40110, request 20261101REQ)
    TikTok answered: "Auth_code [masked] is used for [masked]"
    "#);
    assert!(!format!("{error:?}").contains(SECRET));
}

#[tokio::test]
async fn an_exchange_whose_reply_is_lost_is_not_sent_again() {
    let server = MockServer::start().await;
    Mock::given(path(EXCHANGE)).respond_with(ResponseTemplate::new(502)).expect(1).mount(&server).await;
    let error = oauth(&server).exchange(&AuthCode::new(CODE)).await.unwrap_err();
    assert!(error.may_have_happened());
}

#[tokio::test]
async fn a_revoked_token_gives_the_accounts_that_are_out_of_reach() {
    let server = MockServer::start().await;
    let body = json!({"app_id": "7009", "secret": SECRET, "access_token": TOKEN});
    let answer = ok(&json!({"app_id": 7009, "advertiser_ids": [7001]}));
    Mock::given(path(REVOKE)).and(body_partial_json(body)).respond_with(answer).expect(1).mount(&server).await;
    let ended = oauth(&server).revoke(&AccessToken::new(TOKEN)).await.unwrap();
    assert_eq!(ended, [AdAccountId::new("7001")]);
}

#[tokio::test]
async fn a_token_that_was_wrong_from_the_start_is_not_called_revoked() {
    let server = MockServer::start().await;
    Mock::given(path(REVOKE)).respond_with(refused(40105, "")).expect(1).mount(&server).await;
    let error = oauth(&server).revoke(&AccessToken::new(TOKEN)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Authorization, Some(40105)));
}

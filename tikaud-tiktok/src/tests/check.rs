use serde_json::json;
use tikaud_core::destination::{Connection, Destination, DestinationError, DestinationErrorKind as Kind};
use wiremock::matchers::{path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::{AdAccountStatus, AppCredentials};

fn info(status: &str) -> ResponseTemplate {
    ok(&json!({"list": [{"advertiser_id": ACCOUNT, "name": "Shop", "status": status}]}))
}

fn listed(ids: &[&str]) -> ResponseTemplate {
    let list: Vec<Value> = ids.iter().map(|id| json!({"advertiser_id": id, "advertiser_name": "Listed"})).collect();
    ok(&json!({"list": list}))
}

fn audiences() -> ResponseTemplate {
    ok(&json!({"list": [], "page_info": {"page": 1, "page_size": 1, "total_number": 0, "total_page": 0}}))
}

/// What the check finds; `accounts` are asked for when there is an answer for them.
async fn check(
    server: &MockServer,
    accounts: Option<ResponseTemplate>,
    info: ResponseTemplate,
    audiences: ResponseTemplate,
) -> Result<Connection, DestinationError> {
    Mock::given(path(INFO)).respond_with(info).mount(server).await;
    Mock::given(path(LIST)).respond_with(audiences).mount(server).await;
    let mut builder = TikTokDestination::builder(client(server.uri()).build().unwrap(), AdAccountId::new(ACCOUNT));
    if let Some(accounts) = accounts {
        let app = query_param("app_id", "7009");
        Mock::given(path(ACCOUNTS)).and(app).respond_with(accounts).mount(server).await;
        builder = builder.app_credentials(AppCredentials::new("7009", SECRET));
    }
    builder.build().unwrap().check().await
}

#[tokio::test]
async fn an_account_in_order_is_named_and_nothing_is_changed() {
    let server = MockServer::start().await;
    let connection = check(&server, None, info("STATUS_ENABLE"), audiences()).await.unwrap();
    assert_eq!(connection, Connection { account_name: Some("Shop".to_owned()), warnings: vec![] });
    insta::assert_snapshot!(seen(&server).await, @r#"
    GET /open_api/v1.3/advertiser/info/ advertiser_ids=["7000000000000000001"] fields=["advertiser_id","name","status","rejection_reason","role","owner_bc_id","company","country","currency","timezone"]
    GET /open_api/v1.3/dmp/custom_audience/list/ advertiser_id=7000000000000000001 page=1 page_size=1
    "#);
}

#[tokio::test]
async fn an_account_that_is_punished_is_warned_about() {
    let server = MockServer::start().await;
    let connection = check(&server, None, info("STATUS_LIMIT"), audiences()).await.unwrap();
    assert_eq!(connection.warnings.len(), 1);
    assert!(connection.warnings[0].contains("STATUS_LIMIT"));
}

#[tokio::test]
async fn a_token_without_account_details_is_enough_for_audiences() {
    let server = MockServer::start().await;
    let connection = check(&server, None, refused(40001, "No scope"), audiences()).await.unwrap();
    assert_eq!(connection.account_name, None);
    insta::assert_snapshot!(connection.warnings.join("\n"), @"name and state of ad account 7000000000000000001 are not known: the token lacks the scope Ad Account Management for it");
}

#[tokio::test]
async fn a_token_without_audiences_is_a_permission_error_that_names_account_and_scope() {
    let server = MockServer::start().await;
    let answer = refused(40001, "No permission to operate advertiser");
    let error = check(&server, None, info("STATUS_ENABLE"), answer).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    insta::assert_snapshot!(chain(&error), @r#"
    cannot read the audiences of ad account 7000000000000000001: no permission for the operation or the object; have an Admin of the account or its Business Center grant the role Admin or Operator and the scope Audience Management, then connect again (code 40001, request 20261101REQ)
    TikTok answered: "No permission to operate advertiser"
    "#);
}

#[tokio::test]
async fn an_account_that_is_not_listed_is_a_permission_error() {
    let server = MockServer::start().await;
    let error = check(&server, Some(listed(&["7002"])), info("STATUS_ENABLE"), audiences()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    insta::assert_snapshot!(error, @"the connecting user has no permission on ad account 7000000000000000001: the only account that the token may use is 7002; have an Admin of the account or its Business Center grant the role Admin or Operator, then connect again");
}

#[tokio::test]
async fn an_account_that_is_listed_passes() {
    let server = MockServer::start().await;
    let accounts = Some(listed(&["7002", ACCOUNT]));
    let connection = check(&server, accounts, refused(40001, ""), audiences()).await.unwrap();
    assert_eq!(connection.account_name.as_deref(), Some("Listed"));
}

#[tokio::test]
async fn a_token_that_may_not_list_accounts_is_not_turned_away_for_it() {
    let server = MockServer::start().await;
    let accounts = Some(refused(40001, "No scope"));
    let connection = check(&server, accounts, info("STATUS_ENABLE"), audiences()).await.unwrap();
    assert_eq!(connection.warnings.len(), 1);
}

#[tokio::test]
async fn a_dead_token_is_an_authorization_error_at_the_first_request() {
    for code in [40102, 40104, 40105] {
        let server = MockServer::start().await;
        let error = check(&server, None, refused(code, ""), audiences()).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Authorization);
        assert!(error.to_string().contains("connect again"), "{error}");
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_accounts_of_a_token_are_listed_with_names_and_states() {
    let server = MockServer::start().await;
    Mock::given(path(ACCOUNTS)).respond_with(listed(&["7001", "7002"])).mount(&server).await;
    let list = json!([{"advertiser_id": "7002", "name": "Shop", "status": "STATUS_DISABLE", "currency": "EUR"}]);
    Mock::given(path(INFO)).respond_with(ok(&json!({"list": list}))).expect(1).mount(&server).await;
    let client = client(server.uri()).build().unwrap();
    let accounts = client.ad_accounts(&AppCredentials::new("7009", SECRET)).await.unwrap();
    let ids: Vec<_> = accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["7001", "7002"]);
    assert_eq!((accounts[0].name.as_deref(), accounts[0].status()), (Some("Listed"), None));
    assert_eq!((accounts[1].name.as_deref(), accounts[1].status()), (Some("Shop"), Some(AdAccountStatus::Disabled)));
    assert_eq!(accounts[1].details.as_ref().unwrap().currency.as_deref(), Some("EUR"));
}

#[tokio::test]
async fn thousands_of_accounts_are_asked_about_in_parts_that_shrink_until_they_fit() {
    let server = MockServer::start().await;
    let ids: Vec<String> = (7001..7071).map(|id| id.to_string()).collect();
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    Mock::given(path(ACCOUNTS)).respond_with(listed(&names)).mount(&server).await;
    let answer = |request: &wiremock::Request| {
        let (_, asked) = request.url.query_pairs().find(|(key, _)| key == "advertiser_ids").unwrap();
        let asked: Vec<String> = serde_json::from_str(&asked).unwrap();
        if asked.len() > 20 {
            return refused(40011, "");
        }
        let account = |id| json!({"advertiser_id": id, "status": "STATUS_ENABLE"});
        ok(&json!({"list": asked.into_iter().map(account).collect::<Vec<Value>>()}))
    };
    // 50 and 25 are too many: 50 becomes 25 + 25, each of which 12 + 13; 20 fits.
    Mock::given(path(INFO)).respond_with(answer).expect(1 + 1 + 2 + 4).mount(&server).await;
    let client = client(server.uri()).build().unwrap();
    let accounts = client.ad_accounts(&AppCredentials::new("7009", SECRET)).await.unwrap();
    assert_eq!(accounts.len(), 70);
    assert!(accounts.iter().all(|account| account.status() == Some(AdAccountStatus::Enabled)));
}

#[tokio::test]
async fn accounts_whose_states_may_not_be_read_are_listed_all_the_same() {
    let server = MockServer::start().await;
    Mock::given(path(ACCOUNTS)).respond_with(listed(&["7001", "7002"])).mount(&server).await;
    Mock::given(path(INFO)).respond_with(refused(40001, "")).expect(2).mount(&server).await;
    let client = client(server.uri()).build().unwrap();
    let credentials = AppCredentials::new("7009", SECRET);
    assert_eq!(client.ad_accounts(&credentials).await.unwrap().len(), 2);
    let chosen = client.ad_account(&credentials, &AdAccountId::new("7002")).await.unwrap();
    assert_eq!((chosen.name.as_deref(), chosen.warning()), (Some("Listed"), None));
    let error = client.ad_account(&credentials, &AdAccountId::new("7003")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    assert!(error.to_string().contains("no permission on ad account 7003"), "{error}");
}

use serde_json::json;
use tikaud_core::destination::{
    AudienceSpec, DescriptionSupport, Destination, DestinationErrorKind as Kind, NameLimit,
};
use tikaud_core::identifier::IdentifierKind;
use wiremock::matchers::{body_partial_json, path, query_param};
use wiremock::{Mock, MockServer};

use super::*;

fn spec(description: Option<&str>) -> AudienceSpec {
    AudienceSpec { name: "Buyers".to_owned(), description: description.map(str::to_owned) }
}

#[tokio::test]
async fn a_new_audience_takes_its_description_along() {
    let server = MockServer::start().await;
    Mock::given(path(CREATE)).respond_with(ok(&json!({"audience_id": AUDIENCE}))).mount(&server).await;
    let created = destination(client(server.uri())).create_audience(&spec(Some("Bought"))).await.unwrap();
    assert_eq!(created.id.as_str(), AUDIENCE);
    assert_eq!(created.warnings, Vec::<String>::new());
    insta::assert_snapshot!(seen(&server).await, @r#"POST /open_api/v1.3/segment/audience/ {"action":"create","advertiser_id":"7000000000000000001","custom_audience_name":"Buyers","description":"Bought"}"#);
}

#[tokio::test]
async fn a_description_that_is_refused_is_left_out_and_the_user_is_told() {
    let server = MockServer::start().await;
    Mock::given(path(CREATE))
        .and(body_partial_json(json!({"description": "Bought"})))
        .respond_with(refused(40002, "description: Unknown field."))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path(CREATE)).respond_with(ok(&json!({"audience_id": AUDIENCE}))).expect(1).mount(&server).await;
    let created = destination(client(server.uri())).create_audience(&spec(Some("Bought"))).await.unwrap();
    insta::assert_snapshot!(created.warnings.join("\n"), @"TikTok refused the description (code 40002, request 20261101REQ): the audience was created without it");
}

#[tokio::test]
async fn a_name_that_is_refused_is_told_after_one_request() {
    let server = MockServer::start().await;
    let answer = refused(40002, "custom_audience_name: too short");
    Mock::given(path(CREATE)).respond_with(answer).expect(1).mount(&server).await;
    let error = destination(client(server.uri())).create_audience(&spec(None)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert!(!error.may_have_happened());
    insta::assert_snapshot!(chain(&error), @r#"
    cannot create an audience in ad account 7000000000000000001: a parameter is wrong, or the audience cannot be edited now; mend the input that TikTok's message names (code 40002, request 20261101REQ)
    TikTok answered: "custom_audience_name: too short"
    "#);
}

#[tokio::test]
async fn an_app_without_the_streaming_api_is_told_to_ask_for_it() {
    let server = MockServer::start().await;
    Mock::given(path(CREATE)).respond_with(refused(40118, "Not on the allowlist")).mount(&server).await;
    let error = destination(client(server.uri())).create_audience(&spec(None)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::AccessNeeded);
    insta::assert_snapshot!(error, @"cannot create an audience in ad account 7000000000000000001: the app or ad account is not on the allowlist, or the feature is not in its region; ask your TikTok representative to open the Streaming API to this app and ad account (code 40118, request 20261101REQ)");
}

#[tokio::test]
async fn audiences_are_found_on_every_page_by_either_form_of_the_name() {
    let name = "n".repeat(71);
    let shown = format!("{}...", "n".repeat(67));
    let server = MockServer::start().await;
    let page = |page: u32, list: serde_json::Value| {
        let data = json!({"list": list, "page_info": {"page": page, "page_size": 100, "total_page": 3}});
        Mock::given(path(LIST)).and(query_param("page", page.to_string())).respond_with(ok(&data)).expect(1)
    };
    page(1, json!([{"audience_id": "1", "name": name}, {"audience_id": "2", "name": "other"}])).mount(&server).await;
    page(2, json!([{"audience_id": "3", "name": shown, "is_creator": false}])).mount(&server).await;
    page(
        3,
        json!([
            {"audience_id": "1", "name": name},
            {"audience_id": "4", "name": shown, "audience_type": "Partner", "cover_num": 1200, "is_valid": true},
            {"audience_id": "5", "name": shown, "audience_type": "Lookalike Audience"},
        ]),
    )
    .mount(&server)
    .await;
    let found = destination(client(server.uri())).find_audiences(&name).await.unwrap();
    let ids: Vec<_> = found.iter().map(|audience| audience.id.as_str()).collect();
    assert_eq!(ids, ["1", "4"]);
    assert_eq!((found[1].matched, found[1].ready), (Some(1200), Some(true)));
    insta::assert_snapshot!(seen(&server).await.lines().next().unwrap(), @"GET /open_api/v1.3/dmp/custom_audience/list/ advertiser_id=7000000000000000001 page=1 page_size=100");
}

#[tokio::test]
async fn an_account_of_endless_pages_is_an_error() {
    let server = MockServer::start().await;
    let data = json!({"list": [{"audience_id": "1", "name": "other"}], "page_info": {}});
    Mock::given(path(LIST)).respond_with(ok(&data)).mount(&server).await;
    let error = destination(client(server.uri())).find_audiences("Buyers").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    assert_eq!(server.received_requests().await.unwrap().len(), 100);
}

#[tokio::test]
async fn an_audience_opens_as_tiktok_describes_it() {
    let server = MockServer::start().await;
    Mock::given(path(GET)).respond_with(ok(&audience_details())).mount(&server).await;
    let writer = destination(client(server.uri())).open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    let audience = writer.audience().unwrap();
    assert_eq!(audience.id.as_str(), AUDIENCE);
    assert_eq!(audience.name.as_deref(), Some("Buyers"));
    assert_eq!((audience.matched, audience.ready), (Some(0), Some(false)));
    insta::assert_snapshot!(seen(&server).await, @r#"GET /open_api/v1.3/dmp/custom_audience/get/ advertiser_id=7000000000000000001 custom_audience_ids=["7000000000000000042"] history_size=1"#);
}

#[tokio::test]
async fn an_empty_list_means_that_the_audience_is_gone() {
    let server = MockServer::start().await;
    Mock::given(path(GET)).respond_with(ok(&json!({"list": []}))).mount(&server).await;
    let opened = destination(client(server.uri())).open_audience(&AudienceId::new(AUDIENCE)).await;
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    insta::assert_snapshot!(error, @"audience 7000000000000000042 is not in ad account 7000000000000000001; it was deleted, or it belongs to another account: have a new one created");
}

#[test]
fn capabilities_say_what_tiktok_documents() {
    let destination = destination(client("https://business-api.tiktok.com"));
    let capabilities = destination.capabilities();
    let undocumented: Vec<_> = capabilities.undocumented_kinds.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(undocumented, [IdentifierKind::EmailSha512]);
    let documented = IdentifierKind::ALL.into_iter().filter(|kind| !undocumented.contains(kind));
    assert_eq!(capabilities.kinds, documented.collect::<Vec<_>>());
    assert_eq!((capabilities.batch_limit, capabilities.max_in_flight), (5_000, 4));
    assert_eq!(capabilities.minimum_audience, 1_000);
    assert_eq!(capabilities.name_limit, Some(NameLimit { characters: 70, kept: 67 }));
    assert_eq!(capabilities.description, DescriptionSupport::Undocumented);
    assert_eq!(capabilities.requests_per_second, Some(1000.0));
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    let builder = |account: &str| {
        TikTokDestination::builder(client("https://x.example").build().unwrap(), AdAccountId::new(account))
    };
    for account in ["", "My account", "123456789012345678901", "７００１"] {
        assert_eq!(builder(account).build().unwrap_err().kind(), Kind::Configuration, "{account}");
    }
    let error = builder(ACCOUNT).batch_users(10_001).build().unwrap_err();
    insta::assert_snapshot!(error, @"batch_users is 10001; it must be 1 to 10000");
    assert!(builder(ACCOUNT).batch_users(0).build().is_err());
    assert!(builder(ACCOUNT).max_in_flight(0).build().is_err());
    assert!(builder(ACCOUNT).batch_users(10_000).build().is_ok());
}

#[tokio::test]
async fn audiences_that_are_deleted_while_they_are_listed_hide_no_other() {
    let server = MockServer::start().await;
    let page = |page: u32, ids: &[&str], total: u32| {
        let list: Vec<_> = ids.iter().map(|id| json!({"audience_id": id})).collect();
        let data = json!({"list": list, "page_info": {"total_page": 2, "total_number": total}});
        Mock::given(path(LIST)).and(query_param("page", page.to_string())).respond_with(ok(&data))
    };
    // Audience 1 is deleted after the first page: 3 moves to a page that was read already.
    page(1, &["1", "2"], 4).up_to_n_times(1).mount(&server).await;
    page(1, &["2", "3"], 3).mount(&server).await;
    page(2, &["4"], 3).expect(2).mount(&server).await;
    let client = client(server.uri()).build().unwrap();
    let listed = client.audiences(&AdAccountId::new(ACCOUNT)).unwrap().list().await.unwrap();
    let ids: Vec<_> = listed.iter().map(|audience| audience.id.as_str()).collect();
    assert_eq!(ids, ["2", "3", "4"]);
}

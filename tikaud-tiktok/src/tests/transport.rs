use std::io;
use std::time::{Duration, Instant};

use serde_json::json;
use tikaud_core::destination::{AudienceSpec, Destination, DestinationErrorKind as Kind, Receipt, Retry};
use wiremock::matchers::{any, header, header_exists, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;

fn spec() -> AudienceSpec {
    AudienceSpec { name: "Buyers".to_owned(), description: None }
}

fn reset(_: &Request) -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}

fn html(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw("<html>ada@example.com</html>", "text/html; charset=utf-8")
}

#[tokio::test]
async fn a_throttled_batch_waits_a_second_and_goes_through() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(refused(40100, "Too many requests.")).up_to_n_times(1).mount(&server).await;
    mapping().respond_with(ok(&json!({}))).mount(&server).await;
    let start = Instant::now();
    assert!(matches!(writer.apply(&emails(2)).await, Ok(Receipt::Accepted)));
    assert!(start.elapsed() >= Duration::from_secs(1));
    let traffic = writer.traffic();
    assert_eq!((traffic.requests, traffic.retries), (2, 1));
    assert!(traffic.waited >= Duration::from_secs(1));
    assert!(traffic.bytes > 0 && traffic.bytes.is_multiple_of(2));
}

#[tokio::test]
async fn a_quota_of_the_day_is_not_waited_for() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(refused(40100, "Requests exceed the QPD limit.")).expect(1).mount(&server).await;
    let error = writer.apply(&emails(2)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::RateLimited);
    assert!(matches!(error.retry(), Retry::After(wait) if wait <= Duration::from_secs(86_400)));
}

#[tokio::test]
async fn a_gateway_that_stays_out_of_order_is_told_without_quoting_its_page() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(html(502)).expect(3).mount(&server).await;
    let error = writer.apply(&emails(2)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert_eq!(error.retry(), Retry::After(Duration::from_secs(300)));
    assert!(error.may_have_happened());
    insta::assert_snapshot!(chain(&error), @r#"
    cannot add 2 email_sha256 identifiers to audience 7000000000000000042 of ad account 7000000000000000001 after 3 attempts: a gateway before TikTok is out of order; try again in some minutes
    HTTP status 502 without TikTok's JSON (28 bytes of text/html)
    "#);
}

#[tokio::test]
async fn a_page_with_status_200_is_no_success() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(html(200)).mount(&server).await;
    let error = writer.apply(&emails(2)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    insta::assert_snapshot!(chain(&error), @r#"
    cannot add 2 email_sha256 identifiers to audience 7000000000000000042 of ad account 7000000000000000001 after 3 attempts: the reply was not in TikTok's protocol; check that no proxy answers in TikTok's place, and try again
    the reply is not JSON, from line 1 column 1 on (HTTP status 200, 28 bytes of text/html)
    "#);
}

#[tokio::test]
async fn a_gateways_page_is_told_with_the_request_id_of_its_header() {
    for (answer, kind) in [
        (html(502), Kind::Unavailable),
        (html(403), Kind::Permission),
        (html(200), Kind::Protocol),
        (html(200).set_body_raw(b"\xff\xfe".to_vec(), "application/json"), Kind::Protocol),
        (html(200).set_body_string(r#"{"code":0,"data":{"li"#), Kind::Protocol),
        (html(200).set_body_string(r#"{"code":0,"data":{"list":7}}"#), Kind::Protocol),
        (ResponseTemplate::new(307), Kind::Protocol),
    ] {
        let server = MockServer::start().await;
        let answer = answer.insert_header("X-Tt-Logid", "20261101LOG");
        Mock::given(path(LIST)).respond_with(answer).mount(&server).await;
        let error = destination(client(server.uri())).find_audiences("Buyers").await.unwrap_err();
        assert_eq!((error.kind(), error.request_id()), (kind, Some("20261101LOG")), "{}", chain(&error));
    }
}

#[tokio::test]
async fn a_gateway_that_throttles_is_waited_for_like_tiktok_itself() {
    let server = MockServer::start().await;
    Mock::given(path(LIST)).respond_with(html(429)).up_to_n_times(1).mount(&server).await;
    Mock::given(path(LIST)).respond_with(ok(&json!({"list": []}))).mount(&server).await;
    let client = client(server.uri()).build().unwrap();
    let before = client.pace().current_requests_per_second();
    let start = Instant::now();
    assert!(client.audiences(&AdAccountId::new(ACCOUNT)).unwrap().list().await.unwrap().is_empty());
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert!(client.pace().current_requests_per_second() < before);
}

#[tokio::test]
async fn each_attempt_has_its_own_time() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri()).attempt_timeout(Duration::from_secs(1))).await;
    let slow = ok(&json!({})).set_delay(Duration::from_secs(20));
    mapping().respond_with(slow).up_to_n_times(1).mount(&server).await;
    mapping().respond_with(ok(&json!({}))).mount(&server).await;
    assert!(matches!(writer.apply(&emails(2)).await, Ok(Receipt::Accepted)));
    assert_eq!(writer.traffic().requests, 2);
}

#[tokio::test]
async fn a_batch_is_sent_again_when_its_reply_is_lost() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with_err(reset).up_to_n_times(1).mount(&server).await;
    mapping().respond_with(ok(&json!({}))).mount(&server).await;
    assert!(matches!(writer.apply(&emails(2)).await, Ok(Receipt::Accepted)));
    assert_eq!(writer.traffic().retries, 1);
}

#[tokio::test]
async fn a_create_is_never_sent_again_when_its_reply_is_lost() {
    let server = MockServer::start().await;
    Mock::given(path(CREATE)).respond_with_err(reset).expect(1).mount(&server).await;
    let error = destination(client(server.uri())).create_audience(&spec()).await.unwrap_err();
    assert!(error.may_have_happened());
    assert_eq!(error.kind(), Kind::Unavailable);
}

#[tokio::test]
async fn a_create_is_never_sent_again_after_an_answer_that_leaves_it_open_whether_it_was_done() {
    let answers = [
        html(504),
        html(200),
        refused(50002, "Internal error"),
        refused(51063, "Gateway error"),
        refused(40050, "Duplicated request"),
        ok(&json!({"audience": "without an id"})),
        ok(&json!({"audience_id": "1"})).set_delay(Duration::from_secs(20)),
    ];
    for answer in answers {
        let server = MockServer::start().await;
        Mock::given(path(CREATE)).respond_with(answer).expect(1).mount(&server).await;
        let client = client(server.uri()).attempt_timeout(Duration::from_millis(500));
        let error = destination(client).create_audience(&spec()).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
    }
}

#[tokio::test]
async fn a_create_that_was_throttled_is_sent_again() {
    let server = MockServer::start().await;
    Mock::given(path(CREATE)).respond_with(refused(40100, "")).up_to_n_times(1).mount(&server).await;
    Mock::given(path(CREATE)).respond_with(ok(&json!({"audience_id": "5"}))).expect(1).mount(&server).await;
    let created = destination(client(server.uri())).create_audience(&spec()).await.unwrap();
    assert_eq!(created.id.as_str(), "5");
}

#[tokio::test]
async fn without_a_connection_nothing_has_happened() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = destination(client(address)).create_audience(&spec()).await.unwrap_err();
    assert!(!error.may_have_happened());
    insta::assert_snapshot!(error, @"cannot create an audience in ad account 7000000000000000001 after 3 attempts: no connection to TikTok; check the network: name service, proxy, firewall, certificates");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(any()).respond_with(ok(&json!({}))).expect(0).mount(&elsewhere).await;
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("Location", elsewhere.uri());
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(redirect).expect(1).mount(&server).await;
    let error = writer.apply(&emails(2)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    insta::assert_snapshot!(chain(&error), @r#"
    cannot add 2 email_sha256 identifiers to audience 7000000000000000042 of ad account 7000000000000000001: the host redirects, and the access token must not go along; check the endpoint
    HTTP status 307, a redirect, which is not followed (0 bytes of unknown type)
    "#);
}

#[tokio::test]
async fn a_reply_to_which_a_client_of_the_users_own_was_redirected_is_an_error() {
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("Location", "/elsewhere");
    let writer = open(&server, client(server.uri()).http_client(reqwest::Client::new())).await;
    mapping().respond_with(redirect).mount(&server).await;
    Mock::given(path("/elsewhere")).respond_with(ok(&json!({}))).expect(1).mount(&server).await;
    let error = writer.apply(&emails(2)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
}

#[tokio::test]
async fn an_endless_reply_is_not_read_to_its_end() {
    let server = MockServer::start().await;
    let huge = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 9 << 20]);
    Mock::given(path(GET)).respond_with(huge).mount(&server).await;
    let opened = destination(client(server.uri())).open_audience(&AudienceId::new(AUDIENCE)).await;
    let error = opened.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol);
    assert!(chain(&error).contains("larger than 8388608 bytes"), "{}", chain(&error));
}

#[tokio::test]
async fn the_token_goes_into_its_header_and_nowhere_else() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping()
        .and(header("Access-Token", TOKEN))
        .and(header("Content-Type", "application/json"))
        .and(header_exists("User-Agent"))
        .respond_with(ok(&json!({})))
        .expect(1)
        .mount(&server)
        .await;
    writer.apply(&emails(1)).await.unwrap();
    assert!(!seen(&server).await.contains(TOKEN));
    for request in server.received_requests().await.unwrap() {
        assert!(!request.headers.contains_key("Authorization"));
    }
}

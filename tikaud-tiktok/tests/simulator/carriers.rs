//! The same program of requests through hyper and through wiremock gives the same answers.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tikaud_tiktok::simulator::{Effect, FaultProgram, FaultRule, IdType, SimulatorServer};

use crate::support::{ACCOUNT, FORBIDDEN_ACCOUNT, TOKEN, digests, mapping, simulator, start};
use crate::wiremock_front;

/// Method, path with query, body.
type Step = (&'static str, String, String);

fn program() -> Vec<Step> {
    let api = |path: &str| format!("/open_api/v1.3{path}");
    let create = |account| json!({"advertiser_id": account, "custom_audience_name": "Käufer"}).to_string();
    let audience = "7100000000000000001";
    let map = |action, ids: &[String]| mapping(action, "EMAIL_SHA256", ids, audience).to_string();
    let list = format!("/dmp/custom_audience/list/?advertiser_id={ACCOUNT}&page_size=1");
    let get = format!("/dmp/custom_audience/get/?advertiser_id={ACCOUNT}&custom_audience_ids=%5B%22{audience}%22%5D");
    let faults = r#"{"rules": [{"do": "throttle"}, {"do": {"http": {"status": 502}}}, {"do": "truncate_body"}]}"#;
    vec![
        ("POST", api("/segment/audience/"), create(ACCOUNT)),
        ("POST", api("/segment/audience/"), create(FORBIDDEN_ACCOUNT)),
        ("POST", api("/segment/mapping/"), map("add", &digests(2_000))),
        ("POST", api("/segment/mapping/"), map("delete", &digests(10))),
        ("POST", api("/segment/mapping"), map("delete", &digests(10))),
        ("GET", api(&list), String::new()),
        ("GET", api(&get), String::new()),
        ("POST", "/simulator/faults".to_owned(), faults.to_owned()),
        ("GET", api("/user/info/"), String::new()),
        ("GET", api("/user/info/"), String::new()),
        ("GET", api("/user/info/"), String::new()),
        ("GET", api("/user/info/"), String::new()),
        ("GET", "/simulator/audiences".to_owned(), String::new()),
        ("GET", format!("/simulator/audiences/{audience}/identifiers?kind=EMAIL_SHA256"), String::new()),
        ("GET", "/simulator/requests".to_owned(), String::new()),
    ]
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn request(client: &reqwest::Client, url: &str, (method, path, body): &Step) -> reqwest::RequestBuilder {
    client
        .request(method.parse().unwrap(), format!("{url}{path}"))
        .header("Access-Token", TOKEN)
        .header("Content-Type", "application/json")
        .body(body.clone())
}

/// Status, content type and body of every answer.
async fn answers(url: &str) -> Vec<(u16, String, String)> {
    let client = client();
    let mut answers = Vec::new();
    for step in program() {
        let response = request(&client, url, &step).send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        answers.push((response.status().as_u16(), content_type, response.text().await.unwrap()));
    }
    answers
}

async fn server() -> SimulatorServer {
    SimulatorServer::start_with_clock(("127.0.0.1", 0), simulator(), start).await.unwrap()
}

#[tokio::test]
async fn hyper_and_wiremock_give_the_same_answers() {
    let server = server().await;
    let by_hyper = answers(&server.url()).await;
    let by_wiremock = answers(&wiremock_front::serve(Arc::new(Mutex::new(simulator()))).await.uri()).await;
    assert_eq!(by_hyper, by_wiremock);
    let codes: Vec<Option<i64>> = server.simulator().requests().iter().map(|request| request.code).collect();
    let (ok, none) = (Some(0), None);
    assert_eq!(codes, [ok, Some(40001), ok, ok, none, ok, ok, Some(40100), none, ok, ok]);
}

#[tokio::test]
async fn a_lost_reply_is_a_broken_connection_at_hyper_and_a_silent_one_at_wiremock() {
    let lost = || FaultProgram::new([FaultRule::new(Effect::LoseReply)]);
    let step = &program()[0];

    let server = server().await;
    server.simulator().inject(lost());
    let error = request(&client(), &server.url(), step).send().await.unwrap_err();
    assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(server.simulator().audiences().len(), 1);

    let shared = Arc::new(Mutex::new(simulator()));
    shared.lock().unwrap().inject(lost());
    let front = wiremock_front::serve(Arc::clone(&shared)).await;
    let waiting = request(&client(), &front.uri(), step).timeout(Duration::from_millis(300));
    assert!(waiting.send().await.unwrap_err().is_timeout());
    assert_eq!(shared.lock().unwrap().audiences().len(), 1);
}

#[tokio::test]
async fn a_delayed_answer_comes_late() {
    let server = server().await;
    server.simulator().inject(FaultProgram::new([FaultRule::new(Effect::delay(Duration::from_millis(200)))]));
    let began = Instant::now();
    assert_eq!(request(&client(), &server.url(), &program()[0]).send().await.unwrap().status(), 200);
    assert!(began.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn many_connections_are_served_at_once_and_end_with_the_server() {
    let server = server().await;
    let (url, client) = (server.url(), client());
    request(&client, &url, &program()[0]).send().await.unwrap();
    let ids = digests(64);
    let requests = ids.chunks(2).map(|ids| {
        let body = mapping("add", "PHONE_SHA256", ids, "7100000000000000001").to_string();
        request(&client, &url, &("POST", "/open_api/v1.3/segment/mapping/".to_owned(), body)).send()
    });
    let replies = futures::future::join_all(requests).await;
    assert!(replies.into_iter().all(|reply| reply.unwrap().status() == 200));
    assert_eq!(server.simulator().identifiers("7100000000000000001", IdType::PhoneSha256).unwrap(), ids);
    drop(server);
    tokio::task::yield_now().await;
    assert!(request(&client, &url, &program()[0]).send().await.is_err());
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_by_its_status() {
    let server = server().await;
    let step = ("POST", "/open_api/v1.3/segment/mapping/".to_owned(), " ".repeat((64 << 20) + 1));
    // The connection may break before the answer is read, since the server stops reading.
    if let Ok(response) = request(&client(), &server.url(), &step).send().await {
        assert_eq!(response.status(), 413);
    }
    assert!(server.simulator().requests().is_empty());
}

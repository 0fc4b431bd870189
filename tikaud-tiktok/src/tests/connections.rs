//! Connections and the pace, and who shares them.

use std::io::{BufRead, BufReader, Write};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::json;
use tikaud_core::destination::{Destination, Receipt};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer};

use super::*;
use crate::Pace;

/// What a server has seen.
#[derive(Default)]
struct Seen {
    connections: usize,
    /// The first line of each request.
    requests: Vec<String>,
}

/// A server of one answer.
fn plain_server() -> (String, Arc<Mutex<Seen>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Seen::default()));
    let shared = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            shared.lock().unwrap().connections += 1;
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).unwrap_or(0) > 0 {
                if line.starts_with("GET") {
                    shared.lock().unwrap().requests.push(line.trim_end().to_owned());
                } else if line == "\r\n" {
                    let body = r#"{"code":0,"data":{"list":[]}}"#;
                    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
                }
                line.clear();
            }
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_connection_is_kept_for_the_requests_to_come() {
    let (address, seen) = plain_server();
    let destination = destination(client(address));
    for _ in 0..3 {
        destination.find_audiences("Buyers").await.unwrap();
    }
    let seen = seen.lock().unwrap();
    assert_eq!((seen.connections, seen.requests.len()), (1, 3));
}

#[tokio::test]
async fn requests_go_through_the_proxy_of_a_client_of_the_users_own() {
    let (proxy, seen) = plain_server();
    let http = reqwest::Client::builder()
        .proxy(reqwest::Proxy::http(proxy).unwrap())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    // Nobody listens at port 1.
    let destination = destination(client("http://127.0.0.1:1").http_client(http));
    destination.find_audiences("Buyers").await.unwrap();
    let line = seen.lock().unwrap().requests[0].clone();
    assert!(line.starts_with("GET http://127.0.0.1:1/open_api/v1.3/dmp/custom_audience/list/?"), "{line}");
}

#[tokio::test]
async fn clients_that_are_given_one_pace_share_it() {
    let server = MockServer::start().await;
    Mock::given(path(LIST)).respond_with(ok(&json!({"list": []}))).mount(&server).await;
    let pace = Pace::try_new(20.0).unwrap();
    let destinations = [0, 1].map(|_| destination(client(server.uri()).pace(pace.clone())));
    let start = Instant::now();
    for at in 0..21 {
        destinations[at % 2].find_audiences("Buyers").await.unwrap();
    }
    // 20 times 51 ms, less what is made up for; a pace for each would take half.
    assert!(start.elapsed() >= Duration::from_millis(20 * 51 - 250), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_throttle_of_one_ad_account_does_not_slow_the_app_down() {
    let server = MockServer::start().await;
    let slow = client(server.uri()).build().unwrap();
    let writer = open_with(&server, slow.clone()).await;
    mapping().respond_with(refused(40133, "advertiser QPS")).up_to_n_times(1).mount(&server).await;
    mapping().respond_with(ok(&json!({}))).mount(&server).await;
    let before = slow.pace().current_requests_per_second();
    assert!(matches!(writer.apply(&emails(2)).await, Ok(Receipt::Accepted)));
    assert!((slow.pace().current_requests_per_second() - before).abs() < 1e-9);
    mapping().respond_with(refused(40016, "")).up_to_n_times(1).with_priority(1).mount(&server).await;
    assert!(matches!(writer.apply(&emails(2)).await, Ok(Receipt::Accepted)));
    assert!(slow.pace().current_requests_per_second() < before);
}

#[tokio::test]
async fn accounts_of_one_client_share_its_pace() {
    let server = MockServer::start().await;
    Mock::given(path(LIST)).respond_with(ok(&json!({"list": []}))).mount(&server).await;
    let client = client(server.uri()).requests_per_second(20.0).build().unwrap();
    let other = client.with_token(&AccessToken::new("another")).unwrap();
    let destinations =
        [client, other].map(|client| TikTokDestination::builder(client, AdAccountId::new(ACCOUNT)).build().unwrap());
    let start = Instant::now();
    for at in 0..21 {
        destinations[at % 2].find_audiences("Buyers").await.unwrap();
    }
    // 20 times 51 ms, less what is made up for; a pace for each would take half.
    assert!(start.elapsed() >= Duration::from_millis(20 * 51 - 250), "{:?}", start.elapsed());
}

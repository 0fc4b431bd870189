//! The destination against a server that plays TikTok's part.

mod audiences;
mod batches;
mod check;
mod connections;
mod customer_files;
mod oauth;
mod secrecy;
mod tokens;
mod transport;

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tikaud_core::destination::{AudienceId, AudienceWriter, Batch, Destination};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use crate::{AccessToken, AdAccountId, RetryPolicy, TikTokClient, TikTokClientBuilder, TikTokDestination};

const ACCOUNT: &str = "7000000000000000001";
/// As long as TikTok's own.
const TOKEN: &str = "caca0123456789abcdef0123456789abcdef0123";
const SECRET: &str = "5ec5ec23456789abcdef0123456789abcdef4567";
const AUDIENCE: &str = "7000000000000000042";
const MAPPING: &str = "/open_api/v1.3/segment/mapping/";
const CREATE: &str = "/open_api/v1.3/segment/audience/";
const GET: &str = "/open_api/v1.3/dmp/custom_audience/get/";
const LIST: &str = "/open_api/v1.3/dmp/custom_audience/list/";
const INFO: &str = "/open_api/v1.3/advertiser/info/";
const ACCOUNTS: &str = "/open_api/v1.3/oauth2/advertiser/get/";

/// A client that talks to the server, does not wait before its three attempts, and paces hardly at all.
fn client(endpoint: impl Into<String>) -> TikTokClientBuilder {
    let retry = RetryPolicy { attempts: 3, first_delay: Duration::ZERO, ..RetryPolicy::default() };
    TikTokClient::builder(AccessToken::new(TOKEN))
        .endpoint(endpoint)
        .requests_per_second(1000.0)
        .retry(retry)
        .without_jitter()
}

fn destination(client: TikTokClientBuilder) -> TikTokDestination {
    TikTokDestination::builder(client.build().unwrap(), AdAccountId::new(ACCOUNT)).build().unwrap()
}

/// An open audience; the server needs no more than [`mapping`] after that.
async fn open(server: &MockServer, client: TikTokClientBuilder) -> Box<dyn AudienceWriter> {
    open_with(server, client.build().unwrap()).await
}

async fn open_with(server: &MockServer, client: TikTokClient) -> Box<dyn AudienceWriter> {
    let found = Mock::given(path(GET)).respond_with(ok(&audience_details())).mount_as_scoped(server).await;
    let destination = TikTokDestination::builder(client, AdAccountId::new(ACCOUNT)).build().unwrap();
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    drop(found);
    writer
}

fn audience_details() -> Value {
    json!({"list": [{"audience_details": {
        "audience_id": AUDIENCE, "name": "Buyers", "type": "Partner", "cover_num": 0, "is_valid": false,
    }}]})
}

fn mapping() -> MockBuilder {
    Mock::given(method("POST")).and(path(MAPPING))
}

fn ok(data: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({"code": 0, "message": "OK", "request_id": "20261101REQ", "data": data}))
}

fn refused(code: i64, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .set_body_json(json!({"code": code, "message": message, "request_id": "20261101REQ", "data": {}}))
}

fn batch(kind: IdentifierKind, len: usize) -> Batch {
    let digests = (0..len).flat_map(|at| {
        let mut digest = vec![0; kind.digest_len()];
        digest[..8].copy_from_slice(&(at as u64).to_be_bytes());
        digest
    });
    Batch::new(Action::Add, kind, Bytes::from_iter(digests)).unwrap()
}

fn emails(len: usize) -> Batch {
    batch(IdentifierKind::EmailSha256, len)
}

/// The error and its causes, a line each.
fn chain(error: &dyn Error) -> String {
    let mut lines = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        lines.push(error.to_string());
        cause = error.source();
    }
    lines.join("\n")
}

/// Method, path, query and body of every request that the server has seen.
async fn seen(server: &MockServer) -> String {
    let requests = server.received_requests().await.unwrap();
    let lines = requests.iter().map(|request| {
        let query: Vec<String> = request.url.query_pairs().map(|(key, value)| format!(" {key}={value}")).collect();
        let body = String::from_utf8_lossy(&request.body);
        format!("{} {}{} {body}", request.method, request.url.path(), query.concat()).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

//! Tokens that a service hands over, and is asked for again.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::json;
use tikaud_core::destination::{Destination, DestinationError, DestinationErrorKind as Kind, Retry};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer};

use super::*;
use crate::{TokenProvider, TokenReason};

/// A secret store: what it holds now, and how often it was asked.
#[derive(Default)]
struct Store {
    token: Mutex<String>,
    asked: Mutex<Vec<TokenReason>>,
}

#[async_trait]
impl TokenProvider for Store {
    async fn access_token(&self, reason: TokenReason) -> Result<AccessToken, DestinationError> {
        self.asked.lock().unwrap().push(reason);
        let token = self.token.lock().unwrap().clone();
        if token.is_empty() {
            let error = DestinationError::new(Kind::Unavailable, "the vault is sealed; unseal it");
            return Err(error.with_retry(Retry::After(Duration::from_secs(9))));
        }
        Ok(AccessToken::new(token))
    }
}

fn store(token: &str) -> Arc<Store> {
    Arc::new(Store { token: Mutex::new(token.to_owned()), ..Store::default() })
}

/// A client of this store that sends nothing again by itself.
fn client_of(server: &MockServer, store: &Arc<Store>) -> TikTokClientBuilder {
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    TikTokClient::builder_with(Arc::clone(store) as Arc<dyn TokenProvider>)
        .endpoint(server.uri())
        .requests_per_second(1000.0)
        .retry(retry)
}

/// TikTok accepts this token and no other.
async fn accept(server: &MockServer, token: &str) {
    let page = json!({"list": [], "page_info": {"total_page": 0}});
    Mock::given(path(LIST)).and(header("Access-Token", token)).respond_with(ok(&page)).mount(server).await;
    Mock::given(path(LIST)).respond_with(refused(40105, "")).with_priority(9).mount(server).await;
}

#[tokio::test]
async fn a_token_is_asked_for_at_the_first_request_and_kept() {
    let server = MockServer::start().await;
    accept(&server, "first").await;
    let store = store("first");
    let destination = destination(client_of(&server, &store));
    assert!(store.asked.lock().unwrap().is_empty());
    for _ in 0..3 {
        destination.find_audiences("Buyers").await.unwrap();
    }
    assert_eq!(*store.asked.lock().unwrap(), [TokenReason::FirstRequest]);
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_for_all_requests_that_carry_it() {
    for code in [40102, 40104, 40105] {
        let server = MockServer::start().await;
        let page = json!({"list": [], "page_info": {"total_page": 0}});
        Mock::given(path(LIST)).and(header("Access-Token", "second")).respond_with(ok(&page)).mount(&server).await;
        Mock::given(path(LIST)).respond_with(refused(code, "")).with_priority(9).mount(&server).await;
        let store = store("first");
        let destination = destination(client_of(&server, &store));
        let _ = destination.find_audiences("Buyers").await.unwrap_err();
        "second".clone_into(&mut store.token.lock().unwrap());
        let found = join_all((0..4).map(|_| destination.find_audiences("Buyers"))).await;
        assert!(found.iter().all(Result::is_ok), "{code}: {found:?}");
        let asked = store.asked.lock().unwrap().clone();
        assert_eq!(asked, [TokenReason::FirstRequest, TokenReason::Refused, TokenReason::Refused]);
    }
}

#[tokio::test]
async fn the_same_token_again_ends_the_request_after_one_attempt() {
    let server = MockServer::start().await;
    accept(&server, "another").await;
    let store = store("first");
    let error = destination(client_of(&server, &store)).find_audiences("Buyers").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Authorization, Some(40105)));
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert_eq!(store.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn another_token_that_is_refused_too_ends_the_request() {
    let server = MockServer::start().await;
    accept(&server, "third").await;
    let store = store("first");
    let destination = destination(client_of(&server, &store));
    let _ = destination.find_audiences("Buyers").await.unwrap_err();
    "second".clone_into(&mut store.token.lock().unwrap());
    let error = destination.find_audiences("Buyers").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Authorization);
    assert_eq!(server.received_requests().await.unwrap().len(), 1 + 2);
}

#[tokio::test]
async fn a_store_out_of_reach_is_told_in_its_own_words() {
    let server = MockServer::start().await;
    let error = destination(client_of(&server, &store(""))).find_audiences("Buyers").await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (Kind::Unavailable, Retry::After(Duration::from_secs(9))));
    assert!(!error.may_have_happened());
    insta::assert_snapshot!(chain(&error), @"
    cannot list the audiences of ad account 7000000000000000001 (page 1): there is no access token to ask with; see to what the token provider says
    the vault is sealed; unseal it
    ");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_missing_permission_is_no_reason_for_another_token() {
    let server = MockServer::start().await;
    Mock::given(path(LIST)).respond_with(refused(40001, "")).mount(&server).await;
    let store = store("first");
    let error = destination(client_of(&server, &store)).find_audiences("Buyers").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Permission);
    assert_eq!(store.asked.lock().unwrap().len(), 1);
}

#[test]
fn no_debug_shows_a_token_of_a_store() {
    let builder = || TikTokClient::builder_with(store(TOKEN));
    assert!(!format!("{:?} {:?}", builder(), builder().build().unwrap()).contains(TOKEN));
}

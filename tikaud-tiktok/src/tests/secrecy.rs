//! Tokens, secrets and identifiers are planted, and looked for in everything that is printed.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tikaud_core::destination::Destination;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer};

use super::*;
use crate::AppCredentials;
use crate::oauth::{AuthCode, OAuth, State};

/// Planted by [`client`], and here.
const PLANTED: [&str; 5] = [TOKEN, SECRET, "ada@example.com", "+442071838750", "cafecafecafecafe"];

fn assert_clean(text: &str) {
    for planted in PLANTED {
        assert!(!text.contains(planted), "{planted} is in: {text}");
    }
}

/// Writes down everything that spans and events say.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

impl Visit for Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{field}={value:?} "));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn no_public_type_prints_a_secret() {
    let server = MockServer::start().await;
    let credentials = AppCredentials::new("7009", SECRET);
    let builder = client(server.uri());
    assert_clean(&format!("{builder:?} {builder:#?}"));
    let client = builder.build().unwrap();
    let destination_builder =
        TikTokDestination::builder(client.clone(), AdAccountId::new(ACCOUNT)).app_credentials(credentials.clone());
    assert_clean(&format!("{destination_builder:?} {destination_builder:#?}"));
    let destination = destination_builder.build().unwrap();
    let writer = open(&server, super::client(server.uri())).await;
    let token = AccessToken::new(TOKEN);
    let account = AdAccountId::new(ACCOUNT);
    assert_clean(&format!("{client:?} {client:#?} {destination:?} {destination:#?} {writer:?} {writer:#?}"));
    assert_clean(&format!("{token:?} {token:#?} {credentials:?} {credentials:#?} {account:?} {:?}", emails(2)));
}

#[test]
fn nothing_of_an_authorization_prints_a_secret() {
    let builder = || OAuth::builder(AppCredentials::new("7009", SECRET));
    let (state, code) = (State::new(SECRET), AuthCode::new(TOKEN));
    assert_clean(&format!("{:?} {:#?} {:?} {:#?}", builder(), builder(), builder().build(), builder().build()));
    assert_clean(&format!("{state:?} {state:#?} {code:?} {code:#?}"));
    assert_clean(&format!("{:?}", state.read_callback(&format!("state={TOKEN}&auth_code={TOKEN}"))));
    assert_clean(&format!("{:?}", state.read_callback(&format!("state={SECRET}&auth_code={TOKEN}"))));
}

#[tokio::test]
async fn no_event_or_error_tells_what_tiktok_echoes_of_an_authorization() {
    let recorder = Recorder::default();
    let _second = tracing::Dispatch::new(Recorder::default());
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let server = MockServer::start().await;
    let echo = refused(40101, &format!("secret {SECRET} of code {TOKEN} for ada@example.com"));
    Mock::given(any()).respond_with(echo).mount(&server).await;
    let oauth = OAuth::builder(AppCredentials::new("7009", SECRET)).endpoint(server.uri()).build().unwrap();
    let client = client(server.uri()).build().unwrap();
    let errors = [
        oauth.exchange(&AuthCode::new(TOKEN)).await.map(drop).unwrap_err(),
        oauth.revoke(&AccessToken::new(TOKEN)).await.map(drop).unwrap_err(),
        client.ad_accounts(&AppCredentials::new("7009", SECRET)).await.map(drop).unwrap_err(),
    ];
    for error in &errors {
        assert_clean(&format!("{error:?} {error:#?} {}", chain(error)));
    }
    let recorded = recorder.0.lock().unwrap().clone();
    assert!(recorded.contains("oauth2/access_token/") && recorded.contains("oauth2/advertiser/get/"), "{recorded}");
    assert_clean(&recorded);
}

#[tokio::test]
async fn no_event_or_error_tells_what_tiktok_echoes() {
    let recorder = Recorder::default();
    // With one subscriber only, tracing asks the thread that comes by first whether it is interested: another test's.
    let _second = tracing::Dispatch::new(Recorder::default());
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    let digest = [0xCA, 0xFE].repeat(16);
    let echo = format!("{} of {TOKEN} has ada@example.com, +442071838750", const_hex::encode(&digest));
    let batch = Batch::new(Action::Add, IdentifierKind::EmailSha256, Bytes::from(digest)).unwrap();
    let mut printed = String::new();
    for code in [40000, 40105, 50000, 40062, 20001] {
        let mock = mapping().respond_with(refused(code, &echo));
        let guard = mock.mount_as_scoped(&server).await;
        match writer.apply(&batch).await {
            Ok(receipt) => printed.push_str(&format!("{receipt:?} {receipt:#?}")),
            Err(error) => printed.push_str(&format!("{error:?} {error:#?} {}", chain(&error))),
        }
        drop(guard);
    }
    assert_clean(&printed);
    let recorded = recorder.0.lock().unwrap().clone();
    for told in ["path=\"segment/mapping/\"", "items=1", "attempts=1", "code=40105", "request_id=\"20261101REQ\""] {
        assert!(recorded.contains(told), "{told}: {recorded}");
    }
    assert_clean(&recorded);
}

#[tokio::test]
async fn an_error_on_the_way_does_not_tell_the_query_with_the_secret() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = client(address).build().unwrap();
    let error = client.ad_accounts(&AppCredentials::new("7009", SECRET)).await.unwrap_err();
    assert_clean(&format!("{error:?} {}", chain(&error)));
}

#[tokio::test]
async fn a_reply_of_the_wrong_shape_is_not_quoted() {
    let server = MockServer::start().await;
    Mock::given(path(LIST)).respond_with(ok(&json!({"list": "ada@example.com"}))).mount(&server).await;
    let error = destination(client(server.uri())).find_audiences("Buyers").await.unwrap_err();
    assert_clean(&format!("{error:?} {}", chain(&error)));
}

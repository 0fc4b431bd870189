//! What leaves the process: identifiers of mapped columns, hashed, and nothing else; the token in its header only.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tikaud_core::activation::{Activation, Outcome, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::MemoryStateStore;
use tikaud_tiktok::oauth::{AuthCode, OAuth};
use tikaud_tiktok::simulator::{Effect, FaultProgram, FaultRule, HttpBody, Simulator, World};
use tikaud_tiktok::{AccessToken, AdAccountId, AppCredentials, TikTokClient, TikTokDestination};
use tracing_subscriber::fmt::MakeWriter;

use crate::scene::{ACCOUNT, TOKEN, options};
use crate::wiremock_front;

/// Parts of the planted values that occur nowhere else, in any spelling that might be sent.
const CANARIES: [&str; 6] = ["canarymail", "canaryjunk", "7183875", "7183 875", "99887766", "unmappedcanary"];

/// Mapped and unmapped columns, good values and bad ones.
fn segment(people: &[[&str; 2]]) -> MemorySegment {
    let rows = people.iter().map(|[email, phone]| [*email, *phone, "unmappedcanary", "DE"].map(Some));
    MemorySegment::try_new("Buyers", ["email", "phone", "note", "country"], rows).unwrap()
}

const BEFORE: [[&str; 2]; 3] =
    [["canarymail1@example.com", "020 7183 8750"], ["canarymail2@example.com", "99887766"], ["canaryjunk", ""]];
const AFTER: [[&str; 2]; 2] = [["canarymail1@example.com", "020 7183 8751"], ["canarymail3@example.com", "canaryjunk"]];

fn activation(client: &TikTokClient, people: &[[&str; 2]], store: &MemoryStateStore) -> SegmentActivation {
    let destination = TikTokDestination::builder(client.clone(), AdAccountId::new(ACCOUNT)).build().unwrap();
    let phone = Field::Phone(PhoneRegion::Fixed("GB".parse().unwrap()));
    SegmentActivation::builder("buyers", segment(people), destination, store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(FieldMapping::try_new([("email", Field::Email), ("phone", phone)]).unwrap())
        .description("Bought something")
        .build()
        .unwrap()
}

#[track_caller]
fn assert_clean(text: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{canary} is in: {text}");
    }
}

/// The ids of a mapping request.
fn ids(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let users = body["batch_data"].as_array().cloned().unwrap_or_default();
    users.iter().map(|user| user[0]["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn only_identifiers_of_mapped_columns_are_sent_and_the_token_in_its_header_only() {
    let simulator = Arc::new(Mutex::new(Simulator::new(World::default())));
    let front = wiremock_front::serve(Arc::clone(&simulator), Timestamp::now).await;
    let client = TikTokClient::builder(AccessToken::new(TOKEN)).endpoint(front.uri()).build().unwrap();
    let store = MemoryStateStore::new();
    for people in [&BEFORE[..], &AFTER[..]] {
        let report = activation(&client, people, &store).run(&options()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done, "{report}");
    }

    let requests = front.received_requests().await.unwrap();
    let mut sent = BTreeSet::new();
    for request in &requests {
        assert_eq!(request.headers["access-token"], TOKEN);
        let others = request.headers.iter().filter(|(name, _)| *name != "access-token");
        let headers: Vec<String> = others.map(|(name, value)| format!("{name}: {value:?}")).collect();
        let body = String::from_utf8_lossy(&request.body);
        let rest = format!("{} {} {}", request.url, headers.join("\n"), body);
        assert!(!rest.contains(TOKEN), "{rest}");
        assert_clean(&rest);
        assert!(!rest.contains("%40") && !rest.contains('@'), "{rest}");
        sent.extend(ids(&request.body));
    }
    let mapped = [1, 2, 3].map(|person| format!("canarymail{person}@example.com"));
    let phones = ["+442071838750", "+442071838751"].map(str::to_owned);
    let expected = mapped.iter().chain(&phones).map(|value| const_hex::encode(Sha256::digest(value)));
    assert_eq!(sent, expected.collect::<BTreeSet<String>>());
}

/// Writes down what is logged.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<u8>>>);

impl io::Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Recorder {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Of all crates and threads, and of the tests that run beside this one.
#[tokio::test]
async fn nothing_that_is_logged_holds_a_value_or_the_token() {
    let recorder = Recorder::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(recorder.clone());
    subscriber.try_init().unwrap();
    let scene = crate::scene::Scene::new().await;
    let mut printed = String::new();
    for (people, effect) in [(&BEFORE[..], Effect::LoseReply), (&AFTER[..], Effect::TokenError)] {
        let gateway = Effect::Http { status: 502, body: HttpBody::Html };
        let rules = [FaultRule::new(gateway).on_method("GET"), FaultRule::new(effect).on_method("POST").skip(1)];
        scene.server.simulator().inject(FaultProgram::new(rules));
        let activation = activation(&scene.client, people, &scene.store);
        printed.push_str(&match activation.run(&options()).await {
            Ok(report) => format!("{report} {report:?} {report:#?} {}", serde_json::to_string(&report).unwrap()),
            Err(error) => format!("{} {error:?} {error:#?}", crate::scene::chain(&error)),
        });
        printed.push_str(&format!("{activation:?} {activation:#?} {:?} {:#?}", scene.server, scene.server));
    }
    let secrets = connect(&scene).await;
    assert!(printed.contains("40105"), "{printed}");
    let logged = String::from_utf8(recorder.0.lock().unwrap().clone()).unwrap();
    // The last one is reqwest's, which logs by another crate.
    for expected in ["TRACE", "tiktok_request", "segment/mapping/", "sent again", "starting new connection"] {
        assert!(logged.contains(expected), "{expected} was not logged");
    }
    for text in [&logged, &printed] {
        assert_clean(text);
        assert!(!text.contains(TOKEN));
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} is in: {text}");
        }
    }
}

/// Connects a user and lists their accounts, and gives all that must not be told.
async fn connect(scene: &crate::scene::Scene) -> Vec<String> {
    let now = scene.server.now();
    let code = scene.server.simulator().give_auth_code(None, now).unwrap();
    let app = AppCredentials::new("7000000000000000100", "secret.simulator");
    let oauth = OAuth::builder(app.clone()).endpoint(scene.server.url()).build().unwrap();
    let grant = oauth.exchange(&AuthCode::new(&*code)).await.unwrap();
    let client = scene.client.with_token(&grant.access_token).unwrap();
    assert_eq!(client.ad_accounts(&app).await.unwrap().len(), 2);
    oauth.revoke(&grant.access_token).await.unwrap();
    vec![code, "secret.simulator".to_owned()]
}

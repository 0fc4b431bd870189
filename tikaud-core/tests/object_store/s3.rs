//! The same over a server that speaks S3: see .ci/with-s3.

use std::any::Any;
use std::env;
use std::io::{Write, stderr};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tikaud_core::conformance::StateStoreFixture;
use tikaud_core::state::object_store::ObjectStore;
use tikaud_core::state::object_store::aws::{AmazonS3Builder, S3CopyIfNotExists};
use tikaud_core::state::{ObjectStateStore, StateError, StateStore};

use crate::activation::{a_run_of_many, runs_in_two_processes};
use crate::loopback::{self, LossyProxy};
use crate::stores::handles;

/// Where the server is; it has a bucket named `tikaud`.
const ENDPOINT: &str = "TIKAUD_TEST_S3_ENDPOINT";

/// The server's address, or, where there may be none, `None` and a line that says so.
fn endpoint() -> Option<String> {
    let endpoint = env::var(ENDPOINT).ok();
    let required = env::var("TIKAUD_TEST_REQUIRE_S3").is_ok_and(|required| required == "1");
    let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(endpoint.is_some() || !(required || in_ci), "no S3 server: run this with .ci/with-s3");
    if endpoint.is_none() {
        // Not by `eprintln`, which a test that passes keeps to itself.
        let skipped = format!("SKIPPED, not tested: {ENDPOINT} names no S3 server; run this with .ci/with-s3\n");
        stderr().write_all(skipped.as_bytes()).unwrap();
    }
    endpoint
}

fn client(endpoint: &str) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name("tikaud")
        .with_access_key_id("PLANTEDKEYID")
        .with_secret_access_key("planted-secret")
        .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
}

/// A prefix that no other test has.
fn prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}/{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Two clients of one store.
fn stores(endpoint: &str) -> (Arc<dyn StateStore>, Arc<dyn StateStore>) {
    let prefix = prefix();
    let open = || {
        let objects: Arc<dyn ObjectStore> = Arc::new(client(endpoint).build().unwrap());
        handles(&objects, &prefix).0
    };
    (open(), open())
}

struct S3(String);

#[async_trait]
impl StateStoreFixture for S3 {
    async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
        let (first, second) = stores(&self.0);
        (first, second, Box::new(()))
    }
}

tikaud_core::state_store_conformance!(match endpoint() {
    Some(endpoint) => S3(endpoint),
    None => return,
});

#[tokio::test]
async fn two_processes_share_an_activation() {
    let Some(endpoint) = endpoint() else { return };
    let (first, second) = stores(&endpoint);
    runs_in_two_processes(first, second).await;
}

#[tokio::test]
async fn a_snapshot_goes_up_in_parts() {
    let Some(endpoint) = endpoint() else { return };
    let (first, second) = stores(&endpoint);
    a_run_of_many(first, second).await;
}

/// The client repeats the request by itself, and is told that the object is there.
#[tokio::test]
async fn an_object_whose_reply_was_lost_is_known_as_our_own() {
    let Some(endpoint) = endpoint() else { return };
    let proxy = LossyProxy::start(&endpoint).await;
    let objects = Arc::new(client(&proxy.endpoint()).build().unwrap());
    let state = ObjectStateStore::new(objects, prefix());
    let key = "a/object".parse().unwrap();
    state.prepare().await.unwrap();
    proxy.lose_replies_to("PUT", 1);
    state.create(&key, Bytes::from_static(b"ours")).await.unwrap();
    assert_eq!(proxy.lost(), 1);
    let again = state.create(&key, Bytes::from_static(b"ours")).await;
    assert!(matches!(again, Err(StateError::AlreadyExists { .. })), "{again:?}");
}

/// The reply to the last request of an upload: the server knows the upload again.
#[tokio::test]
async fn a_large_object_whose_reply_was_lost_is_known_as_our_own() {
    let Some(endpoint) = endpoint() else { return };
    let proxy = LossyProxy::start(&endpoint).await;
    let objects = Arc::new(client(&proxy.endpoint()).build().unwrap());
    let state = ObjectStateStore::new(objects, prefix());
    let key = "a/object".parse().unwrap();
    let mut writer = state.writer(&key).await.unwrap();
    writer.write(vec![7; 6 << 20].into()).await.unwrap();
    // To start and to complete the upload, and to start and to complete the copy.
    proxy.lose_replies_to("POST", 4);
    writer.finish().await.unwrap();
    assert!(proxy.lost() > 0);
    assert_eq!(state.read(&key, 0..6 << 20).await.unwrap(), vec![7; 6 << 20]);
}

/// moto does not know the condition on copies, as servers before 2025 do not.
#[tokio::test]
async fn a_server_that_ignores_a_condition_is_refused() {
    let Some(endpoint) = endpoint() else { return };
    let ignored = S3CopyIfNotExists::Header("If-None-Match".into(), "*".into());
    let objects = client(&endpoint).with_copy_if_not_exists(ignored).build().unwrap();
    let state = ObjectStateStore::new(Arc::new(objects), prefix());
    let error = loopback::told(&state.prepare().await.unwrap_err());
    assert!(error.contains("honours `If-None-Match: *`"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_is_missing_is_named_as_such() {
    let Some(endpoint) = endpoint() else { return };
    let objects = client(&endpoint).with_bucket_name("missing").build().unwrap();
    let state = ObjectStateStore::new(Arc::new(objects), prefix());
    let created = loopback::told(&state.prepare().await.unwrap_err());
    assert!(created.contains("create that, or correct its name") && created.contains("NoSuchBucket"), "{created}");
    let listed = loopback::told(&state.list(None).await.unwrap_err());
    assert!(listed.contains("NoSuchBucket: The specified bucket does not exist"), "{listed}");
}

/// S3 answers an expired session token by repeating it.
#[tokio::test]
async fn no_error_shows_a_credential() {
    let body = "<?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.\
                </Message><Token-0>planted-token</Token-0><AWSAccessKeyId>PLANTEDKEYID</AWSAccessKeyId></Error>";
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden"] {
        let endpoint = loopback::answer_always(status, body).await.replace("//", "//planted-user:planted-password@");
        let objects = Arc::new(client(&endpoint).with_token("planted-token").build().unwrap());
        let state = ObjectStateStore::new(objects, prefix());
        let key = "a/object".parse().unwrap();
        let errors = [
            state.create(&key, Bytes::new()).await.unwrap_err(),
            state.writer(&key).await.map(drop).unwrap_err(),
            state.read(&key, 0..1).await.unwrap_err(),
            state.list(None).await.unwrap_err(),
            state.delete(&key).await.unwrap_err(),
        ];
        for error in errors {
            let told = format!("{} {error:?} {error:#?} {state:?}", loopback::told(&error));
            assert!(told.contains("ExpiredToken: The provided token has expired."), "{told}");
            assert!(!told.to_lowercase().contains("planted"), "{told}");
        }
    }
}

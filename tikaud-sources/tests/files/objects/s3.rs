//! A server that speaks S3: see .ci/with-s3.

use std::any::Any;
use std::env;
use std::error::Error;
use std::io::{Write, stderr};
use std::iter::successors;
use std::process::{self, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_sources::FileSegment;
use tikaud_sources::object_store::aws::AmazonS3Builder;
use tikaud_sources::object_store::prefix::PrefixStore;
use tikaud_sources::object_store::{ObjectStore, RetryConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::fixture::{Made, made, put};
use crate::directory::{members, table};

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
}

/// A prefix that no other test has.
fn prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("files/{}/{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn store(endpoint: &str, prefix: &str) -> Arc<dyn ObjectStore> {
    Arc::new(PrefixStore::new(client(endpoint).build().unwrap(), prefix))
}

struct S3(String);

#[async_trait]
impl SegmentFixture for S3 {
    async fn segment(&self, table: &Table) -> Made {
        made(store(&self.0, &prefix()), table, false, Box::new(()) as Box<dyn Any + Send>).await
    }

    async fn breaking_segment(&self, table: &Table) -> Option<Made> {
        Some(made(store(&self.0, &prefix()), table, true, Box::new(())).await)
    }
}

tikaud_core::segment_conformance!(match endpoint() {
    Some(endpoint) => S3(endpoint),
    None => return,
});

/// Names the prefix to the process that has credentials in its environment.
const PREFIX: &str = "TIKAUD_TEST_S3_PREFIX";

#[tokio::test]
async fn a_url_alone_is_read_with_the_environments_credentials() {
    if let Ok(prefix) = env::var(PREFIX) {
        let segment = FileSegment::builder([format!("s3://tikaud/{prefix}/**/*.csv")]).build().unwrap();
        assert!(!format!("{segment:#?}").to_lowercase().contains("planted"));
        let rows = members(&segment, &["id", "at"]).await.unwrap();
        return assert_eq!(rows, table(&[["1", "2026-01-01 10:00"], ["2", ""]]));
    }
    let (Some(endpoint), prefix) = (endpoint(), prefix()) else { return };
    let store = store(&endpoint, &prefix);
    // The key has a percent sign of its own.
    let path = tikaud_sources::object_store::path::Path::parse("at=2026-01-01%2010%3A00/a b.csv").unwrap();
    put_at(&*store, &path, "id\n1\n").await;
    put(&*store, "at=__HIVE_DEFAULT_PARTITION__/a.csv", "id\n2\n").await;
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "objects::s3::a_url_alone_is_read_with_the_environments_credentials"])
        .env(PREFIX, prefix)
        .env("AWS_ENDPOINT", endpoint)
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "PLANTEDKEYID")
        .env("AWS_SECRET_ACCESS_KEY", "planted-secret")
        .status();
    assert!(status.unwrap().success());
}

async fn put_at(store: &dyn ObjectStore, path: &tikaud_sources::object_store::path::Path, content: &'static str) {
    use tikaud_sources::object_store::ObjectStoreExt;

    store.put(path, content.into()).await.unwrap();
}

#[tokio::test]
async fn a_bucket_or_an_object_that_is_missing_is_named_as_such() {
    let Some(endpoint) = endpoint() else { return };
    let told = async |bucket: &str, key: &str| {
        let client = Arc::new(client(&endpoint).with_bucket_name(bucket).build().unwrap());
        let segment =
            FileSegment::builder([format!("s3://{bucket}/{key}")]).object_store(format!("s3://{bucket}"), client);
        told(&members(&segment.build().unwrap(), &["id"]).await.unwrap_err())
    };
    let missing = told("missing", "a/*.csv").await;
    assert!(missing.contains("NoSuchBucket") && missing.contains("s3://missing/a/*.csv"), "{missing}");
    let missing = told("tikaud", "nowhere/a.csv").await;
    assert!(missing.contains("there is no object `s3://tikaud/nowhere/a.csv`"), "{missing}");
}

/// An error with its causes.
fn told(error: &dyn Error) -> String {
    let causes = successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Passes requests on to the server, and of each answer so many bytes only, then hangs up.
async fn cutting_proxy(server: String, bytes: usize) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = server.trim_start_matches("http://").to_owned();
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(server).await.unwrap();
                let mut request = vec![0; 1 << 16];
                let length = client.read(&mut request).await.unwrap_or_default();
                let is_get = request.starts_with(b"GET");
                let _ = server.write_all(&request[..length]).await;
                let mut answer = server.take(if is_get { bytes as u64 } else { 1 << 20 });
                let mut buffer = vec![0; 1 << 16];
                while let Ok(length @ 1..) = answer.read(&mut buffer).await {
                    if client.write_all(&buffer[..length]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_connection_that_is_cut_is_an_error_wherever_it_is_cut() {
    let Some(endpoint) = endpoint() else { return };
    let prefix = prefix();
    let lines: String = (0..20_000).map(|id| format!("{id}\n")).collect();
    put(&*store(&endpoint, &prefix), "a.csv", format!("id\n{lines}")).await;
    let whole = {
        let segment =
            FileSegment::builder(["s3://tikaud/a.csv"]).object_store("s3://tikaud", store(&endpoint, &prefix));
        members(&segment.build().unwrap(), &["id"]).await.unwrap().len()
    };
    assert_eq!(whole, 20_000);
    for bytes in [0, 100, 1000, 10_000, 50_000, 100_000] {
        let cut = cutting_proxy(endpoint.clone(), bytes).await;
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let client = PrefixStore::new(client(&cut).with_retry(retry).build().unwrap(), prefix.as_str());
        let segment = FileSegment::builder(["s3://tikaud/a.csv"]).object_store("s3://tikaud", Arc::new(client));
        let found = members(&segment.build().unwrap(), &["id"]).await;
        assert!(found.is_err(), "cut after {bytes} bytes");
    }
}

//! JSON bodies of `segment/mapping` from digests on one core, as the client makes them, beside `serde_json` making the same
//! bodies from strings, and beside hex alone.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench encode
//! ```

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has nothing to say")]

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;
use tikaud_benches::{BATCH, ThreadCpu, digests};
use tikaud_core::destination::Batch;
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use tikaud_tiktok::benching::segment_mapping_body;

/// Bodies to a measurement: their digests are more than the nearest caches hold.
const BODIES: usize = 20;

const ADVERTISER: &str = "7000000000000000001";
const AUDIENCE: &str = "7500000000000000042";

/// The body as a type, the way it is usually written.
#[derive(Serialize)]
struct Body {
    advertiser_ids: Vec<String>,
    action: String,
    id_schema: Vec<String>,
    batch_data: Vec<Vec<User>>,
}

#[derive(Serialize)]
struct User {
    id: String,
    audience_ids: Vec<String>,
}

fn batches() -> Vec<Batch> {
    let batch = |at| {
        let digests = Bytes::from(digests(at * BATCH, BATCH));
        Batch::new(Action::Add, IdentifierKind::EmailSha256, digests).unwrap()
    };
    (0..BODIES).map(batch).collect()
}

fn with_client(batch: &Batch) -> Bytes {
    segment_mapping_body(ADVERTISER, AUDIENCE, batch).unwrap()
}

fn with_serde_json(batch: &Batch) -> Vec<u8> {
    let user = |digest| vec![User { id: const_hex::encode(digest), audience_ids: vec![AUDIENCE.to_owned()] }];
    let body = Body {
        advertiser_ids: vec![ADVERTISER.to_owned()],
        action: "add".to_owned(),
        id_schema: vec!["EMAIL_SHA256".to_owned()],
        batch_data: batch.digests().map(user).collect(),
    };
    serde_json::to_vec(&body).unwrap()
}

/// The digests in hex, one after the other.
fn hex_alone(batch: &Batch) -> Vec<u8> {
    let mut hex = Vec::with_capacity(64 * batch.len());
    for digest in batch.digests() {
        hex.extend_from_slice(const_hex::Buffer::<32>::new().format_slice(digest).as_bytes());
    }
    hex
}

fn bodies(criterion: &mut Criterion<ThreadCpu>) {
    let batches = batches();
    assert!(batches.iter().all(|batch| with_client(batch) == with_serde_json(batch)), "the bodies are the same");
    let mut group = criterion.benchmark_group("segment_mapping");
    group.throughput(Throughput::Elements((BODIES * BATCH) as u64));
    group.bench_function("client", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(with_client(black_box(batch))))));
    });
    group.bench_function("serde_json", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(with_serde_json(black_box(batch))))));
    });
    group.bench_function("hex_alone", |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(hex_alone(black_box(batch))))));
    });
}

fn quick() -> Criterion<ThreadCpu> {
    Criterion::default()
        .with_measurement(ThreadCpu)
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! { name = encode; config = quick(); targets = bodies }
criterion_main!(encode);

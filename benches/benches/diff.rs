//! Sorting a segment's digests and finding the changes, beside hash sets doing the same.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench diff
//! ```

use std::collections::HashSet;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tikaud_benches::{Shape, digests};
use tikaud_core::diff::{ChangeSet, Held, IdentifierSet};
use tikaud_core::identifier::IdentifierKind;

const SIZES: [usize; 2] = [100_000, 1_000_000];

type Digest = [u8; 32];

fn hash_set(digests: &[u8]) -> HashSet<Digest> {
    digests.as_chunks().0.iter().copied().collect()
}

fn build(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    for members in SIZES {
        group.throughput(Throughput::Elements(members as u64));
        let unsorted = digests(0, members);
        group.bench_function(BenchmarkId::new("sorted_set", members), |bencher| {
            let sort = |digests| IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests);
            bencher.iter_batched(|| unsorted.clone(), sort, BatchSize::PerIteration);
        });
        group.bench_function(BenchmarkId::new("hash_set", members), |bencher| {
            bencher.iter_with_large_drop(|| hash_set(&unsorted));
        });
    }
}

fn changes(criterion: &mut Criterion) {
    for shape in Shape::ALL {
        let mut group = criterion.benchmark_group(shape.as_str());
        for members in SIZES {
            group.throughput(Throughput::Elements(members as u64));
            let (before, now) = shape.sets(members);
            let held = Held { confirmed: before, ..Held::nothing(now.kind()) };
            group.bench_function(BenchmarkId::new("change_set", members), |bencher| {
                bencher.iter_with_large_drop(|| ChangeSet::between(black_box(&held), black_box(&now)));
            });

            let (before, now) = shape.digests(members);
            let (before, now) = (hash_set(&before), hash_set(&now));
            group.bench_function(BenchmarkId::new("hash_sets", members), |bencher| {
                bencher.iter_with_large_drop(|| {
                    let adds: Vec<Digest> = now.difference(black_box(&before)).copied().collect();
                    let removes: Vec<Digest> = before.difference(black_box(&now)).copied().collect();
                    (adds, removes)
                });
            });
        }
    }
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! { name = diff; config = quick(); targets = build, changes }
criterion_main!(diff);

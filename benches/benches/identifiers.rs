//! Values to identifiers on one core, through the public `Extractor`, beside SHA-256 alone over the same strings.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench identifiers
//! ```

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has nothing to say")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use sha2::{Digest, Sha256};
use tikaud_benches::{Person, ThreadCpu};
use tikaud_core::identifier::{DefaultPhoneParser, Extractor, Field, FieldMapping, PhoneRegion};
use tikaud_core::segment::{MemberBatch, TextColumn};

/// Values to a measurement: more than the nearest caches hold.
const VALUES: u32 = 100_000;

/// Rows of one value, with its person's country.
fn batches(value: impl Fn(Person) -> String) -> Vec<MemberBatch> {
    let people: Vec<Person> = (0..VALUES).map(Person).collect();
    let batch = |people: &[Person]| {
        let (mut values, mut countries) = (TextColumn::default(), TextColumn::default());
        for person in people {
            values.push(Some(&value(*person))).unwrap();
            countries.push(Some(person.country())).unwrap();
        }
        MemberBatch::try_new(vec![values, countries]).unwrap()
    };
    people.chunks(MemberBatch::MEMBERS).map(batch).collect()
}

/// The batches without their second column.
fn without_country(batches: &[MemberBatch]) -> Vec<MemberBatch> {
    batches.iter().map(|batch| MemberBatch::try_new(vec![batch.columns()[0].clone()]).unwrap()).collect()
}

fn extract(group: &mut BenchmarkGroup<'_, ThreadCpu>, name: &str, field: Field, batches: &[MemberBatch]) {
    let mapping = FieldMapping::try_new([("value", field)]).unwrap();
    let extractor = Extractor::new(&mapping, Arc::new(DefaultPhoneParser::try_new().unwrap()));
    let accepted = |batch| extractor.extract(batch, 1).unwrap().tally().columns[0].accepted;
    assert_eq!(batches.iter().map(accepted).sum::<u64>(), u64::from(VALUES), "every value is of use");
    group.bench_function(name, |bencher| {
        bencher.iter(|| batches.iter().for_each(|batch| drop(black_box(extractor.extract(batch, 1)))));
    });
}

fn emails(criterion: &mut Criterion<ThreadCpu>) {
    let mut group = criterion.benchmark_group("emails");
    group.throughput(Throughput::Elements(VALUES.into()));
    let batches = without_country(&batches(Person::email));
    extract(&mut group, "normalise_and_hash", Field::Email, &batches);
    group.bench_function("sha2_alone", |bencher| {
        bencher.iter(|| {
            for column in batches.iter().map(|batch| &batch.columns()[0]) {
                let mut digests = Vec::with_capacity(32 * column.len());
                let texts = (0..column.len()).flat_map(|row| column.cell(row));
                texts.for_each(|text| digests.extend_from_slice(&Sha256::digest(text)));
                black_box(&digests);
            }
        });
    });
}

fn phones(criterion: &mut Criterion<ThreadCpu>) {
    let mut group = criterion.benchmark_group("phones");
    group.throughput(Throughput::Elements(VALUES.into()));
    let german = |person: Person| Person(person.0 * 10 + 2).national_phone();
    let germany = PhoneRegion::Fixed("DE".parse().unwrap());
    extract(&mut group, "one_country", Field::Phone(germany), &without_country(&batches(german)));
    let by_country = PhoneRegion::Column("country".to_owned());
    extract(&mut group, "ten_countries", Field::Phone(by_country), &batches(Person::phone));
}

fn hashed(criterion: &mut Criterion<ThreadCpu>) {
    let mut group = criterion.benchmark_group("hashed");
    group.throughput(Throughput::Elements(VALUES.into()));
    let batches = without_country(&batches(|person| const_hex::encode(Sha256::digest(person.email()))));
    extract(&mut group, "sha256_in_hex", Field::EmailSha256, &batches);
}

fn quick() -> Criterion<ThreadCpu> {
    Criterion::default()
        .with_measurement(ThreadCpu)
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! { name = identifiers; config = quick(); targets = emails, phones, hashed }
criterion_main!(identifiers);

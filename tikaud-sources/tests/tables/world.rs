//! Random customers, and what is compared of two engines.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use proptest::prelude::*;
use tikaud_core::diff::{
    Action, CompareRequest, Compared, DiffEngine, Fate, FateSet, Held, IdentifierSet, IdentifierSets, SetsId,
    SettleRequest, Standing, StoredCount,
};
use tikaud_core::identifier::{DeviceHash, EmailRule, Field, FieldMapping, IdentifierKind, Tally};
use tikaud_core::plan::SuppressionTally;

pub(crate) const COLUMNS: [&str; 6] = ["email", "other", "hashed", "phone", "hashed_phone", "device"];

pub(crate) type Row = Vec<Option<String>>;

fn cell(values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        6 => prop::sample::select(values).prop_map(|text| Some(text.to_owned())),
    ]
}

const EMAILS: &[&str] = &[
    "ada@example.com",
    " Ada@Example.COM ",
    "A DA@example.com",
    "grace@example.org",
    "GRACE@EXAMPLE.ORG\t",
    "bob+x@mail.example",
    "b.ob@mail.example",
    "zoë@example.com",
    "ZOË@example.com",
    "ada@exämple.com",
    "ada@",
    "@example.com",
    "nobody",
    "",
    "  ",
    "a@b",
    "\u{a0}ada@example.com",
    "ada@example.com\u{200b}",
    "o'brien@example.com",
    "x@y.z\\",
    "n/a",
    "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
    "a@-b.com",
    "a..b@example.com",
    "a@1.2",
];
const HASHED: &[&str] = &[
    "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
    " 83DC3F5F32B9472613B0F038D36F22585A609D018AF6F6067F50DA318BF354BD ",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "d41d8cd98f00b204e9800998ecf8427e",
    "",
    "xyz",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "ada@example.com",
    "ü",
];
const PHONES: &[&str] = &[
    "+442071838750",
    " +442071838750 ",
    "+44 20 7183 8750",
    "02071838750",
    "+4915123456789",
    "+1",
    "",
    "+0123456789",
    "phone",
    "+٤٤٢٠٧١٨٣٨٧٥٠",
    "+49151234567890123",
];
const DEVICES: &[&str] = &[
    "6d92078a-8246-4ba4-ae5b-76104861e7dc",
    "6D92078A-8246-4BA4-AE5B-76104861E7DC ",
    "00000000-0000-0000-0000-000000000000",
    "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25",
    "6d92078a82464ba4ae5b76104861e7dc",
    "none",
    "é",
];

fn row() -> impl Strategy<Value = Row> {
    (cell(EMAILS), cell(EMAILS), cell(HASHED), cell(PHONES), cell(HASHED), cell(DEVICES))
        .prop_map(|(a, b, c, d, e, f)| vec![a, b, c, d, e, f])
}

pub(crate) fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..25)
}

pub(crate) fn mappings() -> impl Strategy<Value = FieldMapping> {
    let all = [
        ("email", Field::Email),
        ("other", Field::Email),
        ("hashed", Field::EmailSha256),
        ("phone", Field::PhoneE164),
        ("hashed_phone", Field::PhoneSha256),
        ("device", Field::Idfa(DeviceHash::Md5)),
    ];
    (prop::sample::subsequence(all.to_vec(), 1..=6), any::<bool>()).prop_map(|(fields, legacy)| {
        let mut fields = fields;
        if fields.iter().all(|(name, _)| *name == "device") {
            fields.push(("email", Field::Email));
        }
        let mapping = FieldMapping::try_new(fields).unwrap();
        if legacy { mapping.with_email_rule(EmailRule::Legacy) } else { mapping }
    })
}

/// The columns of each list, and what has to be true of a row on it.
pub(crate) type Lists = Vec<(FieldMapping, String)>;

pub(crate) fn lists() -> impl Strategy<Value = Lists> {
    let condition = (prop::sample::select(&COLUMNS[..]), prop::sample::select(&["IS NULL", "> 'd'", "< 'd'"][..]));
    let list = (mappings(), condition.prop_map(|(column, is)| format!("{column} {is}")));
    prop::collection::vec(list, 0..3)
}

/// A step of a history: what the table holds, whether it is a resync, and which changes were not acknowledged, or not sent.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) rows: Vec<Row>,
    pub(crate) resync: bool,
    pub(crate) luck: Vec<u8>,
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (rows(), prop::bool::weighted(0.2), prop::collection::vec(0..4_u8, 8));
    prop::collection::vec(step.prop_map(|(rows, resync, luck)| Step { rows, resync, luck }), 1..4)
}

/// Digests that go in or out, in order.
pub(crate) type Changes = BTreeMap<(IdentifierKind, bool), Vec<u8>>;

/// All that a comparison tells.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) tally: Tally,
    pub(crate) suppressions: Vec<SuppressionTally>,
    pub(crate) definitions: Vec<String>,
    pub(crate) counts: Vec<(IdentifierKind, u64, u64)>,
    pub(crate) changes: Changes,
}

pub(crate) async fn plan(engine: &dyn DiffEngine, held: Option<&SetsId>, mapping: &FieldMapping, resync: bool) -> Plan {
    let request = CompareRequest::new(held, mapping).resync(resync);
    let Compared { tally, suppressions, counts, changes, schema, .. } = engine.compare(&request).await.unwrap();
    assert_eq!(schema.names().len(), mapping.columns().len());
    let counts = counts.iter().map(|count| (count.kind, count.wanted, count.suppressed)).collect();
    let (mut all, mut last) = (Changes::new(), None);
    for change in changes.try_collect::<Vec<_>>().await.unwrap() {
        if change.set.is_empty() {
            continue;
        }
        // Kind by kind, what goes in before what goes out, digests in order: across the whole stream.
        for digest in change.set.iter() {
            let this = Some((change.set.kind(), change.action == Action::Remove, digest.to_vec()));
            assert!(last < this, "out of order");
            last = this;
        }
        let of = all.entry((change.set.kind(), change.action == Action::Add)).or_default();
        of.extend_from_slice(change.set.as_bytes());
    }
    for ((kind, _), digests) in &all {
        assert!(IdentifierSet::from_sorted(*kind, digests.clone().into()).is_some());
    }
    Plan { tally, suppressions, definitions: schema.definitions.into_keys().collect(), counts, changes: all }
}

/// What becomes of the changes, by the luck that each of them has.
pub(crate) fn fates(changes: &Changes, luck: &[u8]) -> Vec<FateSet> {
    let mut fates = Vec::new();
    for ((kind, is_add), digests) in changes {
        for digest in digests.chunks_exact(kind.digest_len()) {
            let fate = match (luck[usize::from(digest[0]) % luck.len()], *is_add) {
                (0, _) => Fate::UNCHANGED,
                (1, true) => Fate::of(|before| before.max(Standing::Unconfirmed)),
                (1, false) => Fate::of(|before| before.min(Standing::Unconfirmed)),
                (_, true) => Fate::of(|_| Standing::Confirmed),
                (_, false) => Fate::of(|_| Standing::Absent),
            };
            fates.push(FateSet { fate, set: IdentifierSet::from_unsorted(*kind, digest.to_vec()) });
        }
    }
    fates
}

pub(crate) async fn settle(
    engine: &dyn DiffEngine,
    before: Option<&SetsId>,
    sets: &SetsId,
    rest: Fate,
    fates: Vec<FateSet>,
) -> Vec<StoredCount> {
    let fates = stream::iter(fates.into_iter().map(Ok)).boxed();
    engine.settle(SettleRequest::new(before.cloned(), sets.clone(), rest, fates)).await.unwrap()
}

/// All that is held.
pub(crate) async fn held(engine: &dyn DiffEngine, sets: &SetsId) -> BTreeMap<IdentifierKind, [Vec<u8>; 2]> {
    let mut all = BTreeMap::new();
    for kind in IdentifierKind::ALL {
        let parts: Vec<Held> = engine.read(sets, kind).await.unwrap().try_collect().await.unwrap();
        let mut of = [Vec::new(), Vec::new()];
        for part in parts {
            of[0].extend_from_slice(part.confirmed.as_bytes());
            of[1].extend_from_slice(part.unconfirmed.as_bytes());
        }
        if of.iter().any(|digests| !digests.is_empty()) {
            all.insert(kind, of);
        }
    }
    all
}

/// What is found of some identifiers, and of one that nobody holds.
pub(crate) async fn found(
    engine: &dyn DiffEngine,
    sets: &SetsId,
    changes: &Changes,
) -> Vec<(IdentifierKind, Vec<u8>, Vec<u8>)> {
    let mut wanted = IdentifierSets::default();
    for ((kind, _), digests) in changes {
        let mut all = wanted.get(*kind).as_bytes().to_vec();
        all.extend_from_slice(digests);
        all.extend(vec![9; kind.digest_len()]);
        wanted.insert(IdentifierSet::from_unsorted(*kind, all));
    }
    let found = engine.find(sets, &wanted).await.unwrap();
    let of =
        |held: &Held| (held.confirmed.kind(), held.confirmed.as_bytes().to_vec(), held.unconfirmed.as_bytes().to_vec());
    found.iter().map(of).collect()
}

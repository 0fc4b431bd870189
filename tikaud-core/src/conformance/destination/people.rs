//! Made-up identifiers, and the search for them in texts.

use std::ops::Range;

use sha2::{Digest, Sha512};

use crate::destination::{Batch, Capabilities};
use crate::diff::{Action, IdentifierSet};
use crate::identifier::IdentifierKind;

/// Batches larger than this are not made: they would test the machine's patience.
const LARGEST_BATCH: usize = 20_000;

/// The identifiers of these made-up people. A person's digests of two kinds of one width are the same bytes.
pub(super) fn people(kind: IdentifierKind, people: Range<u64>) -> IdentifierSet {
    let digest = |person: u64| Sha512::digest(person.to_be_bytes());
    let digests = people.flat_map(|person| digest(person)[..kind.digest_len()].to_vec()).collect();
    IdentifierSet::from_unsorted(kind, digests)
}

/// So many people that the destination makes use of an audience of them.
pub(super) fn enough(capabilities: &Capabilities) -> u64 {
    capabilities.minimum_audience + 10
}

/// A set as one batch.
pub(super) fn batch(action: Action, set: &IdentifierSet) -> Batch {
    match Batch::new(action, set.kind(), set.slice(0..set.len())) {
        Some(batch) => batch,
        None => panic!("a set's digests are of its kind's width"),
    }
}

/// A set as batches within the limit.
pub(super) fn batches(action: Action, set: &IdentifierSet, limit: usize) -> Vec<Batch> {
    let limit = limit.clamp(1, LARGEST_BATCH);
    let part = |start: usize| Batch::new(action, set.kind(), set.slice(start..start + limit));
    (0..set.len()).step_by(limit).filter_map(part).collect()
}

/// The first kind that the destination takes.
pub(super) fn first_kind(capabilities: &Capabilities) -> IdentifierKind {
    match taken_kinds(capabilities).first() {
        Some(kind) => *kind,
        None => panic!("a destination takes one kind of identifier at least"),
    }
}

/// Every kind that the destination takes.
pub(super) fn taken_kinds(capabilities: &Capabilities) -> Vec<IdentifierKind> {
    let undocumented = capabilities.undocumented_kinds.iter().map(|(kind, _)| *kind);
    capabilities.kinds.iter().copied().chain(undocumented).collect()
}

/// As many kinds as one audience may have: of kinds that exclude each other the first.
pub(super) fn compatible_kinds(capabilities: &Capabilities) -> Vec<IdentifierKind> {
    let mut kinds: Vec<IdentifierKind> = Vec::new();
    for kind in taken_kinds(capabilities) {
        let mut groups = capabilities.exclusive_kinds.iter().filter(|group| group.contains(&kind));
        if groups.all(|group| !group.iter().any(|other| kinds.contains(other))) {
            kinds.push(kind);
        }
    }
    kinds
}

/// The limit when a batch of so many, and one more, can be made here.
pub(super) fn testable_limit(capabilities: &Capabilities) -> Option<usize> {
    (capabilities.batch_limit <= LARGEST_BATCH).then_some(capabilities.batch_limit)
}

/// Whether a text shows an identifier, in hex or as `Debug` shows bytes.
pub(super) fn shows(text: &str, set: &IdentifierSet) -> bool {
    // `{:#?}` puts each byte on a line of its own.
    let text: String = text.to_lowercase().split_whitespace().collect();
    set.iter().any(|digest| {
        let bytes: Vec<String> = digest[..8].iter().map(u8::to_string).collect();
        text.contains(&const_hex::encode(digest)) || text.contains(&bytes.join(","))
    })
}

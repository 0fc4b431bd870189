//! What the parts cost that nobody can do without: hashing, sorting, writing.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};
use tikaud_benches::digests;
use tikaud_core::diff::IdentifierSet;
use tikaud_core::identifier::IdentifierKind;

use crate::Outcome;
use crate::members::Address;
use crate::step::{Measurement, Step};

/// More than this is not measured whole but in part, and multiplied.
const MOST: u64 = 10_000_000;

/// SHA-256 alone over the addresses, with `sha2`, on one core.
pub(crate) fn sha256(step: Step, members: u64) -> Outcome<Measurement> {
    scaled(members, |members| {
        step.floor(|| {
            let mut address = Address::new();
            for member in 0..members {
                black_box(Sha256::digest(address.of(member)));
            }
            Ok(())
        })
    })
}

/// Sorting the digests, in memory, on all cores.
pub(crate) fn sort(step: Step, members: u64) -> Outcome<Measurement> {
    scaled(members, |members| {
        let unsorted = digests(0, usize::try_from(members)?);
        step.floor(|| {
            black_box(IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, unsorted));
            Ok(())
        })
    })
}

/// Writing 32 bytes for each member, durably.
pub(crate) fn disk(step: Step, members: u64, directory: &Path) -> Outcome<Measurement> {
    let path = directory.join("floor");
    let block = digests(0, 8192);
    let outcome = step.floor(|| {
        let mut file = File::create(&path)?;
        for _ in 0..members.div_ceil(8192) {
            file.write_all(&block)?;
        }
        Ok(file.sync_all()?)
    });
    std::fs::remove_file(&path)?;
    outcome
}

/// Measures a part of what is too large, and multiplies.
fn scaled(members: u64, measure: impl FnOnce(u64) -> Outcome<Measurement>) -> Outcome<Measurement> {
    let part = members.min(MOST);
    let mut measurement = measure(part)?;
    let factor = members as f64 / part as f64;
    measurement.wall *= factor;
    measurement.cpu *= factor;
    Ok(measurement)
}

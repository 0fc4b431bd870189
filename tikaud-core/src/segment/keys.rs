//! The keys of another segment's members, held so that a member can be asked for.

use std::hash::{BuildHasher, Hasher, RandomState};

use futures::TryStreamExt;
use sha2::{Digest, Sha256};

use super::{Segment, SegmentError};

/// Keys that are gathered before they are sorted in among the others, at the least.
const UNSORTED: usize = 1 << 16;

/// A set of keys, each as sixteen bytes of a digest: two of 100 million keys are the same with a probability of 10⁻²³. The
/// digest is keyed anew for each set, so that nobody can choose keys that are.
pub(super) struct Keys {
    salt: [u8; 16],
    /// Sorted, each once, up to `sorted`.
    hashes: Vec<u128>,
    sorted: usize,
}

impl Keys {
    fn new() -> Self {
        let random = || RandomState::new().build_hasher().finish().to_be_bytes();
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&random());
        salt[8..].copy_from_slice(&random());
        Self { salt, hashes: Vec::new(), sorted: 0 }
    }

    /// All values of a column. The segment is read to its end; an error of its is an error.
    pub(super) async fn of(segment: &dyn Segment, column: &str) -> Result<Self, SegmentError> {
        let mut keys = Self::new();
        let mut members = segment.members(&[column.to_owned()]).await?;
        while let Some(batch) = members.try_next().await? {
            let Some(column) = batch.columns().first() else {
                return Err(SegmentError::malformed("the segment delivers fewer columns than were asked for"));
            };
            (0..batch.len()).flat_map(|row| column.cell(row)).for_each(|key| keys.push(key));
        }
        keys.sort();
        keys.hashes.shrink_to_fit();
        Ok(keys)
    }

    fn push(&mut self, key: &str) {
        // Before the vector would grow, so that keys that come again and again take no room.
        if self.hashes.len() == self.hashes.capacity() {
            self.sort();
            self.hashes.reserve_exact(self.sorted.max(UNSORTED));
        }
        self.hashes.push(self.hash(key));
    }

    fn sort(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.sorted = self.hashes.len();
    }

    fn hash(&self, key: &str) -> u128 {
        let digest = Sha256::new().chain_update(self.salt).chain_update(key).finalize();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        u128::from_be_bytes(first)
    }

    /// Whether one of these is among them.
    pub(super) fn contain_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.hashes.binary_search(&self.hash(key)).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::super::MemorySegment;
    use super::*;

    #[test]
    fn every_key_is_found_and_no_other_however_often_it_comes() {
        let rows = (0..3 * UNSORTED).map(|row| [Some((row % (UNSORTED + 7) * 2).to_string())]);
        let segment = MemorySegment::try_new("Numbers", ["n"], rows).unwrap();
        let keys = block_on(Keys::of(&segment, "n")).unwrap();
        assert_eq!(keys.hashes.len(), UNSORTED + 7);
        for number in 0..2 * (UNSORTED + 7) {
            assert_eq!(keys.contain_any(&[&number.to_string()]), number % 2 == 0, "{number}");
        }
        assert!(!keys.contain_any(&[]));
    }

    #[test]
    fn no_two_sets_are_keyed_alike() {
        assert_ne!(Keys::new().hash("a"), Keys::new().hash("a"));
    }
}

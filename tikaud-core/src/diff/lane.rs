//! One sorted source in a merge, with the part of it that is loaded.

use bytes::{Bytes, BytesMut};

use super::source::DigestSource;
use super::{DiffError, IdentifierSet};
use crate::identifier::IdentifierKind;

/// One sorted source in a merge.
pub(crate) struct Lane {
    kind: IdentifierKind,
    source: Box<dyn DigestSource>,
    loaded: Bytes,
    /// Digests taken so far.
    taken: u64,
}

/// The part of a lane that falls to one step of a merge.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    pub(crate) set: IdentifierSet,
    /// How many digests of the source come before it.
    pub(crate) position: u64,
}

impl Lane {
    pub(crate) fn new(kind: IdentifierKind, source: Box<dyn DigestSource>) -> Self {
        Self { kind, source, loaded: Bytes::new(), taken: 0 }
    }

    fn loaded(&self) -> usize {
        self.loaded.len() / self.kind.digest_len()
    }

    /// Digests that have not been taken yet.
    pub(crate) fn left(&self) -> u64 {
        self.loaded() as u64 + self.source.left()
    }

    /// Digests taken so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }

    /// Has at least so many digests loaded, or all that are left. When it has to read, it reads `at_once` of them.
    pub(crate) async fn load(&mut self, digests: usize, at_once: usize) -> Result<(), DiffError> {
        while self.loaded() < digests && self.source.left() > 0 {
            let more = self.source.read((digests - self.loaded()).max(at_once)).await?;
            if self.loaded.is_empty() {
                self.loaded = more;
            } else {
                let mut both = BytesMut::with_capacity(self.loaded.len() + more.len());
                both.extend_from_slice(&self.loaded);
                both.extend_from_slice(&more);
                self.loaded = both.freeze();
            }
        }
        Ok(())
    }

    /// The last one of the next so many digests, which must be loaded; `None` when no more than these are left.
    pub(crate) fn last_of(&self, digests: usize) -> Option<Bytes> {
        let width = self.kind.digest_len();
        let more_are_left = self.left() > digests as u64;
        (more_are_left && digests > 0).then(|| self.loaded.slice((digests - 1) * width..digests * width))
    }

    /// Takes the next so many digests, or all that are loaded.
    pub(crate) fn take(&mut self, digests: usize) -> Slice {
        let digests = digests.min(self.loaded());
        let position = self.taken;
        self.taken += digests as u64;
        let taken = self.loaded.split_to(digests * self.kind.digest_len());
        Slice { set: IdentifierSet::of_sorted(self.kind, taken), position }
    }

    /// Takes what is loaded up to and including a digest; with `None`, all.
    pub(crate) fn take_through(&mut self, last: Option<&[u8]>) -> Slice {
        let digests = match last {
            None => self.loaded(),
            Some(last) => IdentifierSet::of_sorted(self.kind, self.loaded.clone()).count_through(last),
        };
        self.take(digests)
    }
}

//! Where sorted digests come from: memory, a temporary file, the state.

use async_trait::async_trait;
use bytes::Bytes;

use super::{DiffError, IdentifierSet};

/// Sorted, distinct digests of one kind, read front to back.
#[async_trait]
pub(crate) trait DigestSource: Send {
    /// Digests that have not been read yet.
    fn left(&self) -> u64;

    /// The next digests: one at least, better so many. None are left when it gives none.
    async fn read(&mut self, about: usize) -> Result<Bytes, DiffError>;
}

/// Digests that are in memory already.
pub(crate) struct MemorySource {
    set: IdentifierSet,
}

impl MemorySource {
    pub(crate) fn new(set: IdentifierSet) -> Self {
        Self { set }
    }
}

#[async_trait]
impl DigestSource for MemorySource {
    fn left(&self) -> u64 {
        self.set.len() as u64
    }

    async fn read(&mut self, _: usize) -> Result<Bytes, DiffError> {
        let kind = self.set.kind();
        Ok(std::mem::replace(&mut self.set, IdentifierSet::empty(kind)).into_bytes())
    }
}

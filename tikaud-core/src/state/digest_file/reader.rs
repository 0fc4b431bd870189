//! Reading a file of digests, front to back, everything checked.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use super::{DigestFile, FOOTER, HEADER, check_header, footer, layout};
use crate::compute::compute;
use crate::diff::{DiffError, DigestSource, IdentifierSet};
use crate::state::{ActivationId, StateError, StateStore};

/// A file of digests that is being read. Each block is checked when it is read, the header before the first, and the
/// footer before the last is given out.
pub(crate) struct DigestReader {
    store: Arc<dyn StateStore>,
    activation: ActivationId,
    file: DigestFile,
    /// Digests read so far.
    at: u64,
    checksums: Xxh3,
    last: Bytes,
}

impl DigestReader {
    pub(crate) fn new(store: Arc<dyn StateStore>, activation: ActivationId, file: DigestFile) -> Self {
        Self { store, activation, file, at: 0, checksums: Xxh3::new(), last: Bytes::new() }
    }

    async fn next(&mut self, at_least: usize) -> Result<Bytes, DiffError> {
        if self.at == 0 {
            let found = self.store.read(&self.file.key, 0..HEADER as u64).await?;
            check_header(&self.activation, &self.file, &found)?;
        }
        let layout = layout(self.file.kind);
        let upto = self.at + layout.round_up(at_least, self.left());
        let range = HEADER as u64 + layout.offset_of(self.at)..HEADER as u64 + layout.offset_of(upto);
        let encoded = self.store.read(&self.file.key, range).await?;

        let (key, kind) = (self.file.key.clone(), self.file.kind);
        let (mut checksums, last) = (self.checksums.clone(), self.last.clone());
        let (digests, checksums) = compute(move || {
            let digests = layout.decode(&encoded, &mut checksums);
            let digests = digests.map_err(|_| StateError::damaged(&key, "a block's checksum does not match"))?;
            let set = IdentifierSet::from_sorted(kind, digests.into());
            let follows = |set: &IdentifierSet| set.iter().next().is_none_or(|first| *first > *last);
            let set = set.filter(follows).ok_or_else(|| StateError::damaged(&key, "it is not sorted"))?;
            Ok::<_, StateError>((set, checksums))
        })
        .await??;
        (self.at, self.checksums) = (upto, checksums);
        if self.left() == 0 {
            self.check_footer().await?;
        }
        self.last = digests.slice(digests.len().saturating_sub(1)..digests.len());
        Ok(digests.into_bytes())
    }

    async fn check_footer(&self) -> Result<(), StateError> {
        let end = self.file.len();
        let found = self.store.read(&self.file.key, end - FOOTER as u64..end).await?;
        let expected = footer(self.file.count, &self.checksums);
        if found != expected[..] {
            return Err(StateError::damaged(&self.file.key, "its footer does not match"));
        }
        Ok(())
    }
}

#[async_trait]
impl DigestSource for DigestReader {
    fn left(&self) -> u64 {
        self.file.count - self.at
    }

    async fn read(&mut self, at_least: usize) -> Result<Bytes, DiffError> {
        if self.left() == 0 {
            return Ok(Bytes::new());
        }
        self.next(at_least).await
    }
}

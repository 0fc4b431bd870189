//! Reading a file of digests, front to back, everything checked.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::JoinSet;
use xxhash_rust::xxh3::Xxh3;

use super::{DigestFile, FOOTER, HEADER, check_header, footer, layout};
use crate::compute::{Died, start};
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
    /// The part that follows, on its way while the one before is worked on.
    ahead: JoinSet<Result<Part, StateError>>,
}

/// A part of the file as it is in the store.
struct Part {
    /// Digests up to the part's end.
    upto: u64,
    encoded: Bytes,
}

impl DigestReader {
    pub(crate) fn new(store: Arc<dyn StateStore>, activation: ActivationId, file: DigestFile) -> Self {
        Self { store, activation, file, at: 0, checksums: Xxh3::new(), last: Bytes::new(), ahead: JoinSet::new() }
    }

    async fn next(&mut self, about: usize) -> Result<Bytes, DiffError> {
        if self.at == 0 {
            let found = self.store.read(&self.file.key, 0..HEADER as u64).await?;
            check_header(&self.activation, &self.file, &found)?;
        }
        let Part { upto, encoded } = match self.ahead.join_next().await {
            Some(part) => part.map_err(|_| Died)??,
            // The first part, or again after an error.
            None => self.part(self.at, about).await?,
        };
        let decoding = start(self.decode(encoded));
        if upto < self.file.count {
            self.ahead.spawn(self.part(upto, about));
        }
        // Whoever reads again after an error reads the same again.
        let (digests, checksums) = decoding.done().await?.inspect_err(|_| self.ahead = JoinSet::new())?;
        (self.at, self.checksums) = (upto, checksums);
        if self.left() == 0 {
            self.check_footer().await?;
        }
        self.last = digests.slice(digests.len().saturating_sub(1)..digests.len());
        Ok(digests.into_bytes())
    }

    /// Reads so many digests, or all that are left, rounded up to whole blocks.
    fn part(&self, from: u64, digests: usize) -> impl Future<Output = Result<Part, StateError>> + Send + 'static {
        let layout = layout(self.file.kind);
        let upto = from + layout.round_up(digests, self.file.count - from);
        let range = HEADER as u64 + layout.offset_of(from)..HEADER as u64 + layout.offset_of(upto);
        let (store, key) = (Arc::clone(&self.store), self.file.key.clone());
        async move { Ok(Part { upto, encoded: store.read(&key, range).await? }) }
    }

    /// The digests of a part, checked, and the checksums up to its end.
    fn decode(&self, encoded: Bytes) -> impl FnOnce() -> Result<(IdentifierSet, Xxh3), StateError> + Send + 'static {
        let (key, kind) = (self.file.key.clone(), self.file.kind);
        let (mut checksums, last) = (self.checksums.clone(), self.last.clone());
        move || {
            let digests = layout(kind).decode(&encoded, &mut checksums);
            let digests = digests.map_err(|_| StateError::damaged(&key, "a block's checksum does not match"))?;
            let set = IdentifierSet::from_sorted(kind, digests.into());
            let follows = |set: &IdentifierSet| set.iter().next().is_none_or(|first| *first > *last);
            let set = set.filter(follows).ok_or_else(|| StateError::damaged(&key, "it is not sorted"))?;
            Ok((set, checksums))
        }
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

    async fn read(&mut self, about: usize) -> Result<Bytes, DiffError> {
        if self.left() == 0 {
            return Ok(Bytes::new());
        }
        self.next(about).await
    }
}

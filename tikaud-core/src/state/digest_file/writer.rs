//! Writing a file of digests, set by set.

use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use super::{DigestFile, footer, header, layout};
use crate::diff::{BlockLayout, DiffError, IdentifierSet};
use crate::identifier::IdentifierKind;
use crate::state::background::BackgroundWriter;
use crate::state::{ActivationId, ObjectKey, StateError, StateStore};

/// Bytes that go to the store together.
const AT_ONCE: usize = 2 << 20;

/// A file of digests that is being written, set by set, in order. It is made when the first digest comes, and appears
/// when it is finished; dropped, it leaves nothing.
pub(crate) struct DigestWriter<'a> {
    store: &'a dyn StateStore,
    activation: &'a ActivationId,
    key: ObjectKey,
    kind: IdentifierKind,
    layout: BlockLayout,
    object: Option<BackgroundWriter>,
    count: u64,
    /// The digests of a block that is not full yet.
    rest: Vec<u8>,
    encoded: Vec<u8>,
    checksums: Xxh3,
    last: Bytes,
}

impl<'a> DigestWriter<'a> {
    pub(crate) fn new(
        store: &'a dyn StateStore,
        activation: &'a ActivationId,
        key: ObjectKey,
        kind: IdentifierKind,
    ) -> Self {
        Self {
            store,
            activation,
            key,
            kind,
            layout: layout(kind),
            object: None,
            count: 0,
            rest: Vec::new(),
            encoded: Vec::new(),
            checksums: Xxh3::new(),
            last: Bytes::new(),
        }
    }

    /// Appends a set whose digests come after all that were appended before.
    pub(crate) async fn append(&mut self, set: &IdentifierSet) -> Result<(), DiffError> {
        let Some(first) = set.iter().next() else { return Ok(()) };
        if *first <= *self.last {
            return Err(StateError::damaged(&self.key, "it would not be sorted").into());
        }
        self.last = set.slice(set.len() - 1..set.len());
        self.count += set.len() as u64;
        for part in set.as_bytes().chunks(AT_ONCE) {
            self.encode(part);
            if self.encoded.len() >= AT_ONCE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Encodes the blocks that are full.
    fn encode(&mut self, mut digests: &[u8]) {
        let block = self.layout.width * self.layout.digests;
        if !self.rest.is_empty() {
            let missing = (block - self.rest.len()).min(digests.len());
            self.rest.extend_from_slice(&digests[..missing]);
            digests = &digests[missing..];
            if self.rest.len() < block {
                return;
            }
            self.layout.encode(&self.rest, &mut self.encoded, &mut self.checksums);
            self.rest.clear();
        }
        let (full, rest) = digests.split_at(digests.len() / block * block);
        self.layout.encode(full, &mut self.encoded, &mut self.checksums);
        self.rest.extend_from_slice(rest);
    }

    async fn flush(&mut self) -> Result<(), DiffError> {
        let object = match &mut self.object {
            Some(object) => object,
            none => {
                let mut object = BackgroundWriter::new(self.store.writer(&self.key).await?);
                object.write(Bytes::copy_from_slice(&header(self.activation, self.kind))).await?;
                none.insert(object)
            }
        };
        object.write(std::mem::take(&mut self.encoded).into()).await
    }

    /// Makes the file appear, durably; `None` when there was nothing to write.
    pub(crate) async fn finish(mut self) -> Result<Option<DigestFile>, DiffError> {
        if self.count == 0 {
            return Ok(None);
        }
        self.layout.encode(&self.rest, &mut self.encoded, &mut self.checksums);
        self.encoded.extend_from_slice(&footer(self.count, &self.checksums));
        self.flush().await?;
        if let Some(object) = self.object {
            object.finish().await?;
        }
        Ok(Some(DigestFile { key: self.key, kind: self.kind, count: self.count }))
    }
}

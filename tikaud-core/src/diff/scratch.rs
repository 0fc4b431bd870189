//! Temporary files: what does not fit into memory, sorted. They have no name, so that they go with the process,
//! however it ends.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::spawn_blocking;
use xxhash_rust::xxh3::Xxh3;

use super::blocks::BlockLayout;
use super::source::DigestSource;
use super::{DiffError, ScratchError};
use crate::identifier::IdentifierKind;
use crate::pages::{read_exact_at, write_all_at};

/// Small blocks, because a merge reads many runs at once: 8 KiB at 32 bytes a digest, checksums 0.1 % of it.
const BLOCK: usize = 256;

/// Blocks that are written together: a megabyte or so.
const BLOCKS_AT_ONCE: usize = 128;

/// The temporary file of one run, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: PathBuf,
    file: OnceLock<File>,
    /// Where the next region begins; with everything written, the file's length.
    end: AtomicU64,
}

impl Scratch {
    /// Temporary files in this directory, which need not be there yet.
    pub(crate) fn new(directory: &Path) -> Arc<Self> {
        Arc::new(Self { directory: directory.to_owned(), file: OnceLock::new(), end: AtomicU64::new(0) })
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    fn io(&self, operation: &'static str) -> impl FnOnce(io::Error) -> ScratchError {
        let directory = self.directory.clone();
        move |source| ScratchError::Io { operation, directory, source }
    }

    fn file(&self) -> io::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        std::fs::create_dir_all(&self.directory)?;
        // Of two that are made at once one is dropped, and gone.
        let file = tempfile::tempfile_in(&self.directory)?;
        Ok(self.file.get_or_init(|| file))
    }

    /// Writes the sorted digests of a kind and gives them back as a source. Blocks.
    pub(crate) fn write(self: &Arc<Self>, kind: IdentifierKind, digests: &[u8]) -> Result<SpilledSet, ScratchError> {
        let layout = BlockLayout { width: kind.digest_len(), digests: BLOCK };
        let len = (digests.len() / layout.width) as u64;
        let offset = self.end.fetch_add(layout.encoded_len(len), Ordering::Relaxed);
        let file = self.file().map_err(self.io("create"))?;
        let (mut encoded, mut checksums, mut at) = (Vec::new(), Xxh3::new(), offset);
        for blocks in digests.chunks(layout.width * BLOCK * BLOCKS_AT_ONCE) {
            encoded.clear();
            layout.encode(blocks, &mut encoded, &mut checksums);
            write_all_at(file, &encoded, at).map_err(self.io("write"))?;
            at += encoded.len() as u64;
        }
        Ok(SpilledSet { scratch: Arc::clone(self), layout, offset, len, at: 0 })
    }

    /// Reads bytes that were written. Blocks.
    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, ScratchError> {
        let mut content = vec![0; len];
        let file = self.file().map_err(self.io("create"))?;
        read_exact_at(file, &mut content, offset).map_err(self.io("read"))?;
        Ok(content)
    }
}

/// A set in a temporary file. Clones read it anew, from where this one stands.
#[derive(Debug, Clone)]
pub(crate) struct SpilledSet {
    scratch: Arc<Scratch>,
    layout: BlockLayout,
    offset: u64,
    len: u64,
    /// Digests read so far.
    at: u64,
}

#[async_trait]
impl DigestSource for SpilledSet {
    fn left(&self) -> u64 {
        self.len - self.at
    }

    async fn read(&mut self, about: usize) -> Result<Bytes, DiffError> {
        let upto = self.at + self.layout.round_up(about, self.left());
        let (from, to) = (self.layout.offset_of(self.at), self.layout.offset_of(upto));
        let (scratch, layout, offset) = (Arc::clone(&self.scratch), self.layout, self.offset + from);
        let read = move || {
            let damaged = || ScratchError::Damaged { directory: scratch.directory.clone() };
            let len = usize::try_from(to - from).map_err(|_| damaged())?;
            let encoded = scratch.read(offset, len)?;
            layout.decode(&encoded, &mut Xxh3::new()).map_err(|_| damaged())
        };
        let digests = spawn_blocking(read).await.map_err(|_| crate::compute::Died)??;
        self.at = upto;
        Ok(digests.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::IdentifierSet;

    fn set(count: u64) -> IdentifierSet {
        let digests = (0..count).flat_map(|number| u128::from(number).to_be_bytes()).collect();
        IdentifierSet::from_unsorted(IdentifierKind::IdfaMd5, digests)
    }

    #[tokio::test]
    async fn what_was_written_is_read_back_in_pieces() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(&directory.path().join("deep"));
        let sets = [set(1), set(1000), set(BLOCK as u64)];
        let mut spilled: Vec<SpilledSet> =
            sets.iter().map(|set| scratch.write(set.kind(), set.as_bytes()).unwrap()).collect();
        for (set, spilled) in sets.iter().zip(&mut spilled) {
            let mut digests = Vec::new();
            while spilled.left() > 0 {
                digests.extend_from_slice(&spilled.read(300).await.unwrap());
            }
            assert_eq!(digests, set.as_bytes());
        }
    }

    #[tokio::test]
    async fn a_set_that_is_no_longer_what_was_written_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(directory.path());
        let mut spilled = scratch.write(set(10).kind(), set(10).as_bytes()).unwrap();
        write_all_at(scratch.file().unwrap(), &[9], 3).unwrap();
        assert!(matches!(spilled.read(1).await, Err(DiffError::Scratch(ScratchError::Damaged { .. }))));
    }

    #[test]
    fn nothing_is_left_in_the_directory_even_while_it_is_in_use() {
        let directory = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(directory.path());
        scratch.write(set(10).kind(), set(10).as_bytes()).unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_cannot_be_used_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Scratch::new(&file).write(set(1).kind(), set(1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    }
}

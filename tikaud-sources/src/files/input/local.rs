//! A file of this machine.

use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::{Chunks, read_error};

/// A regular file, and what it was when it was opened.
#[derive(Debug)]
pub(super) struct LocalFile {
    file: File,
    /// The same for whoever reads here and there: all share the place where the file is read at.
    pieces: Arc<Mutex<File>>,
    len: u64,
    modified: Option<SystemTime>,
}

impl LocalFile {
    pub(super) fn open(path: &Path) -> Result<Self, SegmentError> {
        check_regular(path)?;
        let opened = File::open(path).and_then(|file| stamp(&file).map(|stamp| (file, stamp)));
        let (file, (len, modified)) = opened.map_err(|error| read_error(&path.display().to_string(), error))?;
        let pieces = file.try_clone().map_err(|error| read_error(&path.display().to_string(), error))?;
        Ok(Self { file, pieces: Arc::new(Mutex::new(pieces)), len, modified })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn is_unchanged(&self) -> io::Result<bool> {
        Ok(stamp(&self.file)? == (self.len, self.modified))
    }

    pub(super) fn rewound(&self) -> io::Result<&File> {
        let mut file = &self.file;
        file.rewind()?;
        Ok(file)
    }

    pub(super) fn chunks(&self) -> Chunks {
        Chunks::File { file: Arc::clone(&self.pieces), len: self.len }
    }
}

/// Refuses what cannot be read from its beginning again and again: directories, pipes, devices.
pub(in super::super) fn check_regular(path: &Path) -> Result<(), SegmentError> {
    let metadata = path.metadata().map_err(|error| read_error(&path.display().to_string(), error))?;
    let path = path.display();
    if metadata.is_dir() {
        let message = format!("`{path}` is a directory; name its files, with a pattern such as `{path}/*.csv`");
        return Err(SegmentError::new(SegmentErrorKind::Unreadable, message));
    }
    if !metadata.is_file() {
        let message = format!("`{path}` is no regular file; write what it delivers to a file first");
        return Err(SegmentError::new(SegmentErrorKind::Unreadable, message));
    }
    Ok(())
}

fn stamp(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let metadata = file.metadata()?;
    // Some file systems keep no time of modification; the length is checked all the same.
    Ok((metadata.len(), metadata.modified().ok()))
}

//! One file, opened, and the errors that name it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

/// A regular file that is open for reading.
#[derive(Debug)]
pub(super) struct Input {
    path: PathBuf,
    file: File,
    len: u64,
    modified: Option<SystemTime>,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, SegmentError> {
        check_regular(path)?;
        let file = File::open(path).map_err(|error| read_error(path, error))?;
        let (len, modified) = stamp(&file).map_err(|error| read_error(path, error))?;
        Ok(Self { path: path.to_owned(), file, len, modified })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The file's length in bytes when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Refuses what was read when the file was written to meanwhile: it may be a part only, or a mixture.
    ///
    /// A file that was replaced by another one of its name is no trouble: this one was read to its end.
    pub(super) fn check_unchanged(&self) -> Result<(), SegmentError> {
        if stamp(&self.file).map_err(|error| self.read_error(error))? == (self.len, self.modified) {
            return Ok(());
        }
        Err(self.malformed(
            "was written to while it was being read; run again when its writer is done, and let the writer rename \
             complete files into place",
        ))
    }

    /// The file is not what it should be. `what` goes on after the file's name.
    pub(super) fn malformed(&self, what: impl AsRef<str>) -> SegmentError {
        SegmentError::malformed(format!("`{}` {}", self.path.display(), what.as_ref()))
    }

    /// A line (from 1) of the file is not what it should be. `what` goes on after the line's place.
    pub(super) fn malformed_line(&self, line: u64, what: impl AsRef<str>) -> SegmentError {
        SegmentError::malformed(format!("line {line} of `{}` {}", self.path.display(), what.as_ref()))
    }

    pub(super) fn read_error(&self, error: io::Error) -> SegmentError {
        read_error(&self.path, error)
    }
}

/// Refuses what cannot be read from its beginning again and again: directories, pipes, devices.
pub(super) fn check_regular(path: &Path) -> Result<(), SegmentError> {
    let metadata = path.metadata().map_err(|error| read_error(path, error))?;
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

/// What the operating system says about a file is free of the file's content, so it is chained.
pub(super) fn read_error(path: &Path, error: io::Error) -> SegmentError {
    let path = path.display();
    let (kind, message) = match error.kind() {
        io::ErrorKind::NotFound => (SegmentErrorKind::NotFound, format!("there is no file `{path}`; check the path")),
        io::ErrorKind::PermissionDenied => (
            SegmentErrorKind::Unreadable,
            format!("this process may not read `{path}`; grant its user the permission to read it"),
        ),
        _ => (SegmentErrorKind::Unreadable, format!("`{path}` cannot be read")),
    };
    SegmentError::new(kind, message).with_source(error)
}

fn stamp(file: &File) -> io::Result<(u64, Option<SystemTime>)> {
    let metadata = file.metadata()?;
    // Some file systems keep no time of modification; the length is checked all the same.
    Ok((metadata.len(), metadata.modified().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operating_system_refuses_is_told_with_its_remedy() {
        let denied = read_error(Path::new("t.csv"), io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind(), SegmentErrorKind::Unreadable);
        insta::assert_snapshot!(denied, @"this process may not read `t.csv`; grant its user the permission to read it");
        let missing = read_error(Path::new("t.csv"), io::ErrorKind::NotFound.into());
        assert_eq!(missing.kind(), SegmentErrorKind::NotFound);
    }
}

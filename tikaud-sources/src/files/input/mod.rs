//! One file, opened, and the errors that name it.

mod chunks;
mod local;
#[cfg(feature = "object-store")]
mod object;

use std::io;
use std::ops::Range;
#[cfg(feature = "object-store")]
use std::sync::Arc;

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

pub(super) use self::chunks::Chunks;
use self::local::LocalFile;
pub(super) use self::local::check_regular;
#[cfg(feature = "object-store")]
use self::object::Object;
#[cfg(feature = "object-store")]
pub(super) use self::object::{failed, wait};
use super::place::{Location, Partitions};
use super::reading::Stop;
use crate::rule::evaluate::Known;

/// A file that is open for reading, and stays as it was when it was opened or gives an error.
#[derive(Debug)]
pub(super) struct Input {
    name: String,
    partitions: Partitions,
    content: Content,
}

#[derive(Debug)]
enum Content {
    File(LocalFile),
    #[cfg(feature = "object-store")]
    Object(Arc<Object>),
}

impl Input {
    /// Opens a file whose directories name these columns. What waits for a store ends when `stop` is asked for.
    #[cfg_attr(not(feature = "object-store"), expect(unused_variables, reason = "local files are not waited for"))]
    pub(super) fn open(location: &Location, partitions: Partitions, stop: &Stop) -> Result<Self, SegmentError> {
        let name = location.name();
        let content = match location {
            Location::Local(path) => Content::File(LocalFile::open(path)?),
            #[cfg(feature = "object-store")]
            Location::Object { store, path } => {
                Content::Object(Arc::new(Object::open(&name, Arc::clone(store), path.clone(), stop.clone())?))
            }
        };
        Ok(Self { name, partitions, content })
    }

    /// The file as errors name it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What is known of a column that the file's directories name.
    pub(super) fn constant(&self, column: &str) -> Option<Known> {
        self.partitions.constant(column)
    }

    /// The columns that the file's directories name.
    pub(super) fn partitions(&self) -> &[(String, Option<String>)] {
        &self.partitions.0
    }

    /// The file's length in bytes when it was opened.
    pub(super) fn len(&self) -> u64 {
        match &self.content {
            Content::File(file) => file.len(),
            #[cfg(feature = "object-store")]
            Content::Object(object) => object.len(),
        }
    }

    /// The file's bytes, from the beginning.
    pub(super) fn bytes(&self) -> Result<Box<dyn io::Read + '_>, SegmentError> {
        match &self.content {
            Content::File(file) => Ok(Box::new(file.rewound().map_err(|error| self.read_error(error))?)),
            #[cfg(feature = "object-store")]
            Content::Object(object) => Ok(Box::new(object.stream()?)),
        }
    }

    /// The file for the readers of Parquet, which will ask for what is in these ranges: for those of each list one after the
    /// other, for the lists by turns.
    #[cfg_attr(not(feature = "object-store"), expect(unused_variables, reason = "local files are read where asked"))]
    pub(super) fn chunks(&self, lanes: &[Vec<Range<u64>>]) -> Result<Chunks, SegmentError> {
        match &self.content {
            Content::File(file) => Ok(file.chunks()),
            #[cfg(feature = "object-store")]
            Content::Object(object) => Ok(Chunks::of_object(Arc::clone(object), lanes.to_vec())),
        }
    }

    /// Refuses what was read when the file was written to meanwhile: it may be a part only, or a mixture.
    ///
    /// A local file that was replaced by another one of its name is no trouble: this one was read to its end.
    pub(super) fn check_unchanged(&self) -> Result<(), SegmentError> {
        match &self.content {
            Content::File(file) => {
                let is_unchanged = file.is_unchanged().map_err(|error| self.read_error(error))?;
                if is_unchanged { Ok(()) } else { Err(changed(&self.name)) }
            }
            #[cfg(feature = "object-store")]
            Content::Object(object) => object.check_unchanged(),
        }
    }

    /// The file is not what it should be. `what` goes on after the file's name.
    pub(super) fn malformed(&self, what: impl AsRef<str>) -> SegmentError {
        SegmentError::malformed(format!("`{}` {}", self.name, what.as_ref()))
    }

    /// A line (from 1) of the file is not what it should be. `what` goes on after the line's place.
    pub(super) fn malformed_line(&self, line: u64, what: impl AsRef<str>) -> SegmentError {
        SegmentError::malformed(format!("line {line} of `{}` {}", self.name, what.as_ref()))
    }

    pub(super) fn read_error(&self, error: io::Error) -> SegmentError {
        read_error(&self.name, error)
    }
}

/// What was read of the file may be a part only, or a mixture.
fn changed(name: &str) -> SegmentError {
    SegmentError::malformed(format!(
        "`{name}` was written to while it was being read; run again when its writer is done, and let the writer rename \
         complete files into place"
    ))
}

/// What the operating system says about a file is free of the file's content, so it is chained. What an object store's
/// stream says is an error already.
pub(super) fn read_error(path: &str, error: io::Error) -> SegmentError {
    let error = match error.downcast::<SegmentError>() {
        Ok(error) => return error,
        Err(error) => error,
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operating_system_refuses_is_told_with_its_remedy() {
        let denied = read_error("t.csv", io::ErrorKind::PermissionDenied.into());
        assert_eq!(denied.kind(), SegmentErrorKind::Unreadable);
        insta::assert_snapshot!(denied, @"this process may not read `t.csv`; grant its user the permission to read it");
        let missing = read_error("t.csv", io::ErrorKind::NotFound.into());
        assert_eq!(missing.kind(), SegmentErrorKind::NotFound);
    }
}

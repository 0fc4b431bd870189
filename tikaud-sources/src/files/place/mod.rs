//! Where files are: what a user names, and the files that it stands for.

mod local;
#[cfg(feature = "object-store")]
mod objects;
mod partitions;
#[cfg(feature = "object-store")]
mod store;
mod url;

use std::collections::HashSet;
use std::path::PathBuf;
#[cfg(feature = "object-store")]
use std::sync::Arc;

use tikaud_core::segment::SegmentError;
#[cfg(feature = "object-store")]
use tikaud_core::state::object_store::path::Path;

#[cfg(feature = "object-store")]
pub(super) use self::objects::Objects;
pub(super) use self::partitions::Partitions;
#[cfg(feature = "object-store")]
pub(super) use self::store::Store;
pub(super) use self::url::{Given, Url};

/// What a user names: files of this machine or of a store, by a path or a pattern.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Local(PathBuf),
    #[cfg(feature = "object-store")]
    Objects(Objects),
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Location {
    Local(PathBuf),
    #[cfg(feature = "object-store")]
    Object {
        store: Arc<Store>,
        path: Path,
    },
}

impl Location {
    /// The file as errors name it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Local(path) => path.display().to_string(),
            #[cfg(feature = "object-store")]
            Self::Object { store, path } => store.name_of(path.as_ref()),
        }
    }
}

impl Place {
    /// The files that it stands for now. Asks stores, so it is for threads that may wait.
    pub(super) fn resolve(&self) -> Result<Vec<Location>, SegmentError> {
        match self {
            Self::Local(path) => Ok(local::matches(path)?.into_iter().map(Location::Local).collect()),
            #[cfg(feature = "object-store")]
            Self::Objects(objects) => objects.resolve(),
        }
    }

    /// The files of this machine that it stands for now, and a single object, there or not.
    pub(super) fn resolve_here(&self) -> Result<Vec<Location>, SegmentError> {
        match self {
            Self::Local(_) => self.resolve(),
            #[cfg(feature = "object-store")]
            Self::Objects(objects) => Ok(objects.single().into_iter().collect()),
        }
    }

    /// What a segment is called whose files are not known yet.
    pub(super) fn stem(&self) -> Option<String> {
        match self {
            Self::Local(_) => None,
            #[cfg(feature = "object-store")]
            Self::Objects(objects) => Some(objects.stem().to_owned()),
        }
    }
}

/// The files of all places in order: as the places are, and sorted within a pattern, each file once.
///
/// # Errors
///
/// When a file is not there or is no file, a pattern matches no file, or a directory or store cannot be listed.
pub(super) fn resolve(
    places: &[Place],
    of: impl Fn(&Place) -> Result<Vec<Location>, SegmentError>,
) -> Result<Vec<Location>, SegmentError> {
    let mut known = HashSet::new();
    let mut files = Vec::new();
    for place in places {
        files.extend(of(place)?.into_iter().filter(|file| known.insert(file.clone())));
    }
    Ok(files)
}

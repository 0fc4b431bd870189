//! Objects of a store.

use std::sync::Arc;

use futures::TryStreamExt;
use glob::{MatchOptions, Pattern};
use tikaud_core::segment::{SegmentError, SegmentErrorKind};
use tikaud_core::state::object_store::Result as ClientResult;
use tikaud_core::state::object_store::path::Path;

use super::super::input::{failed, wait};
use super::{Location, Store};
use crate::error::configuration;

/// As the patterns of local paths: only `**` goes over directories.
const MATCHING: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// The objects of a store whose keys match a pattern.
#[derive(Debug, Clone)]
pub(in super::super) struct Objects {
    store: Arc<Store>,
    keys: Keys,
}

#[derive(Debug, Clone)]
enum Keys {
    One(Path),
    Matching {
        pattern: Pattern,
        /// The directory of all that can match.
        below: Option<Path>,
        /// Whether objects in directories further below can match.
        deep: bool,
    },
}

impl Objects {
    /// # Errors
    ///
    /// `Configuration` when it is no key and no pattern.
    pub(in super::super) fn try_new(store: Arc<Store>, key: &str) -> Result<Self, SegmentError> {
        let name = store.name_of(key);
        let path = |key: &str| {
            let path = Path::parse(key);
            path.map_err(|error| configuration(format!("`{name}` names no object")).with_source(error))
        };
        let Some(first) = key.find(['*', '[']) else {
            if key.is_empty() || key.ends_with('/') {
                let root = name.trim_end_matches('/');
                return Err(configuration(format!(
                    "`{name}` names no object; name its objects, with a pattern such as `{root}/*.parquet`"
                )));
            }
            return Ok(Self { keys: Keys::One(path(key)?), store });
        };
        let (directory, last) = key[..first].rfind('/').map_or(("", key), |at| (&key[..at], &key[at + 1..]));
        let pattern = Pattern::new(key)
            .map_err(|error| configuration(format!("`{name}` is not a valid pattern")).with_source(error))?;
        let below = if directory.is_empty() { None } else { Some(path(directory)?) };
        let deep = last.contains('/') || last == "**";
        Ok(Self { keys: Keys::Matching { pattern, below, deep }, store })
    }

    /// The object, when there can be one only.
    pub(super) fn single(&self) -> Option<Location> {
        match &self.keys {
            Keys::One(path) => Some(self.location(path.clone())),
            Keys::Matching { .. } => None,
        }
    }

    /// The last part of the directory of all objects, or what the store is called.
    pub(super) fn stem(&self) -> &str {
        let below = match &self.keys {
            Keys::One(path) => Some(path.as_ref()),
            Keys::Matching { below, .. } => below.as_ref().map(AsRef::as_ref),
        };
        let last = below.and_then(|below| below.rsplit('/').next());
        last.unwrap_or_else(|| self.store.root().rsplit('/').next().unwrap_or_default())
    }

    /// The objects that there are now, sorted; waits for the store.
    pub(super) fn resolve(&self) -> Result<Vec<Location>, SegmentError> {
        let (pattern, below, deep) = match &self.keys {
            Keys::One(path) => return Ok(vec![self.location(path.clone())]),
            Keys::Matching { pattern, below, deep } => (pattern, below.as_ref(), *deep),
        };
        let name = self.store.name_of(pattern.as_str());
        let listed = wait(async {
            Ok(if deep {
                self.store.client().list(below).map_ok(|object| object.location).try_collect().await?
            } else {
                let listed = self.store.client().list_with_delimiter(below).await?;
                listed.objects.into_iter().map(|object| object.location).collect()
            })
        })?;
        let listed: ClientResult<Vec<Path>> = listed;
        let listed = listed.map_err(|error| failed(&name, &error))?;
        // A key may read like a pattern.
        let literal = |path: &Path| path.as_ref() == pattern.as_str();
        let mut found: Vec<Path> = match listed.iter().find(|path| literal(path)) {
            Some(path) => vec![path.clone()],
            None => listed.into_iter().filter(|path| pattern.matches_with(path.as_ref(), MATCHING)).collect(),
        };
        if found.is_empty() {
            let message =
                format!("no object matches `{name}`; check the pattern, and that the objects are written already");
            return Err(SegmentError::new(SegmentErrorKind::NotFound, message));
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|path| self.location(path)).collect())
    }

    fn location(&self, path: Path) -> Location {
        Location::Object { store: Arc::clone(&self.store), path }
    }
}

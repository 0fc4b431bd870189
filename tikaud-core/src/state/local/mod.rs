//! State in a directory of a local disk.

mod temporary;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::spawn_blocking;

use self::temporary::TemporaryFile;
use super::{Hold, ObjectEntry, ObjectKey, ObjectWriter, StateError, StateStore};
use crate::pages;

/// State in a directory of a local disk: an object is a file.
///
/// Objects are written to a temporary file, synced, and linked to their name, which fails when the name is taken; then the
/// directory is synced. Holding a key is an advisory lock on a file, which the operating system releases when the process
/// dies, so that a killed run is taken over at once. The file system must know hard links and locks, as every local one
/// does; several machines need a store that is made for them.
///
/// ```
/// use tikaud_core::state::LocalStateStore;
///
/// let directory = tempfile::tempdir()?;
/// let store = LocalStateStore::open(directory.path().join("state"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LocalStateStore {
    root: PathBuf,
}

impl LocalStateStore {
    /// Opens a directory, which need not be there yet, and removes what dead processes left unfinished in it.
    ///
    /// # Errors
    ///
    /// [`StateError::Io`] when the path is not a directory or cannot be read.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StateError> {
        let root = root.into();
        if root.exists() {
            fs::read_dir(&root).map_err(StateError::io("open", root.display().to_string()))?;
            temporary::remove_abandoned(&root).map_err(StateError::io("clean", root.display().to_string()))?;
        }
        Ok(Self { root })
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, key: &ObjectKey) -> PathBuf {
        self.root.join(key.as_str())
    }
}

/// Runs file operations where they may block.
async fn blocking<T: Send + 'static>(
    operation: &'static str,
    key: &ObjectKey,
    path: PathBuf,
    work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
) -> Result<T, StateError> {
    // The whole path, since a user may have many state directories.
    let shown = path.display().to_string();
    let outcome = spawn_blocking(move || work(&path)).await.unwrap_or_else(|panic| Err(io::Error::other(panic)));
    outcome.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => StateError::AlreadyExists { key: key.clone() },
        ErrorKind::NotFound if operation == "read" => StateError::NotFound { key: key.clone() },
        ErrorKind::UnexpectedEof => StateError::Truncated { key: key.clone() },
        _ => StateError::Io { operation, object: shown, source: error },
    })
}

#[async_trait]
impl StateStore for LocalStateStore {
    async fn create(&self, key: &ObjectKey, content: Bytes) -> Result<(), StateError> {
        blocking("create", key, self.path(key), move |path| {
            let mut file = TemporaryFile::create(path)?;
            file.write(&content)?;
            file.publish()
        })
        .await
    }

    async fn writer(&self, key: &ObjectKey) -> Result<Box<dyn ObjectWriter>, StateError> {
        let path = self.path(key);
        let file = blocking("create", key, path.clone(), TemporaryFile::create).await?;
        Ok(Box::new(LocalWriter { key: key.clone(), path, file: Some(file) }))
    }

    async fn read(&self, key: &ObjectKey, range: Range<u64>) -> Result<Bytes, StateError> {
        blocking("read", key, self.path(key), move |path| {
            let file = File::open(path)?;
            if file.metadata()?.len() < range.end {
                // Before anything is allocated: the length may come from a damaged object.
                return Err(ErrorKind::UnexpectedEof.into());
            }
            pages::read_range(&file, range)
        })
        .await
    }

    async fn list(&self, prefix: Option<&ObjectKey>) -> Result<Vec<ObjectEntry>, StateError> {
        let mut entries = Vec::new();
        let directory = prefix.map_or_else(|| self.root.clone(), |prefix| self.path(prefix));
        let name = prefix.map_or_else(String::new, |prefix| format!("{prefix}/"));
        let shown = directory.display().to_string();
        let mut entries = spawn_blocking(move || walk(&directory, &name, &mut entries).map(|()| entries))
            .await
            .unwrap_or_else(|panic| Err(io::Error::other(panic)))
            .map_err(StateError::io("list", shown))?;
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), StateError> {
        let root = self.root.clone();
        blocking("delete", key, self.path(key), move |path| {
            match fs::remove_file(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                outcome => outcome?,
            }
            // Every run has folders of its own, for years; one that is not empty stays.
            if let Some(folder) = path.parent().filter(|folder| *folder != root) {
                drop(fs::remove_dir(folder));
            }
            Ok(())
        })
        .await
    }

    async fn hold(&self, key: &ObjectKey) -> Result<Option<Box<dyn Hold>>, StateError> {
        let path = self.path(key);
        let path = path.with_file_name(format!(".{}.lock", key.name()));
        blocking("lock", key, path, |path| {
            if let Some(parent) = path.parent() {
                temporary::create_directories(parent)?;
            }
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).write(true);
            // On a file that others may read, they may take the lock, and no run would get it.
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(path)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(Box::new(LocalHold { _locked: file }) as Box<dyn Hold>)),
                Err(TryLockError::WouldBlock) => Err(ErrorKind::AlreadyExists.into()),
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        })
        .await
    }

    /// The state's own disk: whoever has room for the state has room for what it is made from.
    fn scratch(&self) -> Option<PathBuf> {
        Some(self.root.clone())
    }
}

/// Collects the objects below a directory. Names that no key can have are not objects.
fn walk(directory: &Path, prefix: &str, entries: &mut Vec<ObjectEntry>) -> io::Result<()> {
    let listing = match fs::read_dir(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        // An object has nothing below it; a store that is no directory is an error.
        Err(error) if error.kind() == ErrorKind::NotADirectory && !prefix.is_empty() => return Ok(()),
        listing => listing?,
    };
    for entry in listing {
        let entry = entry?;
        let name = entry.file_name();
        let Some(key) = name.to_str().and_then(|name| format!("{prefix}{name}").parse::<ObjectKey>().ok()) else {
            continue;
        };
        match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => walk(&entry.path(), &format!("{key}/"), entries)?,
            Ok(metadata) => entries.push(ObjectEntry { key, len: metadata.len() }),
            // Deleted while we looked.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

struct LocalWriter {
    key: ObjectKey,
    path: PathBuf,
    /// `None` after a failed write, which took the file with it.
    file: Option<TemporaryFile>,
}

impl LocalWriter {
    fn take(&mut self) -> Result<TemporaryFile, StateError> {
        let gone = || io::Error::other("an earlier write to it has failed");
        self.file.take().ok_or_else(gone).map_err(StateError::io("write", self.path.display().to_string()))
    }
}

#[async_trait]
impl ObjectWriter for LocalWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StateError> {
        let mut file = self.take()?;
        let file =
            blocking("write", &self.key, self.path.clone(), move |_| file.write(&content).map(|()| file)).await?;
        self.file = Some(file);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), StateError> {
        let file = self.take()?;
        blocking("create", &self.key, self.path, move |_| file.publish()).await
    }
}

struct LocalHold {
    /// Unlocked when it is closed.
    _locked: File,
}

impl Hold for LocalHold {}

#[cfg(test)]
mod tests;

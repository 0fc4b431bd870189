//! Files on their way: written under a temporary name, given their own when whole and durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

/// No key begins with a dot, so no object has such a name, and nobody else's file has.
const PREFIX: &str = ".tikaud-";

/// A temporary file younger than this may belong to a process that has not locked it yet.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);

/// Objects lie this deep below the root at most: `<activation>/journal/<run>/object`.
const DEPTH: u32 = 3;

/// A file under a temporary name. Dropping it removes it.
pub(super) struct TemporaryFile {
    file: NamedTempFile,
    target: PathBuf,
}

impl TemporaryFile {
    /// Starts the file that is to become `target`.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        let directory = target.parent().ok_or(ErrorKind::InvalidInput)?;
        create_directories(directory)?;
        let file = tempfile::Builder::new().prefix(PREFIX).tempfile_in(directory)?;
        // The lock says that the writer is alive; where there are no locks, age alone decides.
        match file.as_file().lock() {
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
            _ => Ok(Self { file, target: target.to_owned() }),
        }
    }

    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)
    }

    /// Gives the file its name, unless the name is taken (`AlreadyExists`).
    pub(super) fn publish(self) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.target)?;
        sync_directory(self.target.parent())
    }
}

/// Creates a directory and those above it, and makes their names durable.
pub(super) fn create_directories(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_directories(parent)?;
    }
    match fs::create_dir(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        // A file in its place: to pass this on as it is would say that the object is there.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(ErrorKind::NotADirectory.into()),
        Err(error) => Err(error),
        Ok(()) => sync_directory(directory.parent()),
    }
}

/// Makes the names in a directory durable.
fn sync_directory(directory: Option<&Path>) -> io::Result<()> {
    let directory = directory.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Only Unix lets a directory be opened and synced.
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Removes temporary files that nobody alive is writing.
pub(super) fn remove_abandoned(root: &Path) -> io::Result<()> {
    remove_below(root, DEPTH)
}

fn remove_below(directory: &Path, depth: u32) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            if depth > 0 {
                remove_below(&entry.path(), depth - 1)?;
            }
        } else if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_abandoned(&entry.path()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_abandoned(path: &Path) -> bool {
    let old = |file: &File| {
        let modified = file.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > ABANDONED_AFTER))
    };
    // Opened for writing: some systems lock nothing else.
    OpenOptions::new().write(true).open(path).is_ok_and(|file| old(&file) && file.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_file_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut file = TemporaryFile::create(&directory.path().join("deep/er/object")).unwrap();
        file.write(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(directory.path().join("deep/er")).unwrap().count(), 0);
    }

    #[test]
    fn only_old_files_of_dead_writers_are_abandoned() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(format!("{PREFIX}{name}"));
        let an_hour_ago = std::time::SystemTime::now() - Duration::from_secs(3600);
        for name in ["young", "old", "alive"] {
            File::create(path(name)).unwrap();
        }
        for name in ["old", "alive"] {
            OpenOptions::new().write(true).open(path(name)).unwrap().set_modified(an_hour_ago).unwrap();
        }
        let alive = File::open(path("alive")).unwrap();
        alive.lock().unwrap();
        remove_abandoned(directory.path()).unwrap();
        assert!(path("young").exists() && path("alive").exists() && !path("old").exists());
    }
}

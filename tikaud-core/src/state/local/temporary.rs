//! Files on their way: written under a temporary name, given their own when whole and durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::pages::PageWriter;
use crate::state::ObjectKey;

/// No key begins with a dot, so no object has such a name, and nobody else's file has.
const PREFIX: &str = ".tikaud-";

/// A temporary file younger than this may belong to a process that has not locked it yet.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);

/// Objects lie this deep below the root at most: `<activation>/journal/<run>/object`.
const DEPTH: u32 = 3;

/// How often to create a directory that others clear away.
const ATTEMPTS: u32 = 100;

/// A file under a temporary name. Dropping it removes it.
pub(super) struct TemporaryFile {
    file: NamedTempFile,
    writer: PageWriter,
    target: PathBuf,
}

impl TemporaryFile {
    /// Starts the file that is to become `target`.
    pub(super) fn create(target: &Path) -> io::Result<Self> {
        let directory = target.parent().ok_or(ErrorKind::InvalidInput)?;
        let file = in_directory(directory)?;
        // The lock says that the writer is alive; where there are no locks, age alone decides.
        match file.as_file().lock() {
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(error),
            _ => Ok(Self { file, writer: PageWriter::new(), target: target.to_owned() }),
        }
    }

    pub(super) fn write(&mut self, content: &[u8]) -> io::Result<()> {
        self.writer.write(self.file.as_file(), content)
    }

    /// Gives the file its name, unless the name is taken (`AlreadyExists`).
    pub(super) fn publish(mut self) -> io::Result<()> {
        self.writer.finish(self.file.as_file())?;
        self.file.as_file().sync_all()?;
        self.file.persist_noclobber(&self.target)?;
        sync_directory(self.target.parent())
    }
}

/// A temporary file in a directory, which need not be there yet.
fn in_directory(directory: &Path) -> io::Result<NamedTempFile> {
    let attempt = || {
        create_directories(directory)?;
        tempfile::Builder::new().prefix(PREFIX).tempfile_in(directory)
    };
    // A folder goes with its last object, and that may be now.
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            outcome => return outcome,
        }
    }
    attempt()
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
        // That the name is taken by a file must not look as if the object were there already.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match fs::metadata(directory)?.is_dir() {
            true => Ok(()),
            false => Err(ErrorKind::NotADirectory.into()),
        },
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
    let listing = match fs::read_dir(directory) {
        // Cleared away with its last object while we looked.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        listing => listing?,
    };
    for entry in listing {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            // A folder that no key leads to is not ours, and may be closed to us: `lost+found` at the root of a volume.
            let is_ours = entry.file_name().to_str().is_some_and(|name| name.parse::<ObjectKey>().is_ok());
            if depth > 0 && is_ours {
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
    fn a_folder_that_can_hold_no_object_is_not_looked_into() {
        let directory = tempfile::tempdir().unwrap();
        // At the root of a volume, and closed to everybody but the administrator.
        let foreign = directory.path().join("lost+found");
        fs::create_dir(&foreign).unwrap();
        let file = File::create(foreign.join(format!("{PREFIX}old"))).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(3600)).unwrap();
        remove_abandoned(directory.path()).unwrap();
        assert!(foreign.join(format!("{PREFIX}old")).exists());
    }

    #[test]
    fn a_file_in_the_place_of_a_folder_is_no_object_that_is_there_already() {
        let directory = tempfile::tempdir().unwrap();
        File::create(directory.path().join("claims")).unwrap();
        let error = TemporaryFile::create(&directory.path().join("claims/1.json")).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotADirectory);
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

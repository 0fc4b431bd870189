//! The change log as Parquet files: what the destination has acknowledged, for the user's own warehouse.

mod recorder;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tikaud_core::activation::{ChangeLog, ChangeLogError, ChangeRecorder, LoggedRun};

use self::recorder::ParquetRecorder;

/// A [`ChangeLog`] that writes a Parquet file for each run that has changed something:
/// `<directory>/<activation>/<run>-<time>.parquet`.
///
/// | column | type | what it is |
/// |---|---|---|
/// | `digest` | string | The identifier's digest, in lower-case hex: as `sha256()` of most warehouses writes it, and as TikTok is sent it |
/// | `kind` | string | Its kind, such as `email_sha256` |
/// | `action` | string | `add` or `remove` |
/// | `activation` | string | The activation |
/// | `destination` | string | The destination |
/// | `run` | string | The run, as reports and the history name it |
/// | `time` | timestamp in UTC, microseconds | When the run was about to send its changes |
///
/// A file appears whole or not at all, and durable: it is written under a temporary name that begins with a dot, synced,
/// and renamed. A run that is recorded again takes the place of its own file, so nothing is in it twice. Files are never
/// deleted; how long they are kept is up to whoever owns the directory. Activations of one id that keep their state in
/// different stores need directories of their own. **Digests are personal data.**
///
/// ```
/// use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
/// use tikaud_core::destination::MemoryDestination;
/// use tikaud_core::identifier::{Field, FieldMapping};
/// use tikaud_core::segment::MemorySegment;
/// use tikaud_core::state::MemoryStateStore;
/// use tikaud_sources::ParquetChangeLog;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
/// let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
///     .mapping(FieldMapping::try_new([("email", Field::Email)])?)
///     .change_log(ParquetChangeLog::new(directory.path()))
///     .build()?;
/// activation.run(&RunOptions::new()).await?;
/// assert_eq!(std::fs::read_dir(directory.path().join("buyers"))?.count(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ParquetChangeLog {
    directory: PathBuf,
}

impl ParquetChangeLog {
    /// A log in this directory, which is created when it is needed.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }
}

#[async_trait]
impl ChangeLog for ParquetChangeLog {
    async fn begin(&self, run: &LoggedRun) -> Result<Box<dyn ChangeRecorder>, ChangeLogError> {
        let (directory, run) = (self.directory.join(run.activation.as_str()), run.clone());
        let recorder = recorder::off_task(move || ParquetRecorder::create(&directory, run)).await?;
        Ok(Box::new(recorder))
    }
}

//! A segment in files that need not be there yet when the service starts.

use async_trait::async_trait;
use tikaud_core::segment::{MemberStream, Segment, SegmentError, SegmentErrorKind, SegmentSchema};
use tikaud_sources::{CsvOptions, FileSegment};

use crate::configuration::SegmentEntry;

/// A [`FileSegment`] that is made when it is read: an export that is late fails one run, and not the start of a service
/// that looks after others too.
pub(crate) struct LateFiles {
    name: String,
    entry: SegmentEntry,
}

impl LateFiles {
    /// Fails on what waiting would not mend.
    pub(crate) fn try_new(entry: &SegmentEntry) -> Result<Self, SegmentError> {
        let name = entry.name.clone().unwrap_or_else(|| {
            let stem = entry.files.first().and_then(|path| path.file_stem());
            stem.unwrap_or_default().to_string_lossy().into_owned()
        });
        let segment = Self { name, entry: entry.clone() };
        match segment.open() {
            Err(error) if error.kind() == SegmentErrorKind::Configuration => Err(error),
            _ => Ok(segment),
        }
    }

    fn open(&self) -> Result<FileSegment, SegmentError> {
        let mut csv = CsvOptions::default();
        csv.delimiter = self.entry.delimiter;
        FileSegment::builder(&self.entry.files).name(&self.name).csv(csv).build()
    }
}

#[async_trait]
impl Segment for LateFiles {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.entry.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.open()?.columns().await
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        self.open()?.schema().await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        self.open()?.members(columns).await
    }
}

//! The settings of a file segment.

use std::path::PathBuf;
use std::sync::Arc;

use tikaud_core::segment::{MemberBatch, SegmentError};

use super::format::configuration;
use super::source::Sources;
use super::{CsvOptions, FileFormat, FileSegment};

/// Builds a [`FileSegment`]; made by [`FileSegment::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct FileSegmentBuilder {
    name: Option<String>,
    description: Option<String>,
    sources: Sources,
}

impl FileSegmentBuilder {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        let sources = Sources { paths, format: None, csv: CsvOptions::default(), batch_size: MemberBatch::MEMBERS };
        Self { name: None, description: None, sources }
    }

    /// The segment's name. The default is the first file's name without its extension; set one where files come and go.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The segment's description. There is none by default.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The format of all files, whatever their extensions. By default each file's extension tells it.
    pub fn format(mut self, format: FileFormat) -> Self {
        self.sources.format = Some(format);
        self
    }

    /// How the CSV files are written.
    pub fn csv(mut self, options: CsvOptions) -> Self {
        self.sources.csv = options;
        self
    }

    /// How many members a batch has at most, by default [`MemberBatch::MEMBERS`]. Memory use grows with it.
    pub fn batch_size(mut self, members: usize) -> Self {
        self.sources.batch_size = members;
        self
    }

    /// The segment. Paths and patterns are resolved, so that a wrong one fails here; no file is opened yet.
    ///
    /// # Errors
    ///
    /// [`NotFound`](tikaud_core::segment::SegmentErrorKind::NotFound) when a file is not there or a pattern matches
    /// none, [`Unreadable`](tikaud_core::segment::SegmentErrorKind::Unreadable) when a path leads to a directory or
    /// to no regular file, [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when there is no
    /// path, an extension tells no format, the name is empty, the batch size is 0, or the CSV options cannot be.
    pub fn build(self) -> Result<FileSegment, SegmentError> {
        if self.sources.paths.is_empty() {
            return Err(configuration("a file segment needs at least one path or pattern"));
        }
        if self.sources.batch_size == 0 {
            return Err(configuration("the batch size is 0; a batch needs room for a member"));
        }
        let files = self.sources.resolve()?;
        let name = self.name.unwrap_or_else(|| {
            let stem = files.first().and_then(|file| file.path.file_stem());
            stem.unwrap_or_default().to_string_lossy().into_owned()
        });
        if name.is_empty() {
            return Err(configuration("a segment needs a name"));
        }
        Ok(FileSegment { name, description: self.description, sources: Arc::new(self.sources) })
    }
}

//! The settings of a file segment.

use std::path::PathBuf;
use std::sync::Arc;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tikaud_core::state::{Clock, SystemClock};

use super::format::configuration;
use super::source::Sources;
use super::{CsvOptions, FileFormat, FileSegment};
use crate::rule::{Rule, column};

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
        let sources = Sources {
            paths,
            format: None,
            csv: CsvOptions::default(),
            batch_size: MemberBatch::MEMBERS,
            rule: None,
            prune: true,
            clock: Arc::new(SystemClock),
        };
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

    /// Only rows for which this [rule](crate::rule) is true are members. Of several rules, all must be true.
    ///
    /// Columns that only the rule looks at need not be mapped: they are read for it, and delivered to nobody.
    ///
    /// ```
    /// use tikaud_sources::FileSegment;
    /// use tikaud_sources::rule::{Span, column};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("customers.csv");
    /// # std::fs::write(&path, "email,country,last_order\nada@example.com,DE,2026-11-01\n")?;
    /// let segment = FileSegment::builder([path])
    ///     .filter(column("country").is_in(["DE", "AT"]) & column("last_order").within_last(Span::Days(90)))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter(mut self, rule: Rule) -> Self {
        self.sources.rule = Some(match self.sources.rule {
            Some(before) => before & rule,
            None => rule,
        });
        self
    }

    /// Only rows that are true in this column are members: those who have consented. A null, and a consent that was
    /// withdrawn, is none; whoever was a member is removed from the audience by the next run.
    ///
    /// It is a [`filter`](Self::filter) with a name of its own, so that a consent that is required can be seen to be. Consent
    /// that is more than one column is a rule.
    pub fn require_consent(self, name: impl Into<String>) -> Self {
        self.filter(column(name).is(true))
    }

    /// What says what *now* is, for rules with spans from now. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.sources.clock = clock;
        self
    }

    /// Whether row groups of Parquet files are skipped whose statistics rule out every row; they are by default.
    ///
    /// Statistics stand in a file's footer, which has no checksum: a damage there that happens to make other statistics cannot
    /// be noticed. Without pruning every row is looked at.
    pub fn prune(mut self, prune: bool) -> Self {
        self.sources.prune = prune;
        self
    }

    /// The segment. Paths and patterns are resolved, so that a wrong one fails here; no file is opened yet.
    ///
    /// # Errors
    ///
    /// [`NotFound`](tikaud_core::segment::SegmentErrorKind::NotFound) when a file is not there or a pattern matches
    /// none, [`Unreadable`](tikaud_core::segment::SegmentErrorKind::Unreadable) when a path leads to a directory or
    /// to no regular file, [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when there is no
    /// path, an extension tells no format, the name is empty, the batch size is 0, the CSV options cannot be, or the rule
    /// does not pass its [check](Rule::check).
    pub fn build(self) -> Result<FileSegment, SegmentError> {
        if self.sources.paths.is_empty() {
            return Err(configuration("a file segment needs at least one path or pattern"));
        }
        if self.sources.batch_size == 0 {
            return Err(configuration("the batch size is 0; a batch needs room for a member"));
        }
        if let Some(rule) = &self.sources.rule {
            rule.check().map_err(|error| configuration("the segment's rule cannot be used").with_source(error))?;
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

//! The settings of a file segment.

use std::path::PathBuf;
use std::sync::Arc;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tikaud_core::state::{Clock, SystemClock};

use super::place::{Given, Place, Url};
#[cfg(feature = "object-store")]
use super::place::{Objects, Store};
use super::source::Sources;
use super::{CsvOptions, FileFormat, FileSegment};
use crate::error::configuration;
use crate::rule::{Rule, column};

/// Builds a [`FileSegment`]; made by [`FileSegment::builder`].
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct FileSegmentBuilder {
    name: Option<String>,
    description: Option<String>,
    paths: Vec<Given>,
    #[cfg(feature = "object-store")]
    stores: Vec<Arc<Store>>,
    sources: Sources,
}

impl FileSegmentBuilder {
    pub(super) fn new(paths: Vec<PathBuf>) -> Self {
        let sources = Sources {
            places: Vec::new(),
            partitions: true,
            format: None,
            csv: CsvOptions::default(),
            batch_size: MemberBatch::MEMBERS,
            rule: None,
            consents: Vec::new(),
            prune: true,
            clock: Arc::new(SystemClock),
        };
        Self {
            name: None,
            description: None,
            paths: paths.into_iter().map(Given).collect(),
            #[cfg(feature = "object-store")]
            stores: Vec::new(),
            sources,
        }
    }

    /// The segment's name. The default is the first file's name without its extension, and for a pattern of objects the last
    /// part of its directory; set one where files come and go.
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
    /// It is a [`filter`](Self::filter) with a name of its own, so that a consent that is required can be seen to be, and a run
    /// can say that it has changed. Consent that is more than one column is a rule.
    ///
    /// Plans and reports count whom it leaves out among those whom the filters choose. So rows without consent are read, too:
    /// neither statistics nor paths of files rule out any for want of it.
    pub fn require_consent(mut self, name: impl Into<String>) -> Self {
        self.sources.consents.push(name.into());
        self
    }

    /// Whether directories such as `country=DE` name columns, as Hive's do; they do by default.
    ///
    /// Such a column holds text, `DE` for all rows of the files below; it can be asked for and mapped, and rules can look at
    /// it. A rule that a path alone decides on spares the file. Percent-encoding is undone;
    /// `__HIVE_DEFAULT_PARTITION__` and an empty value are null. A file that has a column of the same name itself is an
    /// error, since the two may disagree; with `false` the file's own counts.
    pub fn partitions(mut self, partitions: bool) -> Self {
        self.sources.partitions = partitions;
        self
    }

    /// Reads what has a URL that begins so from this store, whatever the scheme.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tikaud_sources::FileSegment;
    /// use tikaud_sources::object_store::memory::InMemory;
    ///
    /// let segment = FileSegment::builder(["memory://exports/customers/*.parquet"])
    ///     .object_store("memory://exports", Arc::new(InMemory::new()))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "object-store")]
    pub fn object_store(mut self, root: impl AsRef<str>, store: Arc<dyn crate::object_store::ObjectStore>) -> Self {
        self.stores.push(Arc::new(Store::new(root.as_ref(), store)));
        self
    }

    /// What says what *now* is, for rules with spans from now. Default: the system's clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.sources.clock = clock;
        self
    }

    /// Whether files are skipped whose [path](Self::partitions) rules out every row, and row groups and pages of Parquet files
    /// whose statistics do; they are by default. The members are the same either way.
    ///
    /// Statistics stand in a file's footer, which has no checksum: a damage there that happens to make other statistics cannot
    /// be noticed. Without pruning every row is looked at.
    pub fn prune(mut self, prune: bool) -> Self {
        self.sources.prune = prune;
        self
    }

    /// The segment. Paths and patterns are resolved, so that a wrong one fails here; no file is opened, and no store asked yet.
    ///
    /// # Errors
    ///
    /// [`NotFound`](tikaud_core::segment::SegmentErrorKind::NotFound) when a file is not there or a pattern matches
    /// none, [`Unreadable`](tikaud_core::segment::SegmentErrorKind::Unreadable) when a path leads to a directory or
    /// to no regular file, [`Configuration`](tikaud_core::segment::SegmentErrorKind::Configuration) when there is no
    /// path, an extension tells no format, the name is empty, the batch size is 0, the CSV options cannot be, the rule
    /// does not pass its [check](Rule::check), a URL holds more than a place, or no client can be made for its store.
    pub fn build(mut self) -> Result<FileSegment, SegmentError> {
        if self.paths.is_empty() {
            return Err(configuration("a file segment needs at least one path or pattern"));
        }
        if self.sources.batch_size == 0 {
            return Err(configuration("the batch size is 0; a batch needs room for a member"));
        }
        let consents = self.sources.consents.iter().map(|name| column(name.as_str()).is(true));
        for rule in self.sources.rule.iter().cloned().chain(consents) {
            rule.check().map_err(|error| configuration("the segment's rule cannot be used").with_source(error))?;
        }
        self.sources.places = self.places()?;
        let files = self.sources.resolve_here()?;
        let stem = files.first().map(|file| file.stem()).or_else(|| self.sources.places.first()?.stem());
        let name = self.name.or(stem).unwrap_or_default();
        if name.is_empty() {
            return Err(configuration("a segment needs a name"));
        }
        Ok(FileSegment { name, description: self.description, sources: Arc::new(self.sources) })
    }

    fn places(&mut self) -> Result<Vec<Place>, SegmentError> {
        let paths = std::mem::take(&mut self.paths);
        let place = |given: &Given| {
            let Some(url) = Url::of(given) else { return Ok(Place::Local(given.0.clone())) };
            url.check()?;
            #[cfg(feature = "object-store")]
            if let Some(objects) = self.objects_given(&url)? {
                return Ok(Place::Objects(objects));
            }
            match url.local() {
                Some(path) => Ok(Place::Local(path)),
                None => self.objects(&url),
            }
        };
        paths.iter().map(place).collect()
    }

    /// The objects of a store that was given.
    #[cfg(feature = "object-store")]
    fn objects_given(&self, url: &Url<'_>) -> Result<Option<Objects>, SegmentError> {
        let stores = self.stores.iter().rev();
        let found =
            stores.filter_map(|store| Some((store, store.key_in(url)?))).max_by_key(|(store, _)| store.root().len());
        found.map(|(store, key)| Objects::try_new(Arc::clone(store), key)).transpose()
    }

    /// The objects of a store that the environment has the credentials for.
    #[cfg(feature = "object-store")]
    fn objects(&self, url: &Url<'_>) -> Result<Place, SegmentError> {
        Objects::try_new(Arc::new(Store::from_env(url)?), url.path).map(Place::Objects)
    }

    #[cfg(not(feature = "object-store"))]
    fn objects(&self, url: &Url<'_>) -> Result<Place, SegmentError> {
        let scheme = url.scheme;
        Err(configuration(format!("a URL of the scheme `{scheme}` needs the feature `object-store` of tikaud-sources")))
    }
}

//! What a destination can do, as data: read by the planner, the checks and the conformance suite alike.

use std::time::Duration;

use crate::identifier::IdentifierKind;

/// What a destination can do.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The kinds of identifier that it takes.
    pub kinds: Vec<IdentifierKind>,
    /// Kinds that it takes although its own documents do not name them, each with what the user should be told.
    pub undocumented_kinds: Vec<(IdentifierKind, String)>,
    /// Groups of kinds of which an audience may use one only.
    pub exclusive_kinds: Vec<Vec<IdentifierKind>>,
    /// Whether e-mail and phone in one audience are known to make trouble, and what the user should be told.
    pub email_and_phone_warning: Option<String>,
    /// Identifiers that a batch may hold at most; at least 1.
    pub batch_limit: usize,
    /// Identifiers that it refuses, or makes no use of, an audience below.
    pub minimum_audience: u64,
    /// How long a name may be.
    pub name_limit: Option<NameLimit>,
    /// What becomes of a description.
    pub description: DescriptionSupport,
    /// How an audience comes to be.
    pub creation: Creation,
    /// Whether an audience can be given [another name](super::Destination::rename_audience).
    pub renames: bool,
    /// Whether an audience can be [deleted](super::Destination::delete_audience).
    pub deletes: bool,
    /// When a batch counts.
    pub acknowledgement: Acknowledgement,
    /// How much time has to pass between two replacements of all that an audience holds; `None` when that cannot be
    /// [replaced](super::AudienceWriter::begin_replacement) at all.
    pub replacement_every: Option<Duration>,
    /// Batches that may be in flight at once; at least 1.
    pub max_in_flight: usize,
    /// Requests that it lets through per second; `None` for no limit.
    pub requests_per_second: Option<f64>,
    /// How long it takes until an accepted change shows, for the report.
    pub applied_within: Option<Duration>,
}

/// How long a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameLimit {
    /// Characters that are kept as they are.
    pub characters: usize,
    /// Characters that are left of a longer name, followed by `...`.
    pub kept: usize,
}

/// What becomes of a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DescriptionSupport {
    /// It is shown there.
    Supported,
    /// It is sent, and may be refused or dropped; our own state keeps it.
    Undocumented,
    /// It is not sent; our own state keeps it.
    Unsupported,
}

/// How an audience comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Creation {
    /// Empty, by [`create_audience`](super::Destination::create_audience).
    Empty,
    /// With its first batches: [`open_new_audience`](super::Destination::open_new_audience) opens it, and the first
    /// [`finish`](super::AudienceWriter::finish) makes it.
    WithFirstBatches,
}

/// When a batch counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Each batch for itself.
    PerBatch,
    /// Stage by stage, as [`finish`](super::AudienceWriter::finish) says.
    AtFinish,
}

impl Capabilities {
    /// A destination that takes these kinds and knows no limit; set the fields that differ.
    #[must_use]
    pub fn new(kinds: Vec<IdentifierKind>) -> Self {
        Self {
            kinds,
            undocumented_kinds: Vec::new(),
            exclusive_kinds: Vec::new(),
            email_and_phone_warning: None,
            batch_limit: 10_000,
            minimum_audience: 0,
            name_limit: None,
            description: DescriptionSupport::Unsupported,
            creation: Creation::Empty,
            renames: false,
            deletes: false,
            acknowledgement: Acknowledgement::PerBatch,
            replacement_every: None,
            max_in_flight: 4,
            requests_per_second: None,
            applied_within: None,
        }
    }

    /// The name as the destination will show it, when that is not the name as given.
    ///
    /// ```
    /// use tikaud_core::destination::{Capabilities, NameLimit};
    ///
    /// let mut capabilities = Capabilities::new(vec![]);
    /// capabilities.name_limit = Some(NameLimit { characters: 10, kept: 7 });
    /// assert_eq!(capabilities.shown_name("Buyers"), None);
    /// assert_eq!(capabilities.shown_name("Buyers of May"), Some("Buyers ...".to_owned()));
    /// ```
    #[must_use]
    pub fn shown_name(&self, name: &str) -> Option<String> {
        let limit = self.name_limit?;
        (name.chars().count() > limit.characters).then(|| name.chars().take(limit.kept).chain("...".chars()).collect())
    }
}

//! What is told to a writer before its batches, and what it tells after them.

use std::collections::BTreeSet;

use super::{CreatedAudience, DestinationError, Stage};

/// What is known of an audience beforehand, for [`AudienceWriter::recall`](super::AudienceWriter::recall).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known {
    /// Identifiers that the audience holds at most; `None` when nobody knows, such as of one that others fill as well.
    pub identifiers: Option<u64>,
    /// What the destination asked to keep for it: the last [`Finished::notes`] that there were.
    pub notes: Option<String>,
}

/// What came of [`AudienceWriter::finish`](super::AudienceWriter::finish).
///
/// A stage that does not count was certainly not carried out, unless the failure [may have
/// happened](DestinationError::may_have_happened): then nobody knows.
///
/// ```
/// use tikaud_core::destination::{DestinationError, DestinationErrorKind, Finished, Stage};
///
/// let busy = DestinationError::new(DestinationErrorKind::Busy, "the audience is being worked on");
/// let mut finished = Finished::from(busy);
/// finished.counted.insert(Stage::new(1));
/// let rest_was_not_carried_out = finished.failure.is_some_and(|failure| !failure.may_have_happened());
/// assert!(rest_was_not_carried_out);
/// ```
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Finished {
    /// The audience, when this has made it: to be written down before anything else.
    pub created: Option<CreatedAudience>,
    /// The stages that count.
    pub counted: BTreeSet<Stage>,
    /// Why the other stages do not count; `None` also when [`apply`](super::AudienceWriter::apply) has told already. Where
    /// the audience was yet to be made and the failure may have happened, it may have been made.
    pub failure: Option<DestinationError>,
    /// What the destination wants to be told the next time, in the place of what it was told: opaque text of a few
    /// hundred bytes at most, without identifier or token. `None` when there is nothing new.
    pub notes: Option<String>,
}

/// Nothing came of it.
impl From<DestinationError> for Finished {
    fn from(failure: DestinationError) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

//! Who goes in and who goes out.

use super::{Action, Held, IdentifierSet};
use crate::identifier::IdentifierKind;

/// What has to change for one kind of identifier. The two sets share nothing: one is in the segment, the other is not.
///
/// ```
/// use tikaud_core::diff::{ChangeSet, Held, IdentifierSet};
/// use tikaud_core::identifier::IdentifierKind;
///
/// let kind = IdentifierKind::IdfaMd5;
/// let set = |digests: &[[u8; 16]]| IdentifierSet::from_unsorted(kind, digests.concat());
/// let held = Held { confirmed: set(&[[1; 16], [2; 16]]), unconfirmed: IdentifierSet::empty(kind) };
/// let changes = ChangeSet::between(&held, &set(&[[2; 16], [3; 16]]));
/// assert_eq!((changes.adds, changes.removes), (set(&[[3; 16]]), set(&[[1; 16]])));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// In the segment, and not known to be in the audience.
    pub adds: IdentifierSet,
    /// Possibly in the audience because of us, and not in the segment.
    pub removes: IdentifierSet,
}

impl ChangeSet {
    /// Nothing to change.
    #[must_use]
    pub fn empty(kind: IdentifierKind) -> Self {
        Self { adds: IdentifierSet::empty(kind), removes: IdentifierSet::empty(kind) }
    }

    /// The changes that make what is held equal to the segment:
    /// `adds = segment − confirmed`, `removes = possible − segment`.
    #[must_use]
    pub fn between(held: &Held, segment: &IdentifierSet) -> Self {
        Self { adds: segment.difference(&held.confirmed), removes: held.possible().difference(segment) }
    }

    /// The kind of every identifier in it.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        self.adds.kind()
    }

    /// The identifiers to which an action applies.
    #[must_use]
    pub fn of(&self, action: Action) -> &IdentifierSet {
        match action {
            Action::Add => &self.adds,
            Action::Remove => &self.removes,
        }
    }

    /// Whether nothing has to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.adds.is_empty() && self.removes.is_empty()
    }
}

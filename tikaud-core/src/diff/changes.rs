//! Who goes in and who goes out.

use std::collections::BTreeSet;

use super::{Action, Held, IdentifierSet, IdentifierSets};

use crate::identifier::IdentifierKind;

/// What has to change for one kind of identifier. The two sets share nothing: one is in the segment, the other is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// In the segment, and not known to be in the audience.
    pub adds: IdentifierSet,
    /// Possibly in the audience because of us, and not in the segment.
    pub removes: IdentifierSet,
}

impl ChangeSet {
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
}

/// What has to change, kind by kind. Kinds without a change are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSets {
    sets: Vec<ChangeSet>,
}

impl ChangeSets {
    /// The changes that make what is held equal to the segment:
    /// `adds = segment − confirmed`, `removes = possible − segment`.
    ///
    /// Kinds that are held and no longer in the segment at all are removed, so a changed field mapping leaves nobody
    /// behind.
    #[must_use]
    pub fn between(held: &Held, segment: &IdentifierSets) -> Self {
        let kinds: BTreeSet<IdentifierKind> = held.kinds().chain(segment.kinds()).collect();
        let change = |kind| {
            let segment = segment.get(kind);
            ChangeSet {
                adds: segment.difference(&held.confirmed.get(kind)),
                removes: held.possible(kind).difference(&segment),
            }
        };
        let changed = |change: &ChangeSet| !change.adds.is_empty() || !change.removes.is_empty();
        Self { sets: kinds.into_iter().map(change).filter(changed).collect() }
    }

    /// The changes that were written down by their kinds, adds and removes together.
    pub(crate) fn from_sets(sets: Vec<ChangeSet>) -> Self {
        Self { sets }
    }

    /// The change set of a kind, empty when nothing of that kind has to change.
    #[must_use]
    pub fn of_kind(&self, kind: IdentifierKind) -> ChangeSet {
        let none = || ChangeSet { adds: IdentifierSet::empty(kind), removes: IdentifierSet::empty(kind) };
        self.sets.iter().find(|change| change.kind() == kind).cloned().unwrap_or_else(none)
    }

    /// The change sets, by kind.
    pub fn iter(&self) -> impl Iterator<Item = &ChangeSet> {
        self.sets.iter()
    }

    /// How many identifiers an action applies to.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.sets.iter().map(|change| change.of(action).len()).sum()
    }

    /// Whether nothing has to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }
}

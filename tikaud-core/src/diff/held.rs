//! What the audience holds because of us, as far as can be known: the two-set rule.

use super::{ChangeSet, IdentifierSet};
use crate::identifier::IdentifierKind;

/// What the audience holds of one kind of identifier because of us, as far as can be known.
///
/// Two sets, `possible ⊇ confirmed`, kept as `confirmed` and the remainder. An identifier is *possible* from before it is
/// first sent until its removal is acknowledged, and *confirmed* from when its addition is acknowledged until a removal is
/// tried. Whatever is lost in between, a later run that completes makes audience and segment equal: what may be there
/// and should not is removed, what may not be there and should is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Acknowledged as added, with no removal tried since.
    pub confirmed: IdentifierSet,
    /// The other identifiers that the audience may hold because of us.
    pub unconfirmed: IdentifierSet,
}

impl Held {
    /// Nothing is held.
    #[must_use]
    pub fn nothing(kind: IdentifierKind) -> Self {
        Self { confirmed: IdentifierSet::empty(kind), unconfirmed: IdentifierSet::empty(kind) }
    }

    /// Every identifier that the audience may hold because of us.
    #[must_use]
    pub fn possible(&self) -> IdentifierSet {
        self.confirmed.union(&self.unconfirmed)
    }

    /// The same with nothing taken as confirmed: what a resync starts from, so that everything is sent again, and what is
    /// left once all that the audience held may have been replaced.
    #[must_use]
    pub fn unconfirmed_all(&self) -> Self {
        Self { confirmed: IdentifierSet::empty(self.confirmed.kind()), unconfirmed: self.possible() }
    }

    /// What is held once `intended` changes may have been sent.
    ///
    /// `acknowledged` and `undone` hold parts of the intended changes: those that the destination says it has carried
    /// out, and those that were certainly not, because it refused them or because they were never sent. With both empty
    /// this is what is known from the moment of the intent on.
    #[must_use]
    pub fn after(&self, intended: &ChangeSet, acknowledged: &ChangeSet, undone: &ChangeSet) -> Self {
        let adds = intended.adds.difference(&undone.adds);
        let removes = intended.removes.difference(&undone.removes);
        let confirmed = self.confirmed.difference(&removes).union(&acknowledged.adds);
        // What is possible and not confirmed, without going through what was confirmed and stays so.
        let touched = removes.intersection(&self.confirmed).union(&self.unconfirmed).union(&adds);
        let unconfirmed = touched.difference(&acknowledged.removes).difference(&confirmed);
        Self { confirmed, unconfirmed }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const KIND: IdentifierKind = IdentifierKind::IdfaMd5;

    fn set(members: &BTreeSet<u8>) -> IdentifierSet {
        IdentifierSet::from_unsorted(KIND, members.iter().flat_map(|member| [*member; 16]).collect())
    }

    fn members(set: &IdentifierSet) -> BTreeSet<u8> {
        set.iter().map(|digest| digest[0]).collect()
    }

    fn some() -> impl Strategy<Value = BTreeSet<u8>> {
        prop::collection::btree_set(0..12_u8, 0..12)
    }

    /// One run: who is in the segment, who of the planned changes reaches the audience, whose fate is told, and whether
    /// it is a resync.
    fn run() -> impl Strategy<Value = (BTreeSet<u8>, BTreeSet<u8>, BTreeSet<u8>, bool)> {
        (some(), some(), some(), any::<bool>())
    }

    /// The part of the changes that is about these members.
    fn part(changes: &ChangeSet, of: &BTreeSet<u8>) -> ChangeSet {
        let of = set(of);
        ChangeSet { adds: changes.adds.intersection(&of), removes: changes.removes.intersection(&of) }
    }

    proptest! {
        /// Any number of runs that break off anywhere, then one that completes: the audience is the segment.
        #[test]
        fn whatever_is_lost_a_run_that_completes_makes_audience_and_segment_equal(
            broken in prop::collection::vec(run(), 0..6),
            last in some(),
            resync in any::<bool>(),
        ) {
            let plan = |held: &Held, segment: &BTreeSet<u8>, resync: bool| {
                let held = if resync { held.unconfirmed_all() } else { held.clone() };
                ChangeSet::between(&held, &set(segment))
            };
            let (mut held, mut audience) = (Held::nothing(KIND), BTreeSet::new());
            for (segment, delivered, told, resync) in broken {
                let changes = plan(&held, &segment, resync);
                audience.extend(members(&changes.adds).intersection(&delivered));
                audience = &audience - &(&members(&changes.removes) & &delivered);
                let (acknowledged, undone) = (part(&changes, &(&told & &delivered)), part(&changes, &(&told - &delivered)));
                held = held.after(&changes, &acknowledged, &undone);
                prop_assert!(members(&held.possible()).is_superset(&audience), "somebody is stranded");
                prop_assert!(members(&held.confirmed).is_subset(&audience), "somebody is left out");
            }
            let changes = plan(&held, &last, resync);
            if resync {
                prop_assert_eq!(members(&changes.adds), last.clone(), "a resync sends everybody");
            }
            audience.extend(members(&changes.adds));
            audience = &audience - &members(&changes.removes);
            held = held.after(&changes, &changes, &ChangeSet::empty(KIND));
            prop_assert_eq!(&audience, &last);
            prop_assert_eq!(members(&held.confirmed), last);
            prop_assert!(held.unconfirmed.is_empty());
        }
    }

    #[test]
    fn what_was_never_there_is_not_possible_after_a_refusal() {
        let nothing = Held::nothing(KIND);
        let changes = ChangeSet::between(&nothing, &set(&BTreeSet::from([1, 2])));
        let held = nothing.after(&changes, &ChangeSet::empty(KIND), &part(&changes, &BTreeSet::from([1])));
        assert_eq!(members(&held.possible()), BTreeSet::from([2]));
    }
}

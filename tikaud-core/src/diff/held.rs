//! What the audience holds because of us, as far as can be known: the two-set rule.

use super::{ChangeSets, IdentifierSet, IdentifierSets};
use crate::identifier::IdentifierKind;

/// What the audience holds because of us, as far as can be known.
///
/// Two sets, `possible ⊇ confirmed`, kept as `confirmed` and the remainder. An identifier is *possible* from before it is
/// first sent until its removal is acknowledged, and *confirmed* from when its addition is acknowledged until a removal is
/// tried. Whatever is lost in between, a later run that completes makes audience and segment equal: what may be there
/// and should not is removed, what may not be there and should is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Acknowledged as added, with no removal tried since.
    pub confirmed: IdentifierSets,
    /// The other identifiers that the audience may hold because of us.
    pub unconfirmed: IdentifierSets,
}

impl Held {
    /// Every identifier of a kind that the audience may hold because of us.
    #[must_use]
    pub fn possible(&self, kind: IdentifierKind) -> IdentifierSet {
        self.confirmed.get(kind).union(&self.unconfirmed.get(kind))
    }

    /// The kinds of which the audience may hold identifiers.
    pub fn kinds(&self) -> impl Iterator<Item = IdentifierKind> {
        self.confirmed.kinds().chain(self.unconfirmed.kinds())
    }

    /// What is held once `intended` changes may have been sent.
    ///
    /// `acknowledged` and `undone` hold parts of the intended changes: those that the destination says it has carried
    /// out, and those that were certainly not, because it refused them or because they were never sent. With both empty
    /// this is what is known from the moment of the intent on.
    #[must_use]
    pub fn after(&self, intended: &ChangeSets, acknowledged: &ChangeSets, undone: &ChangeSets) -> Self {
        let mut next = self.clone();
        for change in intended.iter() {
            let kind = change.kind();
            let (done, undone) = (acknowledged.of_kind(kind), undone.of_kind(kind));
            let (adds, removes) = (change.adds.difference(&undone.adds), change.removes.difference(&undone.removes));
            let (before, unconfirmed) = (self.confirmed.get(kind), self.unconfirmed.get(kind));
            let confirmed = before.difference(&removes).union(&done.adds);
            // What is possible and not confirmed, without going through what was confirmed and stays so.
            let touched = removes.intersection(&before).union(&unconfirmed).union(&adds);
            next.unconfirmed.insert(touched.difference(&done.removes).difference(&confirmed));
            next.confirmed.insert(confirmed);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    use crate::diff::{Action, ChangeSet};

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

    /// One run: who is in the segment, who of the planned changes reaches the audience, whose fate is told.
    fn run() -> impl Strategy<Value = (BTreeSet<u8>, BTreeSet<u8>, BTreeSet<u8>)> {
        (some(), some(), some())
    }

    /// The part of the changes that is about these members.
    fn part(changes: &ChangeSets, of: &BTreeSet<u8>) -> ChangeSets {
        let of = set(of);
        let part = |change: &ChangeSet| ChangeSet {
            adds: change.adds.intersection(&of),
            removes: change.removes.intersection(&of),
        };
        ChangeSets::from_sets(changes.iter().map(part).collect())
    }

    proptest! {
        /// Any number of runs that break off anywhere, then one that completes: the audience is the segment.
        #[test]
        fn whatever_is_lost_a_run_that_completes_makes_audience_and_segment_equal(
            broken in prop::collection::vec(run(), 0..6),
            last in some(),
        ) {
            let (mut held, mut audience) = (Held::default(), BTreeSet::new());
            for (segment, delivered, told) in broken {
                let changes = ChangeSets::between(&held, &IdentifierSets::from_iter([set(&segment)]));
                for change in changes.iter() {
                    audience.extend(members(&change.adds).intersection(&delivered));
                    audience = &audience - &(&members(&change.removes) & &delivered);
                }
                let (acknowledged, undone) = (part(&changes, &(&told & &delivered)), part(&changes, &(&told - &delivered)));
                held = held.after(&changes, &acknowledged, &undone);
                prop_assert!(members(&held.possible(KIND)).is_superset(&audience), "somebody is stranded");
                prop_assert!(members(&held.confirmed.get(KIND)).is_subset(&audience), "somebody is left out");
            }
            let changes = ChangeSets::between(&held, &IdentifierSets::from_iter([set(&last)]));
            for change in changes.iter() {
                audience.extend(members(&change.adds));
                audience = &audience - &members(&change.removes);
            }
            held = held.after(&changes, &changes, &ChangeSets::default());
            prop_assert_eq!(&audience, &last);
            prop_assert_eq!(members(&held.confirmed.get(KIND)), last);
            prop_assert!(held.unconfirmed.is_empty());
            prop_assert_eq!(changes.count(Action::Add), changes.iter().map(|change| change.adds.len()).sum::<usize>());
        }
    }

    #[test]
    fn what_was_never_there_is_not_possible_after_a_refusal() {
        let changes = ChangeSets::between(&Held::default(), &IdentifierSets::from_iter([set(&BTreeSet::from([1, 2]))]));
        let held = Held::default().after(&changes, &ChangeSets::default(), &part(&changes, &BTreeSet::from([1])));
        assert_eq!(members(&held.possible(KIND)), BTreeSet::from([2]));
    }
}

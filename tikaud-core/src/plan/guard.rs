//! Guards: what stops a plan before anything is sent.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{SuppressionTally, counted, grouped};
use crate::identifier::Tally;

/// What can stop a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Guard {
    /// The audience would be smaller than the destination makes use of.
    MinimumSize,
    /// The segment has no identifier at all, so that the audience would be empty.
    EmptySegment,
    /// A suppression segment has no identifier at all, so that everybody who was on it would be let in again.
    EmptySuppression,
}

impl Guard {
    /// The name in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MinimumSize => "minimum size",
            Self::EmptySegment => "empty segment",
            Self::EmptySuppression => "empty suppression",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a guard says to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing against it.
    Passed,
    /// It must not be sent.
    Blocked,
    /// It would be blocked, and was allowed by name for this one plan.
    Allowed,
}

/// A guard's verdict on a plan, and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GuardVerdict {
    /// The guard.
    pub guard: Guard,
    /// What it says.
    pub verdict: Verdict,
    /// By how much, in words.
    pub reason: String,
}

/// The facts that guards decide by.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) tally: &'a Tally,
    pub(super) suppressions: &'a [SuppressionTally],
    /// Identifiers of the segment, of all kinds.
    pub(super) identifiers: u64,
    /// Whether carrying out the plan would send anything.
    pub(super) sends: bool,
    /// What the destination makes use of at the least.
    pub(super) minimum: u64,
    /// Guards that are allowed to be passed over.
    pub(super) allowed: &'a BTreeSet<Guard>,
}

/// Every guard's verdict.
pub(super) fn judge(facts: &Facts<'_>) -> Vec<GuardVerdict> {
    // Where nothing is suppressed, there is nothing to guard.
    let suppression = empty_suppression(facts).map(|judged| (Guard::EmptySuppression, judged));
    [(Guard::MinimumSize, minimum_size(facts)), (Guard::EmptySegment, empty_segment(facts))]
        .into_iter()
        .chain(suppression)
        .map(|(guard, (good, reason))| {
            // A plan that sends nothing changes nothing, whatever the sizes.
            let verdict = match (good || !facts.sends, facts.allowed.contains(&guard)) {
                (true, _) => Verdict::Passed,
                (false, true) => Verdict::Allowed,
                (false, false) => Verdict::Blocked,
            };
            GuardVerdict { guard, verdict, reason }
        })
        .collect()
}

/// At most as many people can be matched as there are members, and as there are identifiers. An empty segment is the
/// other guard's business, so that allowing a small audience never allows an empty one, nor needs to.
fn minimum_size(facts: &Facts<'_>) -> (bool, String) {
    let members = facts.tally.members_with_identifier;
    let people = facts.identifiers.min(members);
    let reason = format!(
        "the segment has {} of {}; {} needed at least",
        counted(facts.identifiers, "identifier"),
        counted(members, "member"),
        match facts.minimum {
            1 => "1 is".to_owned(),
            more => format!("{} are", grouped(more)),
        }
    );
    (people == 0 || people >= facts.minimum, reason)
}

fn empty_segment(facts: &Facts<'_>) -> (bool, String) {
    let read = counted(facts.tally.members, "member");
    let reason = match facts.identifiers {
        0 => format!("not one identifier came of {read}, so the audience would be empty"),
        some => format!("{} came of {read}", counted(some, "identifier")),
    };
    (facts.identifiers > 0, reason)
}

/// A list of people who must not be in the audience is not taken for empty on the word of one export.
fn empty_suppression(facts: &Facts<'_>) -> Option<(bool, String)> {
    let empty = facts.suppressions.iter().find(|suppression| suppression.tally.members_with_identifier == 0);
    let reason = match empty {
        Some(empty) => format!(
            "not one identifier came of {} of the suppression segment `{}`, so nobody on it would be kept out",
            counted(empty.tally.members, "member"),
            empty.segment
        ),
        None => format!("{} with identifiers", counted(facts.suppressions.len() as u64, "suppression segment")),
    };
    (!facts.suppressions.is_empty()).then_some((empty.is_none(), reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(identifiers: u64, members: u64, allowed: &[Guard]) -> [Verdict; 2] {
        let tally = Tally { members, members_with_identifier: members, ..Tally::default() };
        let allowed = allowed.iter().copied().collect();
        let facts =
            Facts { tally: &tally, suppressions: &[], identifiers, sends: true, minimum: 1000, allowed: &allowed };
        let verdicts = judge(&facts);
        [verdicts[0].verdict, verdicts[1].verdict]
    }

    #[test]
    fn an_audience_below_the_minimum_is_blocked_and_one_at_it_passes() {
        assert_eq!(verdicts(999, 5000, &[]), [Verdict::Blocked, Verdict::Passed]);
        assert_eq!(verdicts(1000, 1000, &[]), [Verdict::Passed, Verdict::Passed]);
    }

    #[test]
    fn two_identifiers_of_one_member_are_one_person() {
        assert_eq!(verdicts(1200, 600, &[]), [Verdict::Blocked, Verdict::Passed]);
    }

    #[test]
    fn each_guard_is_allowed_by_its_own_name_only() {
        assert_eq!(verdicts(5, 5, &[Guard::EmptySegment]), [Verdict::Blocked, Verdict::Passed]);
        assert_eq!(verdicts(5, 5, &[Guard::MinimumSize]), [Verdict::Allowed, Verdict::Passed]);
        assert_eq!(verdicts(0, 5, &[Guard::MinimumSize]), [Verdict::Passed, Verdict::Blocked]);
        assert_eq!(verdicts(0, 5, &[Guard::EmptySegment]), [Verdict::Passed, Verdict::Allowed]);
    }

    #[test]
    fn one_empty_suppression_segment_among_several_is_enough() {
        let tally = |members| Tally { members, members_with_identifier: members, ..Tally::default() };
        let verdicts = |suppressed: &[u64], allowed: &[Guard]| {
            let suppressions: Vec<_> =
                suppressed.iter().map(|members| SuppressionTally::new("opted out", tally(*members))).collect();
            let allowed = allowed.iter().copied().collect();
            let facts = Facts {
                tally: &tally(1000),
                suppressions: &suppressions,
                identifiers: 1000,
                sends: true,
                minimum: 1,
                allowed: &allowed,
            };
            judge(&facts).get(2).map(|verdict| verdict.verdict)
        };
        assert_eq!(verdicts(&[], &[]), None);
        assert_eq!(verdicts(&[3, 5], &[]), Some(Verdict::Passed));
        assert_eq!(verdicts(&[3, 0], &[]), Some(Verdict::Blocked));
        assert_eq!(verdicts(&[3, 0], &[Guard::EmptySegment]), Some(Verdict::Blocked));
        assert_eq!(verdicts(&[3, 0], &[Guard::EmptySuppression]), Some(Verdict::Allowed));
    }

    #[test]
    fn a_plan_that_sends_nothing_passes() {
        let (tally, allowed) = (Tally::default(), BTreeSet::new());
        let facts = Facts {
            tally: &tally,
            suppressions: &[SuppressionTally::new("opted out", Tally::default())],
            identifiers: 0,
            sends: false,
            minimum: 1000,
            allowed: &allowed,
        };
        assert!(judge(&facts).iter().all(|verdict| verdict.verdict == Verdict::Passed));
    }
}

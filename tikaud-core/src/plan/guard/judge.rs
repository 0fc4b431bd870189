//! What each guard has against a plan.

use std::collections::BTreeSet;

use super::{Guard, GuardAction, GuardSettings, GuardVerdict, Threshold, Verdict};
use crate::identifier::{ColumnTally, RejectReason, Tally};
use crate::plan::{SuppressionTally, counted, grouped};

/// The facts that guards decide by.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Facts<'a> {
    pub(in crate::plan) tally: &'a Tally,
    pub(in crate::plan) suppressions: &'a [SuppressionTally],
    /// Identifiers of the segment, of all kinds.
    pub(in crate::plan) identifiers: u64,
    /// Identifiers that the audience may hold because of us.
    pub(in crate::plan) held: u64,
    /// Identifiers that an earlier run was to put in, and left for the next one.
    pub(in crate::plan) left: u64,
    /// Identifiers that are to go out.
    pub(in crate::plan) removes: u64,
    /// Whether carrying out the plan would send anything.
    pub(in crate::plan) sends: bool,
    /// What the destination makes use of at the least.
    pub(in crate::plan) minimum: u64,
    /// Members that the last run read.
    pub(in crate::plan) members_before: Option<u64>,
    /// What is different about where the segment is read from.
    pub(in crate::plan) schema_changes: &'a [String],
    pub(in crate::plan) mapping_changed: bool,
    /// Why not to map both, where both are mapped.
    pub(in crate::plan) email_and_phone: Option<&'a str>,
    pub(in crate::plan) settings: &'a GuardSettings,
    /// Guards that are allowed to be passed over.
    pub(in crate::plan) allowed: &'a BTreeSet<Guard>,
}

/// What a guard has found.
struct Finding {
    guard: Guard,
    action: GuardAction,
    is_good: bool,
    reason: String,
}

/// The verdict of every guard that is asked.
pub(in crate::plan) fn judge(facts: &Facts<'_>) -> Vec<GuardVerdict> {
    let findings = [
        Some(minimum_size(facts)),
        Some(empty_segment(facts)),
        empty_suppression(facts),
        Some(too_many_removals(facts)),
        Some(sudden_growth(facts)),
        Some(source_shrank(facts)),
        Some(schema_changed(facts)),
        Some(mapping_changed(facts)),
        Some(too_many_rejects(facts)),
        email_and_phone(facts),
    ];
    let findings = findings.into_iter().flatten().filter(|finding| finding.action != GuardAction::Off);
    findings
        .map(|Finding { guard, action, is_good, reason }| {
            let verdict = match (is_good, action, facts.allowed.contains(&guard)) {
                (true, ..) => Verdict::Passed,
                (false, GuardAction::Block, false) => Verdict::Blocked,
                (false, GuardAction::Block, true) => Verdict::Allowed,
                (false, GuardAction::Warn | GuardAction::Off, _) => Verdict::Warned,
            };
            GuardVerdict { guard, verdict, reason }
        })
        .collect()
}

/// At most as many people can be matched as there are members, and as there are identifiers. An empty segment is the
/// other guard's business, so that allowing a small audience never allows an empty one, nor needs to. A plan that sends
/// nothing changes nothing, whatever the sizes.
fn minimum_size(facts: &Facts<'_>) -> Finding {
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
    let is_good = people == 0 || people >= facts.minimum || !facts.sends;
    Finding { guard: Guard::MinimumSize, action: facts.settings.minimum_size, is_good, reason }
}

fn empty_segment(facts: &Facts<'_>) -> Finding {
    let read = counted(facts.tally.members, "member");
    let reason = match facts.identifiers {
        0 => format!("not one identifier came of {read}, so the audience would be empty"),
        some => format!("{} came of {read}", counted(some, "identifier")),
    };
    let is_good = facts.identifiers > 0 || !facts.sends;
    Finding { guard: Guard::EmptySegment, action: facts.settings.empty_segment, is_good, reason }
}

/// A list of people who must not be in the audience is not taken for empty on the word of one export. Where nothing is
/// suppressed, there is nothing to guard.
fn empty_suppression(facts: &Facts<'_>) -> Option<Finding> {
    if facts.suppressions.is_empty() {
        return None;
    }
    let empty = facts.suppressions.iter().find(|suppression| suppression.tally.members_with_identifier == 0);
    let reason = match empty {
        Some(empty) => format!(
            "not one identifier came of {} of the suppression segment `{}`, so nobody on it would be kept out",
            counted(empty.tally.members, "member"),
            empty.segment
        ),
        None => format!("{} with identifiers", counted(facts.suppressions.len() as u64, "suppression segment")),
    };
    let (is_good, action) = (empty.is_none() || !facts.sends, facts.settings.empty_suppression);
    Some(Finding { guard: Guard::EmptySuppression, action, is_good, reason })
}

/// Emptying the audience is another guard's business.
fn too_many_removals(facts: &Facts<'_>) -> Finding {
    let limit = facts.settings.removals;
    let is_good = limit.permits(facts.removes, facts.held) || facts.identifiers == 0;
    let held = counted(facts.held, "identifier");
    let reason = format!("{} would be removed; {}", share(facts.removes, &held, facts.held), limit.in_words());
    Finding { guard: Guard::TooManyRemovals, action: limit.action, is_good, reason }
}

/// The first run grows from nothing, and rightly so. What an earlier run was to put in is no news.
fn sudden_growth(facts: &Facts<'_>) -> Finding {
    let (limit, held) = (facts.settings.growth, facts.held.saturating_add(facts.left));
    let growth = facts.identifiers.saturating_sub(held);
    let is_good = held == 0 || limit.permits(growth, held);
    let reason = match held {
        0 => "nothing is held yet".to_owned(),
        held => format!(
            "the audience would grow from {} to {}, by {}; {}",
            grouped(held),
            counted(facts.identifiers, "identifier"),
            percent(growth, held),
            limit.in_words()
        ),
    };
    Finding { guard: Guard::SuddenGrowth, action: limit.action, is_good, reason }
}

/// So is a segment of which nothing is left.
fn source_shrank(facts: &Facts<'_>) -> Finding {
    let (limit, now) = (facts.settings.shrinkage, facts.tally.members);
    let before = facts.members_before.unwrap_or_default();
    let is_good = limit.permits(before.saturating_sub(now), before) || !facts.sends || facts.identifiers == 0;
    let reason = match facts.members_before {
        None => "there is no earlier run to compare with".to_owned(),
        Some(before) if now >= before => {
            format!("{} were read, and {} in the last run", counted(now, "member"), grouped(before))
        }
        Some(before) => format!(
            "{} were read, and {} in the last run: {} fewer; {}",
            counted(now, "member"),
            grouped(before),
            percent(before - now, before),
            limit.in_words()
        ),
    };
    Finding { guard: Guard::SourceShrank, action: limit.action, is_good, reason }
}

fn schema_changed(facts: &Facts<'_>) -> Finding {
    let is_good = facts.schema_changes.is_empty();
    let reason = if is_good {
        "the segment is read from the same as in the last run".to_owned()
    } else {
        format!("the segment is read from something else than in the last run: {}", facts.schema_changes.join("; "))
    };
    Finding { guard: Guard::SchemaChanged, action: facts.settings.schema, is_good, reason }
}

fn mapping_changed(facts: &Facts<'_>) -> Finding {
    let reason = if facts.mapping_changed {
        "the field mapping, or the rules by which values are normalised, differ from the last run's: identifiers made the \
         old way are removed, those made the new way are added"
    } else {
        "identifiers are made as in the last run"
    };
    let (is_good, reason) = (!facts.mapping_changed, reason.to_owned());
    Finding { guard: Guard::MappingChanged, action: facts.settings.mapping, is_good, reason }
}

/// The column that is worst off. Cells that are empty are nobody's mistake.
fn too_many_rejects(facts: &Facts<'_>) -> Finding {
    let limit = facts.settings.rejects;
    let counts = |column: &ColumnTally| {
        let empty = column.rejects.get(&RejectReason::Empty).map_or(0, |rejects| rejects.count);
        let rejected = column.rejected() - empty;
        (rejected, column.accepted + rejected)
    };
    let bad = facts.tally.columns.iter().find(|column| {
        let (rejected, values) = counts(column);
        !limit.permits(rejected, values)
    });
    let reason = match bad {
        None => format!("no column has too many; {}", limit.in_words()),
        Some(column) => {
            let (rejected, values) = counts(column);
            let share = share(rejected, &counted(values, "value"), values);
            format!("column `{}`: {share} did not become identifiers; {}", column.column, limit.in_words())
        }
    };
    let is_good = bad.is_none() || !facts.sends;
    Finding { guard: Guard::TooManyRejects, action: limit.action, is_good, reason }
}

/// Where the destination says nothing against it, there is nothing to guard.
fn email_and_phone(facts: &Facts<'_>) -> Option<Finding> {
    let (action, reason) = (facts.settings.email_and_phone, facts.email_and_phone?.to_owned());
    Some(Finding { guard: Guard::EmailAndPhone, action, is_good: false, reason })
}

impl Threshold {
    fn permits(&self, count: u64, of: u64) -> bool {
        let within_percent = self.percent.is_none_or(|percent| count as f64 * 100.0 <= percent * of as f64);
        within_percent && self.count.is_none_or(|limit| count <= limit)
    }

    fn in_words(&self) -> String {
        match (self.percent, self.count) {
            (Some(percent), Some(count)) => format!("at most {percent} % and {} may be", grouped(count)),
            (Some(percent), None) => format!("at most {percent} % may be"),
            (None, Some(count)) => format!("at most {} may be", grouped(count)),
            (None, None) => "no limit is set".to_owned(),
        }
    }
}

/// "300 of 1,000 identifiers (30.00 %)".
fn share(count: u64, of: &str, total: u64) -> String {
    if total == 0 {
        format!("{} of {of}", grouped(count))
    } else {
        format!("{} of {of} ({})", grouped(count), percent(count, total))
    }
}

fn percent(count: u64, of: u64) -> String {
    format!("{:.2} %", count as f64 * 100.0 / of as f64)
}

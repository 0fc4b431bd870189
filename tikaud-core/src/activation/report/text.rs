//! A report as a person reads it.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use super::{AudienceReport, KindReport, Outcome, Report, Timings, chain};
use crate::destination::{Retry, Traffic};
use crate::identifier::ColumnTally;
use crate::plan::{Estimate, KindPlan, Plan, Verdict, counted, grouped};

/// Less than this rounds to nothing.
const WORTH_SAYING: Duration = Duration::from_millis(50);

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "done: the audience equals the segment",
            Self::Blocked => "blocked by a guard: nothing was sent, nothing has changed",
            Self::Partial => "not finished: the next run carries on",
            Self::Pending => "waiting: the destination takes no more for now, and the next run carries on",
            Self::Refused => "refused by the destination",
            Self::Failed => "failed: the next run starts from where the state is",
            Self::Died => "died: the next run counts in what it may have sent",
        })
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.audience {
            Some(audience) => writeln!(f, "{audience} at {}", self.destination)?,
            None => writeln!(f, "Audience \"{}\", not created yet, at {}", self.plan.name, self.destination)?,
        }
        writeln!(f, "  {}", self.outcome)?;
        write_members(f, &self.plan)?;
        for (kind, plan) in self.kinds.iter().zip(&self.plan.kinds) {
            write_kind(f, kind, plan)?;
        }
        let noun = if self.plan.estimate.gathered { "request" } else { "mapping request" };
        write_cost(f, &self.traffic, noun, self.timings.apply)?;
        if let (true, Some(within)) = (self.kinds.iter().any(|kind| kind.added + kind.removed > 0), self.applied_within)
        {
            let hours = within.as_secs() / 3600;
            writeln!(f, "  accepted is not applied: the destination shows the change within {hours} hours")?;
        }
        write_judgement(f, &self.plan)?;
        for failure in &self.failures {
            let columns: Vec<String> = failure.columns.iter().map(|column| format!("`{column}`")).collect();
            let about = if columns.is_empty() { String::new() } else { format!("{}: ", columns.join(", ")) };
            writeln!(f, "  failure: {about}{}", chain(&failure.error).join(": "))?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        write_next_step(f, self)?;
        write_stages(f, &self.timings)?;
        write!(f, "  took {}; state at generation {}", time(self.timings.total()), self.generation)
    }
}

/// What a run would do.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.audience {
            Some(audience) => writeln!(f, "Plan for audience \"{}\" ({})", audience.name, audience.id)?,
            None => writeln!(f, "Plan for audience \"{}\", to be created", self.name)?,
        }
        write_members(f, self)?;
        for kind in &self.kinds {
            let [adds, removes, unchanged] = [kind.adds, kind.removes, kind.unchanged].map(grouped);
            write!(f, "  {}: {adds} to add, {removes} to remove, {unchanged} unchanged", kind.kind)?;
            write_left_out(f, kind)?;
            writeln!(f)?;
        }
        write_judgement(f, self)?;
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        write_estimate(f, &self.estimate, self.audience.is_none())
    }
}

impl Display for AudienceReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Audience \"{}\" ({}", self.name, self.id)?;
        if self.created {
            write!(f, ", just created")?;
        } else if let Some(matched) = self.matched {
            let people = if matched == 1 { "person" } else { "people" };
            write!(f, ", {} {people} matched before this run", grouped(matched))?;
        }
        match self.ready {
            Some(true) => write!(f, ", ready to be used)"),
            Some(false) => write!(f, ", not ready to be used yet)"),
            None => write!(f, ")"),
        }
    }
}

/// What the batches cost.
pub(in crate::activation) fn write_cost(
    f: &mut Formatter<'_>,
    traffic: &Traffic,
    noun: &str,
    apply: Duration,
) -> fmt::Result {
    if traffic.requests == 0 {
        return Ok(());
    }
    write!(f, "  sent {}", counted(traffic.requests, noun))?;
    if traffic.retries > 0 {
        write!(f, ", {} of them again,", grouped(traffic.retries))?;
    }
    write!(f, " in {}", time(apply))?;
    if traffic.bytes > 0 {
        write!(f, ", {}", counted(traffic.bytes, "byte"))?;
    }
    if traffic.waited >= WORTH_SAYING {
        write!(f, ", {} of waiting", time(traffic.waited))?;
    }
    if traffic.throttled > 0 {
        write!(f, ", throttled {}", counted(traffic.throttled, "time"))?;
    }
    writeln!(f)
}

/// Where the time went, where it was long enough to ask.
pub(in crate::activation) fn write_stages(f: &mut Formatter<'_>, timings: &Timings) -> fmt::Result {
    let stages = timings.stages().into_iter().filter(|(_, spent)| *spent >= WORTH_SAYING);
    let stages: Vec<String> = stages.map(|(stage, spent)| format!("{stage} {}", time(spent))).collect();
    if stages.len() < 2 { Ok(()) } else { writeln!(f, "  time: {}", stages.join(", ")) }
}

fn write_members(f: &mut Formatter<'_>, plan: &Plan) -> fmt::Result {
    write!(f, "  read {}", counted(plan.tally.members, "member"))?;
    if plan.tally.without_consent > 0 {
        write!(f, ", and left out {} without consent", grouped(plan.tally.without_consent))?;
    }
    writeln!(f)?;
    plan.tally.columns.iter().try_for_each(|column| write_column(f, column))?;
    if let Some(hold_out) = &plan.hold_out {
        writeln!(f, "  {hold_out}")?;
    }
    for suppression in &plan.suppressions {
        let members = counted(suppression.tally.members, "member");
        writeln!(f, "  read {members} of the suppression segment `{}`", suppression.segment)?;
        suppression.tally.columns.iter().try_for_each(|column| write_column(f, column))?;
    }
    Ok(())
}

fn write_column(f: &mut Formatter<'_>, column: &ColumnTally) -> fmt::Result {
    let name = &column.column;
    write!(f, "    column `{name}`: {} as {}", counted(column.accepted, "value"), column.kind)?;
    for (cells, what) in [(column.null_cells, "null"), (column.empty_cells, "empty")] {
        if cells > 0 {
            write!(f, ", {} {what}", counted(cells, "cell"))?;
        }
    }
    writeln!(f)?;
    for (reason, rejects) in &column.rejects {
        let members: Vec<String> = rejects.members.iter().map(u64::to_string).collect();
        let more = if rejects.count > rejects.members.len() as u64 { ", …" } else { "" };
        let (count, noun) = (grouped(rejects.count), if rejects.count == 1 { "member" } else { "members" });
        writeln!(f, "      {count} left out: {reason} ({noun} {}{more})", members.join(", "))?;
    }
    Ok(())
}

fn write_kind(f: &mut Formatter<'_>, kind: &KindReport, plan: &KindPlan) -> fmt::Result {
    let [added, removed, unchanged] = [kind.added, kind.removed, plan.unchanged].map(grouped);
    write!(f, "  {}: {added} added, {removed} removed, {unchanged} unchanged", kind.kind)?;
    write_left_out(f, plan)?;
    if kind.refused > 0 {
        write!(f, ", {} refused", grouped(kind.refused))?;
    }
    if kind.unknown > 0 {
        write!(f, ", {} in batches refused as a whole", grouped(kind.unknown))?;
    }
    if kind.pending > 0 {
        write!(f, ", {} left to do", grouped(kind.pending))?;
    }
    writeln!(f)
}

/// What was in the segment and makes no difference.
fn write_left_out(f: &mut Formatter<'_>, plan: &KindPlan) -> fmt::Result {
    if plan.suppressed > 0 {
        write!(f, ", {} suppressed", grouped(plan.suppressed))?;
    }
    if plan.erased > 0 {
        write!(f, ", {} erased", grouped(plan.erased))?;
    }
    if plan.duplicates > 0 {
        let noun = if plan.duplicates == 1 { "duplicate" } else { "duplicates" };
        write!(f, ", {} {noun}", grouped(plan.duplicates))?;
    }
    Ok(())
}

fn write_judgement(f: &mut Formatter<'_>, plan: &Plan) -> fmt::Result {
    for guard in &plan.guards {
        match guard.verdict {
            // A guard's warning is among the plan's.
            Verdict::Passed | Verdict::Warned => {}
            Verdict::Blocked => writeln!(f, "  blocked by the guard \"{}\": {}", guard.guard, guard.reason)?,
            Verdict::Allowed => writeln!(f, "  guard \"{}\" passed over by request: {}", guard.guard, guard.reason)?,
        }
    }
    Ok(())
}

/// When to come back, where coming back is all that there is to do.
fn write_next_step(f: &mut Formatter<'_>, report: &Report) -> fmt::Result {
    if !matches!(report.outcome, Outcome::Partial | Outcome::Pending) {
        return Ok(());
    }
    let waits = report.failures.iter().filter_map(|failure| match failure.error.retry() {
        Retry::After(wait) => Some(wait),
        Retry::Never => None,
    });
    match (waits.max(), report.canary) {
        (Some(wait), _) => writeln!(f, "  next: run it again, in {} at the earliest", time(wait)),
        (None, Some(percent)) if report.failures.is_empty() => {
            writeln!(f, "  next: {percent} % of the changes were to be carried out; the next run carries out the rest")
        }
        (None, _) => writeln!(f, "  next: see to what was refused, and run it again"),
    }
}

fn write_estimate(f: &mut Formatter<'_>, estimate: &Estimate, creates: bool) -> fmt::Result {
    match (estimate.batches, creates) {
        (0, true) => return write!(f, "  a run would create the audience and leave it empty; nothing was sent now"),
        (0, false) => return write!(f, "  there is nothing to send"),
        _ => {}
    }
    if estimate.gathered {
        return write!(f, "  a run would gather the changes and send them together; nothing was sent now");
    }
    write!(f, "  a run would send {}", counted(estimate.batches, "mapping request"))?;
    if estimate.at_least >= Duration::from_secs(1) {
        write!(f, " in {} at the least", time(estimate.at_least))?;
    }
    write!(f, "; nothing was sent now")
}

/// A time in its two largest units.
pub(in crate::activation) fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{:.1} s", time.as_secs_f64()),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

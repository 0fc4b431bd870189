//! A past run as a person reads it.

use std::fmt::{self, Display, Formatter};

use super::{PastKind, PastRun};
use crate::activation::report::{time, write_cost, write_stages};
use crate::plan::{Verdict, counted, grouped};

impl Display for PastRun {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Run {} of `{}`, {}", self.number, self.activation, self.started.strftime("%Y-%m-%d %H:%M:%S UTC"))?;
        writeln!(f, ": {}", self.outcome)?;
        match &self.audience {
            Some(audience) => writeln!(f, "  {audience} at {}", self.destination)?,
            None => writeln!(f, "  at {}", self.destination)?,
        }
        if let Some(read) = &self.read {
            writeln!(f, "  read {}", counted(read.members, "member"))?;
            for (reason, count) in &read.rejects {
                writeln!(f, "    {} left out: {reason}", counted(*count, "value"))?;
            }
        }
        self.kinds.iter().try_for_each(|kind| write_kind(f, kind))?;
        write_cost(f, &self.traffic, "request", self.timings.apply)?;
        for guard in &self.guards {
            match guard.verdict {
                // A guard's warning is among the run's.
                Verdict::Passed | Verdict::Warned => {}
                Verdict::Blocked => writeln!(f, "  blocked by the guard \"{}\": {}", guard.guard, guard.reason)?,
                Verdict::Allowed => {
                    writeln!(f, "  guard \"{}\" passed over by request: {}", guard.guard, guard.reason)?
                }
            }
        }
        for failure in &self.failures {
            let columns: Vec<String> = failure.columns.iter().map(|column| format!("`{column}`: ")).collect();
            writeln!(f, "  failure ({}): {}{}", failure.kind, columns.concat(), failure.error.join(": "))?;
        }
        for warning in &self.warnings {
            writeln!(f, "  warning: {warning}")?;
        }
        if let Some(at) = self.resume_at {
            writeln!(f, "  next: not before {}", at.strftime("%Y-%m-%d %H:%M:%S UTC"))?;
        }
        write_stages(f, &self.timings)?;
        write!(f, "  took {}", time(self.timings.total()))?;
        match self.generation {
            Some(generation) => write!(f, "; state at generation {generation}"),
            None => Ok(()),
        }
    }
}

fn write_kind(f: &mut Formatter<'_>, kind: &PastKind) -> fmt::Result {
    let [added, removed, unchanged] = [kind.added, kind.removed, kind.unchanged].map(grouped);
    write!(f, "  {}: {added} added, {removed} removed, {unchanged} unchanged", kind.kind)?;
    for (count, what) in [
        (kind.suppressed, "suppressed"),
        (kind.refused, "refused"),
        (kind.unknown, "in batches refused as a whole"),
        (kind.pending, "left to do"),
    ] {
        if count > 0 {
            write!(f, ", {} {what}", grouped(count))?;
        }
    }
    writeln!(f)
}

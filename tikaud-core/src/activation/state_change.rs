//! One message per change of state, not per run.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::BUSY;
use super::{Outcome, PastRun};
use crate::plan::Verdict;
use crate::state::ActivationId;

/// How an activation is after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// The destination has accepted everything.
    Well,
    /// Something is left that the next runs will see to: the destination is busy, or out of quota. Nobody has to act.
    Waiting,
    /// A guard has stopped it: somebody has to look at the plan.
    Blocked,
    /// It failed, died, or was refused something: somebody may have to act.
    Failing,
}

impl Health {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Waiting => "waiting",
            Self::Blocked => "blocked",
            Self::Failing => "failing",
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PastRun {
    /// How the activation is after it.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.outcome {
            Outcome::Done => Health::Well,
            // A part may be left because it was refused.
            Outcome::Partial if self.kinds.iter().any(|kind| kind.refused + kind.unknown > 0) => Health::Failing,
            Outcome::Partial | Outcome::Pending => Health::Waiting,
            Outcome::Blocked => Health::Blocked,
            Outcome::Refused | Outcome::Failed | Outcome::Died => Health::Failing,
        }
    }

    /// Why it is not well, in words that stay the same while the reason does.
    fn causes(&self) -> BTreeSet<String> {
        match self.health() {
            Health::Well | Health::Waiting => BTreeSet::new(),
            Health::Blocked => {
                let blocking = self.guards.iter().filter(|guard| guard.verdict == Verdict::Blocked);
                blocking.map(|guard| guard.guard.as_str().to_owned()).collect()
            }
            Health::Failing => self.failures.iter().map(|failure| failure.kind.clone()).collect(),
        }
    }
}

/// An activation is in another state than it was: well, waiting, blocked or failing, and for another reason. A failure that
/// goes on is told once, and so is its end. Made of two runs, whichever processes they ran in.
///
/// `Display` is a message for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StateChange {
    /// The activation.
    pub activation: ActivationId,
    /// How it was; before its first run, well.
    pub before: Health,
    /// When the run before began.
    pub since: Option<Timestamp>,
    /// How it is now.
    pub now: Health,
    /// Why: the guards that block it, or the kinds of its failures.
    pub causes: Vec<String>,
    /// The run that it came with.
    pub run: PastRun,
}

impl StateChange {
    /// What is news in the later of two runs of an activation; `None` when it says what the earlier one said, or that another
    /// run was under way. Without an earlier one the activation was well.
    #[must_use]
    pub fn between(earlier: Option<&PastRun>, later: &PastRun) -> Option<Self> {
        let (before, causes_before) =
            earlier.map_or((Health::Well, BTreeSet::new()), |earlier| (earlier.health(), earlier.causes()));
        let (now, causes) = (later.health(), later.causes());
        if causes.contains(BUSY) || (before, &causes_before) == (now, &causes) {
            return None;
        }
        Some(Self {
            activation: later.activation.clone(),
            before,
            since: earlier.map(|earlier| earlier.started),
            now,
            causes: causes.into_iter().collect(),
            run: later.clone(),
        })
    }
}

impl fmt::Display for StateChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "activation `{}` is {}", self.activation, self.now)?;
        if !self.causes.is_empty() {
            write!(f, " ({})", self.causes.join(", "))?;
        }
        write!(f, ", and was {} before: {}", self.before, self.run.outcome)?;
        let failures = self.run.failures.iter().map(|failure| failure.error.join(": "));
        let blocking = self.run.guards.iter().filter(|guard| guard.verdict == Verdict::Blocked);
        failures.chain(blocking.map(|guard| guard.reason.clone())).try_for_each(|reason| write!(f, "; {reason}"))
    }
}

//! What came of an erasure, as data and as text.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::destination::{AudienceId, DestinationId};
use crate::plan::counted;
use crate::state::ActivationId;

/// What came of an erasure. `Display` is for people, serialising for programs; neither holds an identifier or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErasureReceipt {
    /// The number of its record in the state root, from 1.
    pub number: u64,
    /// Stands for the person: the same for the same identifiers and key, and tells nobody else who it is.
    pub keyed_id: String,
    /// How many identifiers are kept out, of all kinds and by all rules.
    pub identifiers: u64,
    /// Since when.
    pub erased: Timestamp,
    /// When this receipt was written.
    pub written: Timestamp,
    /// What came of it in each activation of the state root: first those given, then the others.
    pub activations: Vec<ActivationErasure>,
}

/// What came of an erasure in one activation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivationErasure {
    /// The activation.
    pub activation: ActivationId,
    /// Its destination; `None` when it was not given.
    pub destination: Option<DestinationId>,
    /// Its audience, where it was reached.
    pub audience: Option<AudienceId>,
    /// What came of it.
    pub outcome: ErasureOutcome,
    /// How many of the identifiers it may have held because of us.
    pub held: u64,
    /// How many removals of them the destination has accepted.
    pub removed: u64,
    /// Why it is not complete.
    pub reason: Option<String>,
}

/// What came of an erasure in one activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErasureOutcome {
    /// The destination has accepted the removal, which it applies in its own time.
    Removed,
    /// Its audience holds nothing of the person because of us.
    NotHeld,
    /// It could not be done now: a run is at work, or the destination takes no more. The next run of the activation does it, and
    /// so does erasing again.
    Pending,
    /// It cannot be done until somebody changes something. The next run tries again.
    Refused,
    /// The activation was not given. Its next run removes whatever it holds of the person.
    NotGiven,
}

impl ActivationErasure {
    pub(super) fn not_given(activation: ActivationId) -> Self {
        let (outcome, held, removed) = (ErasureOutcome::NotGiven, 0, 0);
        Self { activation, destination: None, audience: None, outcome, held, removed, reason: None }
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.outcome, ErasureOutcome::Removed | ErasureOutcome::NotHeld)
    }
}

impl ErasureReceipt {
    /// Whether nothing is left to do in any activation of the state root.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.activations.iter().all(ActivationErasure::is_complete)
    }
}

impl fmt::Display for ErasureReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept_out = counted(self.identifiers, "identifier");
        write!(f, "Erasure {} of {}: {kept_out} kept out since {}", self.number, self.keyed_id, self.erased)?;
        for activation in &self.activations {
            write!(f, "\n  {activation}")?;
        }
        write!(f, "\n  whoever shares an identifier with the person is no longer reached by it")
    }
}

impl fmt::Display for ActivationErasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.activation)?;
        if let Some(destination) = &self.destination {
            write!(f, " at {destination}")?;
        }
        match self.outcome {
            ErasureOutcome::Removed => {
                write!(
                    f,
                    ": the removal of {} was accepted, which is not applied yet",
                    counted(self.removed, "identifier")
                )
            }
            ErasureOutcome::NotHeld => write!(f, ": holds nothing of the person"),
            ErasureOutcome::Pending => write!(f, ": not done yet, its next run does it"),
            ErasureOutcome::Refused => write!(f, ": refused, and somebody has to act"),
            ErasureOutcome::NotGiven => write!(f, ": not given, its next run removes what it holds"),
        }?;
        match &self.reason {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

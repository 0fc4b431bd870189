//! What an audience has besides when it is made of customer files.

use jiff::{SignedDuration, Timestamp};

use super::calculate_type::CalculateType;
use super::file_content::Identifiers;
use super::identifier_set::IdentifierSet;
use super::refusal::{PARAMETER_ERROR, Refusal};

/// TikTok recommends one replacement a day, and users report that a second one is refused.
const REPLACEMENT_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What is done with the identifiers of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileChange {
    Append,
    Remove,
    Replace,
}

impl FileChange {
    /// What an audience holds after it.
    pub(crate) fn apply(self, held: &Identifiers, given: &Identifiers) -> Identifiers {
        let mut result = if self == Self::Replace { Identifiers::new() } else { held.clone() };
        for (id_type, set) in given {
            let own = result.entry(*id_type).or_insert_with(|| IdentifierSet::new(*id_type));
            match self {
                Self::Append | Self::Replace => own.extend(set),
                Self::Remove => own.subtract(set),
            }
        }
        result
    }

    /// What the history calls it. TikTok's list of these words is not public, so they are a guess.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

/// The part of an audience that only those of customer files have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileAudience {
    pub(crate) calculate_type: CalculateType,
    pub(crate) sub_type: &'static str,
    /// Days from its creation to its expiry, where they were given.
    pub(crate) retention: Option<u16>,
    /// From when on its files are processed.
    changed: Timestamp,
    replaced: Option<Timestamp>,
    /// Fewer people than are needed were matched when it was made: it stays empty.
    pub(crate) too_small: bool,
    /// Every change, the oldest first.
    pub(crate) history: Vec<(&'static str, Timestamp)>,
}

impl FileAudience {
    pub(crate) fn new(
        calculate_type: CalculateType,
        sub_type: &'static str,
        retention: Option<u16>,
        now: Timestamp,
    ) -> Self {
        let history = vec![("create", now)];
        Self { calculate_type, sub_type, retention, changed: now, replaced: None, too_small: false, history }
    }

    /// Refuses while the last change is processed, and for ever when the audience is too small.
    pub(crate) fn check_editable(&self, now: Timestamp, lag: SignedDuration) -> Result<(), Refusal> {
        if self.too_small || now.duration_since(self.changed) < lag {
            return Err(Refusal::not_editable());
        }
        Ok(())
    }

    /// Refuses a replacement that comes too soon after the last one.
    pub(crate) fn check_replaceable(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.replaced.is_some_and(|at| now.duration_since(at) < REPLACEMENT_EVERY) {
            let message = "The replace operation is rejected because there is an unfinished replace operation. It is \
                           recommended to replace no more than once a day.";
            return Err(Refusal::new(PARAMETER_ERROR, message));
        }
        Ok(())
    }

    pub(crate) fn note(&mut self, change: FileChange, now: Timestamp) {
        self.changed = now;
        if change == FileChange::Replace {
            self.replaced = Some(now);
        }
        self.history.push((change.as_str(), now));
    }

    pub(crate) fn note_rename(&mut self, now: Timestamp) {
        self.history.push(("rename", now));
    }
}

//! What becomes of an identifier between two generations, whatever it was before.

use crate::diff::IdentifierSet;

/// What is known of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// The audience does not hold it because of us.
    Absent,
    /// The audience may hold it.
    Unconfirmed,
    /// The audience holds it.
    Confirmed,
}

/// What becomes of an identifier, by what was known of it before: the two-set rule for one identifier, with any number of runs
/// between.
///
/// ```
/// use tikaud_core::diff::{Fate, Standing};
///
/// let added = Fate::of(|_| Standing::Confirmed);
/// assert_eq!(added.after(Standing::Absent), Standing::Confirmed);
/// assert_eq!(Fate::UNCHANGED.after(Standing::Unconfirmed), Standing::Unconfirmed);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fate {
    absent: Standing,
    unconfirmed: Standing,
    confirmed: Standing,
}

impl Fate {
    /// Nothing becomes of it.
    pub const UNCHANGED: Self =
        Self { absent: Standing::Absent, unconfirmed: Standing::Unconfirmed, confirmed: Standing::Confirmed };

    /// This fate.
    #[must_use]
    pub fn of(after: impl Fn(Standing) -> Standing) -> Self {
        Self {
            absent: after(Standing::Absent),
            unconfirmed: after(Standing::Unconfirmed),
            confirmed: after(Standing::Confirmed),
        }
    }

    /// What is known of it after, when this was known before.
    #[must_use]
    pub fn after(self, before: Standing) -> Standing {
        match before {
            Standing::Absent => self.absent,
            Standing::Unconfirmed => self.unconfirmed,
            Standing::Confirmed => self.confirmed,
        }
    }
}

/// Identifiers of one kind with one fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FateSet {
    /// What becomes of them.
    pub fate: Fate,
    /// The identifiers.
    pub set: IdentifierSet,
}

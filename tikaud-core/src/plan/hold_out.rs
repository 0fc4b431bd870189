//! Members who are held out, as far as a plan tells of them.

use std::fmt;

use serde::Serialize;

use super::counted;
use crate::segment::{HoldOut, Kept};

/// How many members are held out of the audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HoldOutTally {
    /// The hold-out group's name.
    pub name: String,
    /// The column that decides.
    pub column: String,
    /// Members who are held out.
    pub members: u64,
    /// Members without a value in the column, who are in neither group and so in the audience.
    pub without_value: u64,
}

impl HoldOutTally {
    pub(crate) fn new(hold_out: &HoldOut) -> Self {
        let (name, column) = (hold_out.name().to_owned(), hold_out.column().to_owned());
        Self { name, column, members: 0, without_value: 0 }
    }

    /// Counts in what became of a batch.
    pub(crate) fn count(&mut self, kept: &Kept) {
        self.members += kept.held_out;
        self.without_value += kept.without_value;
    }
}

impl fmt::Display for HoldOutTally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = counted(self.members, "member");
        write!(f, "held out {members} besides, for `{}` by the column `{}`", self.name, self.column)?;
        match self.without_value {
            0 => Ok(()),
            some => write!(f, "; {} without a value there cannot be", counted(some, "member")),
        }
    }
}

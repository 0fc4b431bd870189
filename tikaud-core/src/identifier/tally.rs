//! What became of the values of each mapped column: counts, and never a value.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{IdentifierKind, RejectReason};

/// Positions that are kept of each column and reason.
const POSITIONS: usize = 5;

/// What became of the members and of the values in their mapped columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tally {
    /// Members read.
    pub members: u64,
    /// Members with at least one identifier.
    pub members_with_identifier: u64,
    /// Each mapped column, in the order of the mapping.
    pub columns: Vec<ColumnTally>,
}

/// What became of the values of one mapped column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColumnTally {
    /// The column.
    pub column: String,
    /// The kind of identifier that is made of it.
    pub kind: IdentifierKind,
    /// Values that became identifiers, repeated ones each time.
    pub accepted: u64,
    /// E-mail addresses among them whose domain is not ASCII: hashed as typed, and perhaps known to the platform in
    /// another form.
    pub non_ascii_domains: u64,
    /// Values that did not, by reason.
    pub rejects: BTreeMap<RejectReason, Rejects>,
}

/// Values that were rejected for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rejects {
    /// How many.
    pub count: u64,
    /// Where the first few stand: the members' numbers in the order in which the segment was read, from 1.
    pub members: Vec<u64>,
}

impl ColumnTally {
    pub(crate) fn new(column: &str, kind: IdentifierKind) -> Self {
        Self { column: column.to_owned(), kind, accepted: 0, non_ascii_domains: 0, rejects: BTreeMap::new() }
    }

    /// Values that did not become identifiers, for all reasons together.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.values().map(|rejects| rejects.count).sum()
    }

    pub(super) fn reject(&mut self, reason: RejectReason, member: u64) {
        let rejects = self.rejects.entry(reason).or_default();
        rejects.count += 1;
        if rejects.members.len() < POSITIONS {
            rejects.members.push(member);
        }
    }
}

impl Tally {
    /// Counts in the tally of members that were read after these.
    pub(crate) fn extend(&mut self, later: Self) {
        self.members += later.members;
        self.members_with_identifier += later.members_with_identifier;
        if self.columns.is_empty() {
            self.columns = later.columns;
            return;
        }
        for (column, later) in self.columns.iter_mut().zip(later.columns) {
            column.accepted += later.accepted;
            column.non_ascii_domains += later.non_ascii_domains;
            for (reason, more) in later.rejects {
                let rejects = column.rejects.entry(reason).or_default();
                rejects.count += more.count;
                rejects.members.extend(more.members);
                rejects.members.truncate(POSITIONS);
            }
        }
    }
}

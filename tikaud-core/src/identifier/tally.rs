//! What became of the values of each mapped column: counts, and never a value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{IdentifierKind, RejectReason};

/// Positions that are kept of each column and reason.
const POSITIONS: usize = 5;

/// What became of the members and of the values in their mapped columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// Members read.
    pub members: u64,
    /// Members with at least one identifier.
    pub members_with_identifier: u64,
    /// Members whom the segment has left out, for they have not consented; not among those read.
    #[serde(default)]
    pub without_consent: u64,
    /// Each mapped column, in the order of the mapping.
    pub columns: Vec<ColumnTally>,
}

/// What became of the values of one mapped column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnTally {
    /// The column.
    pub column: String,
    /// The kind of identifier that is made of it.
    pub kind: IdentifierKind,
    /// Cells without a value: nulls, and lists with nothing in them.
    #[serde(default)]
    pub null_cells: u64,
    /// Cells with values of nothing but white space.
    #[serde(default)]
    pub empty_cells: u64,
    /// Values in all cells; a cell may hold several.
    #[serde(default)]
    pub values: u64,
    /// Values that became identifiers, repeated ones each time.
    pub accepted: u64,
    /// E-mail addresses among them whose domain is not ASCII: hashed as typed, and perhaps known to the platform in
    /// another form.
    pub non_ascii_domains: u64,
    /// Values that did not, by reason; a cell that is null or empty counts as one value that is
    /// [`Empty`](RejectReason::Empty).
    pub rejects: BTreeMap<RejectReason, Rejects>,
}

/// Values that were rejected for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rejects {
    /// How many.
    pub count: u64,
    /// Where the first few stand: the members' numbers in the order in which the segment was read, from 1.
    pub members: Vec<u64>,
}

impl ColumnTally {
    /// Nothing yet of this column.
    #[must_use]
    pub fn new(column: &str, kind: IdentifierKind) -> Self {
        Self {
            column: column.to_owned(),
            kind,
            null_cells: 0,
            empty_cells: 0,
            values: 0,
            accepted: 0,
            non_ascii_domains: 0,
            rejects: BTreeMap::new(),
        }
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
    /// Values of all columns that became identifiers of this kind.
    #[must_use]
    pub fn accepted(&self, kind: IdentifierKind) -> u64 {
        self.columns.iter().filter(|column| column.kind == kind).map(|column| column.accepted).sum()
    }

    /// Counts in the tally of members that were read after these, by the same mapping.
    pub fn extend(&mut self, later: Self) {
        self.members += later.members;
        self.members_with_identifier += later.members_with_identifier;
        self.without_consent += later.without_consent;
        if self.columns.is_empty() {
            self.columns = later.columns;
            return;
        }
        for (column, later) in self.columns.iter_mut().zip(later.columns) {
            column.null_cells += later.null_cells;
            column.empty_cells += later.empty_cells;
            column.values += later.values;
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

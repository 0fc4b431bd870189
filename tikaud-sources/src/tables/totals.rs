//! What the totals of a comparison say.

use std::collections::BTreeMap;

use tikaud_core::identifier::{ColumnTally, FieldMapping, IdentifierKind, RejectReason, Rejects, Tally};
use tikaud_core::segment::SegmentError;

use super::cells::{Cells, unexpected};
use super::comparison::{REJECTS, class, kind_of, positions};
use super::value::Verdict;

/// The columns of the statement's answer before the counts of each position.
pub(super) const KEY: usize = 4;

/// Of one kind, what was found in SQL.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    pub(super) adds: u64,
    pub(super) removes_of_confirmed: u64,
    /// In the segment, and on a list.
    pub(super) suppressed: u64,
}

/// What the totals have told so far.
pub(super) struct Totals {
    pub(super) tally: Tally,
    pub(super) found: BTreeMap<IdentifierKind, Found>,
    /// How many different members are left to the extractor.
    pub(super) doubtful: u64,
    /// Which column each position of a kind is.
    columns: BTreeMap<IdentifierKind, Vec<usize>>,
    most: usize,
}

impl Totals {
    pub(super) fn new(mapping: &FieldMapping) -> Self {
        let column =
            |mapped: &tikaud_core::identifier::MappedField| ColumnTally::new(&mapped.column, mapped.field.kind());
        let mut columns: BTreeMap<IdentifierKind, Vec<usize>> = BTreeMap::new();
        for (at, mapped) in mapping.fields().iter().enumerate() {
            columns.entry(mapped.field.kind()).or_default().push(at);
        }
        let mut tally = Tally::default();
        tally.columns = mapping.fields().iter().map(column).collect();
        Self { tally, found: BTreeMap::new(), doubtful: 0, columns, most: positions(mapping).1 }
    }

    /// How many columns the answer has.
    pub(super) fn width(&self) -> usize {
        KEY + self.most + 5
    }

    /// Takes in a total.
    pub(super) fn take(&mut self, cells: &Cells, row: usize) -> Result<(), SegmentError> {
        let (key, class) = (cells.number(row, 1)?, cells.number(row, 2)?);
        let after = |offset: usize| cells.count(row, KEY + self.most + offset);
        let (first, confirmed, suppressed) = (after(0)?, after(1)?, after(2)?);
        let (values, rows) = (after(3)?, after(4)?);
        match class {
            class::REJECT => return self.reject(key, values),
            class::DOUBTFUL => {
                self.doubtful = rows;
                return Ok(());
            }
            // The row that says whose the table is.
            class::REMOVE if key == 0 => return Ok(()),
            _ => {}
        }
        let kind = kind_of(key).ok_or_else(unexpected)?;
        let found = self.found.entry(kind).or_default();
        match class {
            class::REMOVE => {
                found.removes_of_confirmed = confirmed;
                found.suppressed += suppressed;
            }
            class::SUPPRESSED => found.suppressed += rows,
            class::ADD => found.adds = rows,
            class::UNCHANGED => {}
            _ => return Err(unexpected()),
        }
        self.tally.members_with_identifier += first;
        // What is held may be of a kind that is not mapped any more.
        let none = Vec::new();
        let columns = match self.columns.get(&kind) {
            None if class == class::REMOVE => &none,
            columns => columns.ok_or_else(unexpected)?,
        };
        for (position, at) in columns.iter().enumerate() {
            self.tally.columns[*at].accepted += cells.count(row, KEY + position)?;
        }
        Ok(())
    }

    fn reject(&mut self, key: i64, count: u64) -> Result<(), SegmentError> {
        let at = usize::try_from(key / REJECTS - 1).map_err(|_| unexpected())?;
        let column = self.tally.columns.get_mut(at).ok_or_else(unexpected)?;
        let reason = match Verdict::of_code(key % REJECTS).ok_or_else(unexpected)? {
            Verdict::Null => {
                column.null_cells += count;
                RejectReason::Empty
            }
            Verdict::Rejected(reason) => {
                column.empty_cells += if reason == RejectReason::Empty { count } else { 0 };
                reason
            }
            _ => return Err(unexpected()),
        };
        let rejects = column.rejects.entry(reason).or_insert_with(Rejects::default);
        rejects.count += count;
        Ok(())
    }

    /// The tally, once every total is in. A cell holds one value, or none.
    pub(super) fn finish(&mut self) {
        for column in &mut self.tally.columns {
            let cells = column.accepted + column.rejected();
            column.values = cells - column.null_cells;
            self.tally.members = cells;
        }
    }
}

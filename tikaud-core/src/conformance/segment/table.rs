//! The members that a segment under test has.

use crate::segment::MemberBatch;

/// One member: a cell for each of the [`Table::COLUMNS`], `None` for null.
pub type Row = [Option<String>; 4];

/// The members that a segment under test has.
///
/// Each table has the same columns, so that a segment of typed records can be tested too. A cell is null or has text,
/// never text of no length, which many sources cannot tell from null. Everybody in it is made up.
#[derive(Debug, Clone)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// The columns. `id` is never null, and no two members have the same; a name with a space and capitals has to be
    /// quoted in many a language.
    pub const COLUMNS: [&'static str; 4] = ["id", "email", "phone", "Full Name"];

    pub(super) fn new<const MEMBERS: usize>(rows: [[Option<&str>; 4]; MEMBERS]) -> Self {
        Self { rows: rows.into_iter().map(|row| row.map(|cell| cell.map(str::to_owned))).collect() }
    }

    /// A few members with nothing special about them.
    pub(super) fn small() -> Self {
        Self::new([
            [Some("m1"), Some("ada@example.com"), Some("+442071838750"), Some("Ada Lovelace")],
            [Some("m2"), Some("grace@example.com"), None, Some("Grace Hopper")],
            [Some("m3"), None, Some("+493012345678"), None],
        ])
    }

    /// More members than fit into two batches of the usual size.
    pub(super) fn large() -> Self {
        let row = |at: usize| {
            let phone = (!at.is_multiple_of(3)).then(|| format!("+4930{at:08}"));
            [Some(format!("m{at}")), Some(format!("{at}@example.com")), phone, Some(format!("Customer {at}"))]
        };
        Self { rows: (0..2 * MemberBatch::MEMBERS + 1000).map(row).collect() }
    }

    /// The members, in no order that means anything.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows with these columns only.
    pub(super) fn project(&self, columns: &[&str]) -> Vec<Vec<Option<String>>> {
        let positions: Vec<usize> =
            columns.iter().filter_map(|column| Self::COLUMNS.iter().position(|other| other == column)).collect();
        self.rows.iter().map(|row| positions.iter().map(|at| row[*at].clone()).collect()).collect()
    }
}

//! A batch of members: columns of text.

use std::fmt;

use futures::{StreamExt, stream};

use super::{MemberStream, SegmentError, TextColumn};

/// Some members of a segment, with the columns that were asked for, in that order.
#[derive(Clone)]
pub struct MemberBatch {
    columns: Vec<TextColumn>,
    members: usize,
    without_consent: u64,
}

impl MemberBatch {
    /// Members to a batch where nothing else decides: small enough to stay in a core's cache.
    pub const MEMBERS: usize = 8192;

    /// A batch of these columns.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Malformed`](super::SegmentErrorKind::Malformed) when the columns are not of one length.
    pub fn try_new(columns: Vec<TextColumn>) -> Result<Self, SegmentError> {
        let members = columns.first().map_or(0, TextColumn::len);
        if let Some(other) = columns.iter().map(TextColumn::len).find(|&len| len != members) {
            return Err(SegmentError::malformed(format!(
                "a member batch has columns of different lengths ({members} and {other})"
            )));
        }
        Ok(Self { columns, members, without_consent: 0 })
    }

    /// Rows that are in memory already, as a stream of batches of the columns `asked` for.
    ///
    /// `known` names every column there is, and `cells(row)` gives a row's cells in that order, `None` for null. The
    /// cells are copied into batches at once, so that the stream borrows nothing.
    ///
    /// ```
    /// use tikaud_core::segment::MemberBatch;
    ///
    /// let rows = [("ada@example.com", Some("+442071838750")), ("grace@example.com", None)];
    /// let members = MemberBatch::from_rows(&["email", "phone"], &["phone".into()], &rows, |row| [Some(row.0), row.1])?;
    /// # Ok::<(), tikaud_core::segment::SegmentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::UnknownColumn`](super::SegmentErrorKind::UnknownColumn) when a column asked for is not
    /// known; [`SegmentErrorKind::Malformed`](super::SegmentErrorKind::Malformed) when a row has not one cell for each
    /// known column.
    pub fn from_rows<'a, R: 'a, C: AsRef<[Option<&'a str>]>>(
        known: &[impl AsRef<str>],
        asked: &[String],
        rows: impl IntoIterator<Item = &'a R>,
        cells: impl Fn(&'a R) -> C,
    ) -> Result<MemberStream, SegmentError> {
        let known: Vec<String> = known.iter().map(|name| name.as_ref().to_owned()).collect();
        let position = |column: &String| {
            let at = known.iter().position(|name| name == column);
            at.ok_or_else(|| SegmentError::unknown_column(column, &known))
        };
        let positions = asked.iter().map(position).collect::<Result<Vec<usize>, _>>()?;
        let empty = || vec![TextColumn::default(); asked.len()];
        let (mut batches, mut columns, mut members) = (Vec::new(), empty(), 0);
        for row in rows {
            let cells = cells(row);
            let cells = cells.as_ref();
            if cells.len() != known.len() {
                let message = format!("a row has {} cells for {} columns", cells.len(), known.len());
                return Err(SegmentError::malformed(message));
            }
            for (column, at) in columns.iter_mut().zip(&positions) {
                column.push(cells[*at])?;
            }
            members += 1;
            if members == Self::MEMBERS {
                batches.push(Ok(Self {
                    columns: std::mem::replace(&mut columns, empty()),
                    members,
                    without_consent: 0,
                }));
                members = 0;
            }
        }
        batches.push(Ok(Self { columns, members, without_consent: 0 }));
        Ok(stream::iter(batches).boxed())
    }

    /// The members for whom `keep` is true, by their rows from 0, with the first so many columns: what a segment that
    /// chooses among another's members delivers.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Malformed`](super::SegmentErrorKind::Malformed) when a column is full; what has fitted into a
    /// batch fits in part.
    pub fn filtered(&self, columns: usize, keep: impl Fn(usize) -> bool) -> Result<Self, SegmentError> {
        let kept: Vec<usize> = (0..self.members).filter(|row| keep(*row)).collect();
        let column = |column: &TextColumn| {
            let mut filtered = TextColumn::with_capacity(kept.len(), 0);
            kept.iter().try_for_each(|row| filtered.push_list(column.cell(*row)))?;
            Ok(filtered)
        };
        let filtered =
            Self::try_new(self.columns.iter().take(columns).map(column).collect::<Result<_, SegmentError>>()?)?;
        Ok(filtered.with_members_without_consent(self.without_consent))
    }

    /// The same, with so many more members whom the segment has left out because they have not consented: plans and reports
    /// count them. A segment without such a gate has nothing to say.
    #[must_use]
    pub fn with_members_without_consent(mut self, members: u64) -> Self {
        self.without_consent += members;
        self
    }

    /// How many members were left out of it because they have not consented.
    #[must_use]
    pub fn without_consent(&self) -> u64 {
        self.without_consent
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members == 0
    }

    /// The columns, in the order in which they were asked for.
    #[must_use]
    pub fn columns(&self) -> &[TextColumn] {
        &self.columns
    }
}

/// Shows sizes only: the text is personal data.
impl fmt::Debug for MemberBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemberBatch")
            .field("members", &self.members)
            .field("columns", &self.columns.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn columns_of_different_lengths_are_refused() {
        let mut longer = TextColumn::default();
        longer.push(None).unwrap();
        assert!(MemberBatch::try_new(vec![TextColumn::default(), longer]).is_err());
    }

    #[test]
    fn rows_are_cut_into_batches() {
        let rows: Vec<String> = (0..MemberBatch::MEMBERS + 1).map(|row| row.to_string()).collect();
        let members = MemberBatch::from_rows(&["n"], &["n".into()], &rows, |row| [Some(row.as_str())]).unwrap();
        let sizes: Vec<usize> = block_on(members.map(|batch| batch.unwrap().len()).collect());
        assert_eq!(sizes, [MemberBatch::MEMBERS, 1]);
    }

    #[test]
    fn a_row_without_a_cell_for_each_column_is_refused() {
        assert!(MemberBatch::from_rows(&["a", "b"], &["a".into()], &["x"], |row| [Some(*row)]).is_err());
    }

    #[test]
    fn debug_shows_no_text() {
        let mut column = TextColumn::default();
        column.push(Some("canary@example.com")).unwrap();
        let batch = MemberBatch::try_new(vec![column.clone()]).unwrap();
        assert!(!format!("{column:?}{batch:#?}").contains("canary"));
    }
}

//! A column of text, each cell holding no, one or many values.

use std::fmt;

use super::SegmentError;

/// A column has reached the 4 GiB of text that one batch can hold: emit the batch and start another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a column of one member batch holds at most 4 GiB of text; emit smaller batches")]
#[non_exhaustive]
pub struct TextColumnFull;

/// What is wrong with ends that are none.
const UNCUT: &str = "a column's text is not cut at the ends of its values";

/// One column of a batch. A cell holds any number of values: none is a null cell, several are a list.
///
/// ```
/// use tikaud_core::segment::TextColumn;
///
/// let mut column = TextColumn::default();
/// column.push(Some("ada@example.com"))?;
/// column.push(None)?;
/// column.push_list(["a@example.com", "b@example.com"])?;
/// assert_eq!(column.len(), 3);
/// assert_eq!(column.cell(2).collect::<Vec<_>>(), ["a@example.com", "b@example.com"]);
/// # Ok::<(), tikaud_core::segment::TextColumnFull>(())
/// ```
#[derive(Clone, Default)]
pub struct TextColumn {
    text: String,
    /// Where in `text` each value ends.
    value_ends: Vec<u32>,
    /// How many values there are up to and including each cell; empty as long as each cell has one.
    cell_ends: Vec<u32>,
    cells: usize,
}

impl TextColumn {
    /// An empty column with room for `cells` cells of `text` bytes in all.
    #[must_use]
    pub fn with_capacity(cells: usize, text: usize) -> Self {
        Self {
            text: String::with_capacity(text),
            value_ends: Vec::with_capacity(cells),
            cell_ends: Vec::new(),
            cells: 0,
        }
    }

    /// Appends a cell with one value, or a null cell.
    ///
    /// # Errors
    ///
    /// [`TextColumnFull`]; the column is as it was.
    pub fn push(&mut self, value: Option<&str>) -> Result<(), TextColumnFull> {
        self.push_list(value)
    }

    /// Appends a cell with any number of values.
    ///
    /// # Errors
    ///
    /// [`TextColumnFull`]; the column is as it was.
    pub fn push_list<'a>(&mut self, values: impl IntoIterator<Item = &'a str>) -> Result<(), TextColumnFull> {
        let (text_before, values_before) = (self.text.len(), self.value_ends.len());
        for value in values {
            let Ok(end) = u32::try_from(self.text.len() + value.len()) else {
                self.text.truncate(text_before);
                self.value_ends.truncate(values_before);
                return Err(TextColumnFull);
            };
            self.text.push_str(value);
            self.value_ends.push(end);
        }
        if self.end_cell(self.value_ends.len() - values_before).is_err() {
            self.text.truncate(text_before);
            self.value_ends.truncate(values_before);
            return Err(TextColumnFull);
        }
        Ok(())
    }

    /// Counts a cell whose values, so many, have been appended.
    fn end_cell(&mut self, values: usize) -> Result<(), TextColumnFull> {
        // There are at most as many values as bytes, plus empty ones: those too must stay countable.
        let end = u32::try_from(self.value_ends.len()).map_err(|_| TextColumnFull)?;
        if self.has_one_value_a_cell() && values != 1 {
            let before = u32::try_from(self.cells).map_err(|_| TextColumnFull)?;
            self.cell_ends.reserve(self.value_ends.capacity());
            self.cell_ends.extend(1..=before);
            self.cell_ends.push(end);
        } else if !self.has_one_value_a_cell() {
            self.cell_ends.push(end);
        }
        self.cells += 1;
        Ok(())
    }

    /// Whether so far each cell has one value, so that the values' ends say everything.
    fn has_one_value_a_cell(&self) -> bool {
        self.cell_ends.is_empty()
    }

    /// Appends many cells at once, for sources that have a column's text in one piece: for each of `ends` a cell with the one
    /// value that goes on in `text` from where the one before has ended up to there, or for `None` a null cell.
    ///
    /// ```
    /// use tikaud_core::segment::TextColumn;
    ///
    /// let mut column = TextColumn::default();
    /// column.extend_from_text("AdaGrace", [Some(3), None, Some(8)])?;
    /// assert_eq!(column.cell(2).collect::<Vec<_>>(), ["Grace"]);
    /// # Ok::<(), tikaud_core::segment::SegmentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Malformed`](super::SegmentErrorKind::Malformed) when the ends do not ascend, an end is not one of a
    /// character, or the column would be [full](TextColumnFull); the column is as it was.
    pub fn extend_from_text(
        &mut self,
        text: &str,
        ends: impl IntoIterator<Item = Option<usize>>,
    ) -> Result<(), SegmentError> {
        let (values_before, cells_before, ends_before) = (self.value_ends.len(), self.cells, self.cell_ends.len());
        let appended = self.extend_by(text, ends);
        if appended.is_err() {
            self.value_ends.truncate(values_before);
            self.cell_ends.truncate(ends_before);
            self.cells = cells_before;
        }
        appended
    }

    /// The same where no cell is null: each ends where the next one begins. Faster.
    ///
    /// ```
    /// use tikaud_core::segment::TextColumn;
    ///
    /// let mut column = TextColumn::default();
    /// column.extend_from_values("AdaGrace", [3, 8])?;
    /// assert_eq!(column.cell(1).collect::<Vec<_>>(), ["Grace"]);
    /// # Ok::<(), tikaud_core::segment::SegmentError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`extend_from_text`](Self::extend_from_text); the column is as it was.
    pub fn extend_from_values(
        &mut self,
        text: &str,
        ends: impl IntoIterator<Item = usize, IntoIter: ExactSizeIterator>,
    ) -> Result<(), SegmentError> {
        let ends = ends.into_iter();
        let (values, base) = (self.value_ends.len(), self.text.len());
        let all = values.checked_add(ends.len()).ok_or(TextColumnFull)?;
        let full = u32::try_from(all).is_err() || u32::try_from(base.saturating_add(text.len())).is_err();
        if full || !self.has_one_value_a_cell() {
            return self.extend_from_text(text, ends.map(Some));
        }
        // An end past the text stays past it.
        self.value_ends.extend(ends.map(|end| u32::try_from(base.saturating_add(end)).unwrap_or(u32::MAX)));
        let added = &self.value_ends[values..];
        let last = added.last().map_or(0, |last| (*last as usize).saturating_sub(base));
        let is_between = |end: &u32| text.is_char_boundary((*end as usize).saturating_sub(base));
        let first_fits = added.first().is_none_or(|first| *first as usize >= base);
        let fits = first_fits && added.is_sorted() && last <= text.len();
        if !fits || !(text.is_ascii() || added.iter().all(is_between)) {
            self.value_ends.truncate(values);
            return Err(SegmentError::malformed(UNCUT));
        }
        self.cells += all - values;
        self.text.push_str(&text[..last]);
        Ok(())
    }

    fn extend_by(&mut self, text: &str, ends: impl IntoIterator<Item = Option<usize>>) -> Result<(), SegmentError> {
        let (base, mut last) = (self.text.len(), 0);
        for end in ends {
            if let Some(end) = end {
                if end < last || !text.is_char_boundary(end) {
                    return Err(SegmentError::malformed(UNCUT));
                }
                last = end;
                self.value_ends.push(u32::try_from(base + end).map_err(|_| TextColumnFull)?);
            }
            self.end_cell(usize::from(end.is_some()))?;
        }
        self.text.push_str(&text[..last]);
        Ok(())
    }

    /// How many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells
    }

    /// Whether there is no cell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells == 0
    }

    /// The values of a cell; none for a null cell and for one past the end.
    pub fn cell(&self, row: usize) -> impl Iterator<Item = &str> {
        let (first, last) = if self.has_one_value_a_cell() {
            (row.min(self.cells), row.saturating_add(1).min(self.cells))
        } else {
            let last = self.cell_ends.get(row).map_or(0, |&end| end as usize);
            let first = match row.checked_sub(1) {
                Some(before) => self.cell_ends.get(before).map_or(last, |&end| end as usize),
                None => 0,
            };
            (first, last)
        };
        (first..last).map(|value| self.value(value))
    }

    fn value(&self, value: usize) -> &str {
        let start = value.checked_sub(1).map_or(0, |before| self.value_ends[before] as usize);
        &self.text[start..self.value_ends[value] as usize]
    }
}

/// Shows sizes only: the text is personal data.
impl fmt::Debug for TextColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextColumn")
            .field("cells", &self.len())
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_values_whatever_their_number() {
        let mut column = TextColumn::default();
        column.push_list(["a", "bc"]).unwrap();
        column.push(None).unwrap();
        column.push(Some("")).unwrap();
        column.push(Some("d")).unwrap();
        let cells: Vec<Vec<&str>> = (0..5).map(|row| column.cell(row).collect()).collect();
        assert_eq!(cells, [vec!["a", "bc"], vec![], vec![""], vec!["d"], vec![]]);
    }

    #[test]
    fn cells_that_are_appended_at_once_are_those_that_are_appended_one_by_one() {
        let (mut one_by_one, mut at_once) = (TextColumn::default(), TextColumn::default());
        for _ in 0..2 {
            for cell in [Some("é"), None, Some(""), Some("bc"), None] {
                one_by_one.push(cell).unwrap();
            }
            at_once.extend_from_text("ébc, not used", [Some(2), None, Some(2), Some(4), None]).unwrap();
        }
        let cells = |column: &TextColumn| -> Vec<Vec<String>> {
            (0..column.len()).map(|row| column.cell(row).map(str::to_owned).collect()).collect()
        };
        assert_eq!(cells(&at_once), cells(&one_by_one));
    }

    #[test]
    fn values_that_are_appended_at_once_are_cells_whatever_was_there_before() {
        for before in [vec![], vec![Some("x")], vec![Some("x"), None], vec![None]] {
            let (mut one_by_one, mut at_once) = (TextColumn::default(), TextColumn::default());
            for column in [&mut one_by_one, &mut at_once] {
                before.iter().for_each(|cell| column.push(*cell).unwrap());
            }
            for text in ["éaé", "abcd", ""] {
                let ends: Vec<usize> = text.char_indices().map(|(at, sign)| at + sign.len_utf8()).collect();
                at_once.extend_from_values(text, ends.iter().copied()).unwrap();
                text.char_indices()
                    .for_each(|(at, sign)| one_by_one.push(Some(&text[at..at + sign.len_utf8()])).unwrap());
            }
            at_once.push(None).unwrap();
            one_by_one.push(None).unwrap();
            let cells = |column: &TextColumn| -> Vec<Vec<String>> {
                (0..=column.len()).map(|row| column.cell(row).map(str::to_owned).collect()).collect()
            };
            assert_eq!(cells(&at_once), cells(&one_by_one));
        }
    }

    #[test]
    fn values_whose_ends_cannot_be_are_refused_and_leave_the_column_as_it_was() {
        for before in [Some("ab"), None] {
            let mut column = TextColumn::default();
            column.push(before).unwrap();
            for ends in [[2, 1], [1, 2], [2, 9], [2, usize::MAX], [usize::MAX, 2], [2, 1 << 32]] {
                assert!(column.extend_from_values("éb", ends).is_err(), "{ends:?}");
                assert!(column.extend_from_values("bbb", [3, 2]).is_err());
            }
            assert_eq!(column.len(), 1);
            column.push(Some("b")).unwrap();
            assert_eq!(column.cell(1).collect::<Vec<_>>(), ["b"]);
        }
    }

    #[test]
    fn cells_whose_ends_cannot_be_are_refused_and_leave_the_column_as_it_was() {
        let mut column = TextColumn::default();
        column.push(Some("a")).unwrap();
        for ends in [[Some(2), Some(1)], [Some(0), Some(1)], [Some(2), Some(9)]] {
            assert!(column.extend_from_text("éb", ends).is_err(), "{ends:?}");
        }
        assert_eq!(column.len(), 1);
        column.push(Some("b")).unwrap();
        assert_eq!(column.cell(1).collect::<Vec<_>>(), ["b"]);
    }
}

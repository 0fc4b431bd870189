//! The reference implementation: a segment held in memory.

use std::fmt;

use async_trait::async_trait;

use super::{MemberBatch, MemberStream, Segment, SegmentError, SegmentErrorKind};

/// A segment held in memory: the reference implementation of [`Segment`], and a handy one for tests.
///
/// ```
/// use tikaud_core::segment::MemorySegment;
///
/// let segment = MemorySegment::try_new("Buyers", ["email", "phone"], [
///     [Some("ada@example.com"), Some("+442071838750")],
///     [Some("grace@example.com"), None],
/// ])?.with_description("Bought something this year");
/// # Ok::<(), tikaud_core::segment::SegmentError>(())
/// ```
#[derive(Clone)]
pub struct MemorySegment {
    name: String,
    description: Option<String>,
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl MemorySegment {
    /// A segment of these rows.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Configuration`] when the name is empty or a column is named twice;
    /// [`SegmentErrorKind::Malformed`] when a row has not one cell for each column, with its position.
    pub fn try_new<C, R, V>(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = C>,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<Self, SegmentError>
    where
        C: Into<String>,
        R: IntoIterator<Item = Option<V>>,
        V: Into<String>,
    {
        let name = name.into();
        let columns: Vec<String> = columns.into_iter().map(Into::into).collect();
        if name.is_empty() {
            return Err(SegmentError::new(SegmentErrorKind::Configuration, "a segment needs a name"));
        }
        if let Some((at, _)) = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column)) {
            let message = format!("the column `{}` is there twice; name each column once", columns[at]);
            return Err(SegmentError::new(SegmentErrorKind::Configuration, message));
        }
        let mut segment = Self { name, description: None, columns, rows: Vec::new() };
        segment.set_rows(rows)?;
        Ok(segment)
    }

    /// The same with a description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Puts other members in the place of the present ones.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Malformed`] when a row has not one cell for each column, with its position; the members
    /// are as they were.
    pub fn set_rows<R, V>(&mut self, rows: impl IntoIterator<Item = R>) -> Result<(), SegmentError>
    where
        R: IntoIterator<Item = Option<V>>,
        V: Into<String>,
    {
        let rows: Vec<Vec<Option<String>>> =
            rows.into_iter().map(|row| row.into_iter().map(|cell| cell.map(Into::into)).collect()).collect();
        if let Some(at) = rows.iter().position(|row| row.len() != self.columns.len()) {
            return Err(SegmentError::malformed(format!(
                "member {} has {} cells for {} columns",
                at + 1,
                rows[at].len(),
                self.columns.len()
            )));
        }
        self.rows = rows;
        Ok(())
    }
}

#[async_trait]
impl Segment for MemorySegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(self.columns.clone())
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        MemberBatch::from_rows(&self.columns, columns, &self.rows, |row| {
            row.iter().map(Option::as_deref).collect::<Vec<_>>()
        })
    }
}

/// Shows sizes only: the rows are personal data.
impl fmt::Debug for MemorySegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySegment")
            .field("name", &self.name)
            .field("columns", &self.columns)
            .field("members", &self.rows.len())
            .finish_non_exhaustive()
    }
}

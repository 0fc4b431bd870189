//! Choosing among another segment's members by one column's values.

use futures::{Stream, TryStreamExt, stream};

use super::{MemberBatch, MemberStream, Segment, SegmentError};

/// Those who were chosen out of a batch.
pub(super) struct Chosen {
    pub(super) batch: MemberBatch,
    pub(super) left_out: u64,
}

/// The members for whom `is_member` is true, told their values in the column `by` and their number, from 1. The column is
/// read for that, and delivered only when it is among those asked for.
pub(super) async fn chosen<F>(
    segment: &dyn Segment,
    columns: &[String],
    by: &str,
    is_member: F,
) -> Result<impl Stream<Item = Result<Chosen, SegmentError>> + Send + use<F>, SegmentError>
where
    F: Fn(&[&str], u64) -> Result<bool, SegmentError> + Send + Sync + 'static,
{
    let (mut read, delivered) = (columns.to_vec(), columns.len());
    let by = read.iter().position(|column| column == by).unwrap_or_else(|| {
        read.push(by.to_owned());
        delivered
    });
    let choice = Choice { delivered, by, is_member, members: 0 };
    let next = async |(mut members, mut choice): (MemberStream, Choice<F>)| match members.try_next().await? {
        Some(batch) => Ok(Some((choice.of(&batch)?, (members, choice)))),
        None => Ok(None),
    };
    Ok(stream::try_unfold((segment.members(&read).await?, choice), next))
}

struct Choice<F> {
    /// So many of the columns are delivered.
    delivered: usize,
    /// Where the column is that decides.
    by: usize,
    is_member: F,
    /// Members seen so far.
    members: u64,
}

impl<F: Fn(&[&str], u64) -> Result<bool, SegmentError>> Choice<F> {
    fn of(&mut self, batch: &MemberBatch) -> Result<Chosen, SegmentError> {
        let Some(column) = batch.columns().get(self.by) else {
            return Err(SegmentError::malformed("the segment delivers fewer columns than were asked for"));
        };
        let (mut values, mut chosen) = (Vec::new(), Vec::with_capacity(batch.len()));
        for row in 0..batch.len() {
            self.members += 1;
            values.clear();
            values.extend(column.cell(row));
            chosen.push((self.is_member)(&values, self.members)?);
        }
        let kept = batch.filtered(self.delivered, |row| chosen[row])?;
        Ok(Chosen { left_out: (batch.len() - kept.len()) as u64, batch: kept })
    }
}

//! Rows, collected into batches of bounded size.

use tikaud_core::segment::{MemberBatch, SegmentError, TextColumn};

/// The most input, in bytes, that one batch is made of, whatever its number of members; long cells must not fill the
/// memory.
const BATCH_BYTES: usize = 32 << 20;

/// An estimate of a cell's length in bytes, that of an e-mail address.
const CELL_BYTES: usize = 24;

/// A batch in the making.
#[derive(Debug)]
pub(crate) struct Batches {
    columns: Vec<TextColumn>,
    members: usize,
    bytes: usize,
    batch_size: usize,
}

impl Batches {
    pub(crate) fn new(columns: usize, batch_size: usize) -> Self {
        Self { columns: empty(columns, batch_size), members: 0, bytes: 0, batch_size }
    }

    /// The columns, each of which is to get the next member's cell.
    pub(crate) fn columns(&mut self) -> &mut [TextColumn] {
        &mut self.columns
    }

    /// Ends a member that was read from so many bytes; the batch, when it is full.
    pub(crate) fn end_member(&mut self, bytes: usize) -> Result<Option<MemberBatch>, SegmentError> {
        self.members += 1;
        self.bytes += bytes;
        if self.members < self.batch_size && self.bytes < BATCH_BYTES { Ok(None) } else { self.take() }
    }

    /// The members that are left; `None` when there are none.
    pub(crate) fn take(&mut self) -> Result<Option<MemberBatch>, SegmentError> {
        if self.members == 0 {
            return Ok(None);
        }
        let next = empty(self.columns.len(), self.batch_size);
        (self.members, self.bytes) = (0, 0);
        MemberBatch::try_new(std::mem::replace(&mut self.columns, next)).map(Some)
    }
}

fn empty(columns: usize, batch_size: usize) -> Vec<TextColumn> {
    let cells = batch_size.min(MemberBatch::MEMBERS);
    (0..columns).map(|_| TextColumn::with_capacity(cells, cells * CELL_BYTES)).collect()
}

//! One row group: what of it is read, what is made of its rows, and the errors that name it.

use std::ops::Range;
use std::sync::Arc;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;
use tikaud_core::segment::{MemberBatch, SegmentError};

use super::super::asked::Asked;
use super::super::input::Input;
use super::columns::Columns;
use super::decoder::{OpenGroup, Rows, row_number};
use super::{operating_system_error, pages};
use crate::arrow::member_batch;

/// A row group, and the errors that name it.
pub(super) struct RowGroup<'a> {
    pub(super) input: &'a Input,
    pub(super) footer: &'a ArrowReaderMetadata,
    pub(super) number: usize,
    /// The rows that may hold members, where that is not all.
    pub(super) wanted: Option<Arc<[Range<usize>]>>,
}

impl RowGroup<'_> {
    /// Begins to decode these columns of what may hold members.
    pub(super) fn open(&self, columns: &ProjectionMask, batch_size: usize) -> Result<OpenGroup, SegmentError> {
        let chunks = self.input.chunks(&self.check_chunks(columns)?)?;
        let failure = chunks.failure();
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.footer.clone())
            .with_row_groups(vec![self.number])
            .with_projection(columns.clone())
            .with_batch_size(batch_size);
        let mut expected = usize::try_from(self.group().num_rows()).map_err(|_| self.damaged())?;
        if let Some(wanted) = &self.wanted {
            reader = reader.with_row_selection(RowSelection::from_consecutive_ranges(wanted.iter().cloned(), expected));
            expected = wanted.iter().map(ExactSizeIterator::len).sum();
        }
        let reader = reader.build().map_err(|error| {
            let system = operating_system_error(error).map(|error| self.input.read_error(error));
            failure().or(system).unwrap_or_else(|| self.damaged())
        })?;
        Ok(OpenGroup { reader, failure: Box::new(failure), rows: 0, expected })
    }

    /// Whether as many rows were decoded as there are.
    pub(super) fn check_rows(&self, rows: usize, expected: usize) -> Result<(), SegmentError> {
        if rows == expected {
            return Ok(());
        }
        let what = format!("has {rows} rows where the footer says {expected}; export the file again");
        Err(SegmentError::malformed(self.message(&what)))
    }

    /// The members among rows of this row group.
    pub(super) fn members(&self, rows: Rows, columns: &Columns, asked: &Asked) -> Result<MemberBatch, SegmentError> {
        let Rows { batch, before, .. } = rows;
        let batch = columns.with_partitions(batch).map_err(|_| self.damaged())?;
        let (batch, without_consent) = asked.keep_rows(batch).map_err(|refusal| {
            let number = |row| row_number(self.wanted.as_deref(), before + row);
            SegmentError::malformed(self.message(&refusal.what(|row| format!("has in its row {}", number(row)))))
        })?;
        let members = member_batch(&batch, asked.delivered())
            .map_err(|error| SegmentError::new(error.kind(), self.message("cannot be used")).with_source(error))?;
        Ok(members.with_members_without_consent(without_consent))
    }

    /// Where the pages are that have these rows, column by column. Refuses chunks that cannot be read, before memory is set
    /// aside for them.
    fn check_chunks(&self, columns: &ProjectionMask) -> Result<Vec<Vec<Range<u64>>>, SegmentError> {
        let chunks = self.group().columns().iter().enumerate();
        let mut lanes = Vec::new();
        for (leaf, chunk) in chunks.filter(|(leaf, _)| columns.leaf_included(*leaf)) {
            let (start, length) = chunk.byte_range();
            let Some(end) = start.checked_add(length).filter(|end| *end <= self.input.len()) else {
                let what = "goes on past the file's end: the file was cut off; export it again";
                return Err(SegmentError::malformed(self.message(what)));
            };
            let pages = pages::of_rows(self.footer, self.number, leaf, &(start..end), self.wanted.as_deref());
            lanes.push(pages.ok_or_else(|| {
                let what = "has a page index that is damaged; export the file again, or read it without pruning \
                            (`FileSegmentBuilder::prune`)";
                SegmentError::malformed(self.message(what))
            })?);
            let codec = match chunk.compression() {
                Compression::BROTLI(_) => "Brotli",
                Compression::LZO => "LZO",
                _ => continue,
            };
            let what = format!("is compressed with {codec}, which is not supported; use Zstandard or Snappy");
            return Err(SegmentError::malformed(self.message(&what)));
        }
        Ok(lanes)
    }

    fn group(&self) -> &RowGroupMetaData {
        self.footer.metadata().row_group(self.number)
    }

    pub(super) fn damaged(&self) -> SegmentError {
        SegmentError::malformed(self.message("cannot be decoded: the file is damaged or was cut off; export it again"))
    }

    fn message(&self, what: &str) -> String {
        let (number, groups) = (self.number + 1, self.footer.metadata().num_row_groups());
        format!("row group {number} of {groups} of `{}` {what}", self.input.name())
    }
}

//! One row group after the other, as batches of members.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder, RowSelection};
use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;
use tikaud_core::segment::{MemberBatch, SegmentError};

use super::super::asked::Asked;
use super::super::header::Origin;
use super::super::input::Input;
use super::{operating_system_error, pages};
use crate::arrow::member_batch;

/// What is read of each row group, and what the file's path has instead.
pub(super) struct Columns {
    projection: ProjectionMask,
    partitions: Vec<(String, Option<String>)>,
}

impl Columns {
    pub(super) fn new(asked: &Asked, origins: &[Origin], footer: &ArrowReaderMetadata) -> Self {
        let mut partitions: Vec<(String, Option<String>)> = Vec::new();
        let mut positions = Vec::new();
        for (name, origin) in asked.columns().iter().zip(origins) {
            match origin {
                Origin::File(position) => positions.push(*position),
                Origin::Path(value) if partitions.iter().all(|(known, _)| known != name) => {
                    partitions.push((name.clone(), value.clone()));
                }
                Origin::Path(_) => {}
            }
        }
        Self { projection: ProjectionMask::roots(footer.parquet_schema(), positions), partitions }
    }

    /// A batch that was read, with the columns of the file's path.
    fn with_partitions(&self, batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
        if self.partitions.is_empty() {
            return Ok(batch);
        }
        let (mut fields, mut arrays) = (batch.schema().fields().to_vec(), batch.columns().to_vec());
        for (name, value) in &self.partitions {
            fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
            let cells = std::iter::repeat_n(value.as_deref(), batch.num_rows());
            arrays.push(Arc::new(StringArray::from_iter(cells)) as ArrayRef);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
    }
}

/// The number from 1, in the row group, of a row that was read, from 0.
fn row_number(wanted: Option<&[Range<usize>]>, mut row: usize) -> usize {
    for range in wanted.unwrap_or_default() {
        if row < range.len() {
            return range.start + row + 1;
        }
        row -= range.len();
    }
    row + 1
}

/// Some rows of a row group, as they were decoded.
pub(super) struct Rows {
    /// Of which row group.
    pub(super) group: usize,
    batch: RecordBatch,
    /// How many rows were decoded before.
    before: usize,
    /// The rows that are decoded, where that is not all.
    wanted: Option<Arc<[Range<usize>]>>,
}

/// A row group, and the errors that name it.
pub(super) struct RowGroup<'a> {
    pub(super) input: &'a Input,
    pub(super) footer: &'a ArrowReaderMetadata,
    pub(super) number: usize,
}

impl RowGroup<'_> {
    /// Decodes what may hold members, until `give` asks to stop.
    pub(super) fn decode(
        &self,
        columns: &Columns,
        asked: &Asked,
        batch_size: usize,
        give: &mut dyn FnMut(Rows) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SegmentError> {
        let wanted: Option<Arc<[_]>> = pages::wanted(self.footer, self.number, self.input, asked).map(Into::into);
        let chunks = self.input.chunks(&self.check_chunks(&columns.projection, wanted.as_deref())?)?;
        let failure = chunks.failure();
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, self.footer.clone())
            .with_row_groups(vec![self.number])
            .with_projection(columns.projection.clone())
            .with_batch_size(batch_size);
        let all = usize::try_from(self.group().num_rows()).map_err(|_| self.damaged())?;
        if let Some(wanted) = &wanted {
            reader = reader.with_row_selection(RowSelection::from_consecutive_ranges(wanted.iter().cloned(), all));
        }
        let reader = reader.build().map_err(|error| {
            let system = operating_system_error(error).map(|error| self.input.read_error(error));
            failure().or(system).unwrap_or_else(|| self.damaged())
        })?;
        let mut rows = 0;
        for batch in reader {
            // Arrow's error is a text that may quote values; it is dropped.
            let batch = batch.map_err(|_| failure().unwrap_or_else(|| self.damaged()))?;
            let before = rows;
            rows += batch.num_rows();
            if give(Rows { group: self.number, batch, before, wanted: wanted.clone() }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let expected = wanted.map_or(all, |wanted| wanted.iter().map(ExactSizeIterator::len).sum());
        if rows == expected {
            return Ok(ControlFlow::Continue(()));
        }
        let what = format!("has {rows} rows where the footer says {expected}; export the file again");
        Err(SegmentError::malformed(self.message(&what)))
    }

    /// The members among rows of this row group.
    pub(super) fn members(&self, rows: Rows, columns: &Columns, asked: &Asked) -> Result<MemberBatch, SegmentError> {
        let Rows { batch, before, wanted, .. } = rows;
        let batch = columns.with_partitions(batch).map_err(|_| self.damaged())?;
        let (batch, without_consent) = asked.keep_rows(batch).map_err(|refusal| {
            let number = |row| row_number(wanted.as_deref(), before + row);
            SegmentError::malformed(self.message(&refusal.what(|row| format!("has in its row {}", number(row)))))
        })?;
        let members = member_batch(&batch, asked.delivered())
            .map_err(|error| SegmentError::new(error.kind(), self.message("cannot be used")).with_source(error))?;
        Ok(members.with_members_without_consent(without_consent))
    }

    /// Where the pages are that have these rows, column by column. Refuses chunks that cannot be read, before memory is set
    /// aside for them.
    fn check_chunks(
        &self,
        projection: &ProjectionMask,
        wanted: Option<&[Range<usize>]>,
    ) -> Result<Vec<Vec<Range<u64>>>, SegmentError> {
        let chunks = self.group().columns().iter().enumerate();
        let mut lanes = Vec::new();
        for (leaf, chunk) in chunks.filter(|(leaf, _)| projection.leaf_included(*leaf)) {
            let (start, length) = chunk.byte_range();
            let Some(end) = start.checked_add(length).filter(|end| *end <= self.input.len()) else {
                let what = "goes on past the file's end: the file was cut off; export it again";
                return Err(SegmentError::malformed(self.message(what)));
            };
            let pages = pages::of_rows(self.footer, self.number, leaf, &(start..end), wanted);
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

    fn damaged(&self) -> SegmentError {
        SegmentError::malformed(self.message("cannot be decoded: the file is damaged or was cut off; export it again"))
    }

    fn message(&self, what: &str) -> String {
        let (number, groups) = (self.number + 1, self.footer.metadata().num_row_groups());
        format!("row group {number} of {groups} of `{}` {what}", self.input.name())
    }
}

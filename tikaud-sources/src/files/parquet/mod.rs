//! Parquet: row groups of column chunks, of which only those are read that were asked for.

mod pruning;

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use tikaud_core::segment::SegmentError;

use super::asked::Asked;
use super::header::{Column, Header};
use super::input::Input;
use super::reading::Emit;
use crate::arrow::member_batch;

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

/// The same of one whose footer is encrypted.
const ENCRYPTED: &[u8; 4] = b"PARE";

/// The columns of a file's schema.
pub(super) fn header(input: &Input) -> Result<Header, SegmentError> {
    header_of(input, &footer(input)?)
}

/// Reads a file's members into batches, until `emit` asks to stop.
pub(super) fn read(
    input: &Input,
    asked: &Asked,
    batch_size: usize,
    emit: Emit<'_>,
) -> Result<ControlFlow<()>, SegmentError> {
    let footer = footer(input)?;
    let positions = header_of(input, &footer)?.positions(input, asked)?;
    let projection = ProjectionMask::roots(footer.parquet_schema(), positions);
    let wanted = pruning::wanted(&footer, asked);
    // One row group after the other, so that an error can say which it was.
    for number in (0..footer.metadata().num_row_groups()).filter(|number| wanted[*number]) {
        let group = RowGroup { input, footer: &footer, number };
        if group.read(&projection, asked, batch_size, emit)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn header_of(input: &Input, footer: &ArrowReaderMetadata) -> Result<Header, SegmentError> {
    let columns = footer.schema().fields().iter().map(|field| Column::of_type(field.name().clone(), field.data_type()));
    Header::try_new(input, columns.collect())
}

/// The file's footer, which says what is in the file and where.
fn footer(input: &Input) -> Result<ArrowReaderMetadata, SegmentError> {
    check_magic(input)?;
    let damaged = || input.malformed("is a Parquet file whose footer is damaged; export it again");
    let footer = ArrowReaderMetadata::load(input.file(), ArrowReaderOptions::new())
        .map_err(|error| operating_system_error(error).map_or_else(damaged, |error| input.read_error(error)))?;
    // A footer that lost the entry of a row group would make a shorter segment.
    let mut groups = footer.metadata().row_groups().iter().map(RowGroupMetaData::num_rows);
    let rows = groups.try_fold(0_i64, i64::checked_add);
    if rows == Some(footer.metadata().file_metadata().num_rows()) { Ok(footer) } else { Err(damaged()) }
}

fn check_magic(input: &Input) -> Result<(), SegmentError> {
    let length = MAGIC.len() as u64;
    if input.len() == 0 {
        return Err(input.malformed("is empty, as an interrupted export leaves it; export it again"));
    }
    let magic_at = |at| {
        let mut magic = [0; MAGIC.len()];
        let mut file = input.file();
        file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut magic)).map(|()| magic)
    };
    let start = if input.len() < length { Ok([0; MAGIC.len()]) } else { magic_at(0) };
    match start.map_err(|error| input.read_error(error))? {
        start if start == *ENCRYPTED => return Err(input.malformed("is encrypted; export it without encryption")),
        start if start != *MAGIC => return Err(input.malformed("is not a Parquet file")),
        _ => {}
    }
    if magic_at(input.len() - length).map_err(|error| input.read_error(error))? != *MAGIC {
        return Err(input.malformed("is a Parquet file that was cut off: it has no footer; export it again"));
    }
    Ok(())
}

/// The operating system's error within a Parquet error. All else that such an error holds may quote values.
fn operating_system_error(error: ParquetError) -> Option<io::Error> {
    let ParquetError::External(error) = error else { return None };
    error.downcast::<io::Error>().ok().map(|error| *error).filter(|error| error.raw_os_error().is_some())
}

/// A row group, and the errors that name it.
struct RowGroup<'a> {
    input: &'a Input,
    footer: &'a ArrowReaderMetadata,
    number: usize,
}

impl RowGroup<'_> {
    fn read(
        &self,
        projection: &ProjectionMask,
        asked: &Asked,
        batch_size: usize,
        emit: Emit<'_>,
    ) -> Result<ControlFlow<()>, SegmentError> {
        self.check_chunks(projection)?;
        let file = self.input.file().try_clone().map_err(|error| self.input.read_error(error))?;
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.footer.clone())
            .with_row_groups(vec![self.number])
            .with_projection(projection.clone())
            .with_batch_size(batch_size)
            .build()
            .map_err(|error| {
                operating_system_error(error).map_or_else(|| self.damaged(), |e| self.input.read_error(e))
            })?;
        let mut rows = 0;
        for batch in reader {
            // Arrow's error is a text that may quote values; it is dropped.
            let batch = batch.map_err(|_| self.damaged())?;
            let first = rows + 1;
            rows += batch.num_rows();
            let batch = asked.keep_rows(batch).map_err(|refusal| {
                SegmentError::malformed(self.message(&refusal.what(|row| format!("has in its row {}", first + row))))
            })?;
            let members = member_batch(&batch, asked.delivered())
                .map_err(|error| SegmentError::new(error.kind(), self.message("cannot be used")).with_source(error))?;
            if emit(members).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let expected = self.footer.metadata().row_group(self.number).num_rows();
        if i64::try_from(rows) == Ok(expected) {
            return Ok(ControlFlow::Continue(()));
        }
        let what = format!("has {rows} rows where the footer says {expected}; export the file again");
        Err(SegmentError::malformed(self.message(&what)))
    }

    /// Refuses column chunks that cannot be read, before memory is set aside for them.
    fn check_chunks(&self, projection: &ProjectionMask) -> Result<(), SegmentError> {
        let chunks = self.footer.metadata().row_group(self.number).columns().iter().enumerate();
        for (_, chunk) in chunks.filter(|(leaf, _)| projection.leaf_included(*leaf)) {
            let (start, length) = chunk.byte_range();
            if start.checked_add(length).is_none_or(|end| end > self.input.len()) {
                let what = "goes on past the file's end: the file was cut off; export it again";
                return Err(SegmentError::malformed(self.message(what)));
            }
            let codec = match chunk.compression() {
                Compression::BROTLI(_) => "Brotli",
                Compression::LZO => "LZO",
                _ => continue,
            };
            let what = format!("is compressed with {codec}, which is not supported; use Zstandard or Snappy");
            return Err(SegmentError::malformed(self.message(&what)));
        }
        Ok(())
    }

    fn damaged(&self) -> SegmentError {
        SegmentError::malformed(self.message("cannot be decoded: the file is damaged or was cut off; export it again"))
    }

    fn message(&self, what: &str) -> String {
        let (number, groups) = (self.number + 1, self.footer.metadata().num_row_groups());
        format!("row group {number} of {groups} of `{}` {what}", self.input.path().display())
    }
}

//! Parquet: row groups of column chunks, of which only those are read that were asked for.
//!
//! ```text
//! footer ─▶ row groups, columns ─┬─▶ decoder of the first half, on a thread of its own ─┬─▶ batches of members
//!                                └─▶ decoder of the other half ─────────────────────────┘
//! ```

mod columns;
mod decoder;
mod pages;
mod pruning;
mod row_group;

use std::io;
use std::ops::ControlFlow;

use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use tikaud_core::segment::SegmentError;

use self::columns::Columns;
use self::decoder::{Decoder, Rows};
use self::row_group::RowGroup;
use super::asked::Asked;
use super::header::{Column, Header};
use super::input::Input;
use super::reading::{Emit, ahead};

/// What a Parquet file begins and ends with.
const MAGIC: &[u8; 4] = b"PAR1";

/// The same of one whose footer is encrypted.
const ENCRYPTED: &[u8; 4] = b"PARE";

/// How much is read of an object's end at once: more than most footers.
const FOOTER: u64 = 64 << 10;

/// The columns of a file's schema.
pub(super) fn header(input: &Input) -> Result<Header, SegmentError> {
    header_of(input, &footer(input, PageIndexPolicy::Skip)?)
}

/// Reads a file's members into batches, until `emit` asks to stop.
pub(super) fn read(
    input: &Input,
    asked: &Asked,
    batch_size: usize,
    emit: Emit<'_>,
) -> Result<ControlFlow<()>, SegmentError> {
    let index = if asked.rule_to_prune_by().is_some() { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
    let footer = footer(input, index)?;
    let columns = Columns::new(asked, &header_of(input, &footer)?.origins(input, asked)?, &footer);
    let groups = row_groups(input, &footer, asked);
    let decoder = |columns| Decoder::new(&groups, columns, batch_size);
    let (first, mut second) = (columns.first(), columns.second().map(decoder));
    let decode = |give: &mut dyn FnMut(Rows) -> ControlFlow<()>| {
        for rows in decoder(first) {
            if give(rows?).is_break() {
                break;
            }
        }
        Ok(())
    };
    let flow = ahead(decode, |mut rows| {
        let group = &groups[rows.group];
        if let Some(second) = &mut second {
            let others = second.next().transpose()?;
            rows = others.and_then(|others| rows.beside(&others)).ok_or_else(|| group.damaged())?;
        }
        Ok(emit(group.members(rows, &columns, asked)?))
    })?;
    // What is left over in one half is missing in the other.
    match second.filter(|_| flow.is_continue()).and_then(|mut second| second.next()).transpose()? {
        Some(rows) => Err(groups[rows.group].damaged()),
        None => Ok(flow),
    }
}

/// The row groups that may have members, and in each the rows that may be some.
fn row_groups<'a>(input: &'a Input, footer: &'a ArrowReaderMetadata, asked: &Asked) -> Vec<RowGroup<'a>> {
    let wanted = pruning::wanted(footer, input, asked);
    let numbers = (0..wanted.len()).filter(|number| wanted[*number]);
    let rows = |number| pages::wanted(footer, number, input, asked).map(Into::into);
    numbers.map(|number| RowGroup { input, footer, number, wanted: rows(number) }).collect()
}

fn header_of(input: &Input, footer: &ArrowReaderMetadata) -> Result<Header, SegmentError> {
    let columns = footer.schema().fields().iter().map(|field| Column::of_type(field.name().clone(), field.data_type()));
    Header::try_new(input, columns.collect())
}

/// The file's footer, which says what is in the file and where, and perhaps what is in each page.
fn footer(input: &Input, index: PageIndexPolicy) -> Result<ArrowReaderMetadata, SegmentError> {
    if input.len() == 0 {
        return Err(input.malformed("is empty, as an interrupted export leaves it; export it again"));
    }
    let magic = MAGIC.len() as u64;
    let (start, end) = (0..magic, input.len().saturating_sub(FOOTER)..input.len());
    let chunks = input.chunks(&[vec![start], vec![end]])?;
    let failure = chunks.failure();
    let damaged = || input.malformed("is a Parquet file whose footer is damaged; export it again");
    let failed = |error| {
        failure().unwrap_or_else(|| operating_system_error(error).map_or_else(damaged, |error| input.read_error(error)))
    };
    let magic_at = |at: Option<u64>| match at {
        Some(at) => chunks.get_bytes(at, MAGIC.len()).map_err(failed),
        None => Ok(Bytes::new()),
    };
    let last = input.len().checked_sub(magic);
    match magic_at(last.map(|_| 0))?.as_ref() {
        start if start == ENCRYPTED => return Err(input.malformed("is encrypted; export it without encryption")),
        start if start != MAGIC => return Err(input.malformed("is not a Parquet file")),
        _ if magic_at(last)?.as_ref() != MAGIC => {
            return Err(input.malformed("is a Parquet file that was cut off: it has no footer; export it again"));
        }
        _ => {}
    }
    let options = ArrowReaderOptions::new().with_page_index_policy(index);
    let footer = ArrowReaderMetadata::load(&chunks, options).map_err(failed)?;
    // A footer that lost the entry of a row group would make a shorter segment.
    let mut groups = footer.metadata().row_groups().iter().map(RowGroupMetaData::num_rows);
    let rows = groups.try_fold(0_i64, i64::checked_add);
    if rows == Some(footer.metadata().file_metadata().num_rows()) { Ok(footer) } else { Err(damaged()) }
}

/// The operating system's error within a Parquet error. All else that such an error holds may quote values.
fn operating_system_error(error: ParquetError) -> Option<io::Error> {
    let ParquetError::External(error) = error else { return None };
    error.downcast::<io::Error>().ok().map(|error| *error).filter(|error| error.raw_os_error().is_some())
}

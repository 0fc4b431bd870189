//! CSV: a header line, then one record a member.

mod record;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use tikaud_core::segment::{SegmentError, TextColumn};

use self::record::{Split, Splitter};
use super::asked::Asked;
use super::format::Dialect;
use super::header::{Column, Header, Origin};
use super::input::Input;
use super::lines::Lines;
use super::reading::Emit;
use crate::batches::Batches;

/// The columns that a file's first record names.
pub(super) fn header(input: &Input, dialect: Dialect) -> Result<Header, SegmentError> {
    header_of(input, &mut Records::open(input, dialect)?)
}

/// Reads a file's members into batches, until `emit` asks to stop.
pub(super) fn read(
    input: &Input,
    dialect: Dialect,
    asked: &Asked,
    batch_size: usize,
    emit: Emit<'_>,
) -> Result<ControlFlow<()>, SegmentError> {
    let mut records = Records::open(input, dialect)?;
    let header = header_of(input, &mut records)?;
    let origins = header.origins(input, asked)?;
    let mut batches = Batches::new(origins.len(), batch_size);
    while records.advance()? {
        let (fields, columns) = (records.splitter.fields().len(), header.len());
        if fields != columns {
            return Err(records.lines.malformed(format!(
                "has another number of fields ({fields}) than the header ({columns}); quote fields that hold the delimiter"
            )));
        }
        let length = records.lines.line().len();
        records.push_to(&origins, batches.columns())?;
        if let Some(batch) = batches.end_member(length)?
            && emit(batch).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(batches.take()?.map_or(ControlFlow::Continue(()), emit))
}

fn header_of(input: &Input, records: &mut Records<'_>) -> Result<Header, SegmentError> {
    if !records.advance()? {
        return Err(input.malformed("holds blank lines only; its first line is to name the columns"));
    }
    let names = records.names()?;
    if !records.lines.is_ended() {
        return Err(records.lines.malformed(
            "names the columns and is not ended: the file was cut off there; if it is to be empty, end the line",
        ));
    }
    if let [only] = names.as_slice()
        && let Some(delimiter) = [',', ';', '\t', '|'].into_iter().find(|&delimiter| only.contains(delimiter))
    {
        return Err(input.malformed(format!(
            "has a single column, whose name holds {delimiter:?}; if that separates the columns, set it as the \
             delimiter (`CsvOptions::with_delimiter`)"
        )));
    }
    Header::try_new(input, names.into_iter().map(Column::of_text).collect())
}

/// The records of a file.
struct Records<'a> {
    lines: Lines<'a>,
    dialect: Dialect,
    splitter: Splitter,
    scratch: Vec<u8>,
}

impl<'a> Records<'a> {
    fn open(input: &'a Input, dialect: Dialect) -> Result<Self, SegmentError> {
        Ok(Self { lines: Lines::open(input)?, dialect, splitter: Splitter::new(dialect), scratch: Vec::new() })
    }

    /// Goes to the next record; `false` when there is none. Blank lines are none.
    fn advance(&mut self) -> Result<bool, SegmentError> {
        loop {
            if !self.lines.advance()? {
                return Ok(false);
            }
            if !matches!(self.lines.line(), b"\n" | b"\r\n" | b"\r") {
                break;
            }
        }
        loop {
            match self.splitter.split(self.lines.line()) {
                Split::Whole => return self.check_end().map(|()| true),
                Split::Open if self.lines.extend()? => {}
                Split::Open => return Err(self.lines.malformed("opens a quote that is not closed by the file's end")),
                Split::TextAfterQuote => {
                    return Err(self.lines.malformed(
                        "begins a record with text after a closing quote; a quote within a quoted field is to be doubled",
                    ));
                }
            }
        }
    }

    /// What is not ended is a file's last record, of which the end may be missing: by the program or the person who wrote it, or
    /// because the file was cut off.
    fn check_end(&self) -> Result<(), SegmentError> {
        if self.lines.is_ended() {
            return Ok(());
        }
        if self.dialect.line_end_required {
            return Err(self.lines.malformed(
                "is the last one and is not ended, so the file was cut off; export it again, or do not require line ends \
                 (`CsvOptions::with_line_end_required`)",
            ));
        }
        self.lines.warn(
            "the last line is not ended; if the file's writer ends its lines, the file was cut off there: require line ends \
             (`CsvOptions::with_line_end_required`)",
        );
        Ok(())
    }

    /// The record's fields as the columns' names.
    fn names(&mut self) -> Result<Vec<String>, SegmentError> {
        let line = self.lines.line();
        if line.contains(&0) {
            return Err(self.lines.malformed("holds NUL bytes, as UTF-16 does; convert the file to UTF-8"));
        }
        if line.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n') {
            return Err(self.lines.malformed("ends with a carriage return alone; end lines with a line feed"));
        }
        let fields = self.splitter.fields().iter();
        fields
            .map(|field| {
                let name = field.bytes(line, self.dialect.quote, &mut self.scratch);
                String::from_utf8(name.to_vec()).map_err(|_| self.lines.not_utf8())
            })
            .collect()
    }

    /// Appends the record's fields, or what the file's path has, to the columns.
    fn push_to(&mut self, origins: &[Origin], columns: &mut [TextColumn]) -> Result<(), SegmentError> {
        let line = self.lines.line();
        // Nearly every record is text as a whole, which is looked at once. Where one is not, the columns asked for may be.
        let text = str::from_utf8(line).ok();
        for (column, origin) in columns.iter_mut().zip(origins) {
            let position = match origin {
                Origin::File(position) => *position,
                Origin::Path(value) => {
                    column.push(value.as_deref())?;
                    continue;
                }
            };
            let field = self.splitter.fields()[position];
            let cell = match text.and_then(|text| field.text(text)) {
                Some(cell) => cell,
                None => str::from_utf8(field.bytes(line, self.dialect.quote, &mut self.scratch))
                    .map_err(|_| self.lines.not_utf8())?,
            };
            column.push((!cell.is_empty()).then_some(cell))?;
        }
        Ok(())
    }
}

//! A text file line by line: UTF-8 without its byte order mark, lines of bounded length.

use std::io::{BufRead, BufReader, Read};

use tikaud_core::segment::SegmentError;

use super::input::Input;

/// The longest line, or CSV record of several lines, in bytes. Longer ones are errors: what they would hold is not a
/// person, and memory is bounded.
const LINE_LIMIT: usize = 16 << 20;

const READ_BUFFER: usize = 256 << 10;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What files begin with that are not text in UTF-8, and what to do about it.
const OTHER_FORMATS: [(&[u8], &str); 6] = [
    (b"\xFF\xFE", "is encoded in UTF-16; convert it to UTF-8"),
    (b"\xFE\xFF", "is encoded in UTF-16; convert it to UTF-8"),
    (b"\x1F\x8B", "is compressed with gzip; unpack it first"),
    (b"\x28\xB5\x2F\xFD", "is compressed with Zstandard; unpack it first"),
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook; export it as text"),
    (b"PAR1", "is a Parquet file; name its format with `FileSegmentBuilder::format`"),
];

/// The lines of a file.
pub(super) struct Lines<'a> {
    input: &'a Input,
    file: BufReader<Box<dyn Read + 'a>>,
    line: Vec<u8>,
    /// Which line, from 1, `line` begins with.
    number: u64,
    /// How many lines `line` consists of.
    lines: u64,
}

impl<'a> Lines<'a> {
    /// Starts at the beginning of the file.
    pub(super) fn open(input: &'a Input) -> Result<Self, SegmentError> {
        let mut file = BufReader::with_capacity(READ_BUFFER, input.bytes()?);
        let start = file.fill_buf().map_err(|error| input.read_error(error))?;
        if start.is_empty() {
            return Err(input.malformed("is empty, as an interrupted export leaves it; export it again"));
        }
        if let Some((_, what)) = OTHER_FORMATS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(input.malformed(what));
        }
        if start.starts_with(BYTE_ORDER_MARK) {
            file.consume(BYTE_ORDER_MARK.len());
        }
        Ok(Self { input, file, line: Vec::new(), number: 0, lines: 1 })
    }

    /// Goes to the next line; `false` when there is none.
    pub(super) fn advance(&mut self) -> Result<bool, SegmentError> {
        self.number += self.lines;
        self.lines = 0;
        self.line.clear();
        self.extend()
    }

    /// Appends the next line to the present one; `false` when there is none.
    pub(super) fn extend(&mut self) -> Result<bool, SegmentError> {
        let room = LINE_LIMIT.saturating_sub(self.line.len());
        // One byte more, to tell a line that just fits from one that goes on.
        let mut limited = self.file.by_ref().take(room as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.line).map_err(|error| self.input.read_error(error))?;
        if read > room {
            return Err(self.malformed(
                "is longer than 16 MiB; a quote is not closed there, or the file is not what it seems to be",
            ));
        }
        self.lines += 1;
        Ok(read > 0)
    }

    /// The present line, with its end. The last one of a file may lack that.
    pub(super) fn line(&self) -> &[u8] {
        &self.line
    }

    /// The present line is not what it should be. `what` goes on after its place.
    pub(super) fn malformed(&self, what: impl AsRef<str>) -> SegmentError {
        self.input.malformed_line(self.number, what)
    }

    /// The present line is not in UTF-8.
    pub(super) fn not_utf8(&self) -> SegmentError {
        self.malformed("is not in UTF-8, more likely in Latin-1 or Windows-1252; convert the file to UTF-8")
    }
}

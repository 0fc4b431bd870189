//! A text file line by line: UTF-8, lines of bounded length.

use std::io::{BufRead, BufReader, Read};

use memchr::memchr;
use tikaud_core::segment::SegmentError;

use super::input::Input;
use super::unpacked::Unpacked;

/// The longest line, or CSV record of several lines, in bytes. Longer ones are errors: what they would hold is not a
/// person, and memory is bounded.
const LINE_LIMIT: usize = 16 << 20;

const READ_BUFFER: usize = 256 << 10;

/// The lines of a file.
pub(super) struct Lines<'a> {
    input: &'a Input,
    file: BufReader<Unpacked<'a>>,
    line: Vec<u8>,
    /// Which line, from 1, `line` begins with.
    number: u64,
    /// How many lines `line` consists of.
    lines: u64,
}

impl<'a> Lines<'a> {
    /// Starts at the beginning of the file.
    pub(super) fn open(input: &'a Input) -> Result<Self, SegmentError> {
        let file = BufReader::with_capacity(READ_BUFFER, Unpacked::open(input)?);
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
        // Nearly every line lies in the buffer as a whole.
        let buffered = self.file.buffer();
        if let Some(at) = memchr(b'\n', buffered)
            && at < room
        {
            self.line.extend_from_slice(&buffered[..=at]);
            self.file.consume(at + 1);
            self.lines += 1;
            return Ok(true);
        }
        // One byte more, to tell a line that just fits from one that goes on.
        let mut limited = self.file.by_ref().take(room as u64 + 1);
        let read = limited.read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| self.file.get_ref().read_error(error))?;
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

    /// Whether the present line has its end.
    pub(super) fn is_ended(&self) -> bool {
        self.line.ends_with(b"\n")
    }

    /// The present line is not what it should be. `what` goes on after its place.
    pub(super) fn malformed(&self, what: impl AsRef<str>) -> SegmentError {
        self.input.malformed_line(self.number, what)
    }

    /// Logs what is doubtful about the present line.
    pub(super) fn warn(&self, what: &str) {
        tracing::warn!(file = self.input.name(), line = self.number, "{what}");
    }

    /// The present line is not in UTF-8.
    pub(super) fn not_utf8(&self) -> SegmentError {
        self.malformed("is not in UTF-8, more likely in Latin-1 or Windows-1252; convert the file to UTF-8")
    }
}

//! A text file's bytes, unpacked where the file is packed as a whole, from after its byte order mark.

use std::io::{self, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use tikaud_core::segment::SegmentError;
use zstd::stream::read::Decoder;

use super::input::Input;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

const GZIP: &[u8] = b"\x1F\x8B";

const ZSTANDARD: &[u8] = b"\x28\xB5\x2F\xFD";

/// What files begin with that are not text in UTF-8, and what to do about it.
const OTHER_FORMATS: [(&[u8], &str); 6] = [
    (b"\xFF\xFE", "is encoded in UTF-16; convert it to UTF-8"),
    (b"\xFE\xFF", "is encoded in UTF-16; convert it to UTF-8"),
    (GZIP, "is compressed twice; unpack it first"),
    (ZSTANDARD, "is compressed twice; unpack it first"),
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook; export it as text"),
    (b"PAR1", "is a Parquet file; name its format with `FileSegmentBuilder::format`"),
];

type Bytes<'a> = Box<dyn Read + 'a>;

/// The text of a file.
pub(super) struct Unpacked<'a> {
    input: &'a Input,
    bytes: Bytes<'a>,
    is_packed: bool,
}

impl<'a> Unpacked<'a> {
    /// Starts at the beginning of the file.
    pub(super) fn open(input: &'a Input) -> Result<Self, SegmentError> {
        let mut text = Self { input, bytes: input.bytes()?, is_packed: false };
        let mut start = text.peek()?;
        if start.is_empty() {
            return Err(input.malformed("is empty, as an interrupted export leaves it; export it again"));
        }
        if start.starts_with(GZIP) {
            start = text.unpack(|bytes| Ok(Box::new(MultiGzDecoder::new(BufReader::new(bytes)))))?;
        } else if start.starts_with(ZSTANDARD) {
            start = text.unpack(|bytes| Ok(Box::new(Decoder::new(bytes)?)))?;
        }
        if let Some((_, what)) = OTHER_FORMATS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(input.malformed(what));
        }
        if start.starts_with(BYTE_ORDER_MARK) {
            let mut mark = [0; BYTE_ORDER_MARK.len()];
            text.bytes.read_exact(&mut mark).map_err(|error| text.read_error(error))?;
        }
        Ok(text)
    }

    /// What a failure to read means.
    pub(super) fn read_error(&self, error: io::Error) -> SegmentError {
        let is_ours = error.raw_os_error().is_some() || error.get_ref().is_some_and(|inner| inner.is::<SegmentError>());
        if self.is_packed && !is_ours {
            return self.input.malformed("cannot be unpacked: it is damaged or was cut off; export it again");
        }
        self.input.read_error(error)
    }

    fn unpack(&mut self, unpacked: impl FnOnce(Bytes<'a>) -> io::Result<Bytes<'a>>) -> Result<Vec<u8>, SegmentError> {
        self.is_packed = true;
        let packed = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = unpacked(packed).map_err(|error| self.read_error(error))?;
        self.peek()
    }

    /// The first four bytes, which are read once more after that.
    fn peek(&mut self) -> Result<Vec<u8>, SegmentError> {
        let mut start = Vec::new();
        let read = self.bytes.by_ref().take(4).read_to_end(&mut start);
        read.map_err(|error| self.read_error(error))?;
        let rest = std::mem::replace(&mut self.bytes, Box::new(io::empty()));
        self.bytes = Box::new(Cursor::new(start.clone()).chain(rest));
        Ok(start)
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

//! The formats of files, and the options of CSV.

use std::path::Path;

use tikaud_core::segment::SegmentError;

use crate::error::configuration;

/// A format of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// Delimited text with a header line, as RFC 4180 describes it. Extensions: `csv`, and `tsv` for tabs; with `.gz` or
    /// `.zst` after it when the file is compressed as a whole.
    Csv,
    /// One JSON object a line. Extensions: `jsonl`, `ndjson`, `json`; with `.gz` or `.zst` likewise.
    JsonLines,
    /// Apache Parquet. Extensions: `parquet`, `pq`.
    Parquet,
}

impl FileFormat {
    /// The format that a file's extension stands for: the one within, where the file is compressed as a whole.
    pub(super) fn of(name: &str) -> Result<Self, SegmentError> {
        match extension(without_packing(name)).as_str() {
            "parquet" | "pq" if without_packing(name) != name => Err(configuration(format!(
                "`{name}` is a Parquet file that is compressed as a whole; unpack it first (Parquet is compressed in itself)"
            ))),
            "csv" | "tsv" => Ok(Self::Csv),
            "jsonl" | "ndjson" | "json" => Ok(Self::JsonLines),
            "parquet" | "pq" => Ok(Self::Parquet),
            "bz2" | "xz" | "zip" => Err(configuration(format!(
                "`{name}` is compressed in a way that cannot be read; unpack it first, or use gzip or Zstandard"
            ))),
            _ => Err(configuration(format!(
                "the extension of `{name}` tells no format (csv, tsv, jsonl, ndjson, json, parquet, pq do); \
                 name it with `FileSegmentBuilder::format`"
            ))),
        }
    }
}

/// How CSV files are written. The encoding is UTF-8, and the first line names the columns.
///
/// ```
/// use tikaud_sources::CsvOptions;
///
/// let options = CsvOptions::default().with_delimiter(';');
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CsvOptions {
    /// What separates the fields: one ASCII character. The default `None` is a tab in files called `.tsv`, a comma in
    /// all others.
    pub delimiter: Option<char>,
    /// What encloses a field that holds delimiters, line ends or itself (then doubled): one ASCII character, by default
    /// the double quote.
    pub quote: char,
    /// Whether a last line without its line end is an error, rather than as good as any; by default it is not.
    ///
    /// A file that was cut off within its last field looks like a whole one whose last value is a little shorter: one person
    /// is lost, and somebody else may be found. Most programs end every line, and then a file without the last line end *was*
    /// cut off: require it of exports. Files that people write by hand often lack it. A first line without its end
    /// is always an error, for what is lost after it is everybody.
    pub line_end_required: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: None, quote: '"', line_end_required: false }
    }
}

impl CsvOptions {
    /// The same with another delimiter.
    #[must_use]
    pub fn with_delimiter(mut self, delimiter: char) -> Self {
        self.delimiter = Some(delimiter);
        self
    }

    /// The same with another quote.
    #[must_use]
    pub fn with_quote(mut self, quote: char) -> Self {
        self.quote = quote;
        self
    }

    /// The same with [`line_end_required`](Self::line_end_required) as given.
    ///
    /// ```
    /// use tikaud_sources::{CsvOptions, FileSegment};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("buyers.csv");
    /// # std::fs::write(&path, "id,email\n1,ada@example.com\n")?;
    /// let options = CsvOptions::default().with_line_end_required(true);
    /// let segment = FileSegment::builder([path]).csv(options).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_line_end_required(mut self, required: bool) -> Self {
        self.line_end_required = required;
        self
    }

    /// How to read this file.
    pub(super) fn dialect(&self, name: &str) -> Result<Dialect, SegmentError> {
        let delimiter = self.delimiter.unwrap_or(if extension(without_packing(name)) == "tsv" { '\t' } else { ',' });
        let dialect = Dialect {
            delimiter: byte("delimiter", delimiter)?,
            quote: byte("quote", self.quote)?,
            line_end_required: self.line_end_required,
        };
        if dialect.delimiter == dialect.quote {
            return Err(configuration(format!("{delimiter:?} cannot be the CSV delimiter and the CSV quote at once")));
        }
        Ok(dialect)
    }
}

/// What gives a CSV file its structure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) line_end_required: bool,
}

fn byte(role: &str, character: char) -> Result<u8, SegmentError> {
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Ok(byte),
        _ => Err(configuration(format!("{character:?} cannot be the CSV {role}; it is to be one ASCII character"))),
    }
}

/// A file's name without the extension of what it is compressed with.
pub(super) fn without_packing(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((within, packing)) if matches!(packing.to_ascii_lowercase().as_str(), "gz" | "zst") => within,
        _ => name,
    }
}

fn extension(name: &str) -> String {
    Path::new(name).extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

//! Files as one segment.
//!
//! ```text
//! place ──▶ input ──▶ csv │ json_lines │ parquet ──▶ batches ──▶ reading (a thread) ──▶ the stream
//! ```

mod builder;
mod format;
mod place;

mod agreed;
mod asked;
mod header;
mod input;
mod schema;
mod source;

mod csv;
mod json_lines;
mod lines;
mod parquet;
mod unpacked;

mod reading;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::segment::{MemberStream, Segment, SegmentError, SegmentSchema};

pub use self::builder::FileSegmentBuilder;
pub use self::format::{CsvOptions, FileFormat};
use self::source::Sources;

/// A segment whose members are the rows of files: CSV, JSON lines, Parquet, or several of them.
///
/// ```
/// use tikaud_core::segment::Segment;
/// use tikaud_sources::FileSegment;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # std::fs::write(directory.path().join("buyers-1.csv"), "id,email,phone\n1,ada@example.com,\n")?;
/// # let exports = directory.path().display();
/// let segment = FileSegment::builder([format!("{exports}/buyers-*.csv")])
///     .name("Buyers")
///     .description("Bought something this year")
///     .build()?;
/// assert_eq!(segment.columns().await?, ["id", "email", "phone"]);
/// # Ok(())
/// # }
/// ```
///
/// # What is read
///
/// * Patterns (`*`, `?`, `[…]`, `**`) are resolved anew for each read, so tomorrow's files count tomorrow. Files are
///   read in the order of their paths, sorted within a pattern.
/// * With the feature `object-store`, objects of a store: `s3://bucket/buyers/*.parquet` with the environment's credentials, or
///   of a store that is given (`FileSegmentBuilder::object_store`). `docs/files.md` is the guide.
/// * A column is found by its name in each file; every file must have those that are asked for. Directories such as
///   `country=DE` are columns, too ([`partitions`](FileSegmentBuilder::partitions)).
/// * Text that is compressed as a whole, with gzip or Zstandard, is unpacked as it is read: `buyers.csv.gz`.
/// * **CSV**: UTF-8, the first line names the columns. Values are never interpreted: `00491…` stays as it is. An empty
///   field is a null cell.
/// * **JSON lines**: one object a line. Strings, integers with all their digits, booleans; an array is a cell with
///   several values, a missing key a null cell. A column is known when one of the first 10,000 lines has its key.
/// * **Parquet**: as [`member_batch`](crate::arrow::member_batch) reads Arrow's types; only the chunks of the columns
///   asked for are read, and of those not what a rule needs not see by the statistics of row groups and pages. A column has
///   one type in all files. Compression: Snappy, Zstandard, LZ4, gzip.
///
/// By default every row is a member; a [rule](crate::rule) chooses among them ([`filter`](FileSegmentBuilder::filter)), by any
/// columns, also such as are not delivered.
///
/// Lines over 16 MiB are refused. Memory use is a few batches (one takes at most 32 MiB of text input, whatever
/// [`batch_size`](FileSegmentBuilder::batch_size) says), for Parquet also the chunks' pages that are being decoded.
///
/// # Errors
///
/// What is not certainly whole is an error, never a shorter segment: a torn line, a quote that is not closed, a row
/// group with fewer rows than the footer says, an empty file, a file that was written to and an object that was replaced
/// or removed while it was being read, an answer that breaks off, a pattern that matches nothing. Errors
/// name the file with the line or row group, and hold no value. What cannot be noticed is a text file that was cut off before
/// it is opened, exactly at the end of a line: have files written under another name and renamed when they are complete. One
/// that was cut off within the last field of a CSV line is noticed when line ends are
/// [required](CsvOptions::line_end_required); else that field is a little shorter, and a warning is logged.
///
/// Reading happens on a blocking thread of the Tokio runtime, which must be there; dropping the stream stops it.
#[derive(Debug, Clone)]
pub struct FileSegment {
    name: String,
    description: Option<String>,
    sources: Arc<Sources>,
}

impl FileSegment {
    /// Starts a segment of the files that these paths and patterns stand for. Their formats may differ.
    pub fn builder<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> FileSegmentBuilder {
        FileSegmentBuilder::new(paths.into_iter().map(Into::into).collect())
    }
}

#[async_trait]
impl Segment for FileSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(self.schema().await?.names())
    }

    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let sources = Arc::clone(&self.sources);
        reading::run(move || sources.schema()).await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let (sources, columns) = (Arc::clone(&self.sources), columns.to_vec());
        let (files, asked) = reading::run(move || sources.with_columns(&columns)).await?;
        let batch_size = self.sources.batch_size;
        reading::stream(move |emit, stop| source::read(&files, &asked, batch_size, emit, stop))
    }
}

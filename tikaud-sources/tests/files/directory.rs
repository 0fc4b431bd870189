//! A directory of files that a test makes, and the segments over it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;
use tikaud_core::segment::{MemberBatch, Segment, SegmentError};
use tikaud_sources::arrow::arrow_array::{ArrayRef, RecordBatch, StringArray};
use tikaud_sources::{FileSegment, FileSegmentBuilder};

/// What no error may hold: tests write it into values.
pub(crate) const CANARY: &str = "canary";

/// A member's cells, each with its values.
pub(crate) type Row = Vec<Vec<String>>;

pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Writes a Parquet file of text columns, with so many rows to a row group.
    pub(crate) fn write_parquet(&self, name: &str, columns: &[(&str, &[&str])], row_group: usize) -> PathBuf {
        let columns = columns.iter().map(|(name, values)| {
            (*name, Arc::new(StringArray::from_iter(values.iter().map(|value| Some(*value)))) as ArrayRef)
        });
        self.write_batch(name, &RecordBatch::try_from_iter(columns).unwrap(), row_group)
    }

    pub(crate) fn write_batch(&self, name: &str, batch: &RecordBatch, row_group: usize) -> PathBuf {
        let path = self.path(name);
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(row_group))
            .set_compression(Compression::SNAPPY)
            .build();
        let mut writer =
            ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        path
    }

    /// A builder over one path or pattern within the directory.
    pub(crate) fn segment(&self, path: &str) -> FileSegmentBuilder {
        FileSegment::builder([self.path(path)])
    }

    /// The error, with its causes, of reading these columns of a file; checked to hold no canary.
    pub(crate) async fn failure(&self, path: &str, columns: &[&str]) -> String {
        let error = match self.segment(path).build() {
            Ok(segment) => members(&segment, columns).await.unwrap_err(),
            Err(error) => error,
        };
        self.text(&error)
    }

    /// An error's text with its causes', without the directory's name.
    pub(crate) fn text(&self, error: &SegmentError) -> String {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text += &format!(" <- {error}");
            cause = error.source();
        }
        assert!(!text.contains(CANARY) && !format!("{error:?}{error:#?}").contains(CANARY), "{error:?}");
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// All members, row by row.
pub(crate) async fn members(segment: &FileSegment, columns: &[&str]) -> Result<Vec<Row>, SegmentError> {
    let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
    let batches: Vec<MemberBatch> = segment.members(&columns).await?.try_collect().await?;
    Ok(batches.iter().flat_map(rows).collect())
}

fn rows(batch: &MemberBatch) -> Vec<Row> {
    let cell = |row: usize, column: usize| batch.columns()[column].cell(row).map(str::to_owned).collect();
    (0..batch.len()).map(|row| (0..batch.columns().len()).map(|column| cell(row, column)).collect()).collect()
}

/// A table whose cells have one value each, or none where the text is empty.
pub(crate) fn table<const COLUMNS: usize>(rows: &[[&str; COLUMNS]]) -> Vec<Row> {
    let cell = |text: &&str| Some((*text).to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
    rows.iter().map(|row| row.iter().map(cell).collect()).collect()
}

/// Cuts a file off, so that so many bytes are left.
pub(crate) fn truncate(path: &Path, bytes: u64) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tikaud_core::segment::Segment;
use tikaud_sources::arrow::arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};

use crate::directory::{Directory, members, truncate};

const EMAILS: [&str; 4] = ["canary-1@example.com", "canary-2@example.com", "canary-3@example.com", "canary-4@example.com"];

/// A file of two row groups.
fn file(directory: &Directory) -> std::path::PathBuf {
    directory.write_parquet("t.parquet", &[("id", &["1", "2", "3", "4"]), ("email", &EMAILS)], 2)
}

/// Where the chunk of a column is in the file.
fn chunk(path: &Path, row_group: usize, column: usize) -> std::ops::Range<usize> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let (start, length) = reader.metadata().row_group(row_group).column(column).byte_range();
    let start = usize::try_from(start).unwrap();
    start..start + usize::try_from(length).unwrap()
}

#[tokio::test]
async fn a_column_that_is_not_there_or_holds_no_text() {
    let directory = Directory::new();
    let batch = RecordBatch::try_from_iter([
        ("email", Arc::new(StringArray::from(vec!["canary"])) as ArrayRef),
        ("phone", Arc::new(Float64Array::from(vec![4_915_112_345_678.0]))),
    ]);
    directory.write_batch("t.parquet", &batch.unwrap(), 9);
    assert_eq!(directory.segment("t.parquet").build().unwrap().columns().await.unwrap(), ["email"]);
    assert_snapshot!(directory.failure("t.parquet", &["mail"]).await, @"");
    assert_snapshot!(directory.failure("t.parquet", &["phone"]).await, @"");
}

#[tokio::test]
async fn a_file_that_is_not_parquet() {
    let directory = Directory::new();
    directory.write("empty.parquet", "");
    assert_snapshot!(directory.failure("empty.parquet", &["email"]).await, @"");
    directory.write("short.parquet", "P");
    assert_snapshot!(directory.failure("short.parquet", &["email"]).await, @"");
    directory.write("text.parquet", "id,email\n1,canary\n");
    assert_snapshot!(directory.failure("text.parquet", &["email"]).await, @"");
    directory.write("encrypted.parquet", "PARE0000canaryPARE");
    assert_snapshot!(directory.failure("encrypted.parquet", &["email"]).await, @"");
}

#[tokio::test]
async fn a_footer_that_is_torn_or_damaged() {
    let directory = Directory::new();
    let path = file(&directory);
    let mut content = std::fs::read(&path).unwrap();
    let footer = content.len() - 60;
    content[footer..footer + 40].fill(0xff);
    directory.write("damaged.parquet", &content);
    assert_snapshot!(directory.failure("damaged.parquet", &["email"]).await, @"");
    directory.write("footer.parquet", "PAR1canary\u{7f}\u{7f}\u{7f}\u{7f}PAR1");
    assert_snapshot!(directory.failure("footer.parquet", &["email"]).await, @"");
    truncate(&path, 200);
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"");
}

#[tokio::test]
async fn a_row_group_that_is_damaged_is_named_once_it_is_reached() {
    let directory = Directory::new();
    let path = file(&directory);
    let mut content = std::fs::read(&path).unwrap();
    let chunk = chunk(&path, 1, 1);
    content[chunk.clone()].iter_mut().for_each(|byte| *byte = !*byte);
    std::fs::write(&path, &content).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"");
    assert_eq!(members(&directory.segment("t.parquet").build().unwrap(), &["id"]).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_file_that_lost_its_middle_is_an_error() {
    let directory = Directory::new();
    let path = file(&directory);
    let content = std::fs::read(&path).unwrap();
    let chunk = chunk(&path, 0, 1);
    let without = [&content[..chunk.start], &content[chunk.end..]].concat();
    std::fs::write(&path, without).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"");
}

#[tokio::test]
async fn no_damage_of_a_single_byte_makes_a_shorter_segment() {
    let directory = Directory::new();
    let path = file(&directory);
    let content = std::fs::read(&path).unwrap();
    for at in 0..content.len() {
        let mut damaged = content.clone();
        damaged[at] = !damaged[at];
        std::fs::write(&path, &damaged).unwrap();
        match members(&directory.segment("t.parquet").build().unwrap(), &["email"]).await {
            Ok(rows) => assert_eq!(rows.len(), 4, "byte {at}"),
            Err(error) => drop(directory.text(&error)),
        }
    }
}

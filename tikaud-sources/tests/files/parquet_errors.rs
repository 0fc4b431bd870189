use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;
use parquet::basic::{BrotliLevel, Compression};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use tikaud_core::segment::Segment;
use tikaud_sources::arrow::arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};

use crate::directory::{Directory, members, truncate};

const EMAILS: [&str; 4] =
    ["canary-1@example.com", "canary-2@example.com", "canary-3@example.com", "canary-4@example.com"];

/// A file of two row groups.
fn file(directory: &Directory) -> std::path::PathBuf {
    directory.write_parquet("t.parquet", &[("id", &["1", "2", "3", "4"]), ("email", &EMAILS)], 2)
}

/// Where the chunk of a column is in the file.
pub(crate) fn chunk(path: &Path, row_group: usize, column: usize) -> std::ops::Range<usize> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let (start, length) = reader.metadata().row_group(row_group).column(column).byte_range();
    let start = usize::try_from(start).unwrap();
    start..start + usize::try_from(length).unwrap()
}

/// Writes the file's footer anew, with the row groups' entries as `edit` makes them; the writer counts the rows in all.
fn rewrite_footer(path: &Path, edit: impl Fn(Vec<RowGroupMetaData>) -> Vec<RowGroupMetaData>) {
    let mut content = std::fs::read(path).unwrap();
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&std::fs::File::open(path).unwrap()).unwrap();
    let groups = edit(metadata.row_groups().to_vec());
    let metadata = metadata.into_builder().set_row_groups(groups).build();
    // Readers go by the last footer; the old one becomes a gap.
    ParquetMetaDataWriter::new(&mut content, &metadata).finish().unwrap();
    std::fs::write(path, content).unwrap();
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
    assert_snapshot!(directory.failure("t.parquet", &["mail"]).await, @"`t.parquet`: there is no column `mail`; the columns are: `email`");
    assert_snapshot!(directory.failure("t.parquet", &["phone"]).await, @"the column `phone` of `t.parquet` cannot be read as text (Float64); write it as a text column");
}

#[tokio::test]
async fn a_file_that_is_not_parquet() {
    let directory = Directory::new();
    directory.write("empty.parquet", "");
    assert_snapshot!(directory.failure("empty.parquet", &["email"]).await, @"`empty.parquet` is empty, as an interrupted export leaves it; export it again");
    directory.write("short.parquet", "P");
    assert_snapshot!(directory.failure("short.parquet", &["email"]).await, @"`short.parquet` is not a Parquet file");
    directory.write("text.parquet", "id,email\n1,canary\n");
    assert_snapshot!(directory.failure("text.parquet", &["email"]).await, @"`text.parquet` is not a Parquet file");
    directory.write("encrypted.parquet", "PARE0000canaryPARE");
    assert_snapshot!(directory.failure("encrypted.parquet", &["email"]).await, @"`encrypted.parquet` is encrypted; export it without encryption");
}

#[tokio::test]
async fn a_footer_that_is_torn_or_damaged() {
    let directory = Directory::new();
    let path = file(&directory);
    let mut content = std::fs::read(&path).unwrap();
    let footer = content.len() - 60;
    content[footer..footer + 40].fill(0xff);
    directory.write("damaged.parquet", &content);
    assert_snapshot!(directory.failure("damaged.parquet", &["email"]).await, @"`damaged.parquet` is a Parquet file whose footer is damaged; export it again");
    directory.write("footer.parquet", "PAR1canary\u{7f}\u{7f}\u{7f}\u{7f}PAR1");
    assert_snapshot!(directory.failure("footer.parquet", &["email"]).await, @"`footer.parquet` is a Parquet file whose footer is damaged; export it again");
    truncate(&path, 200);
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"`t.parquet` is a Parquet file that was cut off: it has no footer; export it again");
}

#[tokio::test]
async fn a_row_group_that_is_damaged_is_named_once_it_is_reached() {
    let directory = Directory::new();
    let path = file(&directory);
    let mut content = std::fs::read(&path).unwrap();
    let chunk = chunk(&path, 1, 1);
    content[chunk.clone()].iter_mut().for_each(|byte| *byte = !*byte);
    std::fs::write(&path, &content).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"row group 2 of 2 of `t.parquet` cannot be decoded: the file is damaged or was cut off; export it again");
    assert_eq!(members(&directory.segment("t.parquet").build().unwrap(), &["id"]).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_file_that_lost_its_middle_is_an_error() {
    let directory = Directory::new();
    let path = file(&directory);
    let content = std::fs::read(&path).unwrap();
    let first = chunk(&path, 0, 1);
    std::fs::write(&path, [&content[..first.start], &content[first.end..]].concat()).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"row group 1 of 2 of `t.parquet` cannot be decoded: the file is damaged or was cut off; export it again");

    let emails: Vec<String> = (0..1000).map(|number| format!("canary-{number}@example.com")).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let path = directory.write_parquet("t.parquet", &[("email", &emails)], 500);
    let content = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&content[..10], &content[chunk(&path, 1, 0).end..]].concat()).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"row group 1 of 2 of `t.parquet` goes on past the file's end: the file was cut off; export it again");
}

#[tokio::test]
async fn fewer_rows_than_the_footer_says() {
    let directory = Directory::new();
    let path = file(&directory);
    rewrite_footer(&path, |groups| {
        groups.into_iter().map(|group| group.into_builder().set_num_rows(5).build().unwrap()).collect()
    });
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"row group 1 of 2 of `t.parquet` has 2 rows where the footer says 5; export the file again");

    // The number of rows in all comes before those of the row groups: make only the first one more. In Thrift's
    // compact protocol 1,234,567 and 1,234,568 are the bytes 8E DA 96 01 and 90 DA 96 01.
    rewrite_footer(&path, |groups| vec![groups[0].clone().into_builder().set_num_rows(1_234_567).build().unwrap()]);
    let mut content = std::fs::read(&path).unwrap();
    let at = content.windows(4).position(|bytes| bytes == [0x8E, 0xDA, 0x96, 0x01]).unwrap();
    content[at] = 0x90;
    std::fs::write(&path, content).unwrap();
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"`t.parquet` is a Parquet file whose footer is damaged; export it again");
}

#[tokio::test]
async fn a_compression_that_is_not_supported() {
    let directory = Directory::new();
    let path = file(&directory);
    let brotli = |chunk: &ColumnChunkMetaData| {
        chunk.clone().into_builder().set_compression(Compression::BROTLI(BrotliLevel::default())).build().unwrap()
    };
    let brotli = |group: RowGroupMetaData| {
        let chunks = group.columns().iter().map(brotli).collect();
        group.into_builder().set_column_metadata(chunks).build().unwrap()
    };
    rewrite_footer(&path, |groups| groups.into_iter().map(brotli).collect());
    assert_snapshot!(directory.failure("t.parquet", &["email"]).await, @"row group 1 of 2 of `t.parquet` is compressed with Brotli, which is not supported; use Zstandard or Snappy");
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

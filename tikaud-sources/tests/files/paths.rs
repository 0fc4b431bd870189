use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::{CsvOptions, FileSegment};

use crate::directory::{CANARY, Directory, members, table};

#[tokio::test]
async fn several_files_are_read_one_after_the_other_whatever_their_formats() {
    let directory = Directory::new();
    directory.write("b.csv", "id,email,x\n2,b@x.com,\n");
    directory.write("a.csv", "email,id\na@x.com,1\n");
    directory.write_parquet("c.parquet", &[("y", &["y"]), ("email", &["c@x.com"]), ("id", &["3"])], 9);
    let segment = FileSegment::builder([directory.path("c.parquet"), directory.path("*.csv"), directory.path("a.csv")]);
    let segment = segment.build().unwrap();
    assert_eq!(segment.name(), "c");
    assert_eq!(segment.columns().await.unwrap(), ["email", "id"]);
    let expected = table(&[["3", "c@x.com"], ["1", "a@x.com"], ["2", "b@x.com"]]);
    assert_eq!(members(&segment, &["id", "email"]).await.unwrap(), expected);
}

#[tokio::test]
async fn a_file_without_a_column_is_named_and_its_columns_listed() {
    let directory = Directory::new();
    directory.write("1.csv", "id,email\n");
    directory.write("2.csv", "id,mail\n1,canary@example.com\n");
    assert_snapshot!(directory.failure("*.csv", &["email"]).await, @"`2.csv`: there is no column `email`; the columns are: `id`, `mail`");
}

#[tokio::test]
async fn files_that_come_and_go_are_noticed_by_the_next_read() {
    let directory = Directory::new();
    directory.write("1.csv", "id\n1\n");
    let segment = directory.segment("*.csv").build().unwrap();
    directory.write("2.csv", "id\n2\n");
    assert_eq!(members(&segment, &["id"]).await.unwrap(), table(&[["1"], ["2"]]));
    std::fs::remove_file(directory.path("1.csv")).unwrap();
    std::fs::remove_file(directory.path("2.csv")).unwrap();
    assert_eq!(segment.columns().await.unwrap_err().kind(), SegmentErrorKind::NotFound);
}

#[tokio::test]
async fn a_name_that_reads_like_a_pattern_is_taken_literally_when_the_file_is_there() {
    let directory = Directory::new();
    directory.write("[1].csv", "id\n1\n");
    directory.write("1.csv", "id\n2\n");
    let segment = directory.segment("[1].csv").build().unwrap();
    assert_eq!(members(&segment, &["id"]).await.unwrap(), table(&[["1"]]));
}

#[tokio::test]
async fn paths_that_lead_to_no_file_are_refused_at_once() {
    let directory = Directory::new();
    std::fs::create_dir(directory.path("d.csv")).unwrap();
    let refusal = |path| directory.text(&directory.segment(path).build().unwrap_err());
    assert_snapshot!(refusal("missing.csv"), @"there is no file `missing.csv`; check the path <- No such file or directory (os error 2)");
    assert_snapshot!(refusal("missing-*.csv"), @"no file matches `missing-*.csv`; check the pattern, and that the files are written already");
    // The cause says where in the pattern, which here begins with the name of a temporary directory.
    assert_snapshot!(refusal("***.csv").split(" <- ").next().unwrap_or_default(), @"`***.csv` is not a valid pattern");
    assert_snapshot!(refusal("d.csv"), @"`d.csv` is a directory; name its files, with a pattern such as `d.csv/*.csv`");
    assert_snapshot!(refusal("d.*"), @"no file matches `d.*`; check the pattern, and that the files are written already");
    let device = FileSegment::builder(["/dev/null"]).build().unwrap_err();
    assert_snapshot!(device, @"`/dev/null` is no regular file; write what it delivers to a file first");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let directory = Directory::new();
    for name in ["t.csv", "t.xlsx", "t.csv.bz2", "t.parquet.gz"] {
        directory.write(name, "id\n");
    }
    let text = |error| directory.text(&error);
    assert_snapshot!(FileSegment::builder([""; 0]).build().unwrap_err(), @"a file segment needs at least one path or pattern");
    assert_snapshot!(text(directory.segment("t.xlsx").build().unwrap_err()), @"the extension of `t.xlsx` tells no format (csv, tsv, jsonl, ndjson, json, parquet, pq do); name it with `FileSegmentBuilder::format`");
    assert_snapshot!(text(directory.segment("t.csv.bz2").build().unwrap_err()), @"`t.csv.bz2` is compressed in a way that cannot be read; unpack it first, or use gzip or Zstandard");
    assert_snapshot!(text(directory.segment("t.parquet.gz").build().unwrap_err()), @"`t.parquet.gz` is a Parquet file that is compressed as a whole; unpack it first (Parquet is compressed in itself)");
    assert_snapshot!(text(directory.segment("t.csv").name("").build().unwrap_err()), @"a segment needs a name");
    assert_snapshot!(text(directory.segment("t.csv").batch_size(0).build().unwrap_err()), @"the batch size is 0; a batch needs room for a member");
    let same = CsvOptions::default().with_delimiter('"');
    assert_snapshot!(text(directory.segment("t.csv").csv(same).build().unwrap_err()), @r#"'"' cannot be the CSV delimiter and the CSV quote at once"#);
    let wide = CsvOptions::default().with_quote('“');
    assert_snapshot!(text(directory.segment("t.csv").csv(wide).build().unwrap_err()), @"'“' cannot be the CSV quote; it is to be one ASCII character");
}

#[test]
fn debug_shows_settings_and_no_content() {
    let directory = Directory::new();
    directory.write("t.csv", format!("id\n{CANARY}\n"));
    let segment = directory.segment("t.csv").description("all").build().unwrap();
    assert_eq!(segment.description(), Some("all"));
    assert!(!format!("{segment:#?}").contains(CANARY));
}

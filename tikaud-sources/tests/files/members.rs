use std::io::Write;
use std::sync::Arc;

use futures::StreamExt;
use insta::assert_snapshot;
use tikaud_core::segment::{MemberStream, Segment, SegmentErrorKind};
use tikaud_sources::arrow::arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use tikaud_sources::{CsvOptions, FileFormat, FileSegment};

use crate::directory::{Directory, Row, members, table, truncate};

/// One table in all three formats.
fn same_table() -> (Directory, [FileSegment; 3]) {
    let directory = Directory::new();
    directory.write(
        "t.csv",
        "id,email,phone,consent\n1,ada@example.com,4915112345678,true\n2,,447911123456,false\n3,\"gréta, lønn\",,true\n",
    );
    directory.write(
        "t.jsonl",
        "{\"id\":1,\"email\":\"ada@example.com\",\"phone\":4915112345678,\"consent\":true}\n\
         {\"id\":2,\"email\":null,\"phone\":447911123456,\"consent\":false}\n\
         {\"id\":3,\"email\":\"gr\\u00e9ta, lønn\",\"consent\":true}\n",
    );
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3])) as ArrayRef),
        ("email", Arc::new(StringArray::from(vec![Some("ada@example.com"), None, Some("gréta, lønn")]))),
        ("phone", Arc::new(Int64Array::from(vec![Some(4_915_112_345_678), Some(447_911_123_456), None]))),
        ("consent", Arc::new(BooleanArray::from(vec![true, false, true]))),
    ]);
    directory.write_batch("t.parquet", &batch.unwrap(), 2);
    let segments = ["t.csv", "t.jsonl", "t.parquet"].map(|name| directory.segment(name).batch_size(2).build().unwrap());
    (directory, segments)
}

#[tokio::test]
async fn a_table_has_the_same_columns_and_members_in_all_formats() {
    let (_directory, segments) = same_table();
    let expected = table(&[
        ["1", "ada@example.com", "4915112345678", "true"],
        ["2", "", "447911123456", "false"],
        ["3", "gréta, lønn", "", "true"],
    ]);
    for segment in segments {
        assert_eq!(segment.columns().await.unwrap(), ["id", "email", "phone", "consent"], "{segment:?}");
        assert_eq!(members(&segment, &["id", "email", "phone", "consent"]).await.unwrap(), expected, "{segment:?}");
    }
}

#[tokio::test]
async fn columns_come_in_the_order_asked_for_and_as_often() {
    let (_directory, segments) = same_table();
    for segment in segments {
        let rows = members(&segment, &["phone", "id", "phone"]).await.unwrap();
        assert_eq!(rows[0], table(&[["4915112345678", "1", "4915112345678"]])[0], "{segment:?}");
        assert_eq!(rows.len(), 3);
    }
}

#[tokio::test]
async fn batches_are_no_larger_than_asked_for() {
    let (_directory, segments) = same_table();
    for segment in segments {
        let stream = segment.members(&["id".to_owned()]).await.unwrap();
        let sizes: Vec<usize> = stream.map(|batch| batch.unwrap().len()).collect().await;
        assert_eq!(sizes, [2, 1], "{segment:?}");
    }
}

#[tokio::test]
async fn two_streams_do_not_disturb_each_other() {
    let (_directory, segments) = same_table();
    for segment in segments {
        let columns = ["id".to_owned()];
        let mut streams = [segment.members(&columns).await.unwrap(), segment.members(&columns).await.unwrap()];
        let mut ids = Vec::new();
        for turn in 0..4 {
            let batch = streams[turn % 2].next().await.unwrap().unwrap();
            ids.push(batch.columns()[0].cell(0).collect::<String>());
        }
        assert_eq!(ids, ["1", "1", "3", "3"], "{segment:?}");
    }
}

#[tokio::test]
async fn lists_fan_out() {
    let directory = Directory::new();
    directory.write("t.jsonl", "{\"email\":[\"a@x.com\",null,\"b@x.com\"]}\n{\"email\":\"c@x.com\"}\n{\"email\":[]}\n");
    let segment = directory.segment("t.jsonl").build().unwrap();
    let rows: Vec<Row> = members(&segment, &["email"]).await.unwrap();
    assert_eq!(rows, [vec![vec!["a@x.com", "b@x.com"]], vec![vec!["c@x.com"]], vec![vec![]]]);
}

#[tokio::test]
async fn an_empty_table_is_an_empty_segment() {
    let directory = Directory::new();
    directory.write("t.csv", "id,email\n");
    directory.write_parquet("t.parquet", &[("id", &[]), ("email", &[])], 1);
    for name in ["t.csv", "t.parquet"] {
        let segment = directory.segment(name).build().unwrap();
        assert_eq!(segment.columns().await.unwrap(), ["id", "email"], "{name}");
        assert_eq!(members(&segment, &["email"]).await.unwrap(), Vec::<Row>::new(), "{name}");
    }
}

#[tokio::test]
async fn csv_reads_as_its_options_say() {
    let directory = Directory::new();
    directory.write("semicolon.csv", "\u{feff}id;email\r\n1;'ada;lovelace'\r\n");
    let options = CsvOptions::default().with_delimiter(';').with_quote('\'');
    let segment = directory.segment("semicolon.csv").csv(options).build().unwrap();
    assert_eq!(members(&segment, &["id", "email"]).await.unwrap(), table(&[["1", "ada;lovelace"]]));

    directory.write("tabs.tsv", "id\temail\n1\ta,b\n");
    let segment = directory.segment("tabs.tsv").build().unwrap();
    assert_eq!(members(&segment, &["email", "id"]).await.unwrap(), table(&[["a,b", "1"]]));
}

#[tokio::test]
async fn a_format_that_is_named_goes_over_the_extension() {
    let directory = Directory::new();
    directory.write("export.txt", "email\nada@example.com\n");
    let segment = directory.segment("export.txt").format(FileFormat::Csv).build().unwrap();
    assert_eq!(members(&segment, &["email"]).await.unwrap(), table(&[["ada@example.com"]]));
}

#[tokio::test]
async fn bytes_of_another_encoding_matter_only_in_columns_asked_for() {
    let directory = Directory::new();
    directory.write("t.csv", b"name,email\nJos\xe9,jose@example.com\n");
    let segment = directory.segment("t.csv").build().unwrap();
    assert_eq!(members(&segment, &["email"]).await.unwrap(), table(&[["jose@example.com"]]));
}

#[tokio::test]
async fn a_file_that_is_replaced_between_reads_is_read_anew() {
    let directory = Directory::new();
    directory.write("t.csv", "id,email\n1,a@x.com\n");
    let segment = directory.segment("t.csv").build().unwrap();
    assert_eq!(segment.columns().await.unwrap(), ["id", "email"]);
    directory.write("t.csv", "email,new,id\nb@x.com,,2\n");
    assert_eq!(members(&segment, &["id", "email"]).await.unwrap(), table(&[["2", "b@x.com"]]));
    directory.write("t.csv", "id,mail\n1,a@x.com\n");
    assert_eq!(members(&segment, &["email"]).await.unwrap_err().kind(), SegmentErrorKind::UnknownColumn);
}

#[tokio::test]
async fn a_file_that_is_written_to_while_it_is_read_is_an_error() {
    let directory = Directory::new();
    let row = "1,canary@example.com\n";
    directory.write("t.csv", format!("id,email\n{}", row.repeat(100_000)));
    let segment = directory.segment("t.csv").batch_size(10).build().unwrap();

    let mut stream = segment.members(&["id".to_owned()]).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    // Cut off at the end of a line, so that what is left is good CSV.
    truncate(&directory.path("t.csv"), u64::try_from("id,email\n".len() + row.len() * 90_000).unwrap());
    assert_snapshot!(last_error(&directory, stream).await, @"`t.csv` was written to while it was being read; run again when its writer is done, and let the writer rename complete files into place");

    let mut stream = segment.members(&["id".to_owned()]).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let mut file = std::fs::OpenOptions::new().append(true).open(directory.path("t.csv")).unwrap();
    file.write_all(row.as_bytes()).unwrap();
    assert_snapshot!(last_error(&directory, stream).await, @"`t.csv` was written to while it was being read; run again when its writer is done, and let the writer rename complete files into place");
}

async fn last_error(directory: &Directory, stream: MemberStream) -> String {
    let items: Vec<_> = stream.collect().await;
    directory.text(items.last().unwrap().as_ref().unwrap_err())
}

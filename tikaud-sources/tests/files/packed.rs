//! Text that is compressed as a whole.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use insta::assert_snapshot;
use tikaud_core::segment::Segment;

use crate::directory::{Directory, members, table};

const CSV: &str = "\u{feff}id,email\n1,a@x.com\n2,b@x.com\n3,c@x.com\n";
const JSON: &str =
    "{\"id\":1,\"email\":\"a@x.com\"}\n{\"id\":2,\"email\":\"b@x.com\"}\n{\"id\":3,\"email\":\"c@x.com\"}\n";

fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 3).unwrap()
}

#[tokio::test]
async fn files_are_unpacked_as_they_are_read() {
    let directory = Directory::new();
    let expected = table(&[["1", "a@x.com"], ["2", "b@x.com"], ["3", "c@x.com"]]);
    let files = [
        ("t.csv.gz", gzip(CSV)),
        ("t.csv.zst", zstandard(CSV)),
        ("t.jsonl.GZ", gzip(JSON)),
        ("t.json.zst", zstandard(JSON)),
    ];
    for (name, content) in files {
        directory.write(name, content);
        let segment = directory.segment(name).build().unwrap();
        assert_eq!(segment.name(), "t");
        assert_eq!(members(&segment, &["id", "email"]).await.unwrap(), expected, "{name}");
    }
    // Written in parts, each compressed by itself.
    let (head, tail) = CSV.split_at(CSV.len() / 2);
    let tabs = |text: &str| gzip(text.replace(',', "\t"));
    directory.write("parts.tsv.gz", [tabs(head), tabs(tail)].concat());
    let segment = directory.segment("parts.tsv.gz").build().unwrap();
    assert_eq!(members(&segment, &["id", "email"]).await.unwrap(), expected);
}

#[tokio::test]
async fn a_packed_file_that_was_cut_off_anywhere_is_an_error() {
    for (name, content) in [("t.csv.gz", gzip(CSV)), ("t.csv.zst", zstandard(CSV))] {
        let directory = Directory::new();
        for length in 0..content.len() {
            directory.write(name, &content[..length]);
            let segment = directory.segment(name).build().unwrap();
            assert!(members(&segment, &["id"]).await.is_err(), "{name}: {length} bytes of {}", content.len());
        }
        let error = directory.failure(name, &["id"]).await;
        assert_eq!(error, format!("`{name}` cannot be unpacked: it is damaged or was cut off; export it again"));
    }
}

#[tokio::test]
async fn what_is_within_is_looked_at_as_if_it_were_not_packed() {
    let directory = Directory::new();
    directory.write("empty.csv.gz", gzip(""));
    assert_snapshot!(directory.failure("empty.csv.gz", &["id"]).await, @"`empty.csv.gz` holds blank lines only; its first line is to name the columns");
    directory.write("twice.csv.gz", gzip(gzip(CSV)));
    assert_snapshot!(directory.failure("twice.csv.gz", &["id"]).await, @"`twice.csv.gz` is compressed twice; unpack it first");
}

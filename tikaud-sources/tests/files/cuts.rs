//! Local files that break off, wherever: an error, never a segment that has shrunk; and what becomes of an audience then.

use std::fs;

use futures::StreamExt;
use tikaud_core::activation::{Activation, ActivationError, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::Segment;
use tikaud_core::state::MemoryStateStore;
use tikaud_sources::CsvOptions;

use crate::directory::{Directory, members, truncate};

const ROWS: usize = 30;

/// The same table in each format.
fn write(directory: &Directory, rows: usize) {
    let ids: Vec<String> = (0..rows).map(|id| id.to_string()).collect();
    let emails: Vec<String> = (0..rows).map(|id| format!("{id}@example.com")).collect();
    let lines = |line: fn(&String, &String) -> String| ids.iter().zip(&emails).map(move |(id, email)| line(id, email));
    let csv: String = lines(|id, email| format!("\"{id}\",\"{email}\"\n")).collect();
    directory.write("t.csv", format!("id,email\n{csv}"));
    let json: String = lines(|id, email| format!("{{\"id\":{id},\"email\":\"{email}\"}}\n")).collect();
    directory.write("t.jsonl", json);
    let (ids, emails): (Vec<&str>, Vec<&str>) =
        (ids.iter().map(String::as_str).collect(), emails.iter().map(String::as_str).collect());
    directory.write_parquet("t.parquet", &[("id", &ids), ("email", &emails)], 7);
}

const FILES: [&str; 3] = ["t.csv", "t.jsonl", "t.parquet"];

/// Whether what is left of a file looks whole, as the documentation says of it: text up to the end of a line, and CSV up to
/// a last field without quotes.
pub(crate) fn is_whole(name: &str, whole: &[u8], length: usize) -> bool {
    let ends_a_line = length > 0 && whole[length - 1] == b'\n' || whole[length] == b'\n';
    match name {
        "t.parquet" => false,
        "t.csv" => ends_a_line || length > 0 && whole[length - 1] == b',' || length < "id,email".len(),
        _ => ends_a_line,
    }
}

#[tokio::test]
async fn a_file_that_was_cut_off_at_any_byte_is_an_error_unless_nobody_can_tell() {
    for name in FILES {
        let directory = Directory::new();
        write(&directory, ROWS);
        let whole = fs::read(directory.path(name)).unwrap();
        let segment = directory.segment(name).batch_size(4).build().unwrap();
        let mut seemingly_whole = 0;
        for length in 0..whole.len() {
            directory.write(name, &whole[..length]);
            if let Ok(found) = members(&segment, &["id", "email"]).await {
                assert!(is_whole(name, &whole, length), "{name}: {length} bytes, {} rows", found.len());
                seemingly_whole += 1;
            }
        }
        assert!(seemingly_whole <= 3 * (ROWS + 1), "{name}: {seemingly_whole}");
    }
}

#[tokio::test]
async fn with_line_ends_required_csv_without_quotes_shows_every_cut_within_a_line() {
    let directory = Directory::new();
    let lines: String = (0..ROWS).map(|id| format!("{id},{id}@example.com\n")).collect();
    let whole = format!("id,email\n{lines}");
    let builder = || directory.segment("t.csv").batch_size(4);
    for length in 0..=whole.len() {
        directory.write("t.csv", &whole[..length]);
        let required = builder().csv(CsvOptions::default().with_line_end_required(true)).build().unwrap();
        let read = members(&required, &["id", "email"]).await;
        assert_eq!(read.is_ok(), whole[..length].ends_with('\n'), "{length} bytes");
        // Without it, at most the last line's member is lost.
        let lines = whole[..length].matches('\n').count();
        if let Ok(read) = members(&builder().build().unwrap(), &["id", "email"]).await {
            assert!(lines > 0 && read.len() + 1 >= lines, "{length} bytes");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_after_any_batch_is_an_error() {
    // More than the reader has in its buffer, so that it is still at work when the file becomes shorter.
    let rows = 60_000;
    for name in FILES {
        let directory = Directory::new();
        write(&directory, rows);
        let whole = fs::read(directory.path(name)).unwrap();
        let batches = 12;
        // The first batch shows that the file is open.
        for taken in 1..batches - 4 {
            directory.write(name, &whole);
            let segment = directory.segment(name).batch_size(rows / batches).build().unwrap();
            let mut stream = segment.members(&["email".to_owned()]).await.unwrap();
            for _ in 0..taken {
                stream.next().await.unwrap().unwrap();
            }
            // At the end of a line, where text is whole again.
            let at = whole.len() / 2 + taken * 1000;
            let end = whole[..at].iter().rposition(|byte| *byte == b'\n').unwrap_or(at);
            truncate(&directory.path(name), u64::try_from(end + 1).unwrap());
            let items: Vec<_> = stream.collect().await;
            assert!(items.last().unwrap().is_err(), "{name} after {taken} batches");
        }
    }
}

#[tokio::test]
async fn an_activation_over_a_file_that_breaks_off_leaves_the_audience_as_it_was() {
    for name in FILES {
        let directory = Directory::new();
        write(&directory, ROWS);
        let whole = fs::read(directory.path(name)).unwrap();
        let destination = MemoryDestination::new();
        let segment = directory.segment(name).name("Buyers").batch_size(4).build().unwrap();
        let activation = SegmentActivation::builder("buyers", segment, destination.clone(), MemoryStateStore::new())
            .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
            .build()
            .unwrap();
        activation.run(&RunOptions::new()).await.unwrap();
        let audience = destination.audiences().remove(0);
        let before = destination.identifiers(&audience).unwrap();
        assert_eq!(before.len(), ROWS);
        let batches = destination.batches();
        for length in (0..whole.len()).rev().step_by(41) {
            if is_whole(name, &whole, length) {
                continue;
            }
            directory.write(name, &whole[..length]);
            let error = activation.run(&RunOptions::new()).await.unwrap_err();
            assert!(matches!(error, ActivationError::Segment { .. }), "{name}, {length} bytes: {error:?}");
            assert_eq!(destination.identifiers(&audience).unwrap(), before, "{name}, {length} bytes");
        }
        assert_eq!(destination.batches(), batches, "{name}: nothing was sent");
        directory.write(name, &whole);
        activation.run(&RunOptions::new()).await.unwrap();
        assert_eq!(destination.identifiers(&audience).unwrap(), before, "{name}");
    }
}

//! Whatever breaks off, and wherever: an error, never a segment that has shrunk.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use tikaud_core::activation::{Activation, ActivationError, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::{Segment, SegmentError};
use tikaud_core::state::MemoryStateStore;
use tikaud_sources::FileSegment;

use super::faults::{Fault, FaultyStore};
use super::fixture::{put, segment};
use crate::cuts::is_whole;
use crate::directory::{Directory, Row, members};

const ROWS: usize = 24;

fn texts(rows: usize) -> (Vec<String>, Vec<String>) {
    ((0..rows).map(|id| id.to_string()).collect(), (0..rows).map(|id| format!("{id}@example.com")).collect())
}

fn csv(rows: usize) -> Bytes {
    let (ids, emails) = texts(rows);
    let lines = ids.iter().zip(emails).map(|(id, email)| format!("\"{id}\",\"{email}\"\n"));
    Bytes::from(format!("id,email\n{}", lines.collect::<String>()))
}

fn json_lines(rows: usize) -> Bytes {
    let (ids, emails) = texts(rows);
    let lines = ids.iter().zip(emails).map(|(id, email)| format!("{{\"id\":{id},\"email\":\"{email}\"}}\n"));
    Bytes::from(lines.collect::<String>())
}

fn parquet(rows: usize) -> Bytes {
    let directory = Directory::new();
    let (ids, emails) = texts(rows);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let emails: Vec<&str> = emails.iter().map(String::as_str).collect();
    let path = directory.write_parquet("t.parquet", &[("id", &ids), ("email", &emails)], 5);
    Bytes::from(std::fs::read(path).unwrap())
}

type Content = fn(usize) -> Bytes;

const FORMATS: [(&str, Content); 3] = [("t.csv", csv), ("t.jsonl", json_lines), ("t.parquet", parquet)];

async fn read(segment: &FileSegment) -> Result<Vec<Row>, SegmentError> {
    members(segment, &["id", "email"]).await
}

fn rows(count: usize) -> Vec<Row> {
    let (ids, emails) = texts(count);
    ids.into_iter().zip(emails).map(|(id, email)| vec![vec![id], vec![email]]).collect()
}

/// Reads with the fault at every step that there is; `allowed` says what may come out where that was no error.
async fn at_every_step(fault: impl Fn(Content) -> Fault, allowed: impl Fn(&[Row]) -> bool) {
    for (name, content) in FORMATS {
        let store = FaultyStore::new(7);
        let segment = segment(Arc::clone(&store) as _, name).batch_size(5).build().unwrap();
        let mut errors = 0;
        for step in 0.. {
            put(store.inner(), name, content(ROWS).to_vec()).await;
            store.meets(step, fault(content));
            match read(&segment).await {
                Ok(found) if !store.has_met() => {
                    assert_eq!(found, rows(ROWS), "{name}");
                    assert!(errors > 10 && step > 20, "{name}: there were {step} steps only, and {errors} errors");
                    break;
                }
                Ok(found) => assert!(allowed(&found), "{name}, step {step}: {} rows", found.len()),
                Err(_) => errors += 1,
            }
        }
    }
}

#[tokio::test]
async fn a_store_that_gives_up_is_an_error_wherever_it_does() {
    at_every_step(|_| Fault::Error, |_| false).await;
}

#[tokio::test]
async fn an_answer_that_ends_too_early_is_an_error_wherever_it_ends() {
    // A request that was to end before its first byte is no answer at all, and goes on.
    at_every_step(|_| Fault::End, |found| found == rows(ROWS)).await;
}

#[tokio::test]
async fn an_object_that_is_removed_is_an_error_unless_it_was_read_to_its_end_before() {
    at_every_step(|_| Fault::Removed, |_| false).await;
}

#[tokio::test]
async fn an_object_that_is_replaced_is_read_as_one_of_both_or_not_at_all() {
    let other = 9;
    at_every_step(|content| Fault::Replaced(content(other)), |found| found == rows(other)).await;
}

#[test]
fn a_stream_that_is_dropped_stops_a_reader_that_waits_for_the_store() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    runtime.block_on(async {
        let store = FaultyStore::new(7);
        put(store.inner(), "t.csv", csv(ROWS).to_vec()).await;
        let segment = segment(Arc::clone(&store) as _, "t.csv").batch_size(1).build().unwrap();
        let mut stream = segment.members(&["id".to_owned()]).await.unwrap();
        // The reader is some batches ahead, and no more.
        store.meets(0, Fault::Silence);
        while !store.has_met() {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(10), stream.next()).await;
        }
    });
    // A runtime waits for its readers.
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        drop(runtime);
        done.send(())
    });
    wait.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
}

#[tokio::test]
async fn an_activation_over_a_store_that_breaks_off_leaves_the_audience_as_it_was() {
    for (name, content) in FORMATS {
        let (store, destination) = (FaultyStore::new(64), MemoryDestination::new());
        put(store.inner(), name, content(ROWS).to_vec()).await;
        let buyers = segment(Arc::clone(&store) as _, name).name("Buyers").batch_size(5).build().unwrap();
        let activation = SegmentActivation::builder("buyers", buyers, destination.clone(), MemoryStateStore::new())
            .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
            .build()
            .unwrap();
        activation.run(&RunOptions::new()).await.unwrap();
        let audience = destination.audiences().remove(0);
        let (before, batches) = (destination.identifiers(&audience).unwrap(), destination.batches());
        assert_eq!(before.len(), ROWS);
        for fault in [Fault::Error, Fault::Removed, Fault::End] {
            for step in 0.. {
                put(store.inner(), name, content(ROWS).to_vec()).await;
                store.meets(step, fault.clone());
                let run = activation.run(&RunOptions::new()).await;
                assert_eq!(destination.identifiers(&audience).unwrap(), before, "{name}, {fault:?} at {step}");
                match run {
                    Ok(_) if !store.has_met() => break,
                    // A request that was to end before it began goes on.
                    Ok(_) => assert!(matches!(fault, Fault::End), "{name}, {fault:?} at {step}"),
                    Err(error) => assert!(matches!(error, ActivationError::Segment { .. }), "{error:?}"),
                }
            }
        }
        assert_eq!(destination.batches(), batches, "{name}: nothing was sent");
    }
}

/// Of an object that a store shows only in part, the whole prefix is there to be read.
#[tokio::test]
async fn an_object_that_was_cut_off_before_it_came_is_an_error_unless_nobody_can_tell() {
    for (name, content) in FORMATS {
        let store = FaultyStore::new(64);
        let segment = segment(Arc::clone(&store) as _, name).batch_size(5).build().unwrap();
        let (whole, mut seemingly_whole) = (content(ROWS), 0);
        for length in 0..whole.len() {
            put(store.inner(), name, whole[..length].to_vec()).await;
            if let Ok(found) = read(&segment).await {
                assert!(is_whole(name, &whole, length), "{name}: {length} bytes, {} rows", found.len());
                seemingly_whole += 1;
            }
        }
        assert_eq!(seemingly_whole > 0, name != "t.parquet", "{name}");
    }
}

#[tokio::test]
async fn of_a_parquet_object_the_columns_asked_for_are_fetched_and_no_others() {
    let directory = Directory::new();
    // Text that does not become short by compression.
    let mut random = 1_u64;
    let mut word = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{random:016x}")
    };
    let long: Vec<String> = (0..200).map(|_| (0..60).map(|_| word()).collect()).collect();
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    let path = directory.write_parquet("t.parquet", &[("id", &long), ("notes", &long), ("email", &long)], 100);
    let chunk = |group, column| crate::parquet_errors::chunk(&path, group, column);
    let (store, content) = (FaultyStore::new(1 << 20), std::fs::read(&path).unwrap());
    put(store.inner(), "t.parquet", content).await;
    let segment = segment(Arc::clone(&store) as _, "t.parquet").build().unwrap();
    members(&segment, &["id"]).await.unwrap();
    let fetched = |range: std::ops::Range<usize>| {
        let ranges = store.ranges.lock().unwrap();
        ranges.iter().any(|fetched| fetched.start <= range.start as u64 && range.end as u64 <= fetched.end)
    };
    assert!(fetched(chunk(0, 0)) && fetched(chunk(1, 0)));
    assert!(!fetched(chunk(0, 1)) && !fetched(chunk(0, 2)), "{:?}", store.ranges.lock().unwrap());
}

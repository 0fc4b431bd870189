use std::sync::Arc;

use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::FileSegment;
use tikaud_sources::object_store::memory::InMemory;
use tikaud_sources::object_store::prefix::PrefixStore;

use super::fixture::{ROOT, put, segment};
use crate::directory::{members, table};

async fn store() -> Arc<InMemory> {
    let store = Arc::new(InMemory::new());
    for (key, id) in [("a/1.csv", 1), ("a/2.csv", 2), ("a/b/3.csv", 3), ("c/[4].csv", 4), ("c/4.csv", 5), ("6.csv", 6)]
    {
        put(&*store, key, format!("id\n{id}\n")).await;
    }
    put(&*store, "a/_SUCCESS", "").await;
    store
}

async fn ids(keys: &str) -> Vec<String> {
    let segment = segment(store().await, keys).build().unwrap();
    let rows = members(&segment, &["id"]).await.unwrap();
    rows.into_iter().flatten().flatten().collect()
}

#[tokio::test]
async fn patterns_match_as_those_of_local_paths_do() {
    assert_eq!(ids("a/1.csv").await, ["1"]);
    assert_eq!(ids("a/*.csv").await, ["1", "2"]);
    assert_eq!(ids("a/**/*.csv").await, ["1", "2", "3"]);
    assert_eq!(ids("*/*.csv").await, ["1", "2", "5", "4"]);
    assert_eq!(ids("*.csv").await, ["6"]);
    assert_eq!(ids("**/[1-3].csv").await, ["1", "2", "3"]);
    assert_eq!(ids("a/[!1].csv").await, ["2"]);
    // A key that reads like a pattern.
    assert_eq!(ids("c/[4].csv").await, ["4"]);
}

#[tokio::test]
async fn objects_and_local_files_are_read_in_the_order_given_each_once() {
    let local = crate::directory::Directory::new();
    local.write("0.csv", "id\n0\n");
    let file_url = format!("file://{}", local.path("0.csv").display());
    let paths =
        [format!("{ROOT}/a/2.csv"), file_url, format!("{ROOT}/a/*.csv"), local.path("0.csv").display().to_string()];
    let segment = FileSegment::builder(paths).object_store(ROOT, store().await).build().unwrap();
    assert_eq!(segment.name(), "2");
    assert_eq!(members(&segment, &["id"]).await.unwrap(), table(&[["2"], ["0"], ["1"]]));
}

#[tokio::test]
async fn of_stores_within_each_other_the_innermost_is_asked() {
    let store = store().await;
    let inner = Arc::new(PrefixStore::new(Arc::clone(&store), "a/b"));
    let segment = FileSegment::builder([format!("{ROOT}/x/*.csv"), format!("{ROOT}/a/1.csv")])
        .object_store(ROOT, store)
        .object_store(format!("{ROOT}/x/"), inner);
    assert_eq!(members(&segment.build().unwrap(), &["id"]).await.unwrap(), table(&[["3"], ["1"]]));
}

#[tokio::test]
async fn a_segment_of_a_pattern_is_named_by_its_directory() {
    let name = async |keys: &str| segment(store().await, keys).build().unwrap().name().to_owned();
    assert_eq!(name("a/*.csv").await, "a");
    assert_eq!(name("a/b/**").await, "b");
    assert_eq!(name("*.csv").await, "exports");
    assert_eq!(name("a/1.csv").await, "1");
}

#[tokio::test]
async fn what_is_not_there_is_an_error_with_its_name() {
    let refusal =
        async |keys: &str| members(&segment(store().await, keys).build().unwrap(), &["id"]).await.unwrap_err();
    let error = refusal("a/*.parquet").await;
    assert_eq!(error.kind(), SegmentErrorKind::NotFound);
    assert_snapshot!(error, @"no object matches `test://bucket/exports/a/*.parquet`; check the pattern, and that the objects are written already");
    let error = refusal("a/9.csv").await;
    assert_eq!(error.kind(), SegmentErrorKind::NotFound);
    assert_snapshot!(error, @"there is no object `test://bucket/exports/a/9.csv`, or not even its bucket or container; check the URL");
    assert_snapshot!(refusal("a/*").await, @"the extension of `test://bucket/exports/a/_SUCCESS` tells no format (csv, tsv, jsonl, ndjson, json, parquet, pq do); name it with `FileSegmentBuilder::format`");
}

#[test]
fn urls_that_cannot_be_are_refused_at_once() {
    let refusal = |url: &str| {
        FileSegment::builder([url]).object_store("test://bucket", Arc::new(InMemory::new())).build().unwrap_err()
    };
    assert_snapshot!(refusal("test://bucket"), @"`test://bucket/` names no object; name its objects, with a pattern such as `test://bucket/*.parquet`");
    assert_snapshot!(refusal("test://bucket/a/"), @"`test://bucket/a/` names no object; name its objects, with a pattern such as `test://bucket/a/*.parquet`");
    assert_snapshot!(refusal("test://bucket/a//b.csv"), @"`test://bucket/a//b.csv` names no object");
    assert_snapshot!(refusal("test://bucket/***.csv"), @"`test://bucket/***.csv` is not a valid pattern");
    assert_snapshot!(refusal("test://bucket/a.txt"), @"the extension of `test://bucket/a.txt` tells no format (csv, tsv, jsonl, ndjson, json, parquet, pq do); name it with `FileSegmentBuilder::format`");
    assert_snapshot!(refusal("test://bucket2/a.csv"), @"no store is known for the scheme `test` (s3, gs, az and file are); give one with `FileSegmentBuilder::object_store`");
    assert_snapshot!(refusal("s3:///a.csv"), @"`s3:///a.csv` names no bucket; write `s3://bucket/…`");
    assert_snapshot!(refusal("file://host/a.csv"), @"no store is known for the scheme `file` (s3, gs, az and file are); give one with `FileSegmentBuilder::object_store`");
}

#[cfg(not(feature = "gcp"))]
#[test]
fn a_client_that_this_program_lacks_is_named_by_its_feature() {
    let refusal = FileSegment::builder(["gs://bucket/a.csv"]).build().unwrap_err();
    assert_snapshot!(refusal, @"`gs://bucket` needs the feature `gcp` of tikaud-sources, or a store of your own");
}

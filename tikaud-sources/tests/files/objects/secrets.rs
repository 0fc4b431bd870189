use std::error::Error;
use std::sync::Arc;

use insta::assert_snapshot;
use tikaud_sources::FileSegment;

use super::faults::{Fault, FaultyStore};
use super::fixture::{put, segment};
use crate::directory::members;

#[test]
fn a_url_with_a_secret_is_refused_and_shown_nowhere() {
    for url in [
        "s3://AKIA:planted@bucket/a.csv",
        "s3://planted@bucket/a.csv",
        "az://container/a.csv?sig=planted",
        "abfss://container:planted@account.dfs.core.windows.net/a.csv",
        "gs://bucket/a.csv#planted",
    ] {
        let builder = FileSegment::builder([url]);
        assert!(!format!("{builder:?}{builder:#?}").contains("planted"), "{builder:?}");
        let error = builder.build().unwrap_err();
        assert!(!format!("{error}{error:?}").contains("planted"), "{error:?}");
    }
    let error = FileSegment::builder(["az://container/*.csv?sig=planted"]).build().unwrap_err();
    assert_snapshot!(error, @"a URL of the scheme `az` has a query or a fragment (not shown here); a URL names a place only, credentials come from the environment or with a store of your own (`FileSegmentBuilder::object_store`)");
}

#[tokio::test]
async fn neither_a_store_nor_what_it_answers_is_shown() {
    let store = FaultyStore::new(16);
    put(store.inner(), "a.csv", "id\n1\n").await;
    let builder = segment(Arc::clone(&store) as _, "a.csv");
    assert!(!format!("{builder:#?}").contains("planted"));
    let segment = builder.build().unwrap();
    assert!(!format!("{segment:#?}").contains("planted"));
    store.meets(0, Fault::Error);
    let error = members(&segment, &["id"]).await.unwrap_err();
    let told = format!("{error} {error:?} {:?}", error.source());
    assert!(told.contains("no reply") && !told.contains("planted"), "{told}");
}

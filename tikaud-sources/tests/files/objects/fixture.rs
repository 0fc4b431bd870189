//! The suite for segments over the stores that need no server, and what writes to a store.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::Segment;
use tikaud_sources::FileSegment;
use tikaud_sources::object_store::local::LocalFileSystem;
use tikaud_sources::object_store::memory::InMemory;
use tikaud_sources::object_store::path::Path;
use tikaud_sources::object_store::{ObjectStore, ObjectStoreExt};

use crate::conformance::{csv_text, parquet_bytes, ruined};

pub(super) type Made = (Box<dyn Segment>, Box<dyn Any + Send>);

/// The root of the store that a test has made.
pub(super) const ROOT: &str = "test://bucket/exports";

pub(super) async fn put(store: &dyn ObjectStore, key: &str, content: impl Into<Vec<u8>>) {
    // As it is: `Path::from` would encode brackets.
    store.put(&Path::parse(key).unwrap(), content.into().into()).await.unwrap();
}

pub(super) fn segment(store: Arc<dyn ObjectStore>, keys: &str) -> tikaud_sources::FileSegmentBuilder {
    FileSegment::builder([format!("{ROOT}/{keys}")]).object_store(ROOT, store)
}

/// The table as two objects in partitions: CSV and Parquet.
pub(super) async fn made(store: Arc<dyn ObjectStore>, table: &Table, breaks: bool, keep: Box<dyn Any + Send>) -> Made {
    let (first, second) = table.rows().split_at(table.rows().len() / 2);
    put(&*store, "t/part=1/a.csv", csv_text(first)).await;
    let second = parquet_bytes(second);
    put(&*store, "t/part=2/b.parquet", if breaks { ruined(second) } else { second }).await;
    let segment = segment(store, "t/**/*.*").partitions(false).name("Buyers").batch_size(1000).build().unwrap();
    (Box::new(segment), keep)
}

macro_rules! conformance {
    ($module:ident, $store:expr) => {
        mod $module {
            use super::*;

            struct Objects;

            #[async_trait]
            impl SegmentFixture for Objects {
                async fn segment(&self, table: &Table) -> Made {
                    let (store, keep) = $store;
                    made(store, table, false, keep).await
                }

                async fn breaking_segment(&self, table: &Table) -> Option<Made> {
                    let (store, keep) = $store;
                    Some(made(store, table, true, keep).await)
                }
            }

            tikaud_core::segment_conformance!(Objects);
        }
    };
}

conformance!(in_memory, (Arc::new(InMemory::new()), Box::new(())));
conformance!(in_a_directory, {
    let directory = tempfile::tempdir().unwrap();
    (Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap()), Box::new(directory))
});

use std::sync::Arc;

use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::FileSegment;
use tikaud_sources::arrow::arrow_array::{
    ArrayRef, Date32Array, Int32Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use tikaud_sources::rule::{Span, column};

use crate::directory::{Directory, members, table};

fn batch(phone: ArrayRef) -> RecordBatch {
    let id = Arc::new(StringArray::from(vec!["1"])) as ArrayRef;
    RecordBatch::try_from_iter_with_nullable([("id", id, true), ("phone", phone, true)]).unwrap()
}

#[tokio::test]
async fn files_with_different_types_of_a_column_are_named_with_both() {
    let directory = Directory::new();
    directory.write_batch("a.parquet", &batch(Arc::new(StringArray::from(vec!["0151 canary"]))), 9);
    directory.write_batch("b.parquet", &batch(Arc::new(Int64Array::from(vec![151]))), 9);
    assert_snapshot!(directory.failure("*.parquet", &["id", "phone"]).await, @"the column `phone` is of type Utf8 in `a.parquet` and of type Int64 in `b.parquet`; write it in one type, best as text");
    // Nobody asks for it.
    let segment = directory.segment("*.parquet").build().unwrap();
    assert_eq!(members(&segment, &["id"]).await.unwrap(), table(&[["1"], ["1"]]));
    directory.write_batch("b.parquet", &batch(Arc::new(Date32Array::from(vec![1]))), 9);
    directory.write_batch("a.parquet", &batch(Arc::new(TimestampMicrosecondArray::from(vec![1]))), 9);
    let error = members(&segment, &["phone"]).await.unwrap_err();
    assert_eq!(error.kind(), SegmentErrorKind::UnknownColumn);
}

#[tokio::test]
async fn types_that_differ_in_their_layout_only_are_read_together() {
    let directory = Directory::new();
    directory.write_batch("a.parquet", &batch(Arc::new(LargeStringArray::from(vec!["1"]))), 9);
    directory.write_batch("b.parquet", &batch(Arc::new(StringArray::from(vec!["2"]))), 9);
    directory.write_batch("c.parquet", &batch(Arc::new(NullArray::new(1))), 9);
    directory.write("d.csv", "id,phone\n1,4\n");
    let segment = directory.segment("*").build().unwrap();
    assert_eq!(members(&segment, &["phone"]).await.unwrap(), table(&[["1"], ["2"], [""], ["4"]]));
    let directory = Directory::new();
    directory.write_batch("a.parquet", &batch(Arc::new(Int32Array::from(vec![1]))), 9);
    directory.write_batch("b.parquet", &batch(Arc::new(Int64Array::from(vec![2]))), 9);
    let segment = directory.segment("*").build().unwrap();
    assert_eq!(members(&segment, &["phone"]).await.unwrap(), table(&[["1"], ["2"]]));
}

async fn types(segment: &FileSegment) -> Vec<(String, Option<String>)> {
    segment.schema().await.unwrap().columns.into_iter().map(|column| (column.name, column.data_type)).collect()
}

#[tokio::test]
async fn a_schema_has_the_types_of_parquet_and_none_of_text() {
    let directory = Directory::new();
    std::fs::create_dir(directory.path("day=2026-11-24")).unwrap();
    directory.write_batch("day=2026-11-24/b.parquet", &batch(Arc::new(Int64Array::from(vec![1]))), 9);
    directory.write("day=2026-11-24/a.csv", "phone,more,id\n1,2,3\n");
    let name = |name: &str, data_type: Option<&str>| (name.to_owned(), data_type.map(str::to_owned));
    let parquet = directory.segment("*/*.parquet").build().unwrap();
    let expected = [name("id", Some("Utf8")), name("phone", Some("Int64")), name("day", None)];
    assert_eq!(types(&parquet).await, expected);
    let csv = directory.segment("*/*.csv").build().unwrap();
    assert_eq!(types(&csv).await, [name("phone", None), name("more", None), name("id", None), name("day", None)]);
    directory.write_batch("day=2026-11-24/c.parquet", &batch(Arc::new(Int32Array::from(vec![1]))), 9);
    let all = directory.segment("*/*").build().unwrap();
    let expected = [name("phone", Some("Int32 or Int64")), name("id", Some("Utf8")), name("day", None)];
    assert_eq!(types(&all).await, expected);
}

#[tokio::test]
async fn a_rule_and_a_consent_define_a_segment_and_the_day_does_not() {
    let directory = Directory::new();
    directory.write("t.csv", "id,consent,at\n1,true,2026-11-24\n");
    let definitions = async |make: fn(tikaud_sources::FileSegmentBuilder) -> tikaud_sources::FileSegmentBuilder| {
        make(directory.segment("t.csv")).build().unwrap().schema().await.unwrap().definitions
    };
    assert!(definitions(|builder| builder).await.is_empty());
    let recent = definitions(|builder| builder.filter(column("at").within_last(Span::Days(30)))).await;
    assert_eq!(recent.keys().collect::<Vec<_>>(), ["rule"]);
    assert_eq!(recent["rule"].len(), 64);
    assert_ne!(recent, definitions(|builder| builder.filter(column("at").within_last(Span::Days(31)))).await);
    let consented = definitions(|builder| builder.require_consent("consent")).await;
    assert_eq!(consented.keys().collect::<Vec<_>>(), ["consent column"]);
    assert_ne!(consented, definitions(|builder| builder.require_consent("at")).await);
}

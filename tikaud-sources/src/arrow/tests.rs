use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int8Array,
    Int64Array, LargeStringArray, ListArray, NullArray, RecordBatch, StringArray, StringViewArray, StructArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use arrow_schema::Field;
use insta::assert_snapshot;

use super::*;

fn record_batch(columns: impl IntoIterator<Item = (&'static str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The cells of a record batch's only column.
fn cells(array: ArrayRef) -> Vec<Vec<String>> {
    let batch = member_batch(&record_batch([("c", array)]), &["c".into()]).unwrap();
    (0..batch.len()).map(|row| batch.columns()[0].cell(row).map(str::to_owned).collect()).collect()
}

fn refusal(array: ArrayRef) -> SegmentError {
    member_batch(&record_batch([("c", array)]), &["c".into()]).unwrap_err()
}

#[test]
fn text_of_every_layout_stays_as_it_is() {
    let values = [Some("a"), None, Some("")];
    let expected = [vec!["a"], vec![], vec![""]];
    assert_eq!(cells(Arc::new(StringArray::from_iter(values))), expected);
    assert_eq!(cells(Arc::new(LargeStringArray::from_iter(values))), expected);
    assert_eq!(cells(Arc::new(StringViewArray::from_iter(values))), expected);
    assert_eq!(cells(Arc::new(DictionaryArray::<Int8Type>::from_iter(values))), expected);
}

#[test]
fn a_slice_holds_its_own_rows_only() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    assert_eq!(cells(text.slice(1, 1)), [["b"]]);
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
        Some(vec![Some(1)]),
        Some(vec![Some(2), None, Some(3)]),
    ]));
    assert_eq!(cells(list.slice(1, 1)), [["2", "3"]]);
}

#[test]
fn text_that_a_null_cell_has_left_over_is_nobodys() {
    let (offsets, text, _) = StringArray::from(vec!["a", "xy", "b"]).into_parts();
    let nulls = BooleanArray::from(vec![Some(true), None, Some(true)]).nulls().cloned();
    let text: ArrayRef = Arc::new(StringArray::new(offsets, text, nulls));
    assert_eq!(cells(Arc::clone(&text)), [vec!["a"], vec![], vec!["b"]]);
    assert_eq!(cells(text.slice(1, 2)), [vec![], vec!["b"]]);
}

#[test]
fn a_null_within_a_dictionary_is_a_null_cell() {
    let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
    let keys = arrow_array::Int8Array::from(vec![Some(1), Some(0), None]);
    assert_eq!(cells(Arc::new(DictionaryArray::new(keys, values))), [vec![], vec!["a"], vec![]]);
}

#[test]
fn numbers_keep_all_their_digits() {
    assert_eq!(cells(Arc::new(Int64Array::from(vec![4_915_112_345_678, -1]))), [["4915112345678"], ["-1"]]);
    assert_eq!(cells(Arc::new(UInt64Array::from(vec![u64::MAX]))), [["18446744073709551615"]]);
    assert_eq!(cells(Arc::new(Int8Array::from(vec![Some(i8::MIN), None, Some(0)]))), [vec!["-128"], vec![], vec!["0"]]);
    let decimals = Decimal128Array::from(vec![4_915_112_345_678]).with_precision_and_scale(38, 0).unwrap();
    assert_eq!(cells(Arc::new(decimals)), [["4915112345678"]]);
}

#[test]
fn booleans_and_dates_become_text() {
    assert_eq!(cells(Arc::new(BooleanArray::from(vec![true, false]))), [["true"], ["false"]]);
    assert_eq!(cells(Arc::new(Date32Array::from(vec![20_000]))), [["2024-10-04"]]);
    assert_eq!(cells(Arc::new(TimestampSecondArray::from(vec![0]))), [["1970-01-01T00:00:00"]]);
}

#[test]
fn instants_are_written_in_utc_whatever_their_zone() {
    for zone in ["UTC", "+00:00", "Z", "+05:45", "-03:00", "Europe/Berlin", "no zone at all"] {
        let seconds = || TimestampSecondArray::from(vec![Some(1_795_511_730), None, Some(-1)]).with_timezone(zone);
        let expected = [vec!["2026-11-24T09:15:30Z"], vec![], vec!["1969-12-31T23:59:59Z"]];
        assert_eq!(cells(Arc::new(seconds())), expected, "{zone}");
        let keys = arrow_array::Int8Array::from(vec![2, 0]);
        let dictionary = DictionaryArray::new(keys, Arc::new(seconds()));
        assert_eq!(cells(Arc::new(dictionary)), [["1969-12-31T23:59:59Z"], ["2026-11-24T09:15:30Z"]], "{zone}");
        let nanos = TimestampNanosecondArray::from(vec![1_795_511_730_123_456_789]).with_timezone(zone);
        assert_eq!(cells(Arc::new(nanos)), [["2026-11-24T09:15:30.123456789Z"]], "{zone}");
    }
}

#[test]
fn a_column_of_nulls_only_is_a_column_of_null_cells() {
    assert_eq!(cells(Arc::new(NullArray::new(2))), [Vec::<&str>::new(), vec![]]);
}

#[test]
fn a_list_is_a_cell_with_several_values() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("a"), None, Some("b")]);
    lists.append_null();
    lists.append_value([None::<&str>; 0]);
    assert_eq!(cells(Arc::new(lists.finish())), [vec!["a", "b"], vec![], vec![]]);
}

#[test]
fn columns_come_in_the_order_asked_for_and_as_often() {
    let batch =
        record_batch([("a", Arc::new(StringArray::from(vec!["1"])) as ArrayRef), ("b", Arc::new(NullArray::new(1)))]);
    let members = member_batch(&batch, &["b".into(), "a".into(), "a".into()]).unwrap();
    assert_eq!(members.columns().iter().map(|column| column.cell(0).count()).collect::<Vec<_>>(), [0, 1, 1]);
}

#[test]
fn a_type_that_holds_no_text_is_refused_by_name() {
    assert_snapshot!(refusal(Arc::new(Float64Array::from(vec![1.0]))), @"the column `c` is of type Float64, which holds no text; make it a text column");
    assert_snapshot!(refusal(Arc::new(BinaryArray::from(vec![b"canary".as_slice()]))), @"the column `c` is of type Binary, which holds no text; make it a text column");
    let decimals = Decimal128Array::from(vec![100]).with_precision_and_scale(9, 2).unwrap();
    assert_snapshot!(refusal(Arc::new(decimals)), @"the column `c` is of type Decimal128(9, 2), which holds no text; make it a text column");
    let person = StructArray::from(vec![(
        Arc::new(Field::new("email", DataType::Utf8, true)),
        Arc::new(StringArray::from(vec!["canary"])) as ArrayRef,
    )]);
    assert_eq!(refusal(Arc::new(person)).kind(), SegmentErrorKind::UnknownColumn);
}

#[test]
fn a_column_that_is_not_there_or_is_there_twice_is_refused() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["canary"]));
    assert_snapshot!(member_batch(&record_batch([("a", text.clone())]), &["b".into()]).unwrap_err(), @"there is no column `b`; the columns are: `a`");
    let twice = record_batch([("a", text.clone()), ("a", text)]);
    assert_snapshot!(member_batch(&twice, &["a".into()]).unwrap_err(), @"two columns are named `a`; rename one of them");
}

use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    Date32Array, Date64Array, Decimal128Array, Float32Array, Float64Array, Int64Array, LargeStringArray, ListArray,
    NullArray, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray, TimestampSecondArray,
    UInt64Array,
};

use super::super::{Literal, Number, column};
use super::*;

/// What a rule about the column `c` makes of it, row by row.
fn answers(rule: &Rule, array: impl Array + 'static) -> Vec<Option<bool>> {
    let array: ArrayRef = Arc::new(array);
    evaluate(rule, &|_| Some(Arc::clone(&array))).unwrap().iter().collect()
}

fn text(cells: &[&str]) -> StringArray {
    cells.iter().map(|cell| (*cell != "-").then_some(*cell)).collect()
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn unknown_goes_through_and_or_and_not_as_in_sql() {
    let cells = || text(&["a", "b", "-"]);
    let (a, null) = (column("c").is("a"), column("c").is_null());
    assert_eq!(answers(&a, cells()), [Some(true), Some(false), None]);
    assert_eq!(answers(&!a.clone(), cells()), [Some(false), Some(true), None]);
    assert_eq!(answers(&null, cells()), [Some(false), Some(false), Some(true)]);
    assert_eq!(answers(&(a.clone() & null.clone()), cells()), [Some(false), Some(false), None]);
    assert_eq!(answers(&(a.clone() & !null.clone()), cells()), [Some(true), Some(false), Some(false)]);
    assert_eq!(answers(&(a.clone() | null), cells()), [Some(true), Some(false), Some(true)]);
    assert_eq!(answers(&column("c").is_not("a"), cells()), [Some(false), Some(true), None]);
    assert_eq!(answers(&!column("c").is_in(["a", "x"]), cells()), [Some(false), Some(true), None]);
}

#[test]
fn numbers_are_compared_as_numbers_whatever_their_layout() {
    let less = column("c").less_than(number("2.5"));
    let expected = [Some(true), Some(false), None];
    assert_eq!(answers(&less, Int64Array::from(vec![Some(2), Some(10), None])), expected);
    assert_eq!(answers(&less, UInt64Array::from(vec![Some(2), Some(u64::MAX), None])), expected);
    assert_eq!(answers(&less, Float32Array::from(vec![Some(2.25), Some(2.5), None])), expected);
    assert_eq!(answers(&less, text(&["2.4999999999999999999999999", "1e2", "-"])), expected);
    assert_eq!(answers(&less, text(&[" -inf ", "Infinity", "-"])), expected);
    let decimals = |digits: Vec<Option<i128>>| Decimal128Array::from(digits).with_precision_and_scale(9, 3).unwrap();
    assert_eq!(answers(&less, decimals(vec![Some(2499), Some(2500), None])), expected);

    let is = column("c").is(number("2.5"));
    assert_eq!(answers(&is, Int64Array::from(vec![Some(2), None])), [Some(false), None]);
    assert_eq!(answers(&!is.clone(), Int64Array::from(vec![Some(2), None])), [Some(true), None]);
    assert_eq!(answers(&is, decimals(vec![Some(2500), Some(2501)])), [Some(true), Some(false)]);
    let among = column("c").is_in([number("2.5"), number("3")]);
    assert_eq!(answers(&among, Int64Array::from(vec![2, 3])), [Some(false), Some(true)]);
    assert_eq!(answers(&among, Float64Array::from(vec![2.5, 2.0])), [Some(true), Some(false)]);
    assert_eq!(answers(&among, text(&["2.50", "4"])), [Some(true), Some(false)]);
    assert_eq!(answers(&column("c").more_than(number("1e30")), Int64Array::from(vec![i64::MAX])), [Some(false)]);
}

#[test]
fn nan_compares_with_nothing_and_zero_has_no_sign() {
    let floats = || Float64Array::from(vec![f64::NAN, -0.0, f64::INFINITY]);
    assert_eq!(answers(&column("c").at_least(0), floats()), [None, Some(true), Some(true)]);
    assert_eq!(answers(&column("c").is_in([0, 1]), floats()), [None, Some(true), Some(false)]);
    assert_eq!(answers(&!column("c").is(0), floats()), [None, Some(false), Some(true)]);
    assert_eq!(answers(&column("c").is_null(), floats()), [Some(false); 3]);
    assert_eq!(answers(&column("c").at_least(0), text(&["nan", "-0", "inf"])), [None, Some(true), Some(true)]);
    assert_eq!(answers(&column("c").is(number("0.1")), Float32Array::from(vec![0.1])), [Some(false)]);
}

#[test]
fn text_is_compared_by_code_points_and_matched_as_it_stands() {
    let words = || text(&["Zoe", "a%b", "é", ""]);
    assert_eq!(answers(&column("c").less_than("a"), words()), [Some(true), Some(false), Some(false), Some(true)]);
    assert_eq!(answers(&column("c").more_than("z"), words()), [Some(false), Some(false), Some(true), Some(false)]);
    assert_eq!(answers(&column("c").contains("%"), words()), [Some(false), Some(true), Some(false), Some(false)]);
    assert_eq!(answers(&column("c").contains("_"), words()), [Some(false); 4]);
    assert_eq!(answers(&column("c").starts_with("zo"), words()), [Some(false); 4]);
    let ignoring = column("c").starts_with_ignoring_case("zO");
    assert_eq!(answers(&ignoring, words()), [Some(true), Some(false), Some(false), Some(false)]);
    // É and é are two characters: only ASCII letters have a case here.
    assert_eq!(answers(&column("c").ends_with_ignoring_case("É"), words()), [Some(false); 4]);
    for array in
        [Arc::new(LargeStringArray::from(vec!["a", "b"])) as ArrayRef, Arc::new(StringViewArray::from(vec!["a", "b"]))]
    {
        let answer = evaluate(&column("c").is("a"), &|_| Some(Arc::clone(&array))).unwrap();
        assert_eq!(answer.iter().collect::<Vec<_>>(), [Some(true), Some(false)]);
    }
    let mut dictionary = StringDictionaryBuilder::<Int32Type>::new();
    dictionary.extend([Some("a"), None, Some("b")]);
    assert_eq!(answers(&column("c").is("a"), dictionary.finish()), [Some(true), None, Some(false)]);
}

#[test]
fn dates_and_instants_are_read_as_each_other() {
    let day = column("c").is(Literal::date("2026-11-24").unwrap());
    let noon = column("c").at_least(Literal::timestamp("2026-11-24T00:00:00Z").unwrap());
    let (days, seconds) = (20_781, 20_781 * 86_400_i64);
    assert_eq!(answers(&day, Date32Array::from(vec![days, days + 1])), [Some(true), Some(false)]);
    assert_eq!(answers(&day, Date64Array::from(vec![seconds * 1000, seconds * 1000 - 1])), [Some(true), Some(false)]);
    assert_eq!(answers(&noon, Date32Array::from(vec![days, days - 1])), [Some(true), Some(false)]);
    assert_eq!(
        answers(&day, TimestampSecondArray::from(vec![seconds + 86_399, seconds - 1])),
        [Some(true), Some(false)]
    );
    // A zone of display changes nothing: the instant counts, and its day in UTC.
    let zoned =
        TimestampMicrosecondArray::from(vec![seconds * 1_000_000, seconds * 1_000_000 - 1]).with_timezone("+05:45");
    assert_eq!(answers(&day, zoned), [Some(true), Some(false)]);
    let nanos = TimestampNanosecondArray::from(vec![seconds * 1_000_000_000, seconds * 1_000_000_000 - 1]);
    assert_eq!(answers(&noon, nanos), [Some(true), Some(false)]);
    let spelled = text(&["2026-11-24", "2026-11-24 23:59:59", "2026-11-25T00:30:00+01:00", "2026-11-23", "-"]);
    assert_eq!(answers(&day, spelled), [Some(true), Some(true), Some(true), Some(false), None]);
}

#[test]
fn booleans_are_read_in_their_usual_spellings() {
    let spelled = text(&["true", "T", "YES", "y", "1", "FALSE", "no", "0", "-"]);
    let answers = answers(&column("c").is(true), spelled);
    assert_eq!(answers.iter().filter(|answer| **answer == Some(true)).count(), 5);
    assert_eq!(answers.iter().filter(|answer| **answer == Some(false)).count(), 3);
}

#[test]
fn a_column_without_any_value_is_unknown_to_every_type() {
    for rule in [
        column("c").is(1),
        column("c").is("a"),
        column("c").is(true),
        column("c").is(Literal::date("2026-01-01").unwrap()),
    ] {
        assert_eq!(answers(&rule, NullArray::new(2)), [None, None]);
    }
}

#[test]
fn cells_that_cannot_be_read_are_named_by_their_row() {
    let refused = |rule: &Rule, cells: &[&str]| {
        let array: ArrayRef = Arc::new(text(cells));
        evaluate(rule, &|_| Some(Arc::clone(&array))).unwrap_err()
    };
    let rules = [column("c").is(1), column("c").is(true), column("c").is(Literal::date("2026-01-01").unwrap())];
    for rule in rules {
        let either = column("c").is_null() | rule;
        assert!(matches!(refused(&either, &["-", "canary"]), Unusable::Cell { row: 1, .. }));
    }
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
    let refused = evaluate(&column("c").is(1), &|_| Some(Arc::clone(&list)));
    assert!(matches!(refused, Err(Unusable::Column { .. })));
    assert_eq!(
        answers(&column("c").is_null(), list.as_any().downcast_ref::<ListArray>().unwrap().clone()),
        [Some(false)]
    );
}

//! Made-up rows and rules over them. Values are few and close together, so that cells often equal what rules ask for.

use proptest::prelude::*;
use tikaud_sources::rule::{Literal, Rule, Span, column};

use crate::table::{Row, decimal_text, micros_text};

/// The first of the days and instants that occur: 2026-11-20.
const FIRST_DAY: i32 = 20_777;

fn maybe<T: Clone + std::fmt::Debug + 'static>(value: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop_oneof![1 => Just(None), 5 => value.prop_map(Some)].boxed()
}

/// Text that is not empty, which CSV cannot tell from null.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a",
            "A",
            "ab",
            "Ab%",
            "a_b",
            "z",
            "Z",
            "é",
            "É",
            "\u{1f600}",
            "ﬀ",
            "a\\b",
            "'",
            "\"",
            "10",
            "9"
        ])
        .prop_map(str::to_owned),
        "[abAB%_*?\\\\\\[ ]{1,4}",
    ]
}

fn day() -> impl Strategy<Value = i32> {
    FIRST_DAY..FIRST_DAY + 8
}

/// Instants a quarter of a day apart, and a microsecond beside.
fn instant() -> impl Strategy<Value = i64> {
    (0..32_i64, -1..2_i64)
        .prop_map(|(quarter, beside)| (i64::from(FIRST_DAY) * 24 + quarter * 6) * 3_600_000_000 + beside)
}

fn float() -> impl Strategy<Value = f64> {
    prop_oneof![
        prop::sample::select(vec![
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            0.0,
            0.1,
            0.30000000000000004,
            1e20,
            1e-7
        ]),
        (-6..7_i32).prop_map(|half| f64::from(half) / 2.0),
    ]
}

pub(crate) fn row() -> impl Strategy<Value = Row> {
    let cells = (
        maybe(text()),
        maybe(-3..4_i64),
        maybe(-300..301_i64),
        maybe(float()),
        maybe(any::<bool>()),
        maybe(day()),
        maybe(instant()),
        maybe(instant()),
    );
    cells.prop_map(|(text, whole, decimal, float, flag, day, instant, local)| Row {
        text,
        whole,
        decimal: decimal.map(|hundredths| hundredths / 25 * 25),
        float,
        flag,
        day,
        instant,
        local,
    })
}

/// A column with values of a type that its cells are read as.
fn column_and_values() -> impl Strategy<Value = (&'static str, Vec<Literal>)> {
    let numbers = prop_oneof![
        (-3..4_i64).prop_map(Literal::from),
        (-12..13_i64).prop_map(|quarters| Literal::Number(decimal_text(quarters * 25).parse().unwrap())),
        prop::sample::select(vec![
            "0.1",
            "0.3",
            "2.501",
            "-0.001",
            "100000000000000000000",
            "-999999999999999999999999999999"
        ])
        .prop_map(|text| Literal::Number(text.parse().unwrap())),
    ];
    let dates = day().prop_map(|day| Literal::date(&crate::table::day_text(day)).unwrap());
    let instants = instant().prop_map(|micros| Literal::timestamp(&micros_text(micros)).unwrap());
    let values = |literal: BoxedStrategy<Literal>| prop::collection::vec(literal, 2..4);
    let times = || prop::sample::select(vec!["day", "instant", "local"]);
    prop_oneof![
        (Just("text"), values(text().prop_map(Literal::Text).boxed())),
        (prop::sample::select(vec!["whole", "decimal", "float"]), values(numbers.boxed())),
        (times(), values(dates.boxed())),
        (times(), values(instants.boxed())),
    ]
}

fn test() -> impl Strategy<Value = Rule> {
    let compared = (column_and_values(), 0..8_u8).prop_map(|((name, values), which)| {
        let (about, first, second) = (column(name), values[0].clone(), values[1].clone());
        match which {
            0 => about.is(first),
            1 => about.is_not(first),
            2 => about.less_than(first),
            3 => about.at_most(first),
            4 => about.more_than(first),
            5 => about.at_least(first),
            6 => about.is_in(values),
            _ if about.clone().between(first.clone(), second.clone()).check().is_ok() => about.between(first, second),
            _ => about.between(second, first),
        }
    });
    let matched = (text(), 0..6_u8).prop_map(|(text, which)| match which {
        0 => column("text").contains(text),
        1 => column("text").contains_ignoring_case(text),
        2 => column("text").starts_with(text),
        3 => column("text").starts_with_ignoring_case(text),
        4 => column("text").ends_with(text),
        _ => column("text").ends_with_ignoring_case(text),
    });
    let spans = prop_oneof![(0..5_u32).prop_map(Span::Days), (0..100_u32).prop_map(Span::Hours)];
    let relative =
        (prop::sample::select(vec!["day", "instant", "local"]), spans, 0..3_u8).prop_map(|(name, span, which)| {
            match which {
                0 => column(name).within_last(span),
                1 => column(name).within_next(span),
                _ => column(name).longer_ago_than(span),
            }
        });
    let null = prop::sample::select(crate::table::COLUMNS[1..].to_vec()).prop_map(|name| column(name).is_null());
    let flag = any::<bool>().prop_map(|value| column("flag").is(value));
    prop_oneof![6 => compared, 2 => matched, 2 => relative, 1 => null, 1 => flag]
}

pub(crate) fn rule() -> impl Strategy<Value = Rule> {
    test().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::Or),
            inner.prop_map(|rule| !rule),
        ]
    })
}

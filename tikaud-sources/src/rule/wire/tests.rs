use insta::assert_snapshot;
use proptest::prelude::*;

use super::super::{Literal, Rule, Span, column};

fn json(text: &str) -> Rule {
    serde_json::from_str(text).unwrap()
}

/// What is wrong with a rule in JSON, without the place in the text that JSON adds.
fn refusal(text: &str) -> String {
    let error = serde_json::from_str::<Rule>(text).unwrap_err().to_string();
    error.split(" at line ").next().unwrap().to_owned()
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        ".{0,8}".prop_filter("no NUL", |text| !text.contains('\0')).prop_map(Literal::Text),
        (any::<i64>(), 0..9_u32)
            .prop_map(|(digits, scale)| { Literal::Number(format!("{digits}e-{scale}").parse().unwrap()) }),
        any::<bool>().prop_map(Literal::Boolean),
        (-700_000..2_900_000_i64).prop_map(|days| Literal::Date(super::super::moment::date_of(days))),
        (-60_000_000_000_000_000..250_000_000_000_000_000_i64)
            .prop_map(|micros| Literal::Timestamp(jiff::Timestamp::from_microsecond(micros).unwrap())),
    ]
}

fn ordered() -> impl Strategy<Value = Literal> {
    literal().prop_filter("has an order", |literal| !matches!(literal, Literal::Boolean(_)))
}

fn test() -> impl Strategy<Value = Rule> {
    let name = "[a-z é\"`$]{1,5}";
    prop_oneof![
        (name, literal()).prop_map(|(name, value)| column(name).is(value)),
        (name, literal()).prop_map(|(name, value)| column(name).is_not(value)),
        (name, ordered()).prop_map(|(name, value)| column(name).less_than(value)),
        (name, ordered()).prop_map(|(name, value)| column(name).at_least(value)),
        (name, ordered()).prop_map(|(name, value)| column(name).between(value.clone(), value)),
        (name, prop::collection::vec(any::<i64>(), 1..4)).prop_map(|(name, values)| column(name).is_in(values)),
        name.prop_map(|name| column(name).is_null()),
        (name, "[a-z%_\\\\]{1,4}").prop_map(|(name, text)| column(name).contains(text)),
        (name, "[a-z]{1,4}").prop_map(|(name, text)| column(name).ends_with_ignoring_case(text)),
        (name, 0..999_u32).prop_map(|(name, days)| column(name).within_last(Span::Days(days))),
        (name, 0..999_u32).prop_map(|(name, hours)| column(name).longer_ago_than(Span::Hours(hours))),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    test().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::And),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Rule::Or),
            inner.prop_map(|rule| !rule),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_the_same_rule(rule in rule()) {
        prop_assert_eq!(&serde_json::from_str::<Rule>(&serde_json::to_string(&rule).unwrap()).unwrap(), &rule);
        prop_assert_eq!(&toml::from_str::<Rule>(&toml::to_string(&rule).unwrap()).unwrap(), &rule);
    }
}

#[test]
fn values_have_the_types_that_they_are_written_with() {
    assert_eq!(json(r#"{"column":"a","is":"1"}"#), column("a").is("1"));
    assert_eq!(json(r#"{"column":"a","is":1}"#), column("a").is(1));
    assert_eq!(json(r#"{"column":"a","is":1.50}"#), column("a").is(Literal::Number("1.5".parse().unwrap())));
    assert_eq!(json(r#"{"column":"a","is":{"number":"1.5"}}"#), json(r#"{"column":"a","is":1.5}"#));
    assert_eq!(
        json(r#"{"column":"a","is":{"$serde_json::private::Number":"1.5"}}"#),
        json(r#"{"column":"a","is":1.5}"#)
    );
    assert_eq!(
        json(r#"{"column":"a","is":{"date":"2026-11-24"}}"#),
        column("a").is(Literal::date("2026-11-24").unwrap())
    );
    assert_eq!(json(r#"{"column":"a","is_null":false}"#), column("a").is_not_null());
    assert_eq!(json(r#"{"column":"a","contains":"x","ignore_case":false}"#), column("a").contains("x"));
}

#[test]
fn dates_of_toml_are_values() {
    let rule: Rule = toml::from_str("column = 'a'\nbetween = [2026-01-01, 2026-12-31]").unwrap();
    let date = |text| Literal::date(text).unwrap();
    assert_eq!(rule, column("a").between(date("2026-01-01"), date("2026-12-31")));
    let rule: Rule = toml::from_str("column = 'a'\nless_than = 2026-01-01T10:00:00+01:00").unwrap();
    assert_eq!(rule, column("a").less_than(Literal::timestamp("2026-01-01T09:00:00Z").unwrap()));
    let rule = toml::from_str::<Rule>("column = 'a'\nis = 10:15:30").unwrap_err();
    assert!(rule.to_string().contains("a time of day is no value"), "{rule}");
}

#[test]
fn errors_name_the_place_and_hold_no_value() {
    assert_snapshot!(refusal(r#""canary""#), @"a rule is a table with `and`, `or`, `not` or `column`; this is text");
    assert_snapshot!(refusal("{}"), @"a rule has `and`, `or`, `not` or `column`; this one is empty");
    assert_snapshot!(refusal(r#"{"xor":[]}"#), @"at `xor`: a rule has `and`, `or`, `not` or `column`");
    assert_snapshot!(refusal(r#"{"and":[],"or":[]}"#), @"a rule has one of `and`, `or`, `not` alone, or a `column` and one condition");
    assert_snapshot!(refusal(r#"{"and":[{"not":{"column":"a","is":null}}]}"#), @"at `and[0].not.is`: null is no value; use `is_null`");
    assert_snapshot!(refusal(r#"{"column":"a","is":"canary","is":"canary"}"#), @"at `is`: the key is there twice");
    assert_snapshot!(refusal(r#"{"column":"a","is":"canary","at_most":3}"#), @"at `at_most`: a column has one condition; put several into an `and`");
    assert_snapshot!(refusal(r#"{"column":"a","is":"canary","ignore_case":true}"#), @"at `ignore_case`: case can be ignored with `contains`, `starts_with` and `ends_with`");
    assert_snapshot!(refusal(r#"{"column":"a","like":"canary"}"#), @"at `like`: there is no such condition; there are `is`, `is_not`, `less_than`, `at_most`, `more_than`, `at_least`, `in`, `between`, `is_null`, `contains`, `starts_with`, `ends_with`, `within_last`, `within_next`, `longer_ago_than`");
    assert_snapshot!(refusal(r#"{"column":"a","in":["canary",1]}"#), @"at `in[1]`: the values are of one type; the first is text, this one a number");
    assert_snapshot!(refusal(r#"{"column":"a","between":[1]}"#), @"at `between`: `between` has two values; here are 1");
    assert_snapshot!(refusal(r#"{"column":"a","is":{"date":"canary"}}"#), @"at `is.date`: a date is a day of the calendar, such as `2026-11-24`");
    assert_snapshot!(refusal(r#"{"column":"a","is":{"canary":1}}"#), @r#"at `is`: a value is text, a number, a boolean, or one of {"date": "…"}, {"timestamp": "…"}, {"number": "…"}"#);
    assert_snapshot!(refusal(r#"{"column":"a","within_last":{"days":-1}}"#), @r#"at `within_last`: a span is {"days": 90} or {"hours": 48}, a whole number, not negative"#);
    assert_snapshot!(refusal(r#"{"column":"a","is":0.12345678901234567}"#), @"at `is`: the number has more digits than a float keeps; write it as text: { number = \"…\" }");
    assert_snapshot!(refusal(r#"{"column":7,"is":1}"#), @"at `column`: a column's name is text");
}

#[test]
fn documents_of_any_depth_are_refused_and_not_followed() {
    let deep =
        |depth: usize| format!("{}{}{}", r#"{"not":"#.repeat(depth), r#"{"column":"a","is":1}"#, "}".repeat(depth));
    assert!(serde_json::from_str::<Rule>(&deep(31)).is_ok());
    assert!(serde_json::from_str::<Rule>(&deep(32)).is_err());
    assert_snapshot!(refusal(&deep(90)), @"rules are nested at most 32 deep");
    assert!(toml::from_str::<Rule>(&format!("column = 'a'\nin = {}", "[".repeat(100_000))).is_err());
}

#[test]
fn debug_shows_no_value() {
    let rule = column("email").is("canary@example.com")
        & column("phone").is_in(["canary", "canary"])
        & column("id").at_least(4_711_471_147_i64)
        & column("name").starts_with("canary");
    let shown = format!("{rule:?}{rule:#?}");
    assert!(!shown.contains("canary") && !shown.contains("4711"), "{shown}");
    assert!(shown.contains("email"));
}

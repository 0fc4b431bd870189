use std::io::Write;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use tikaud_core::segment::{MemberBatch, TextColumn};

use super::*;
use crate::files::header::Origin;
use crate::files::place::{Location, Partitions};
use crate::files::reading::Stop;

fn opened(path: &std::path::Path) -> Result<Input, SegmentError> {
    Input::open(&Location::Local(path.to_owned()), Partitions::default(), &Stop::default())
}

/// The cells of the column `c` of a file.
fn cells(content: &str) -> Result<Vec<Vec<String>>, SegmentError> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    let input = opened(file.path())?;
    let mut cells = Vec::new();
    let mut emit = |batch: MemberBatch| {
        cells.extend((0..batch.len()).map(|row| batch.columns()[0].cell(row).map(str::to_owned).collect()));
        ControlFlow::Continue(())
    };
    read(&input, &Asked::new(&["c".to_owned()], None, None, true), 2, &mut emit).map(|_| cells)
}

#[test]
fn numbers_keep_all_their_digits() {
    let content = "{\"c\": 4915112345678}\n{\"c\": 123456789012345678901234567890}\n{\"c\": -1}\n";
    assert_eq!(cells(content).unwrap(), [["4915112345678"], ["123456789012345678901234567890"], ["-1"]]);
}

#[test]
fn values_of_several_types_share_a_column() {
    let content =
        "{\"c\": \"a\"}\n{\"c\": 1}\n{\"c\": [\"x\", null, 2, true]}\n{\"c\": null}\n{\"d\": 0}\n{\"c\": []}\n";
    let expected = [vec!["a"], vec!["1"], vec!["x", "2", "true"], vec![], vec![], vec![]];
    assert_eq!(cells(content).unwrap(), expected);
}

#[test]
fn escapes_are_resolved_in_keys_and_values() {
    assert_eq!(cells("{\"\\u0063\": \"\\u00e9\\n\\\"\"}").unwrap(), [["é\n\""]]);
}

#[test]
fn blank_lines_and_windows_line_ends_are_skipped() {
    assert_eq!(cells("\r\n{\"c\": \"a\"}\r\n  \n{\"c\": \"b\"}").unwrap(), [["a"], ["b"]]);
}

#[test]
fn what_a_column_holds_after_the_first_lines_is_still_checked() {
    let content = "{\"c\": \"a\"}\n".repeat(10_000) + "{\"c\": {\"email\": \"canary\"}}\n";
    let error = cells(&content).unwrap_err().to_string();
    assert!(error.starts_with("line 10001 of ") && error.contains("an object in the column `c`"), "{error}");
}

proptest! {
    #[test]
    fn every_string_comes_out_as_it_went_in(texts in prop::collection::vec(any::<String>(), 1..9), pretty in any::<bool>()) {
        let line = |text: &String| match json!({ "b": [text], "c": text, text.as_str(): 1 }) {
            // Escaping everything is as good JSON as escaping nothing.
            value if pretty => escaped(&value),
            value => value.to_string(),
        };
        prop_assume!(texts.iter().all(|text| text != "b" && text != "c" && !text.trim().is_empty()));
        let content: Vec<String> = texts.iter().map(line).collect();
        let mut read = Vec::new();
        let mut columns = [TextColumn::default()];
        for line in &content {
            Object::parse(line).unwrap().push_to(&["c".to_owned()], &[Origin::File(0)], 1, &mut columns).unwrap();
        }
        for row in 0..columns[0].len() {
            read.extend(columns[0].cell(row).map(str::to_owned));
        }
        prop_assert_eq!(read, texts);
    }
}

fn escaped(value: &Value) -> String {
    let escape = |character: char| match character {
        character if character.is_ascii() => character.to_string(),
        character => character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    };
    value.to_string().chars().map(escape).collect()
}

const NAMES: [&str; 3] = ["a", "b", "c"];

/// What the reader of simple lines finds, if the line is one, and what the reader of all of JSON finds.
fn both_ways(line: &str) -> (Option<Vec<String>>, Option<Vec<String>>) {
    let (names, origins) = (NAMES.map(str::to_owned), [0, 1, 2].map(Origin::File));
    let cells = |columns: [TextColumn; 3]| {
        columns.iter().map(|column| format!("{:?}", column.cell(0).collect::<Vec<_>>())).collect()
    };
    let (mut simple, mut columns) = (Simple::new(3), [(); 3].map(|()| TextColumn::default()));
    let found = simple.find(line, &names).then(|| {
        simple.push_to(line, &origins, &mut columns).unwrap();
        cells(columns)
    });
    let mut columns = [(); 3].map(|()| TextColumn::default());
    let parsed = Object::parse(line).and_then(|object| object.push_to(&names, &origins, 3, &mut columns));
    (found, parsed.is_ok().then(|| cells(columns)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_simple_line_is_read_as_by_the_reader_of_all_of_json(
        pairs in prop::collection::vec(("[a-d]|é", "\"[ -!#-\\[\\]-~é]{0,9}\"|-?(0|[1-9][0-9]{0,30})|true|false|null"), 1..5),
        blank in "[ \t]{0,2}",
        damage in prop::option::of((any::<prop::sample::Index>(), prop::sample::select(vec![
            "", "\"", "\\", "\\n", "0", "-", ".", "e", "{", "}", "[", "]", ",", ":", "\t", "\u{1}", " ", "x", "null", "é",
        ]))),
    ) {
        let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{blank}\"{key}\"{blank}:{blank}{value}{blank}")).collect();
        let mut line = format!("{blank}{{{}}}", pairs.join(","));
        let is_twice = NAMES.iter().any(|name| line.matches(&format!("\"{name}\"{blank}:")).count() > 1);
        prop_assert_eq!(both_ways(&line).0.is_some(), !is_twice, "{}", line);
        if let Some((at, put)) = damage {
            let at = at.index(line.len());
            if let Some(character) = line.get(at..).and_then(|rest| rest.chars().next()) {
                line.replace_range(at..at + character.len_utf8(), put);
            }
        }
        if let (Some(found), parsed) = both_ways(&line) {
            prop_assert_eq!(Some(found), parsed, "{}", line);
        }
    }
}

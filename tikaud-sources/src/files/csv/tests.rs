use std::io::Write;
use std::sync::Arc;

use arrow_csv::reader::ReaderBuilder;
use arrow_schema::{DataType, Field, Schema};
use proptest::prelude::*;
use tempfile::NamedTempFile;
use tikaud_core::segment::MemberBatch;

use super::*;
use crate::arrow::member_batch;
use crate::files::place::{Location, Partitions};
use crate::files::reading::Stop;

const COMMA: Dialect = Dialect { delimiter: b',', quote: b'"', line_end_required: false };

/// The rows of a CSV file with the columns a, b and c.
fn rows(content: &str, batch_size: usize) -> Vec<Vec<String>> {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    let input = opened(file.path()).unwrap();
    let mut rows = Vec::new();
    let mut emit = |batch: MemberBatch| {
        rows.extend(rows_of(&batch));
        ControlFlow::Continue(())
    };
    let _ = read(&input, COMMA, &Asked::new(&columns(), None, None, true), batch_size, &mut emit).unwrap();
    rows
}

fn opened(path: &std::path::Path) -> Result<Input, SegmentError> {
    Input::open(&Location::Local(path.to_owned()), Partitions::default(), &Stop::default())
}

fn columns() -> Vec<String> {
    ["a", "b", "c"].map(str::to_owned).to_vec()
}

fn rows_of(batch: &MemberBatch) -> Vec<Vec<String>> {
    let row = |row| batch.columns().iter().map(|column| column.cell(row).collect()).collect();
    (0..batch.len()).map(row).collect()
}

/// What arrow's own reader makes of the same content.
fn rows_of_arrow(content: &str) -> Vec<Vec<String>> {
    let schema = Schema::new(columns().iter().map(|name| Field::new(name, DataType::Utf8, true)).collect::<Vec<_>>());
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).build(content.as_bytes()).unwrap();
    reader.flat_map(|batch| rows_of(&member_batch(&batch.unwrap(), &columns()).unwrap())).collect()
}

fn quoted(field: &str) -> String {
    format!("\"{}\"", field.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn every_table_reads_as_arrow_reads_it(
        table in prop::collection::vec(prop::array::uniform3(("[a\",\r\n é]{0,6}", any::<bool>())), 0..12),
        batch_size in 1_usize..5,
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        last_line_end in any::<bool>(),
    ) {
        let mut content = format!("a,b,c{line_end}");
        for row in &table {
            let plain = |field: &str| !field.contains(['"', ',', '\r', '\n']);
            let fields = row.each_ref().map(|(field, quote)| {
                if *quote || !plain(field) { quoted(field) } else { field.clone() }
            });
            content += &(fields.join(",") + line_end);
        }
        // A header that is not ended is refused.
        if !last_line_end && !table.is_empty() {
            content.truncate(content.len() - line_end.len());
        }
        let expected: Vec<Vec<String>> =
            table.iter().map(|row| row.iter().map(|(field, _)| field.clone()).collect()).collect();
        prop_assert_eq!(&rows(&content, batch_size), &expected);
        prop_assert_eq!(rows_of_arrow(&content), expected);
    }
}

#[test]
fn a_quote_within_a_field_that_is_not_quoted_is_text() {
    assert_eq!(rows("a,b,c\nx\"y,\"\",z\"\n", 9), [["x\"y", "", "z\""]]);
}

#[test]
fn a_field_may_go_over_many_lines() {
    let long = "line\n".repeat(100_000);
    assert_eq!(rows(&format!("a,b,c\n1,\"{long}\",2\n"), 9), [["1", &long, "2"]]);
}

#[test]
fn blank_lines_are_no_members() {
    assert_eq!(rows("\n\r\na,b,c\n\n1,2,3\r\n\r\n\n", 9), [["1", "2", "3"]]);
}

#[test]
fn reading_stops_when_it_is_asked_to() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"a,b,c\n1,2,3\n4,5,6\n7,8\n").unwrap();
    let input = opened(file.path()).unwrap();
    let mut batches = 0;
    let mut emit = |_| {
        batches += 1;
        ControlFlow::Break(())
    };
    let end = read(&input, COMMA, &Asked::new(&columns(), None, None, true), 1, &mut emit).unwrap();
    assert_eq!((end, batches), (ControlFlow::Break(()), 1));
}

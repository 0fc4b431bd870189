//! The suite for segments, over each format: whole files, and files that break off.

use std::any::Any;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::Segment;
use tikaud_sources::arrow::arrow_array::{ArrayRef, RecordBatch, StringArray};

use crate::directory::{Directory, truncate};
use crate::parquet_errors::chunk;

type Made = (Box<dyn Segment>, Box<dyn Any + Send>);

/// A segment over the directory's one file.
fn made(directory: Directory, name: &str) -> Made {
    let segment = directory.segment(name).name("Buyers").batch_size(1000).build().unwrap();
    (Box::new(segment), Box::new(directory))
}

/// Cuts some bytes off the end.
fn shorten(path: &Path, bytes: u64) {
    truncate(path, fs::metadata(path).unwrap().len() - bytes);
}

pub(crate) fn csv_text(rows: &[[Option<String>; 4]]) -> String {
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    let quoted = |cell: &Option<String>| match cell {
        Some(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        None => String::new(),
    };
    let header = line(Table::COLUMNS.map(str::to_owned).to_vec());
    header + &rows.iter().map(|row| line(row.iter().map(quoted).collect())).collect::<String>()
}

mod csv {
    use super::*;

    struct Csv;

    pub(super) fn write(directory: &Directory, table: &Table) {
        directory.write("t.csv", csv_text(table.rows()));
    }

    #[async_trait]
    impl SegmentFixture for Csv {
        async fn segment(&self, table: &Table) -> Made {
            let directory = Directory::new();
            write(&directory, table);
            made(directory, "t.csv")
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let directory = Directory::new();
            write(&directory, table);
            // A line of too few fields, as half a line is.
            let path = directory.path("t.csv");
            let content = fs::read_to_string(&path).unwrap();
            fs::write(path, content + "torn,off\n").unwrap();
            Some(made(directory, "t.csv"))
        }
    }

    tikaud_core::segment_conformance!(Csv);
}

mod json_lines {
    use super::*;

    struct JsonLines;

    fn write(directory: &Directory, table: &Table) {
        let object = |row: &[Option<String>; 4]| {
            let fields = Table::COLUMNS.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), cell.clone().into()));
            serde_json::Value::Object(fields.collect()).to_string() + "\n"
        };
        directory.write("t.jsonl", table.rows().iter().map(object).collect::<String>());
    }

    #[async_trait]
    impl SegmentFixture for JsonLines {
        async fn segment(&self, table: &Table) -> Made {
            let directory = Directory::new();
            if table.rows().is_empty() {
                // JSON lines without a line name no columns, and are an error; a Parquet file has a schema.
                write_parquet(&directory, table);
                return made(directory, "t.parquet");
            }
            write(&directory, table);
            made(directory, "t.jsonl")
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let directory = Directory::new();
            write(&directory, table);
            shorten(&directory.path("t.jsonl"), 5);
            Some(made(directory, "t.jsonl"))
        }
    }

    tikaud_core::segment_conformance!(JsonLines);
}

fn write_parquet(directory: &Directory, table: &Table) {
    write_rows(directory, table.rows());
}

fn write_rows(directory: &Directory, rows: &[[Option<String>; 4]]) {
    let column = |(at, name): (usize, &'static str)| {
        let cells = rows.iter().map(|row| row[at].clone());
        (name, Arc::new(StringArray::from_iter(cells)) as ArrayRef)
    };
    let batch = RecordBatch::try_from_iter_with_nullable(
        Table::COLUMNS.into_iter().enumerate().map(column).map(|(name, array)| (name, array, true)),
    );
    directory.write_batch("t.parquet", &batch.unwrap(), 500);
}

/// These rows as a Parquet file.
#[cfg(feature = "object-store")]
pub(crate) fn parquet_bytes(rows: &[[Option<String>; 4]]) -> Vec<u8> {
    let directory = Directory::new();
    write_rows(&directory, rows);
    fs::read(directory.path("t.parquet")).unwrap()
}

/// The same with the pages of the second row group unreadable.
#[cfg(feature = "object-store")]
pub(crate) fn ruined(content: Vec<u8>) -> Vec<u8> {
    let directory = Directory::new();
    let path = directory.write("t.parquet", content);
    parquet::ruin(&path);
    fs::read(path).unwrap()
}

mod parquet {
    use super::*;

    struct Parquet;

    /// Makes the pages of the second row group unreadable.
    pub(super) fn ruin(path: &Path) {
        let mut content = fs::read(path).unwrap();
        (0..Table::COLUMNS.len()).for_each(|column| content[chunk(path, 1, column)].fill(0xff));
        fs::write(path, content).unwrap();
    }

    #[async_trait]
    impl SegmentFixture for Parquet {
        async fn segment(&self, table: &Table) -> Made {
            let directory = Directory::new();
            write_parquet(&directory, table);
            made(directory, "t.parquet")
        }

        async fn breaking_segment(&self, table: &Table) -> Option<Made> {
            let directory = Directory::new();
            write_parquet(&directory, table);
            ruin(&directory.path("t.parquet"));
            Some(made(directory, "t.parquet"))
        }
    }

    tikaud_core::segment_conformance!(Parquet);
}

/// Each format again, through a rule that is true for every member and looks at a column that is often not asked for.
mod by_a_rule {
    use tikaud_sources::rule::column;

    use super::*;

    fn made(directory: Directory, name: &str) -> Made {
        let rule = column("id").starts_with("m") | !column("Full Name").contains("nobody") | column("phone").is_null();
        let rule = rule | !column("phone").is_null();
        let segment = directory.segment(name).name("Buyers").batch_size(1000).filter(rule).build().unwrap();
        (Box::new(segment), Box::new(directory))
    }

    macro_rules! by_a_rule {
        ($module:ident, $file:literal, $write:path, $break:expr) => {
            mod $module {
                use super::*;

                struct Filtered;

                #[async_trait]
                impl SegmentFixture for Filtered {
                    async fn segment(&self, table: &Table) -> Made {
                        let directory = Directory::new();
                        $write(&directory, table);
                        made(directory, $file)
                    }

                    async fn breaking_segment(&self, table: &Table) -> Option<Made> {
                        let directory = Directory::new();
                        $write(&directory, table);
                        $break(&directory.path($file));
                        Some(made(directory, $file))
                    }
                }

                tikaud_core::segment_conformance!(Filtered);
            }
        };
    }

    /// Leaves a quote that is not closed, or a line without its last fields.
    fn tear(path: &Path) {
        shorten(path, 5);
    }

    by_a_rule!(csv, "t.csv", super::super::csv::write, tear);
    by_a_rule!(parquet, "t.parquet", write_parquet, super::super::parquet::ruin);
}

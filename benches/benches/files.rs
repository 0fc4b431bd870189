//! Reading files of three columns of text, beside the bare reader of each format alone: the same cells in batches of as many rows,
//! which are thrown away as they come.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench files                                                  1 and 10 million rows
//! cargo bench -p tikaud-benches --bench files -- --members 100000000 --rounds 1
//! ```
//!
//! The bare readers are `arrow-csv`, `serde_json` a line at a time into a struct of three optional strings, and the `parquet`
//! crate's Arrow reader; they use one core, where a segment may use two: compare processor time. Files are read from the page cache
//! as far as they fit. Every read is in a process of its own; the ways take turns. Linux only.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use clap::ValueEnum;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde::Deserialize;
use tikaud_benches::{COLUMNS, Reading, count_members, measure};
use tikaud_core::segment::MemberBatch;
use tikaud_sources::FileSegment;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A way to read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// CSV by `arrow-csv`.
    BareCsv,
    /// A segment of the same file.
    TikaudCsv,
    /// JSON lines by `serde_json`, each line into a struct.
    BareJson,
    /// A segment of the same file.
    TikaudJson,
    /// Parquet by the `parquet` crate's Arrow reader.
    BareParquet,
    /// A segment of the same file.
    TikaudParquet,
}

impl Way {
    fn file(self) -> &'static str {
        match self {
            Self::BareCsv | Self::TikaudCsv => "people.csv",
            Self::BareJson | Self::TikaudJson => "people.jsonl",
            Self::BareParquet | Self::TikaudParquet => "people.parquet",
        }
    }
}

impl tikaud_benches::Way for Way {
    const BASE: &'static str = "bare";

    fn base(self) -> Self {
        match self {
            Self::BareCsv | Self::TikaudCsv => Self::BareCsv,
            Self::BareJson | Self::TikaudJson => Self::BareJson,
            Self::BareParquet | Self::TikaudParquet => Self::BareParquet,
        }
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let reading = Reading::<Way>::from_arguments();
    if let Some((way, members, directory)) = reading.single() {
        return measure(members, read(way, &directory.join(way.file()))).await;
    }
    for &members in reading.sizes() {
        let directory = tempfile::tempdir()?;
        write(directory.path(), members)?;
        reading.compare(members, Some(directory.path()))?;
    }
    Ok(())
}

/// Writes the same table in each format; the Parquet file as most writers do, with Snappy.
fn write(directory: &Path, members: u64) -> Outcome<()> {
    let create = |way: Way| File::create(directory.join(way.file()));
    let mut csv = BufWriter::new(create(Way::BareCsv)?);
    let mut json = BufWriter::new(create(Way::BareJson)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut parquet = ArrowWriter::try_new(create(Way::BareParquet)?, batch(0..0)?.schema(), Some(properties))?;
    writeln!(csv, "{}", COLUMNS.join(","))?;
    for start in (0..members).step_by(1 << 16) {
        let ids = start..members.min(start + (1 << 16));
        for id in ids.clone() {
            let (email, phone) = (email(id), phone(id));
            writeln!(csv, "{id},{email},{phone}")?;
            writeln!(json, "{{\"id\":\"{id}\",\"email\":\"{email}\",\"phone\":\"{phone}\"}}")?;
        }
        parquet.write(&batch(ids)?)?;
    }
    parquet.close()?;
    csv.flush()?;
    Ok(json.flush()?)
}

fn email(id: u64) -> String {
    format!("customer.{id}@example.com")
}

fn phone(id: u64) -> String {
    format!("+4930{id:08}")
}

fn batch(ids: std::ops::Range<u64>) -> Outcome<RecordBatch> {
    let columns: [ArrayRef; 3] = [
        Arc::new(StringArray::from_iter_values(ids.clone().map(|id| id.to_string()))),
        Arc::new(StringArray::from_iter_values(ids.clone().map(email))),
        Arc::new(StringArray::from_iter_values(ids.map(phone))),
    ];
    Ok(RecordBatch::try_from_iter(COLUMNS.into_iter().zip(columns))?)
}

async fn read(way: Way, path: &Path) -> Outcome<u64> {
    match way {
        Way::BareCsv => bare_csv(path),
        Way::BareJson => bare_json(path),
        Way::BareParquet => bare_parquet(path),
        Way::TikaudCsv | Way::TikaudJson | Way::TikaudParquet => {
            count_members(&FileSegment::builder([path]).build()?).await
        }
    }
}

fn bare_csv(path: &Path) -> Outcome<u64> {
    let schema = Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
    let reader =
        arrow_csv::ReaderBuilder::new(Arc::new(schema)).with_header(true).with_batch_size(MemberBatch::MEMBERS);
    let mut found = 0;
    for batch in reader.build(File::open(path)?)? {
        found += batch?.num_rows() as u64;
    }
    Ok(found)
}

#[derive(Debug, Deserialize)]
struct Person {
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

fn bare_json(path: &Path) -> Outcome<u64> {
    let mut lines = BufReader::with_capacity(256 << 10, File::open(path)?);
    let (mut line, mut found) = (Vec::new(), 0);
    let mut batch: Vec<Person> = Vec::with_capacity(MemberBatch::MEMBERS);
    while lines.read_until(b'\n', &mut line)? > 0 {
        batch.push(serde_json::from_slice(&line)?);
        line.clear();
        if batch.len() == MemberBatch::MEMBERS {
            found += counted(&batch);
            batch.clear();
        }
    }
    Ok(found + counted(&batch))
}

fn counted(batch: &[Person]) -> u64 {
    let is_whole = |person: &&Person| person.id.is_some() && person.email.is_some() && person.phone.is_some();
    batch.iter().filter(is_whole).count() as u64
}

fn bare_parquet(path: &Path) -> Outcome<u64> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(MemberBatch::MEMBERS);
    let mut found = 0;
    for batch in reader.build()? {
        found += batch?.num_rows() as u64;
    }
    Ok(found)
}

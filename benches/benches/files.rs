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

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use clap::{Parser, ValueEnum};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};
use tikaud_benches::{Spread, measure_apart, peak_memory, process_cpu};
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_sources::FileSegment;

type Outcome<T> = Result<T, Box<dyn Error>>;

const COLUMNS: [&str; 3] = ["id", "email", "phone"];

/// Reading files.
#[derive(Debug, Parser)]
struct Arguments {
    /// Rows of the files; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 10_000_000])]
    members: Vec<u64>,
    /// How often each way is measured.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Measures one way in this process; how they are started.
    #[arg(long, hide = true)]
    way: Option<Way>,
    /// Where the files are, for that process.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

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
    const ALL: [Self; 6] =
        [Self::BareCsv, Self::TikaudCsv, Self::BareJson, Self::TikaudJson, Self::BareParquet, Self::TikaudParquet];

    fn as_str(self) -> &'static str {
        match self {
            Self::BareCsv => "bare-csv",
            Self::TikaudCsv => "tikaud-csv",
            Self::BareJson => "bare-json",
            Self::TikaudJson => "tikaud-json",
            Self::BareParquet => "bare-parquet",
            Self::TikaudParquet => "tikaud-parquet",
        }
    }

    /// The way that it is to be compared with.
    fn bare(self) -> Self {
        match self {
            Self::BareCsv | Self::TikaudCsv => Self::BareCsv,
            Self::BareJson | Self::TikaudJson => Self::BareJson,
            Self::BareParquet | Self::TikaudParquet => Self::BareParquet,
        }
    }

    fn file(self) -> &'static str {
        match self.bare() {
            Self::BareCsv => "people.csv",
            Self::BareJson => "people.jsonl",
            _ => "people.parquet",
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Measurement {
    seconds: f64,
    cpu_seconds: f64,
    peak_mib: f64,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    if let (Some(way), Some(directory), [members]) = (arguments.way, &arguments.directory, &arguments.members[..]) {
        println!("{}", serde_json::to_string(&measure(way, &directory.join(way.file()), *members).await?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![20_000], 1);
    }
    for members in arguments.members {
        let directory = tempfile::tempdir()?;
        write(directory.path(), members)?;
        let mut measurements = vec![Vec::new(); Way::ALL.len()];
        for _ in 0..arguments.rounds {
            for (way, measured) in Way::ALL.into_iter().zip(&mut measurements) {
                let mut command = Command::new(env::current_exe()?);
                command.args(["--way", way.as_str(), "--members", &members.to_string(), "--directory"]);
                measured.push(measure_apart(command.arg(directory.path()))?);
            }
        }
        print(members, &measurements);
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

async fn measure(way: Way, path: &Path, members: u64) -> Outcome<Measurement> {
    let start = (Instant::now(), process_cpu());
    let found = match way {
        Way::BareCsv => bare_csv(path)?,
        Way::BareJson => bare_json(path)?,
        Way::BareParquet => bare_parquet(path)?,
        Way::TikaudCsv | Way::TikaudJson | Way::TikaudParquet => tikaud(path).await?,
    };
    if found != members {
        return Err(format!("{way:?} found {found} of {members} members").into());
    }
    Ok(Measurement {
        seconds: start.0.elapsed().as_secs_f64(),
        cpu_seconds: (process_cpu() - start.1).as_secs_f64(),
        peak_mib: peak_memory()? as f64 / f64::from(1 << 20),
    })
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

async fn tikaud(path: &Path) -> Outcome<u64> {
    let mut members = FileSegment::builder([path]).build()?.members(&COLUMNS.map(String::from)).await?;
    let mut found = 0;
    while let Some(batch) = members.try_next().await? {
        found += batch.len() as u64;
    }
    Ok(found)
}

fn print(members: u64, measurements: &[Vec<Measurement>]) {
    let spread = |way: usize, value: fn(&Measurement) -> f64| Spread::of(measurements[way].iter().map(value));
    println!("{members} rows");
    println!("{:<22}{:>22}{:>12}{:>14}{:>12}{:>12}", "", "s", "M rows/s", "of bare", "cpu s", "peak MiB");
    for (at, way) in Way::ALL.into_iter().enumerate() {
        let bare = Way::ALL.iter().position(|other| *other == way.bare()).unwrap_or(at);
        let seconds = spread(at, |measured| measured.seconds);
        let part = 100.0 * spread(bare, |measured| measured.seconds).median / seconds.median;
        let rate = members as f64 / seconds.median / 1e6;
        let cpu = spread(at, |measured| measured.cpu_seconds).median;
        let peak = spread(at, |measured| measured.peak_mib).most;
        println!("{:<22}{:>22}{rate:>12.2}{part:>13.0}%{cpu:>12.2}{peak:>12.0}", way.as_str(), seconds.seconds());
    }
}

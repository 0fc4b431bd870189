//! Files of the log, read back.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use async_trait::async_trait;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tikaud_core::activation::{
    Activation, ActivationError, ChangeLog, ChangeLogError, ChangeRecorder, LoggedRun, Outcome, RunOptions,
    SegmentActivation, SegmentActivationBuilder,
};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::diff::{Action, IdentifierSet};
use tikaud_core::identifier::{Field, FieldMapping, IdentifierKind as Kind};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::MemoryStateStore;

use super::ParquetChangeLog;

struct Shop {
    destination: MemoryDestination,
    store: MemoryStateStore,
    directory: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { destination: MemoryDestination::new(), store: MemoryStateStore::new(), directory }
    }

    fn builder(&self, people: Range<u32>) -> SegmentActivationBuilder {
        let rows = people.map(|person| [Some(format!("person{person}@example.com"))]);
        let segment = MemorySegment::try_new("Buyers", ["email"], rows).unwrap();
        SegmentActivation::builder("buyers", segment, self.destination.clone(), self.store.clone())
            .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
    }

    fn activation(&self, people: Range<u32>, log: &Path) -> SegmentActivation {
        self.builder(people).change_log(ParquetChangeLog::new(log)).build().unwrap()
    }

    async fn run(&self, people: Range<u32>) {
        let report = self.activation(people, self.directory.path()).run(&RunOptions::new()).await.unwrap();
        assert_eq!((report.outcome, report.warnings), (Outcome::Done, Vec::new()));
    }

    fn files(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.directory.path().join("buyers")).unwrap();
        let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// What the audience holds, in hex.
    fn audience(&self) -> BTreeSet<String> {
        let held = self.destination.identifiers(&self.destination.audiences()[0]).unwrap();
        held.get(Kind::EmailSha256).iter().map(const_hex::encode).collect()
    }
}

/// Digest and action of each row, the other columns checked.
fn rows(file: &Path) -> Vec<(String, String)> {
    let run = file.file_name().unwrap().to_str().unwrap()[..19].to_owned();
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap()).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let text =
            |row: usize, column: &str| batch.column_by_name(column).unwrap().as_string::<i32>().value(row).to_owned();
        let times = batch.column_by_name("time").unwrap().as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            let rest = ["kind", "activation", "destination", "run"].map(|column| text(row, column));
            assert_eq!(rest, ["email_sha256", "buyers", "memory/1", &run]);
            assert!(times.value(row) > 1_600_000_000_000_000);
            rows.push((text(row, "digest"), text(row, "action")));
        }
    }
    rows
}

#[tokio::test]
async fn the_files_say_what_the_destination_has_acknowledged() {
    let shop = Shop::new();
    for people in [0..10, 5..12, 5..12, 5..6] {
        shop.run(people).await;
    }
    let files = shop.files();
    assert_eq!(files.len(), 3, "a run without changes leaves no file, and none leaves a temporary one: {files:?}");
    let mut held = BTreeSet::new();
    for (digest, action) in files.iter().flat_map(|file| rows(file)) {
        let is_new = if action == "add" { held.insert(digest) } else { held.remove(&digest) };
        assert!(is_new, "said twice");
    }
    assert_eq!(held, shop.audience());
}

/// Records each run twice, as a run is that was killed before it was committed; or breaks off the second time.
#[derive(Debug)]
struct Twice {
    log: ParquetChangeLog,
    breaks_off: bool,
}

struct BothRecorders([Box<dyn ChangeRecorder>; 2], bool);

#[async_trait]
impl ChangeLog for Twice {
    async fn begin(&self, run: &LoggedRun) -> Result<Box<dyn ChangeRecorder>, ChangeLogError> {
        let recorders = [self.log.begin(run).await?, self.log.begin(run).await?];
        Ok(Box::new(BothRecorders(recorders, self.breaks_off)))
    }
}

#[async_trait]
impl ChangeRecorder for BothRecorders {
    async fn record(&mut self, kind: Kind, action: Action, digests: &IdentifierSet) -> Result<(), ChangeLogError> {
        for recorder in &mut self.0 {
            recorder.record(kind, action, digests).await?;
        }
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), ChangeLogError> {
        let [first, second] = self.0;
        first.finish().await?;
        if self.1 { Ok(()) } else { second.finish().await }
    }
}

#[tokio::test]
async fn a_run_that_is_recorded_again_takes_the_place_of_its_own_file_and_one_that_breaks_off_leaves_nothing() {
    for breaks_off in [false, true] {
        let shop = Shop::new();
        let log = Twice { log: ParquetChangeLog::new(shop.directory.path()), breaks_off };
        let activation = shop.builder(0..3).change_log(log).build().unwrap();
        activation.run(&RunOptions::new()).await.unwrap();
        let files = shop.files();
        assert_eq!(files.len(), 1, "{files:?}");
        assert_eq!(rows(&files[0]).len(), 3);
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_stops_the_run_before_anything_is_sent() {
    let shop = Shop::new();
    let taken = shop.directory.path().join("taken");
    fs::write(&taken, "a file where the directory should be").unwrap();
    let error = shop.activation(0..3, &taken).run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::ChangeLog(_)), "{error:?}");
    assert!(shop.destination.audiences().is_empty());
}

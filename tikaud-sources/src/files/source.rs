//! The files of a segment: their columns together, their members one file after the other.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use tikaud_core::segment::{MemberBatch, SegmentError};
use tikaud_core::state::Clock;

use super::agreed::Agreed;
use super::asked::Asked;
use super::format::{CsvOptions, Dialect, FileFormat, without_packing};
use super::header::Header;
use super::input::Input;
use super::place::{self, Location, Partitions, Place};
use super::reading::{Emit, Stop};
use super::{csv, json_lines, parquet};
use crate::rule::{Rule, column};

/// Which files, and how to read them.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    pub(super) places: Vec<Place>,
    /// Whether directories such as `country=DE` name columns.
    pub(super) partitions: bool,
    pub(super) format: Option<FileFormat>,
    pub(super) csv: CsvOptions,
    pub(super) batch_size: usize,
    pub(super) rule: Option<Rule>,
    /// Columns that must be true, too.
    pub(super) consents: Vec<String>,
    /// Whether statistics are believed that rule out parts of a file.
    pub(super) prune: bool,
    /// What says what now is, for the rule.
    pub(super) clock: Arc<dyn Clock>,
}

/// One file, and how to read it.
#[derive(Debug)]
pub(super) struct Source {
    location: Location,
    partitions: Partitions,
    reader: Reader,
}

#[derive(Debug, Clone, Copy)]
enum Reader {
    Csv(Dialect),
    JsonLines,
    Parquet,
}

impl Sources {
    /// The files that there are now, wherever.
    pub(super) fn resolve(&self) -> Result<Vec<Source>, SegmentError> {
        self.resolve_by(Place::resolve)
    }

    /// The files that can be known without asking a store.
    pub(super) fn resolve_here(&self) -> Result<Vec<Source>, SegmentError> {
        self.resolve_by(Place::resolve_here)
    }

    fn resolve_by(
        &self,
        files: impl Fn(&Place) -> Result<Vec<Location>, SegmentError>,
    ) -> Result<Vec<Source>, SegmentError> {
        let sources = place::resolve(&self.places, files)?.into_iter().map(|location| {
            let name = location.name();
            let reader = match self.format.map_or_else(|| FileFormat::of(&name), Ok)? {
                FileFormat::Csv => Reader::Csv(self.csv.dialect(&name)?),
                FileFormat::JsonLines => Reader::JsonLines,
                FileFormat::Parquet => Reader::Parquet,
            };
            let partitions = if self.partitions { Partitions::of(&name) } else { Partitions::default() };
            Ok(Source { location, partitions, reader })
        });
        sources.collect()
    }

    /// The files that there are now, each of which has these columns and fits the rule, and what to read of each. Files whose
    /// path alone rules out every member are not opened, unless there is no other to look for the columns in.
    pub(super) fn with_columns(&self, columns: &[String]) -> Result<(Vec<Source>, Asked), SegmentError> {
        let consents = self.consents.iter().map(|name| column(name.as_str()).is(true));
        let consent = consents.reduce(|consent, another| consent & another);
        let rule = self.rule.as_ref().map(|rule| rule.at(self.clock.now()));
        let asked = Asked::new(columns, rule, consent, self.prune);
        let sources = self.resolve()?;
        let mut agreed = Agreed::default();
        let mut check = |source: &Source| {
            let input = source.open(&Stop::default())?;
            let header = source.header(&input)?;
            header.origins(&input, &asked)?;
            agreed.add(&input, &header, &asked)
        };
        let Some(rule) = asked.rule_to_prune_by() else {
            sources.iter().try_for_each(&mut check)?;
            return Ok((sources, asked));
        };
        let (wanted, skipped): (Vec<_>, Vec<_>) =
            sources.into_iter().partition(|source| source.partitions.may_have_members(rule));
        tracing::debug!(files = wanted.len(), skipped = skipped.len(), "files skipped by their paths");
        let looked_at = if wanted.is_empty() { &skipped[..skipped.len().min(1)] } else { &wanted };
        looked_at.iter().try_for_each(check)?;
        Ok((wanted, asked))
    }
}

/// Reads the members of all files. Columns are found by their names in each file again as it is read, so a file that
/// was replaced meanwhile gives the columns asked for or an error.
pub(super) fn read(
    sources: &[Source],
    asked: &Asked,
    batch_size: usize,
    emit: Emit<'_>,
    stop: &Stop,
) -> Result<(), SegmentError> {
    for source in sources {
        let input = source.open(stop)?;
        let mut members = 0;
        let mut count = |batch: MemberBatch| {
            members += batch.len();
            emit(batch)
        };
        if source.read(&input, asked, batch_size, &mut count)?.is_break() {
            return Ok(());
        }
        input.check_unchanged()?;
        tracing::debug!(file = input.name(), members, "file read");
    }
    Ok(())
}

impl Source {
    /// What the file is called, without its extension.
    pub(super) fn stem(&self) -> String {
        let name = self.location.name();
        Path::new(without_packing(&name)).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(super) fn open(&self, stop: &Stop) -> Result<Input, SegmentError> {
        Input::open(&self.location, self.partitions.clone(), stop)
    }

    pub(super) fn header(&self, input: &Input) -> Result<Header, SegmentError> {
        match self.reader {
            Reader::Csv(dialect) => csv::header(input, dialect),
            Reader::JsonLines => json_lines::header(input),
            Reader::Parquet => parquet::header(input),
        }
    }

    fn read(
        &self,
        input: &Input,
        asked: &Asked,
        batch_size: usize,
        emit: Emit<'_>,
    ) -> Result<ControlFlow<()>, SegmentError> {
        match self.reader {
            Reader::Csv(dialect) => {
                filtered(input, asked, emit, |emit| csv::read(input, dialect, asked, batch_size, emit))
            }
            Reader::JsonLines => filtered(input, asked, emit, |emit| json_lines::read(input, asked, batch_size, emit)),
            Reader::Parquet => parquet::read(input, asked, batch_size, emit),
        }
    }
}

/// Reads a file of text whose batches hold what the rule looks at too, and emits the members for whom it is true.
fn filtered(
    input: &Input,
    asked: &Asked,
    emit: Emit<'_>,
    read: impl FnOnce(Emit<'_>) -> Result<ControlFlow<()>, SegmentError>,
) -> Result<ControlFlow<()>, SegmentError> {
    if asked.rules().next().is_none() {
        return read(emit);
    }
    let (mut failure, mut first) = (None, 1);
    let flow = read(&mut |batch: MemberBatch| {
        let members = batch.len();
        match asked.keep_members(&batch) {
            Ok(kept) => {
                first += members;
                emit(kept)
            }
            Err(refusal) => {
                failure = Some(refusal);
                ControlFlow::Break(())
            }
        }
    })?;
    match failure {
        Some(refusal) => Err(input.malformed(refusal.what(|row| format!("has in its member {}", first + row)))),
        None => Ok(flow),
    }
}

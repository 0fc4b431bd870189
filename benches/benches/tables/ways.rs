//! What is measured.

use std::time::Instant;

use adbc_core::{Connection, Statement};
use clap::ValueEnum;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tikaud_benches::process_cpu;
use tikaud_core::diff::{CompareRequest, DiffEngine};

use crate::Outcome;
use crate::database::{Database, held, mapping};

/// A way to find out what has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// The anti-join, sent by the driver.
    ByHand,
    /// [`DiffEngine::compare`], its changes read to their end.
    Tikaud,
    /// Its statement, sent by the driver: what it says in how many bytes.
    Statement,
}

/// What it took, and what came of it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Measurement {
    pub(crate) seconds: f64,
    /// Of this process: in DuckDB the engine is a part of it, Sail has processes of its own.
    pub(crate) cpu_seconds: f64,
    pub(crate) changes: u64,
    /// The Arrow batches that have come from the driver; 0 where they are not seen.
    pub(crate) bytes: u64,
}

impl Way {
    pub(crate) const ALL: [Self; 3] = [Self::ByHand, Self::Tikaud, Self::Statement];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Tikaud => "tikaud",
            Self::Statement => "statement",
        }
    }

    pub(crate) async fn measure(self, database: &Database, members: u64, churn: u64) -> Outcome<Measurement> {
        let statement = match self {
            Self::ByHand => database.by_hand(members, churn),
            Self::Tikaud => String::new(),
            Self::Statement => statement(database, members, churn).await?,
        };
        let start = (Instant::now(), process_cpu());
        let (changes, bytes) = match self {
            Self::Tikaud => (compare(database, members, churn).await?, 0),
            _ => ask(database, &statement)?,
        };
        let (seconds, cpu_seconds) = (start.0.elapsed().as_secs_f64(), (process_cpu() - start.1).as_secs_f64());
        Ok(Measurement { seconds, cpu_seconds, changes, bytes })
    }
}

async fn compare(database: &Database, members: u64, churn: u64) -> Outcome<u64> {
    let engine = database.diff_engine(members, churn)?;
    let mut compared = engine.compare(&CompareRequest::new(Some(&held(members)), &mapping()?)).await?;
    let wanted: u64 = compared.counts.iter().map(|count| count.wanted).sum();
    if wanted != members {
        return Err(format!("{wanted} of {members} members were found").into());
    }
    let mut changes = 0;
    while let Some(change) = compared.changes.try_next().await? {
        changes += change.set.len() as u64;
    }
    Ok(changes)
}

async fn statement(database: &Database, members: u64, churn: u64) -> Outcome<String> {
    let engine = database.diff_engine(members, churn)?;
    let (held, mapping) = (held(members), mapping()?);
    let statements = engine.statements(&CompareRequest::new(Some(&held), &mapping), &held).await?;
    let compares = statements.into_iter().find(|statement| statement.purpose.starts_with("compare"));
    Ok(compares.ok_or("no statement compares")?.sql)
}

/// How many rows and bytes come.
fn ask(database: &Database, sql: &str) -> Outcome<(u64, u64)> {
    let mut statement = database.connect()?.new_statement()?;
    statement.set_sql_query(sql)?;
    let (mut rows, mut bytes) = (0, 0);
    for batch in statement.execute()? {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        for column in batch.columns() {
            bytes += column.to_data().get_slice_memory_size()? as u64;
        }
    }
    Ok((rows, bytes))
}

//! Who takes part.

use std::fmt;
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;
use tikaud_benches::{Shape, measure_apart};

use crate::measurement::{Measured, Measurement, since_epoch};
use crate::python::{self, DUCKDB, POLARS};
use crate::{Outcome, hash_set, tikaud};

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Peer {
    /// A run of an activation.
    Tikaud,
    /// A program of fifty lines in Rust.
    HashSet,
    /// A script in Python with SQL for DuckDB.
    Duckdb,
    /// A script in Python for Polars.
    Polars,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Peer {
    pub(crate) const ALL: [Self; 4] = [Self::Tikaud, Self::HashSet, Self::Duckdb, Self::Polars];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Tikaud => "tikaud",
            Self::HashSet => "hash_set",
            Self::Duckdb => "duckdb",
            Self::Polars => "polars",
        }
    }

    /// Makes it ready, and says what it is; `Err` is why it cannot take part.
    fn set_up(self) -> Result<String, String> {
        match self {
            Self::Tikaud => Ok(format!("version {}", env!("CARGO_PKG_VERSION"))),
            Self::HashSet => Ok("`HashSet` of the standard library, the crates `parquet` and `sha2`".to_owned()),
            Self::Duckdb => python::set_up(DUCKDB),
            Self::Polars => python::set_up(POLARS),
        }
    }

    /// Has it done in a process of its own, with the state that it left in the directory the last time.
    pub(crate) fn measure(self, shape: Shape, table: &Path, state: &Path) -> Outcome<Measurement> {
        std::fs::create_dir_all(state)?;
        let mut command = match self {
            Self::Tikaud | Self::HashSet => Command::new(std::env::current_exe()?),
            Self::Duckdb => python::command(DUCKDB),
            Self::Polars => python::command(POLARS),
        };
        match self {
            Self::Tikaud | Self::HashSet => {
                command.args(["--peer", self.as_str()]).arg("--table").arg(table).arg("--state").arg(state)
            }
            Self::Duckdb | Self::Polars => command.arg(table).arg(state),
        };
        let started = since_epoch();
        let measured: Measured = measure_apart(&mut command)?;
        Ok(Measurement { peer: self, shape, start: measured.begun - started, measured })
    }

    /// Does it in this process.
    pub(crate) fn measure_here(self, table: &Path, state: &Path) -> Outcome<Measured> {
        match self {
            Self::Tikaud => tikaud::run(table, state),
            Self::HashSet => hash_set::run(table, state),
            Self::Duckdb | Self::Polars => Err(format!("{self} is no part of this program").into()),
        }
    }
}

/// Those of them that can take part. The others are named.
pub(crate) fn present(asked: &[Peer]) -> Outcome<Vec<Peer>> {
    let mut present = Vec::new();
    for &peer in asked {
        match peer.set_up() {
            Ok(what) => {
                println!("{peer}: {what}");
                present.push(peer);
            }
            Err(why) => println!("{peer}: SKIPPED: {why}"),
        }
    }
    if present.is_empty() { Err("there is nobody to be measured".into()) } else { Ok(present) }
}

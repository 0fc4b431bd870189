//! A whole run over a Parquet file, beside what a user would write instead: a hash set in Rust, DuckDB, Polars. E-mail
//! addresses and the state of the last run are on disk; the changes end up on disk, and so does the next state.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench peers                              10⁵ and 10⁶ members
//! cargo bench -p tikaud-benches --bench peers -- --members 10000000
//! cargo bench -p tikaud-benches --bench peers -- --peers tikaud,hash_set    without Python
//! ```
//!
//! The shapes of a round follow each other on one state, as runs do, and at each the peers take turns, so that a machine
//! whose speed drifts is the same to all of them. Every peer is a process of its own each time; until it begins to work
//! (an interpreter starts, modules are loaded) is measured apart. Each must find as many adds and removes as there are.
//! Peers that are not there are named and left out. Linux only.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

mod hash_set;
mod measurement;
mod peer;
mod python;
mod summary;
mod table;
mod tikaud;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use tikaud_benches::Shape;

use self::measurement::Measurement;
use self::peer::Peer;
use self::table::Tables;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// tikaud, a hash set, DuckDB and Polars: all new, no change, one per cent churn, full replacement.
#[derive(Debug, Parser)]
struct Arguments {
    /// Members of the segment; several sizes, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000])]
    members: Vec<u32>,
    /// How often each peer does each shape.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Who takes part, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = Peer::ALL)]
    peers: Vec<Peer>,
    /// Where tables and states go. Default: the system's directory for temporary files.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// Does one shape in this process; how the peers in Rust are started.
    #[arg(long, hide = true, requires = "table")]
    peer: Option<Peer>,
    /// The Parquet file for it.
    #[arg(long, hide = true, requires = "state")]
    table: Option<PathBuf>,
    /// The directory of its state.
    #[arg(long, hide = true)]
    state: Option<PathBuf>,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let mut arguments = Arguments::parse();
    if let (Some(peer), Some(table), Some(state)) = (arguments.peer, &arguments.table, &arguments.state) {
        println!("{}", serde_json::to_string(&peer.measure_here(table, state)?)?);
        return Ok(());
    }
    if !arguments.bench {
        (arguments.members, arguments.rounds) = (vec![2_000], 1);
    }
    let peers = peer::present(&arguments.peers)?;
    for &members in &arguments.members {
        summary::print(members, &peers, &measure(members, &peers, &arguments)?);
    }
    Ok(())
}

/// Every round of one size.
fn measure(members: u32, peers: &[Peer], arguments: &Arguments) -> Outcome<Vec<Measurement>> {
    let parent = arguments.directory.clone().unwrap_or_else(std::env::temp_dir);
    let directory = tempfile::tempdir_in(&parent)?;
    let tables = Tables::write(directory.path(), members)?;
    let mut measurements = Vec::new();
    for round in 0..arguments.rounds {
        let state = tempfile::tempdir_in(&parent)?;
        for shape in Shape::ALL {
            for at in 0..peers.len() {
                // Another one is the first each time.
                let peer = peers[(at + round) % peers.len()];
                let measurement = peer.measure(shape, &tables.path(shape), &state.path().join(peer.as_str()))?;
                measurements.push(measurement.checked(members)?);
            }
        }
    }
    Ok(measurements)
}

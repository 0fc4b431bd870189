//! A TikTok Ads server for tests, as a process of its own: of connectors in any language.
//!
//! ```text
//! cargo run --example tiktok_simulator -- --listen 127.0.0.1:8080
//! ```
//!
//! Point a connector at the address instead of `https://business-api.tiktok.com`. What it answers, and how it is
//! steered, is on the page `tikaud-tiktok/SIMULATOR.md`; every guess is in the documentation of the module
//! `tikaud_tiktok::simulator`.

#![expect(clippy::print_stderr, reason = "a command line program talks to its user")]

use std::convert::Infallible;
use std::fs;
use std::future;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;
use tikaud_tiktok::simulator::{Simulator, SimulatorServer, World};

/// A TikTok Ads server for tests.
///
/// It listens until it is stopped with Ctrl-C, and keeps everything in memory. The first line that it prints says where;
/// a connector uses that address in place of https://business-api.tiktok.com.
///
/// Control, without a token:
///   GET  /simulator/audiences
///   GET  /simulator/audiences/{id}/identifiers?kind=EMAIL_SHA256
///   GET  /simulator/requests
///   POST /simulator/faults      with a fault program, such as {"rules": [{"times": 3, "do": "throttle"}]}
///   GET  /simulator/clock
///   POST /simulator/clock       with {"advance_seconds": 86400}
///   POST /simulator/auth_codes  with what a user grants, or nothing
///   POST /simulator/withdraw    with {"access_token": "..."}
///   POST /simulator/reset
#[derive(Debug, Parser)]
#[command(name = "tiktok_simulator", verbatim_doc_comment)]
struct Arguments {
    /// The address to listen at; port 0 takes any free port. Whoever reaches it can control it, so prefer 127.0.0.1.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// A JSON file with tokens, ad accounts, limits and a seed; what it leaves out is as without it [default: the access token
    /// `act.simulator`, which may use the ad accounts 7000000000000000001 and 7000000000000000002, and not
    /// 7000000000000000003].
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
    /// A time at which the clock stands still, such as 2026-11-23T10:00:00Z, so that it moves by POST /simulator/clock
    /// alone [default: the system's clock].
    #[arg(long, value_name = "TIME")]
    clock: Option<Timestamp>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(&Arguments::parse()).await {
        Ok(never) => match never {},
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn serve(arguments: &Arguments) -> Result<Infallible, String> {
    let world = arguments.world.as_deref().map_or_else(|| Ok(World::default()), read_world)?;
    let still = arguments.clock;
    let clock = move || still.unwrap_or_else(Timestamp::now);
    let server = SimulatorServer::start_with_clock(&*arguments.listen, Simulator::new(world), clock);
    let server = server.await.map_err(|error| {
        format!(
            "cannot listen at {}: {error}; give another address with --listen, such as 127.0.0.1:0",
            arguments.listen
        )
    })?;
    // Whoever reads the address may close the pipe then, and the server goes on.
    let _ = io::stdout().write_all(greeting(&server.url(), arguments.world.is_none()).as_bytes());
    future::pending().await
}

fn greeting(url: &str, is_default_world: bool) -> String {
    let credentials = if is_default_world {
        "  access token: act.simulator\n  ad accounts:  7000000000000000001 and 7000000000000000002\n"
    } else {
        ""
    };
    format!(
        "TikTok Ads simulator at {url}\n{credentials}  control:      {url}/simulator/audiences and others, see --help\n  \
         stop it with Ctrl-C\n"
    )
}

fn read_world(file: &Path) -> Result<World, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("cannot read the world file {}: {error}", file.display()))?;
    World::from_json(&text).map_err(|error| format!("the world file {} cannot be used: {error}", file.display()))
}

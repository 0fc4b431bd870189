//! A TikTok Ads server for tests, as a process of its own: of connectors in any language.
//!
//! ```text
//! cargo run --example tiktok_simulator -- --listen 127.0.0.1:8080
//! ```
//!
//! Point a connector at the address instead of `https://business-api.tiktok.com`. What it answers, and the control
//! endpoints under `/simulator/`, are documented in the module `tikaud_tiktok::simulator`.

#![expect(clippy::print_stdout, reason = "a command line program talks to its user")]

use std::error::Error;
use std::fs;
use std::future;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use tikaud_tiktok::simulator::{Simulator, SimulatorServer, World};

/// A TikTok Ads server for tests.
#[derive(Debug, Parser)]
#[command(name = "tiktok_simulator")]
struct Arguments {
    /// The address to listen at; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A JSON file with tokens, ad accounts and limits [default: the access token `act.simulator`, which may use the ad
    /// accounts 7000000000000000001 and 7000000000000000002, and not 7000000000000000003].
    #[arg(long, value_name = "FILE")]
    world: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let world = match &arguments.world {
        None => World::default(),
        Some(file) => {
            let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            World::from_json(&text).map_err(|error| format!("{}: {error}", file.display()))?
        }
    };
    let server = SimulatorServer::start(arguments.listen, Simulator::new(world))
        .await
        .map_err(|error| format!("cannot listen at {}: {error}", arguments.listen))?;
    println!("TikTok Ads simulator at {}", server.url());
    future::pending().await
}

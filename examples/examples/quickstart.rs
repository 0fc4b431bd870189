//! Everything in one go, without an account, a service or the network:
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! It makes a small customer table, starts a simulated TikTok Ads, activates the segment to it, changes the table, and
//! runs again.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::fs;
use std::path::Path;

use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::state::LocalStateStore;
use tikaud_sources::FileSegment;
use tikaud_tiktok::simulator::{Simulator, SimulatorServer, World};
use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let table = directory.path().join("buyers.csv");
    write_table(&table, 0..1_500)?;
    let simulator = SimulatorServer::start(("127.0.0.1", 0), Simulator::new(World::default())).await?;

    println!("1. The destination: an ad account at TikTok Ads (simulated at {}).", simulator.url());
    let client = TikTokClient::builder(AccessToken::new("act.simulator")).endpoint(simulator.url()).build()?;
    let destination = TikTokDestination::builder(client, AdAccountId::new("7000000000000000001")).build()?;

    println!("2. The segment: a table of 1,500 customers, some of them without a usable address.");
    let segment = FileSegment::builder([&table]).name("Buyers").description("Bought something this year").build()?;

    println!("3. The activation: the column `email`, under the segment's name.\n");
    let state = LocalStateStore::open(directory.path().join("state"))?;
    let activation = SegmentActivation::builder("buyers", segment, destination, state)
        .mapping(FieldMapping::try_new([("email", Field::Email)])?)
        .build()?;
    println!("{}\n", activation.run(&RunOptions::new()).await?);

    println!("Overnight 45 customers leave the segment and 30 others enter it. The same call again:\n");
    write_table(&table, 45..1_530)?;
    println!("{}\n", activation.run(&RunOptions::new()).await?);

    println!("Nothing changes. The same call once more:\n");
    println!("{}\n", activation.run(&RunOptions::new()).await?);

    println!("The same with files and an ad account of your own: cargo run --example sync -- --help");
    Ok(())
}

/// A table as people fill it in: upper case, blanks, an empty cell here and a slip of the pen there.
fn write_table(path: &Path, customers: std::ops::Range<u32>) -> std::io::Result<()> {
    let mut csv = String::from("customer_id,email,country\n");
    for customer in customers {
        let email = match customer % 50 {
            7 => format!(" Customer{customer}@Example.COM "),
            19 => String::new(),
            31 => format!("customer{customer}(at)example.com"),
            _ => format!("customer{customer}@example.com"),
        };
        csv.push_str(&format!("{customer},{email},GB\n"));
    }
    fs::write(path, csv)
}

//! A source of your own that is far away: a REST API with pages and a token. The segment is in `segment.rs`, and what it is made
//! of is told in the guide `tikaud-sources/docs/custom-sources.md`.
//!
//! ```text
//! cargo run --example rest_segment
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

mod segment;
mod server;

use tikaud_core::activation::{Activation, MemoryActivation, RunOptions};
use tikaud_core::identifier::{Field, FieldMapping};

use self::segment::RestSegment;
use self::server::{Api, Customers};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Stands for somebody's CRM.
    let row = |number: u32| vec![Some(number.to_string()), Some(format!("customer.{number}@example.com"))];
    let api = Api::start(Customers {
        fields: vec!["id".into(), "email".into()],
        rows: (1..=2500).map(row).collect(),
        token: "example-token".into(),
        ..Customers::default()
    });
    let api = api.await?;

    let segment = RestSegment::try_new("CRM customers", &api.url, "example-token")?;
    let activation = MemoryActivation::try_new(segment, FieldMapping::try_new([("email", Field::Email)])?)?;
    println!("{}", activation.run(&RunOptions::new()).await?);
    println!("read in {} pages", api.pages());
    Ok(())
}

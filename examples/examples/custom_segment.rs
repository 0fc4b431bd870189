//! A segment of your own, over rows that you have in memory already:
//!
//! ```text
//! cargo run --example custom_segment
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use async_trait::async_trait;
use tikaud_core::activation::{Activation, MemoryActivation, RunOptions};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::{MemberBatch, MemberStream, Segment, SegmentError};

struct Customer {
    email: String,
    has_consented: bool,
}

/// Everybody who has consented.
struct Consenting(Vec<Customer>);

#[async_trait]
impl Segment for Consenting {
    fn name(&self) -> &str {
        "Consenting customers"
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(vec!["email".into()])
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let consenting = self.0.iter().filter(|customer| customer.has_consented);
        MemberBatch::from_rows(&["email"], columns, consenting, |customer| [Some(customer.email.as_str())])
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let customers = ["ada@example.com", "grace@example.com", "joan@example.com"];
    let segment = Consenting(
        customers.map(|email| Customer { email: email.into(), has_consented: email != "joan@example.com" }).into(),
    );
    // Everything in memory here; `SegmentActivation` is the one for a real destination.
    let activation = MemoryActivation::try_new(segment, FieldMapping::try_new([("email", Field::Email)])?)?;
    println!("{}", activation.run(&RunOptions::new()).await?);
    Ok(())
}

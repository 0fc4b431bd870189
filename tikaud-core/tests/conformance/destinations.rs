//! Destinations that keep every promise.

use std::time::Duration;

use async_trait::async_trait;
use tikaud_core::conformance::DestinationFixture;
use tikaud_core::destination::{
    Acknowledgement, AudienceId, Capabilities, Creation, Destination, MemoryDestination, NameLimit,
};
use tikaud_core::diff::IdentifierSets;
use tikaud_core::identifier::IdentifierKind;

struct InMemory(MemoryDestination);

#[async_trait]
impl DestinationFixture for InMemory {
    async fn destination(&self) -> Box<dyn Destination> {
        Box::new(self.0.clone())
    }

    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets> {
        self.0.identifiers(audience)
    }
}

mod without_limits {
    use super::*;

    tikaud_core::destination_conformance!(InMemory(MemoryDestination::new()));
}

mod with_limits {
    use super::*;

    tikaud_core::destination_conformance!(InMemory(MemoryDestination::with_capabilities(limits())));
}

mod staged {
    use super::*;

    tikaud_core::destination_conformance!(start(staged()).await);
}

mod made_of_its_first_batches {
    use super::*;

    tikaud_core::destination_conformance!(start(in_files()).await);
}

/// As a server would be started.
async fn start(capabilities: Capabilities) -> InMemory {
    tokio::task::yield_now().await;
    InMemory(MemoryDestination::with_capabilities(capabilities))
}

/// As narrow as capabilities can be.
fn limits() -> Capabilities {
    use IdentifierKind::{EmailSha256, EmailSha512, IdfaMd5, IdfaSha256};

    let mut capabilities = Capabilities::new(vec![EmailSha256, IdfaSha256, IdfaMd5]);
    capabilities.undocumented_kinds = vec![(EmailSha512, "it is in no document".to_owned())];
    capabilities.exclusive_kinds = vec![vec![IdfaSha256, IdfaMd5]];
    capabilities.batch_limit = 7;
    capabilities.minimum_audience = 20;
    capabilities.name_limit = Some(NameLimit { characters: 70, kept: 67 });
    capabilities.max_in_flight = 3;
    capabilities
}

fn staged() -> Capabilities {
    let mut capabilities = limits();
    capabilities.acknowledgement = Acknowledgement::AtFinish;
    capabilities
}

/// As customer files are: an audience is made of its first batches, which count at the end, and can be replaced.
fn in_files() -> Capabilities {
    let mut capabilities = limits();
    capabilities.creation = Creation::WithFirstBatches;
    capabilities.acknowledgement = Acknowledgement::AtFinish;
    capabilities.replacement_every = Some(Duration::from_secs(24 * 60 * 60));
    capabilities
}

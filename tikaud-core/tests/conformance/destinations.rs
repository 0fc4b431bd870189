//! Destinations that keep every promise.

use std::sync::Mutex;

use async_trait::async_trait;
use tikaud_core::conformance::DestinationFixture;
use tikaud_core::destination::{
    Acknowledgement, Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection,
    CreatedAudience, Destination, DestinationError, DestinationId, MemoryDestination, NameLimit, Receipt, Traffic,
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

    tikaud_core::destination_conformance!(Staged::start().await);
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

/// A destination whose batches count when they are finished, in memory.
#[derive(Debug)]
struct Staged {
    memory: MemoryDestination,
    capabilities: Capabilities,
}

impl Staged {
    /// As a server would be started.
    async fn start() -> Self {
        tokio::task::yield_now().await;
        let mut capabilities = limits();
        capabilities.acknowledgement = Acknowledgement::AtFinish;
        Self { memory: MemoryDestination::with_capabilities(limits()), capabilities }
    }
}

#[async_trait]
impl DestinationFixture for Staged {
    async fn destination(&self) -> Box<dyn Destination> {
        Box::new(Self { memory: self.memory.clone(), capabilities: self.capabilities.clone() })
    }

    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets> {
        self.memory.identifiers(audience)
    }
}

#[async_trait]
impl Destination for Staged {
    fn id(&self) -> &DestinationId {
        self.memory.id()
    }
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
    async fn check(&self) -> Result<Connection, DestinationError> {
        self.memory.check().await
    }
    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        self.memory.create_audience(spec).await
    }
    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.memory.find_audiences(name).await
    }
    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let writer = self.memory.open_audience(id).await?;
        Ok(Box::new(StagedWriter { writer, capabilities: self.capabilities.clone(), staged: Mutex::default() }))
    }
}

#[derive(Debug)]
struct StagedWriter {
    writer: Box<dyn AudienceWriter>,
    capabilities: Capabilities,
    staged: Mutex<Vec<Batch>>,
}

#[async_trait]
impl AudienceWriter for StagedWriter {
    fn audience(&self) -> &Audience {
        self.writer.audience()
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        let undocumented = self.capabilities.undocumented_kinds.iter().any(|(kind, _)| *kind == batch.kind());
        let taken = undocumented || self.capabilities.kinds.contains(&batch.kind());
        if !taken || batch.len() > self.capabilities.batch_limit {
            return self.writer.apply(batch).await;
        }
        self.staged.lock().unwrap().push(batch.clone());
        Ok(Receipt::Staged)
    }

    async fn finish(&self) -> Result<(), DestinationError> {
        let staged = std::mem::take(&mut *self.staged.lock().unwrap());
        for batch in staged {
            assert!(matches!(self.writer.apply(&batch).await?, Receipt::Accepted));
        }
        Ok(())
    }

    fn traffic(&self) -> Traffic {
        self.writer.traffic()
    }
}

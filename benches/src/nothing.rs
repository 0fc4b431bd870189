//! A destination that takes everything and does nothing: what a run costs without it is what we cost.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationId, Finished, Receipt, Traffic,
};
use tikaud_core::identifier::IdentifierKind;

/// Identifiers in one batch: the default for TikTok.
pub const BATCH: usize = 5_000;

/// A destination that takes everything and does nothing, in batches like those of TikTok Ads.
#[derive(Debug)]
pub struct NothingDestination {
    id: DestinationId,
    capabilities: Capabilities,
}

impl NothingDestination {
    /// With batches of at most this many identifiers.
    #[must_use]
    pub fn new(batch_limit: usize) -> Self {
        let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
        capabilities.batch_limit = batch_limit;
        Self { id: DestinationId::new("nothing/1"), capabilities }
    }
}

fn audience(id: &AudienceId) -> Audience {
    Audience { id: id.clone(), name: None, matched: None, ready: None, warnings: Vec::new() }
}

#[async_trait]
impl Destination for NothingDestination {
    fn id(&self) -> &DestinationId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        Ok(Connection { account_name: None, warnings: Vec::new() })
    }

    async fn create_audience(&self, _: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        Ok(CreatedAudience { id: AudienceId::new("nobody"), warnings: Vec::new() })
    }

    async fn find_audiences(&self, _: &str) -> Result<Vec<Audience>, DestinationError> {
        Ok(Vec::new())
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        Ok(Box::new(NothingWriter { audience: audience(id), requests: AtomicU64::new(0) }))
    }
}

#[derive(Debug)]
struct NothingWriter {
    audience: Audience,
    requests: AtomicU64,
}

#[async_trait]
impl AudienceWriter for NothingWriter {
    fn audience(&self) -> Option<&Audience> {
        Some(&self.audience)
    }

    async fn apply(&self, _: &Batch) -> Result<Receipt, DestinationError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Ok(Receipt::Accepted)
    }

    async fn finish(&self) -> Finished {
        Finished::default()
    }

    fn traffic(&self) -> Traffic {
        Traffic { requests: self.requests.load(Ordering::Relaxed), ..Traffic::default() }
    }
}

//! A destination where every audience that a state may name is there, and is the same one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationId, Finished, Receipt, Traffic,
};
use crate::diff::Action;
use crate::identifier::IdentifierKind;

/// An identifier.
pub(super) type Digest = (IdentifierKind, Vec<u8>);

/// The account. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    id: DestinationId,
    capabilities: Capabilities,
    content: Arc<Mutex<Content>>,
}

/// What is there, and how often something was to be changed.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) audience: BTreeSet<Digest>,
    pub(super) changes: u64,
}

impl Account {
    pub(super) fn new(id: DestinationId, audience: BTreeSet<Digest>) -> Self {
        let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
        capabilities.batch_limit = 3;
        Self { id, capabilities, content: Arc::new(Mutex::new(Content { audience, changes: 0 })) }
    }

    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Destination for Account {
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
        self.content().changes += 1;
        Ok(CreatedAudience { id: AudienceId::new("created"), warnings: Vec::new() })
    }

    async fn find_audiences(&self, _: &str) -> Result<Vec<Audience>, DestinationError> {
        Ok(Vec::new())
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let audience = Audience { id: id.clone(), name: None, matched: None, ready: None, warnings: Vec::new() };
        Ok(Box::new(Open { account: self.clone(), audience }))
    }
}

#[derive(Debug)]
struct Open {
    account: Account,
    audience: Audience,
}

#[async_trait]
impl AudienceWriter for Open {
    fn audience(&self) -> Option<&Audience> {
        Some(&self.audience)
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        let mut content = self.account.content();
        content.changes += 1;
        for digest in batch.digests() {
            let digest = (batch.kind(), digest.to_vec());
            match batch.action() {
                Action::Add => content.audience.insert(digest),
                Action::Remove => content.audience.remove(&digest),
            };
        }
        Ok(Receipt::Accepted)
    }

    async fn finish(&self) -> Finished {
        Finished::default()
    }

    fn traffic(&self) -> Traffic {
        Traffic::default()
    }
}

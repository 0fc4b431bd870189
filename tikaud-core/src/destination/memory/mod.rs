//! The reference implementation: audiences in memory.

mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use tokio::time::Instant;
use writer::MemoryWriter;

use super::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection, CreatedAudience, Creation,
    Destination, DestinationError, DestinationErrorKind, DestinationId,
};
use crate::diff::{Action, IdentifierSet, IdentifierSets};
use crate::identifier::IdentifierKind;

/// Audiences in memory: the reference implementation of [`Destination`], for tests. Clones share the audiences.
///
/// It keeps to the capabilities that it is given, with two exceptions: no audience is too small for it, and it sets no
/// pace.
#[derive(Clone)]
pub struct MemoryDestination {
    id: DestinationId,
    capabilities: Capabilities,
    account: Arc<Mutex<Account>>,
}

#[derive(Default)]
struct Account {
    audiences: BTreeMap<String, MemoryAudience>,
    /// Audiences created so far, deleted ones included: an id is never used again.
    created: u64,
}

#[derive(Default)]
struct MemoryAudience {
    name: String,
    identifiers: BTreeSet<(IdentifierKind, Vec<u8>)>,
    requests: u64,
    replaced: Option<Instant>,
}

impl MemoryAudience {
    fn apply(&mut self, batch: &Batch) {
        self.requests += 1;
        for digest in batch.digests() {
            let identifier = (batch.kind(), digest.to_vec());
            match batch.action() {
                Action::Add => self.identifiers.insert(identifier),
                Action::Remove => self.identifiers.remove(&identifier),
            };
        }
    }
}

impl MemoryDestination {
    /// An account without audiences, which takes every kind of identifier, knows no limit, and renames and deletes.
    #[must_use]
    pub fn new() -> Self {
        let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
        (capabilities.renames, capabilities.deletes) = (true, true);
        Self::with_capabilities(capabilities)
    }

    /// An account without audiences, with these capabilities.
    #[must_use]
    pub fn with_capabilities(capabilities: Capabilities) -> Self {
        Self { id: DestinationId::new("memory/1"), capabilities, account: Arc::default() }
    }

    /// The same as another account, `memory/<account>`; the first one's is `memory/1`.
    #[must_use]
    pub fn with_account(mut self, account: &str) -> Self {
        self.id = DestinationId::new(format!("memory/{account}"));
        self
    }

    /// What an audience holds; `None` when there is no such audience.
    #[must_use]
    pub fn identifiers(&self, id: &AudienceId) -> Option<IdentifierSets> {
        let account = self.lock();
        let mut digests: BTreeMap<IdentifierKind, Vec<u8>> = BTreeMap::new();
        for (kind, digest) in &account.audiences.get(id.as_str())?.identifiers {
            digests.entry(*kind).or_default().extend_from_slice(digest);
        }
        Some(digests.into_iter().map(|(kind, digests)| IdentifierSet::from_unsorted(kind, digests)).collect())
    }

    /// The audiences that there are.
    #[must_use]
    pub fn audiences(&self) -> Vec<AudienceId> {
        self.lock().audiences.keys().map(AudienceId::new).collect()
    }

    /// Batches that have been applied to all audiences together.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.lock().audiences.values().map(|audience| audience.requests).sum()
    }

    /// Deletes an audience behind everybody's back.
    pub fn delete(&self, id: &AudienceId) {
        self.lock().audiences.remove(id.as_str());
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        // Nothing in here panics half-way through a change.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn audience(id: &str, audience: &MemoryAudience) -> Audience {
        let matched = Some(audience.identifiers.len() as u64);
        Audience {
            id: AudienceId::new(id),
            name: Some(audience.name.clone()),
            matched,
            ready: Some(true),
            warnings: Vec::new(),
        }
    }

    fn create(&self, spec: &AudienceSpec) -> CreatedAudience {
        let name = self.capabilities.shown_name(&spec.name).unwrap_or_else(|| spec.name.clone());
        let mut account = self.lock();
        account.created += 1;
        let id = format!("audience-{}", account.created);
        account.audiences.insert(id.clone(), MemoryAudience { name, ..MemoryAudience::default() });
        CreatedAudience { id: AudienceId::new(id), warnings: Vec::new() }
    }

    /// An error for an audience that is asked for in the way that the capabilities do not have.
    fn check_creation(&self, asked: Creation) -> Result<(), DestinationError> {
        if asked == self.capabilities.creation {
            return Ok(());
        }
        let message = format!("an audience is not made like that here ({asked:?}): see the capabilities");
        Err(DestinationError::new(DestinationErrorKind::Unsupported, message))
    }

    /// An error for what the capabilities do not have.
    fn check_has(&self, has: bool, what: &str) -> Result<(), DestinationError> {
        let unsupported =
            || DestinationError::new(DestinationErrorKind::Unsupported, format!("{what}: see the capabilities"));
        if has { Ok(()) } else { Err(unsupported()) }
    }

    fn gone(id: &AudienceId) -> DestinationError {
        DestinationError::new(DestinationErrorKind::NotFound, format!("there is no audience {id}"))
    }
}

impl Default for MemoryDestination {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Destination for MemoryDestination {
    fn id(&self) -> &DestinationId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        Ok(Connection { account_name: None, warnings: Vec::new() })
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        self.check_creation(Creation::Empty)?;
        Ok(self.create(spec))
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        self.check_creation(Creation::WithFirstBatches)?;
        Ok(Box::new(MemoryWriter::to_be_made(self.clone(), spec.clone())))
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        let name = self.capabilities.shown_name(name).unwrap_or_else(|| name.to_owned());
        let account = self.lock();
        let found = account.audiences.iter().filter(|(_, audience)| audience.name == name);
        Ok(found.map(|(id, audience)| Self::audience(id, audience)).collect())
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let audience = self
            .lock()
            .audiences
            .get(id.as_str())
            .map(|audience| Self::audience(id.as_str(), audience))
            .ok_or_else(|| Self::gone(id))?;
        Ok(Box::new(MemoryWriter::of(self.clone(), audience)))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        self.check_has(self.capabilities.renames, "an audience has one name for ever")?;
        let name = self.capabilities.shown_name(name).unwrap_or_else(|| name.to_owned());
        self.lock().audiences.get_mut(id.as_str()).ok_or_else(|| Self::gone(id))?.name = name;
        Ok(())
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        self.check_has(self.capabilities.deletes, "an audience cannot be deleted")?;
        self.delete(id);
        Ok(())
    }
}

/// Shows counts only.
impl fmt::Debug for MemoryDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDestination").field("audiences", &self.lock().audiences.len()).finish_non_exhaustive()
    }
}

//! An activation's state by itself: looked at, checked, exported, forgotten.

use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use super::{ActivationError, HistoryQuery, PastRun, history};
use crate::diff::{DEFAULT_MEMORY_BUDGET, DiffEngine, Resources};
use crate::identifier::IdentifierKind;
use crate::state::{
    ActivationId, Generation, InvalidName, Ledger, RunFolder, StateError, StateStore, SystemClock, Verification,
    latest_generation,
};

/// The state of one activation, without its segment and its destination: for whoever looks after it.
///
/// ```
/// use tikaud_core::activation::ActivationState;
/// use tikaud_core::state::MemoryStateStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let state = ActivationState::try_new(MemoryStateStore::new(), "buyers")?;
/// assert!(state.generation().await?.is_none(), "it has never run");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ActivationState {
    store: Arc<dyn StateStore>,
    activation: ActivationId,
    engine: Option<Arc<dyn DiffEngine>>,
}

impl ActivationState {
    /// The state of the activation of this id in this store. Reads nothing.
    ///
    /// # Errors
    ///
    /// [`InvalidName`] when no activation can have such an id.
    pub fn try_new(store: impl StateStore + 'static, activation: &str) -> Result<Self, InvalidName> {
        Self::try_new_shared(Arc::new(store), activation)
    }

    /// The same in a store that is shared with others.
    ///
    /// # Errors
    ///
    /// [`InvalidName`] when no activation can have such an id.
    pub fn try_new_shared(store: Arc<dyn StateStore>, activation: &str) -> Result<Self, InvalidName> {
        Ok(Self { store, activation: activation.parse()?, engine: None })
    }

    /// The same of an activation whose identifiers a diff engine keeps.
    #[must_use]
    pub fn with_diff_engine(self, engine: Arc<dyn DiffEngine>) -> Self {
        Self { engine: Some(engine), ..self }
    }

    /// Where the activation stands, interrupted runs counted in; `None` when it has no state at all.
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when the state cannot be read, or is damaged.
    pub async fn generation(&self) -> Result<Option<Generation>, ActivationError> {
        match self.ledger().await? {
            Some(ledger) => Ok(Some(ledger.generation().await?)),
            None => Ok(None),
        }
    }

    /// What past runs did, newest first, as far as it is kept: see [`PastRun`].
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when the store fails, or a record is damaged; the error names the object. No run needs
    /// it, so it may be deleted.
    pub async fn history(&self, query: &HistoryQuery) -> Result<Vec<PastRun>, ActivationError> {
        Ok(history::read(&RunFolder::new(Arc::clone(&self.store), &self.activation), query).await?)
    }

    /// Reads everything there is, and checks it: every generation that is kept, every snapshot to its last byte, the journals
    /// and plans of interrupted runs. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] with the first thing that is wrong, which object it is, and what to do.
    pub async fn verify(&self) -> Result<Verification, ActivationError> {
        match self.ledger().await? {
            Some(ledger) => Ok(ledger.verify().await?),
            None => Ok(Verification::default()),
        }
    }

    /// The identifiers of a kind that the audience may hold because of us, interrupted runs counted in: lower-case hex, a
    /// line each, sorted, in pieces of any size. The lines are personal data.
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when the state cannot be read; the first error ends the stream.
    pub async fn export(
        &self,
        kind: IdentifierKind,
    ) -> Result<BoxStream<'static, Result<String, ActivationError>>, ActivationError> {
        let Some(ledger) = self.ledger().await? else { return Ok(futures::stream::empty().boxed()) };
        let held = ledger.current().await?.held;
        let lines = ledger.possible(kind, &held).map_ok(|set| {
            let line = |digest: &[u8]| const_hex::encode(digest) + "\n";
            set.iter().map(line).collect::<String>()
        });
        Ok(lines.map_err(ActivationError::from).boxed())
    }

    /// Deletes the whole state of the activation, and gives the number of objects deleted. What the audience holds is no
    /// longer known then: nobody in it is ever removed by us, and the next run makes a new audience. `activation` has
    /// to be the id once more, so that nobody does this by mistake.
    ///
    /// # Errors
    ///
    /// [`StateError::NotNamed`] when it is another id; [`StateError::SetsElsewhere`] when a diff engine keeps the identifiers, and
    /// it was not [given](Self::with_diff_engine); [`StateError::Busy`] while a run is under way; otherwise when the store or the
    /// engine fails. Broken off, the state is one that has lost its generations, never one of an activation that has not
    /// run yet.
    pub async fn forget(&self, activation: &str) -> Result<u64, ActivationError> {
        if activation != self.activation.as_str() {
            return Err(StateError::NotNamed { activation: self.activation.clone() }.into());
        }
        // State that is damaged can be forgotten too.
        if let Ok(Some(ledger)) = self.ledger().await {
            ledger.forget_sets().await?;
        }
        Ok(crate::state::forget(&self.store, &self.activation).await?)
    }

    /// The state at whatever destination it is of.
    async fn ledger(&self) -> Result<Option<Ledger>, StateError> {
        let Some(generation) = latest_generation(&*self.store, &self.activation).await? else { return Ok(None) };
        let scratch = self.store.scratch().unwrap_or_default();
        Ok(Some(Ledger {
            store: Arc::clone(&self.store),
            clock: Arc::new(SystemClock),
            activation: self.activation.clone(),
            destination: generation.destination,
            resources: Resources { memory_budget: DEFAULT_MEMORY_BUDGET, scratch },
            engine: self.engine.clone(),
        }))
    }
}

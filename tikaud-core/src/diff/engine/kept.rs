//! What an engine keeps, as a source of a merge: for what is rare enough to be read here.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::TryStreamExt;

use super::{DiffEngine, DiffEngineError, DiffEngineErrorKind, HeldStream, SetsId, Standing, StoredCount};
use crate::diff::{DiffError, DigestSource};
use crate::identifier::IdentifierKind;

/// The confirmed identifiers of a kind in an engine's sets, or the others.
pub(crate) struct KeptSource {
    engine: Arc<dyn DiffEngine>,
    sets: SetsId,
    kind: IdentifierKind,
    standing: Standing,
    left: u64,
    /// Once reading has begun.
    held: Option<HeldStream>,
    last: Bytes,
}

impl KeptSource {
    pub(crate) fn new(
        engine: Arc<dyn DiffEngine>,
        sets: SetsId,
        kind: IdentifierKind,
        standing: Standing,
        count: &StoredCount,
    ) -> Self {
        let left = if standing == Standing::Confirmed { count.confirmed } else { count.unconfirmed };
        Self { engine, sets, kind, standing, left, held: None, last: Bytes::new() }
    }

    /// What is there is not what the generation says.
    fn damaged(&self) -> DiffError {
        let (sets, place) = (&self.sets, self.engine.place());
        DiffEngineError::new(
            DiffEngineErrorKind::SetsMissing,
            format!("the sets {sets} in {place} are not what was put there; restore them from a back-up"),
        )
        .into()
    }
}

#[async_trait]
impl DigestSource for KeptSource {
    fn left(&self) -> u64 {
        self.left
    }

    async fn read(&mut self, _: usize) -> Result<Bytes, DiffError> {
        let held = match &mut self.held {
            Some(held) => held,
            none => none.insert(self.engine.read(&self.sets, self.kind).await?),
        };
        let set = loop {
            let Some(step) = held.try_next().await? else { return Err(self.damaged()) };
            let set = if self.standing == Standing::Confirmed { step.confirmed } else { step.unconfirmed };
            if !set.is_empty() {
                break set;
            }
        };
        let first = set.slice(0..1);
        if set.kind() != self.kind || set.len() as u64 > self.left || first <= self.last {
            return Err(self.damaged());
        }
        self.left -= set.len() as u64;
        self.last = set.slice(set.len() - 1..set.len());
        Ok(set.into_bytes())
    }
}

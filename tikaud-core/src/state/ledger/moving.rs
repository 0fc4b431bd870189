//! Moving what is held from where it is kept to where it is to be kept: between files of the state and the sets of an engine.

use std::pin::pin;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use super::{Current, Ledger};
use crate::diff::{
    DiffEngine, DiffEngineError, DiffEngineErrorKind, DiffError, Fate, FateSet, FateStream, Held, KeptSets, SetsId,
    SetsName, SettleRequest, Standing, Steps,
};
use crate::identifier::IdentifierKind;
use crate::state::{Claim, Generation, HeldFiles, SnapshotFiles};

impl Ledger {
    /// Commits what another ledger of the activation holds, with nothing pending, as held here; once it has been read back and
    /// found to be the same.
    pub(crate) async fn move_from(
        &self,
        from: &Self,
        claim: &Claim,
        current: Current,
    ) -> Result<Generation, DiffError> {
        let Current { generation: mut next, held, .. } = current;
        next.number += 1;
        next.committed = self.clock.now();
        let name = SetsName::new(next.number, claim.epoch());
        (next.snapshots, next.sets) = match &self.engine {
            None => (self.files_of(from, &String::from(name), &held).await?, None),
            Some(engine) => (SnapshotFiles::default(), self.sets_of(from, &**engine, name, &held).await?),
        };
        let moved = Arc::new(HeldFiles::of(&next));
        for kind in held.kinds().union(&moved.kinds()) {
            self.check_moved(from, *kind, &held, &moved).await?;
        }
        self.commit_settled(claim, next).await
    }

    async fn files_of(&self, from: &Self, name: &str, held: &Arc<HeldFiles>) -> Result<SnapshotFiles, DiffError> {
        let mut files = SnapshotFiles::default();
        for kind in held.kinds() {
            let (confirmed, unconfirmed) = self.write_kind(name, kind, held, from).await?;
            files.confirmed.extend(confirmed);
            files.unconfirmed.extend(unconfirmed);
        }
        Ok(files)
    }

    async fn sets_of(
        &self,
        from: &Self,
        engine: &dyn DiffEngine,
        name: SetsName,
        held: &Arc<HeldFiles>,
    ) -> Result<Option<KeptSets>, DiffError> {
        if held.kinds().is_empty() {
            return Ok(None);
        }
        let sets = SetsId::new(&self.activation, &name);
        let request = SettleRequest::new(None, sets, Fate::UNCHANGED, from.as_fates(held));
        let kept = KeptSets::new(engine.place(), name, engine.settle(request).await?);
        Ok((kept.possible_count() > 0).then_some(kept))
    }

    /// What is held, as fates of identifiers that nobody held before.
    fn as_fates(&self, held: &Arc<HeldFiles>) -> FateStream {
        let (ledger, files) = (self.clone(), Arc::clone(held));
        let of_kind = move |kind: IdentifierKind| {
            let files = Arc::clone(&files);
            let steps = Steps::new(files.lanes(kind, &ledger), ledger.resources.step_digests(kind.digest_len()));
            steps.map(move |slices| files.held(kind, &slices))
        };
        let to = |standing| Fate::of(|_| standing);
        let fates = move |Held { confirmed, unconfirmed }| {
            let sets = [(Standing::Confirmed, confirmed), (Standing::Unconfirmed, unconfirmed)];
            let sets = sets.into_iter().filter(|(_, set)| !set.is_empty());
            stream::iter(sets.map(move |(standing, set)| Ok(FateSet { fate: to(standing), set })).collect::<Vec<_>>())
        };
        let steps = stream::iter(held.kinds()).flat_map(of_kind).map_ok(fates).try_flatten();
        steps.map_err(unreadable).boxed()
    }

    /// Reads both, digest by digest.
    async fn check_moved(
        &self,
        from: &Self,
        kind: IdentifierKind,
        before: &Arc<HeldFiles>,
        moved: &Arc<HeldFiles>,
    ) -> Result<(), DiffError> {
        let mut lanes = before.lanes(kind, from);
        let of_before = lanes.len();
        lanes.extend(moved.lanes(kind, self));
        let (before, moved) = (Arc::clone(before), Arc::clone(moved));
        let steps = Steps::new(lanes, self.resources.step_digests(kind.digest_len()));
        let mut same = pin!(steps.map(move |slices| {
            let (left, right) = slices.split_at(of_before);
            before.held(kind, left) == moved.held(kind, right)
        }));
        while let Some(same) = same.try_next().await? {
            if !same {
                let message = "what was moved is not what is read back; nothing was changed, please report it";
                return Err(DiffEngineError::new(DiffEngineErrorKind::Failed, message).into());
            }
        }
        Ok(())
    }
}

fn unreadable(error: DiffError) -> DiffEngineError {
    let message = "what is to be moved cannot be read";
    DiffEngineError::new(DiffEngineErrorKind::Failed, message).with_source(error)
}

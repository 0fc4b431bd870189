//! The next snapshots: what was held, with the fate of what was intended since counted in, a step at a time; or the next sets of
//! a diff engine, which does it where they are.

use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt;

use super::Ledger;
use crate::diff::{DiffEngine, DiffError, KeptSets, SetsId, SetsName, SettleRequest, Steps};
use crate::identifier::IdentifierKind;
use crate::state::{DigestFile, DigestWriter, HeldFiles, SnapshotFiles};

impl Ledger {
    /// Keeps what is held as that of a generation.
    pub(super) async fn settle(
        &self,
        generation: u64,
        epoch: u64,
        held: &Arc<HeldFiles>,
    ) -> Result<(SnapshotFiles, Option<KeptSets>), DiffError> {
        let name = SetsName::new(generation, epoch);
        match &self.engine {
            None => Ok((self.settle_files(&String::from(name), held).await?, None)),
            Some(engine) => Ok((SnapshotFiles::default(), self.settle_sets(&**engine, name, held).await?)),
        }
    }

    /// The same in the sets of an engine. Sets in which nothing would change are kept, and none are made that hold nobody.
    async fn settle_sets(
        &self,
        engine: &dyn DiffEngine,
        name: SetsName,
        held: &Arc<HeldFiles>,
    ) -> Result<Option<KeptSets>, DiffError> {
        if held.kinds().into_iter().all(|kind| held.is_settled(kind)) {
            return Ok(held.sets.clone());
        }
        let id = |name: &SetsName| SetsId::new(&self.activation, name);
        let before = held.sets.as_ref().map(|sets| id(&sets.name));
        let request = SettleRequest::new(before, id(&name), Self::fate_of_the_rest(held), self.fates(held));
        let kept = KeptSets::new(engine.place(), name, engine.settle(request).await?);
        Ok((kept.possible_count() > 0).then_some(kept))
    }

    /// Writes what is held as snapshots under this name. A kind for which nothing has changed keeps its files.
    pub(super) async fn settle_files(&self, name: &str, held: &Arc<HeldFiles>) -> Result<SnapshotFiles, DiffError> {
        let mut snapshots = SnapshotFiles::default();
        let before = &held.snapshots;
        for kind in held.kinds() {
            let (confirmed, unconfirmed) = if held.is_settled(kind) {
                let file = |files: &[DigestFile]| files.iter().find(|file| file.kind == kind).cloned();
                (file(&before.confirmed), file(&before.unconfirmed))
            } else {
                self.write_kind(name, kind, held, self).await?
            };
            snapshots.confirmed.extend(confirmed);
            snapshots.unconfirmed.extend(unconfirmed);
        }
        Ok(snapshots)
    }

    /// Writes what is held of a kind as files, from wherever another ledger of the activation keeps it.
    pub(super) async fn write_kind(
        &self,
        name: &str,
        kind: IdentifierKind,
        held: &Arc<HeldFiles>,
        from: &Self,
    ) -> Result<(Option<DigestFile>, Option<DigestFile>), DiffError> {
        let writer = |set: &str| {
            let key = self.folder("snapshots").child(format_args!("{name}-{set}-{kind}.digests"));
            DigestWriter::new(&*self.store, &self.activation, key, kind)
        };
        let (mut confirmed, mut unconfirmed) = (writer("confirmed"), writer("unconfirmed"));
        let files = Arc::clone(held);
        let steps = Steps::new(held.lanes(kind, from), self.resources.step_digests(kind.digest_len()));
        let mut steps = pin!(steps.map(move |slices| files.held(kind, &slices)));
        while let Some(held) = steps.try_next().await? {
            confirmed.append(&held.confirmed).await?;
            unconfirmed.append(&held.unconfirmed).await?;
        }
        Ok((confirmed.finish().await?, unconfirmed.finish().await?))
    }
}

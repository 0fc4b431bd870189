//! What has to change when certain identifiers are to go, whatever the segment says: they are removed where they are held.

use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt;

use super::Ledger;
use crate::diff::{Action, DiffError, IdentifierSet, IdentifierSets, Lane, MemorySource, Slice, Steps};
use crate::identifier::IdentifierKind;
use crate::state::{DigestWriter, HeldFiles, PlannedChange, RunId};

impl Ledger {
    /// Writes those of the identifiers that may be in the audience because of us to plan files.
    pub(crate) async fn write_removal(
        &self,
        run: &RunId,
        held: &Arc<HeldFiles>,
        identifiers: &IdentifierSets,
    ) -> Result<Vec<PlannedChange>, DiffError> {
        let mut planned = Vec::new();
        if let (Some(engine), Some(sets)) = (&self.engine, self.sets_id(held)) {
            for found in engine.find(&sets, identifiers).await? {
                planned.extend(self.write_found(run, &found.possible()).await?);
            }
            return Ok(planned);
        }
        for kind in held.kinds() {
            let unwanted = identifiers.get(kind);
            if !unwanted.is_empty() {
                planned.extend(self.write_removal_of(run, kind, held, unwanted).await?);
            }
        }
        Ok(planned)
    }

    async fn write_found(&self, run: &RunId, found: &IdentifierSet) -> Result<Option<PlannedChange>, DiffError> {
        let mut removes = self.removes(run, found.kind());
        removes.append(found).await?;
        Ok(removes.finish().await?.map(|file| PlannedChange { action: Action::Remove, file }))
    }

    fn removes(&self, run: &RunId, kind: IdentifierKind) -> DigestWriter<'_> {
        let key = self.folder("plans").child(run).child(format_args!("{}-{kind}.digests", Action::Remove));
        DigestWriter::new(&*self.store, &self.activation, key, kind)
    }

    async fn write_removal_of(
        &self,
        run: &RunId,
        kind: IdentifierKind,
        held: &Arc<HeldFiles>,
        unwanted: IdentifierSet,
    ) -> Result<Option<PlannedChange>, DiffError> {
        let mut removes = self.removes(run, kind);
        let mut lanes = held.lanes(kind, self);
        lanes.push(Lane::new(kind, Box::new(MemorySource::new(unwanted))));
        let held = Arc::clone(held);
        let steps = Steps::new(lanes, self.resources.step_digests(kind.digest_len())).map(move |slices: Vec<Slice>| {
            let Some((unwanted, of_held)) = slices.split_last() else { return IdentifierSet::empty(kind) };
            held.held(kind, of_held).possible().intersection(&unwanted.set)
        });
        let mut steps = pin!(steps);
        while let Some(set) = steps.try_next().await? {
            removes.append(&set).await?;
        }
        Ok(removes.finish().await?.map(|file| PlannedChange { action: Action::Remove, file }))
    }
}

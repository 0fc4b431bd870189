//! The next snapshots: what was held, with the fate of what was intended since counted in, a step at a time.

use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt;

use super::Ledger;
use crate::diff::{DiffError, Steps};
use crate::identifier::IdentifierKind;
use crate::state::{DigestFile, DigestWriter, HeldFiles, SnapshotFiles};

impl Ledger {
    /// Writes what is held as snapshots under this name. A kind for which nothing has changed keeps its files.
    pub(super) async fn settle(&self, name: &str, held: &Arc<HeldFiles>) -> Result<SnapshotFiles, DiffError> {
        let mut snapshots = SnapshotFiles::default();
        let before = &held.snapshots;
        for kind in held.kinds() {
            let (confirmed, unconfirmed) = if held.is_settled(kind) {
                let file = |files: &[DigestFile]| files.iter().find(|file| file.kind == kind).cloned();
                (file(&before.confirmed), file(&before.unconfirmed))
            } else {
                self.settle_kind(name, kind, held).await?
            };
            snapshots.confirmed.extend(confirmed);
            snapshots.unconfirmed.extend(unconfirmed);
        }
        Ok(snapshots)
    }

    async fn settle_kind(
        &self,
        name: &str,
        kind: IdentifierKind,
        held: &Arc<HeldFiles>,
    ) -> Result<(Option<DigestFile>, Option<DigestFile>), DiffError> {
        let writer = |set: &str| {
            let key = self.folder("snapshots").child(format_args!("{name}-{set}-{kind}.digests"));
            DigestWriter::new(&*self.store, &self.activation, key, kind)
        };
        let (mut confirmed, mut unconfirmed) = (writer("confirmed"), writer("unconfirmed"));
        let files = Arc::clone(held);
        let steps = Steps::new(held.lanes(kind, self), self.resources.step_digests(kind.digest_len()));
        let mut steps = pin!(steps.map(move |slices| files.held(kind, &slices)));
        while let Some(held) = steps.try_next().await? {
            confirmed.append(&held.confirmed).await?;
            unconfirmed.append(&held.unconfirmed).await?;
        }
        Ok((confirmed.finish().await?, unconfirmed.finish().await?))
    }
}

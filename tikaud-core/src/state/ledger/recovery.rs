//! Interrupted runs: what they wrote down is counted in.

use std::collections::BTreeMap;

use super::Ledger;
use crate::state::journal::read_record;
use crate::state::{
    Generation, Intent, ObjectEntry, ObjectKey, Pending, PlannedChange, Receipts, RunId, RunRecord, StateError,
};

impl Ledger {
    /// The journals of runs that ended without a commit, in the order of the runs.
    pub(super) async fn unfinished_runs(&self, generation: &Generation) -> Result<Vec<RunRecord>, StateError> {
        let folder = self.folder("journal");
        let objects = self.store.list(Some(&folder)).await?;
        let mut by_run: BTreeMap<RunId, Vec<&ObjectEntry>> = BTreeMap::new();
        for object in &objects {
            by_run.entry(run_of(&folder, object)).or_default().push(object);
        }
        let mut records = Vec::new();
        for (run, objects) in by_run {
            // A committed run's journal is only waiting to be cleared away.
            if generation.run.as_ref() != Some(&run) {
                records.push(read_record(&*self.store, run, &objects).await?);
            }
        }
        Ok(records)
    }

    /// Whether a run that started from this generation has written plan files, and no intent yet. Suspended there, it may
    /// still write one: it has to be overtaken before its plan is cleared away, or that intent could never be read.
    pub(super) async fn has_plan_without_intent(&self, generation: &Generation) -> Result<bool, StateError> {
        let folder = self.folder("plans");
        let plans = self.store.list(Some(&folder)).await?;
        Ok(plans.iter().any(|plan| run_of(&folder, plan).started_from(generation.number)))
    }

    /// What an interrupted run may have sent, with what is known of its fate; its audience becomes the generation's.
    pub(super) async fn fold(
        &self,
        generation: &mut Generation,
        record: &RunRecord,
    ) -> Result<Option<Pending>, StateError> {
        let overtaken = !record.run.started_from(generation.number);
        let Some(intent) = adopt(generation, record) else {
            return Ok(None);
        };
        // Cleared away by the run that overtook it, so its intent came later, and its claim stopped it from sending.
        if overtaken && !self.has_files(&intent.changes).await? {
            return Ok(None);
        }
        // A run that another has overtaken got its answers without knowing what the other did since: they prove nothing
        // about now. What it intended may still have been sent.
        let receipts = if overtaken { Receipts::default() } else { record.receipts.clone() };
        Ok(Some(Pending { changes: intent.changes.clone(), replaces: intent.replaces, receipts }))
    }

    /// What runs that ended without a commit got acknowledged, as far as it is counted, with the plans that it is of.
    pub(crate) async fn acknowledged_of_interrupted(&self) -> Result<Vec<(RunRecord, Pending)>, StateError> {
        let mut generation = self.latest_generation().await?;
        let mut acknowledged = Vec::new();
        for record in self.unfinished_runs(&generation).await? {
            if let Some(pending) = self.fold(&mut generation, &record).await? {
                acknowledged.push((record, pending));
            }
        }
        Ok(acknowledged)
    }

    async fn has_files(&self, changes: &[PlannedChange]) -> Result<bool, StateError> {
        let plans = self.store.list(Some(&self.folder("plans"))).await?;
        Ok(changes.iter().all(|change| plans.iter().any(|plan| plan.key == change.file.key)))
    }
}

/// The run whose object it is: the name below the folder.
fn run_of(folder: &ObjectKey, object: &ObjectEntry) -> RunId {
    let below = object.key.as_str().strip_prefix(folder.as_str()).unwrap_or_default();
    RunId::from_name(below.trim_start_matches('/').split('/').next().unwrap_or_default())
}

/// Takes over an interrupted run's audience, and gives what it intended to send there.
pub(super) fn adopt<'a>(generation: &mut Generation, record: &'a RunRecord) -> Option<&'a Intent> {
    let overtaken = !record.run.started_from(generation.number);
    let audience = record.audience.as_ref().or(record.intent.as_ref().and_then(|intent| intent.audience.as_ref()));
    // An audience that an overtaken run made for itself is not the activation's.
    if overtaken && generation.audience.is_some() && generation.audience.as_ref() != audience {
        return None;
    }
    if let Some(audience) = audience {
        generation.audience = Some(audience.clone());
        generation.pending_create = None;
    } else if let Some(create) = &record.create {
        generation.pending_create = Some(create.clone());
    }
    generation.run = Some(record.run.clone());
    let intent = record.intent.as_ref()?;
    generation.mapping = Some(intent.mapping.clone());
    Some(intent)
}

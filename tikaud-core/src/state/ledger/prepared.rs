//! Plans that wait to be looked at: kept beside the state, bound to it, and carried out later or never.
//!
//! ```text
//! prepared/<plan>/add-email_sha256.digests   what is to be changed
//!                 plan.json                  everything else, written last: without it there is no such plan
//! ```

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Ledger;
use crate::diff::{DiffError, DigestSource, IdentifierSet};
use crate::state::sealed::{create_sealed, read_sealed};
use crate::state::{DigestFile, DigestReader, DigestWriter, ObjectKey, PlannedChange, RunId, StateError};

/// Digests that are copied at once, two megabytes or so.
const AT_ONCE: usize = 64 << 10;
/// Digests of each file that are shown.
const SHOWN: usize = 3;
/// The object that makes a plan one.
const PLAN: &str = "plan.json";

/// Which prepared plan it is. It is made of the generation of the state that it starts from, so that a stale one is known by its
/// name.
///
/// ```
/// use tikaud_core::state::PlanId;
///
/// let id: PlanId = "00000003-0000000012".parse()?;
/// assert_eq!(id.to_string(), "00000003-0000000012");
/// assert!("../3".parse::<PlanId>().is_err());
/// # Ok::<(), tikaud_core::state::InvalidPlanId>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(RunId);

/// No prepared plan has such an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the id of a prepared plan reads like 00000003-0000000012; list those that there are")]
#[non_exhaustive]
pub struct InvalidPlanId;

impl PlanId {
    pub(crate) fn new(run: RunId) -> Self {
        Self(run)
    }

    /// Whether the plan started from this generation.
    pub(crate) fn started_from(&self, generation: u64) -> bool {
        self.0.started_from(generation)
    }
}

impl FromStr for PlanId {
    type Err = InvalidPlanId;

    fn from_str(text: &str) -> Result<Self, InvalidPlanId> {
        let is_number =
            |part: &str| !part.is_empty() && part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_digit());
        let good = text.split_once('-').is_some_and(|(generation, epoch)| is_number(generation) && is_number(epoch));
        good.then(|| Self(RunId::from_name(text))).ok_or(InvalidPlanId)
    }
}

impl TryFrom<String> for PlanId {
    type Error = InvalidPlanId;

    fn try_from(text: String) -> Result<Self, InvalidPlanId> {
        text.parse()
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A plan file that was copied.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CopiedChange {
    pub(crate) change: PlannedChange,
    /// The SHA-256 of all its digests, one after the other, in hex.
    pub(crate) sha256: String,
    /// The first few of them, in hex.
    pub(crate) first: Vec<String>,
}

/// Shows no digest.
impl fmt::Debug for CopiedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopiedChange")
            .field("change", &self.change)
            .field("shown", &self.first.len())
            .finish_non_exhaustive()
    }
}

/// The files of a prepared plan, of all that its object says.
#[derive(Deserialize)]
struct Files {
    changes: Vec<CopiedChange>,
}

impl Ledger {
    fn prepared(&self) -> ObjectKey {
        self.folder("prepared")
    }

    /// Copies plan files into the folder of a prepared plan.
    pub(crate) async fn keep_plan(
        &self,
        id: &PlanId,
        changes: &[PlannedChange],
    ) -> Result<Vec<CopiedChange>, DiffError> {
        self.copy(&self.prepared().child(id), changes.iter()).await
    }

    /// Copies the files of a prepared plan to where a run expects its plan. They have to be what was looked at.
    pub(crate) async fn take_plan(&self, run: &RunId, kept: &[CopiedChange]) -> Result<Vec<PlannedChange>, DiffError> {
        let folder = self.folder("plans").child(run);
        let taken = self.copy(&folder, kept.iter().map(|kept| &kept.change)).await?;
        for (taken, kept) in taken.iter().zip(kept) {
            if taken.sha256 != kept.sha256 {
                let why = "it holds other identifiers than the plan that was looked at";
                return Err(StateError::damaged(&kept.change.file.key, why).into());
            }
        }
        Ok(taken.into_iter().map(|taken| taken.change).collect())
    }

    async fn copy(
        &self,
        to: &ObjectKey,
        changes: impl Iterator<Item = &PlannedChange>,
    ) -> Result<Vec<CopiedChange>, DiffError> {
        let mut copied = Vec::new();
        for PlannedChange { action, file } in changes {
            let kind = file.kind;
            let mut reader = DigestReader::new(Arc::clone(&self.store), self.activation.clone(), file.clone());
            let key = to.child(format_args!("{action}-{kind}.digests"));
            let mut writer = DigestWriter::new(&*self.store, &self.activation, key, kind);
            let (mut hash, mut first) = (Sha256::new(), Vec::new());
            while reader.left() > 0 {
                let digests = reader.read(AT_ONCE).await?;
                hash.update(&digests);
                if first.is_empty() {
                    first = digests.chunks(kind.digest_len()).take(SHOWN).map(const_hex::encode).collect();
                }
                writer.append(&IdentifierSet::of_sorted(kind, digests)).await?;
            }
            let file = writer.finish().await?;
            copied.extend(file.map(|file| {
                let sha256 = const_hex::encode(hash.finalize());
                CopiedChange { change: PlannedChange { action: *action, file }, sha256, first }
            }));
        }
        Ok(copied)
    }

    /// Makes the plan one that can be carried out.
    pub(crate) async fn write_prepared<T: Serialize + Sync>(&self, id: &PlanId, plan: &T) -> Result<(), StateError> {
        create_sealed(&*self.store, &self.prepared().child(id).child(PLAN), plan).await
    }

    /// The plans that are kept, oldest first.
    pub(crate) async fn list_prepared<T: DeserializeOwned>(&self) -> Result<Vec<T>, StateError> {
        let mut plans = Vec::new();
        for object in self.store.list(Some(&self.prepared())).await? {
            if object.key.name() != PLAN {
                continue;
            }
            match read_sealed(&*self.store, &object.key, object.len).await {
                // A run beside us has cleared it away.
                Err(StateError::NotFound { .. }) => {}
                plan => plans.push(plan?),
            }
        }
        Ok(plans)
    }

    /// The files of all plans that are kept.
    pub(super) async fn prepared_files(&self) -> Result<Vec<DigestFile>, StateError> {
        let plans: Vec<Files> = self.list_prepared().await?;
        Ok(plans.into_iter().flat_map(|plan| plan.changes).map(|copied| copied.change.file).collect())
    }

    /// A plan that is kept; `None` when there is none of this id.
    pub(crate) async fn read_prepared<T: DeserializeOwned>(&self, id: &PlanId) -> Result<Option<T>, StateError> {
        let objects = self.store.list(Some(&self.prepared().child(id))).await?;
        let Some(object) = objects.iter().find(|object| object.key.name() == PLAN) else { return Ok(None) };
        Ok(Some(read_sealed(&*self.store, &object.key, object.len).await?))
    }

    /// Deletes a prepared plan, and first of all what makes it one.
    pub(crate) async fn discard_prepared(&self, id: &PlanId) -> Result<(), StateError> {
        let mut objects = self.store.list(Some(&self.prepared().child(id))).await?;
        objects.sort_by_key(|object| object.key.name() != PLAN);
        for object in objects {
            self.store.delete(&object.key).await?;
        }
        Ok(())
    }

    /// Deletes the plans that did not start from this generation, and what has never become one.
    pub(crate) async fn clear_prepared(&self, generation: u64) -> Result<(), StateError> {
        let folder = self.prepared();
        let objects = self.store.list(Some(&folder)).await?;
        let plan_of = |key: &ObjectKey| {
            let below = key.as_str().strip_prefix(folder.as_str()).unwrap_or_default();
            below.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
        };
        let whole: Vec<String> =
            objects.iter().filter(|object| object.key.name() == PLAN).map(|object| plan_of(&object.key)).collect();
        for object in &objects {
            let name = plan_of(&object.key);
            let fresh = name.parse().is_ok_and(|id: PlanId| id.started_from(generation));
            if !fresh || !whole.contains(&name) {
                self.store.delete(&object.key).await?;
            }
        }
        Ok(())
    }
}

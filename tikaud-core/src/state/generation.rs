//! A generation: the manifest of what the audience holds because of us.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ActivationId, DigestFile, RunId, all_differ};
use crate::destination::{AudienceId, DestinationId};
use crate::diff::{KeptSets, SetsId};
use crate::segment::SegmentSchema;

/// What the audience holds because of us, as of one commit. Created, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Generation {
    /// Its number: 0 when the activation has never run, one more at each commit.
    pub number: u64,
    /// The activation that it is of.
    pub activation: ActivationId,
    /// The destination that the audience is at.
    pub destination: DestinationId,
    /// The audience, once there is one.
    pub audience: Option<AudienceRecord>,
    /// An audience that was asked for, without a reply: it is looked for before it is asked for again.
    pub pending_create: Option<CreateIntent>,
    /// The fingerprint of the field mapping that the identifiers were made with.
    pub mapping: Option<String>,
    /// The identifiers, as files; none when a diff engine keeps them.
    pub snapshots: SnapshotFiles,
    /// The identifiers, where a [diff engine](crate::diff::DiffEngine) keeps them and there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<KeptSets>,
    /// What its run had to leave for the next one; `None` when the audience was equal to the segment.
    #[serde(default)]
    pub pending: Option<PendingChanges>,
    /// The last erasure that took part in it: none of those erased until then is confirmed in it, nor is in an older one.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub erased: u64,
    /// Members that its run read; `None` when none has read any yet, and of generations of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
    /// What its run read the segment from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<SegmentSchema>,
    /// The run that committed it.
    pub run: Option<RunId>,
    /// When it was committed.
    pub committed: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none_yet(erasure: &u64) -> bool {
    *erasure == 0
}

impl Generation {
    /// The sets of its identifiers, by the name that their [diff engine](crate::diff::DiffEngine) knows them by; `None` where there
    /// are none.
    #[must_use]
    pub fn sets_id(&self) -> Option<SetsId> {
        self.sets.as_ref().map(|sets| SetsId::new(&self.activation, &sets.name))
    }
}

/// The identifiers of a generation, a file a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SnapshotFiles {
    /// Acknowledged as added, with no removal tried since.
    pub confirmed: Vec<DigestFile>,
    /// Those that the destination may hold besides: asked for without an answer, or not yet removed.
    pub unconfirmed: Vec<DigestFile>,
}

impl SnapshotFiles {
    /// Whether no kind has two files of one set, of which one would never be looked at.
    pub(super) fn has_a_file_for_each_kind(&self) -> bool {
        [&self.confirmed, &self.unconfirmed].into_iter().all(|files| all_differ(files.iter().map(|file| file.kind)))
    }
}

/// Changes that a run could not bring to an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingChanges {
    /// Identifiers that were to go in.
    pub adds: u64,
    /// Identifiers that were to go out.
    pub removes: u64,
    /// When the destination can take them at the earliest; `None` when it does not say, or wants something changed first.
    pub resume_at: Option<Timestamp>,
}

impl PendingChanges {
    /// These changes; `None` when there are none.
    pub(crate) fn new(adds: u64, removes: u64, resume_at: Option<Timestamp>) -> Option<Self> {
        (adds > 0 || removes > 0).then_some(Self { adds, removes, resume_at })
    }
}

/// The audience of an activation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AudienceRecord {
    /// The destination's identifier of it.
    pub id: AudienceId,
    /// The name that it was created with, or given since; of one that was adopted, the activation's when it was.
    pub name: String,
    /// The description that belongs to it, whether or not the destination shows it.
    pub description: Option<String>,
    /// What the destination wants to be reminded of when it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl AudienceRecord {
    pub(crate) fn new(id: AudienceId, name: &str, description: Option<&str>) -> Self {
        Self { id, name: name.to_owned(), description: description.map(str::to_owned), notes: None }
    }
}

/// The durable intent to create an audience. Creating is not idempotent, so a lost reply must be recognisable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateIntent {
    /// The name asked for.
    pub name: String,
    /// The description asked for.
    pub description: Option<String>,
    /// Audiences that went by this name before.
    pub there_before: Vec<AudienceId>,
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "generation {} of activation `{}`", self.number, self.activation)
    }
}

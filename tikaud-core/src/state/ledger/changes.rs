//! What has to change: the segment beside what is held, a step at a time.

use std::sync::Arc;

use futures::TryStreamExt;

use super::Ledger;
use crate::diff::{Action, ChangeSet, DiffError, IdentifierSet, Lane, Runs, Slice, Steps, Wanted};
use crate::identifier::IdentifierKind;
use crate::state::{DigestWriter, HeldFiles, PlannedChange, RunId, StateError};

/// What has to change for one kind of identifier, as counts and files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KindChanges {
    pub(crate) kind: IdentifierKind,
    /// Distinct identifiers in the segment, without the suppressed ones.
    pub(crate) segment: u64,
    /// Distinct identifiers of its members that are suppressed.
    pub(crate) suppressed: u64,
    /// Distinct identifiers of its members that have been erased.
    pub(crate) erased: u64,
    pub(crate) adds: u64,
    pub(crate) removes: u64,
}

/// How the two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// What is confirmed need not be sent again.
    Changes,
    /// Everything is sent again.
    Resync,
}

impl Ledger {
    /// Counts what has to change, kind by kind. Writes nothing.
    pub(crate) async fn count_changes(
        &self,
        held: &Arc<HeldFiles>,
        wanted: &Wanted,
        comparison: Comparison,
    ) -> Result<Vec<KindChanges>, DiffError> {
        let mut counted = Vec::new();
        for kind in kinds(held, &wanted.segment) {
            let mut counts = KindChanges::none(kind);
            let mut steps = std::pin::pin!(self.compare(kind, held, wanted, comparison));
            while let Some((members, changes)) = steps.try_next().await? {
                counts.count(&members, &changes);
            }
            counted.push(counts);
        }
        Ok(counted)
    }

    /// The same, and writes the change sets to plan files.
    pub(crate) async fn write_plan(
        &self,
        run: &RunId,
        held: &Arc<HeldFiles>,
        wanted: &Wanted,
        comparison: Comparison,
    ) -> Result<(Vec<KindChanges>, Vec<PlannedChange>), DiffError> {
        let folder = self.folder("plans").child(run);
        let (mut counted, mut planned) = (Vec::new(), Vec::new());
        for kind in kinds(held, &wanted.segment) {
            let mut counts = KindChanges::none(kind);
            let writer = |action: Action| {
                let key = folder.child(format_args!("{action}-{kind}.digests"));
                DigestWriter::new(&*self.store, &self.activation, key, kind)
            };
            let (mut removes, mut adds) = (writer(Action::Remove), writer(Action::Add));
            let mut steps = std::pin::pin!(self.compare(kind, held, wanted, comparison));
            while let Some((members, changes)) = steps.try_next().await? {
                counts.count(&members, &changes);
                removes.append(&changes.removes).await?;
                adds.append(&changes.adds).await?;
            }
            let removes = removes.finish().await?.map(|file| PlannedChange { action: Action::Remove, file });
            let adds = adds.finish().await?.map(|file| PlannedChange { action: Action::Add, file });
            planned.extend(removes.into_iter().chain(adds));
            counted.push(counts);
        }
        Ok((counted, planned))
    }

    /// Deletes the plan files of a run that ends before its intent. What cannot be deleted now is deleted by the next run.
    pub(crate) async fn discard_plan(&self, run: &RunId) {
        let discard = async {
            for file in self.store.list(Some(&self.folder("plans").child(run))).await? {
                self.store.delete(&file.key).await?;
            }
            Ok::<_, StateError>(())
        };
        if let Err(error) = discard.await {
            tracing::warn!(activation = %self.activation, %error, "a plan that is not carried out was not cleared away");
        }
    }

    /// The steps of one kind: how many of its identifiers the segment has, and what has to change. What is suppressed or
    /// erased is taken out here, last of all, so that no source of the segment can bring it back.
    fn compare(
        &self,
        kind: IdentifierKind,
        held: &Arc<HeldFiles>,
        wanted: &Wanted,
        comparison: Comparison,
    ) -> impl futures::Stream<Item = Result<(Members, ChangeSet), DiffError>> {
        let mut lanes = held.lanes(kind, self);
        let held_lanes = lanes.len();
        lanes.extend(wanted.segment.sources(kind).into_iter().map(|source| Lane::new(kind, source)));
        let wanted_lanes = lanes.len();
        let suppressed = wanted.suppressed.iter().flat_map(|suppressed| suppressed.sources(kind));
        lanes.extend(suppressed.map(|source| Lane::new(kind, source)));
        let (held, erased) = (Arc::clone(held), wanted.erased.clone());
        Steps::new(lanes, self.resources.step_digests(kind.digest_len())).map(move |slices: Vec<Slice>| {
            let (of_held, of_wanted) = slices.split_at(held_lanes);
            let (of_segment, of_suppressed) = of_wanted.split_at(wanted_lanes - held_lanes);
            let held = held.held(kind, of_held);
            let held = if comparison == Comparison::Resync { held.unconfirmed_all() } else { held };
            let all = union_of(kind, of_segment);
            let left =
                if of_suppressed.is_empty() { all.clone() } else { all.difference(&union_of(kind, of_suppressed)) };
            let segment = erased.as_ref().map_or_else(|| left.clone(), |erased| erased.without(&left, &held.confirmed));
            let members = Members {
                wanted: segment.len() as u64,
                suppressed: (all.len() - left.len()) as u64,
                erased: (left.len() - segment.len()) as u64,
            };
            (members, ChangeSet::between(&held, &segment))
        })
    }
}

/// Identifiers of the segment in one step.
struct Members {
    wanted: u64,
    suppressed: u64,
    erased: u64,
}

impl KindChanges {
    pub(crate) fn none(kind: IdentifierKind) -> Self {
        Self { kind, segment: 0, suppressed: 0, erased: 0, adds: 0, removes: 0 }
    }

    fn count(&mut self, members: &Members, changes: &ChangeSet) {
        self.segment += members.wanted;
        self.suppressed += members.suppressed;
        self.erased += members.erased;
        self.adds += changes.adds.len() as u64;
        self.removes += changes.removes.len() as u64;
    }
}

fn union_of(kind: IdentifierKind, slices: &[Slice]) -> IdentifierSet {
    let runs: Vec<IdentifierSet> = slices.iter().map(|slice| slice.set.clone()).collect();
    IdentifierSet::union_of(kind, &runs)
}

fn kinds(held: &HeldFiles, segment: &Runs) -> Vec<IdentifierKind> {
    let mut kinds = held.kinds();
    kinds.extend(segment.kinds());
    kinds.into_iter().collect()
}

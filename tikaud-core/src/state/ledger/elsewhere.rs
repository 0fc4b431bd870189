//! What a diff engine has compared, as a plan: its change sets, without those who have been erased.

use std::collections::BTreeSet;
use std::pin::Pin;

use futures::stream::{BoxStream, Peekable};
use futures::{StreamExt, TryStreamExt, future, stream};

use super::{KindChanges, Ledger};
use crate::diff::{
    Action, Change, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, DiffError, Held, HeldStream,
    IdentifierSet, IdentifierSets, SetsId,
};
use crate::identifier::{IdentifierKind, Tally};
use crate::segment::SegmentSchema;
use crate::state::{DigestWriter, Generation, HeldFiles, PlannedChange, RunId, StateError, Tombstones};

type Changes = Peekable<BoxStream<'static, Result<Change, DiffEngineError>>>;

/// What the files of the state are called where somebody has to be told where something is.
const FILES: &str = "the files of the state";

/// What a comparison elsewhere is made into.
pub(crate) struct Elsewhere<'a> {
    pub(crate) engine: &'a dyn DiffEngine,
    /// `None` when nothing is written.
    pub(crate) run: Option<&'a RunId>,
    pub(crate) held: &'a HeldFiles,
    pub(crate) erased: Option<&'a Tombstones>,
}

impl Ledger {
    /// The sets that are held, by the engine's name for them.
    pub(crate) fn sets_id(&self, held: &HeldFiles) -> Option<SetsId> {
        held.sets.as_ref().map(|sets| SetsId::new(&self.activation, &sets.name))
    }

    fn place(&self) -> &str {
        self.engine.as_ref().map_or(FILES, |engine| engine.place())
    }

    /// Whether this engine is the one that the ledger has.
    pub(crate) fn is_kept_by(&self, engine: &dyn DiffEngine) -> bool {
        self.place() == engine.place()
    }

    /// Whether what a generation holds is where the ledger keeps it.
    pub(crate) fn keeps(&self, generation: &Generation) -> bool {
        place_of(generation).is_none_or(|place| place == self.place())
    }

    /// What is held is looked for where it is and nowhere else.
    pub(super) fn check_place(&self, generation: &Generation) -> Result<(), StateError> {
        let Some(found) = place_of(generation).filter(|found| *found != self.place()) else { return Ok(()) };
        let (expected, found) = (self.place().to_owned(), found.to_owned());
        Err(StateError::SetsElsewhere { activation: self.activation.clone(), expected, found })
    }

    /// Has the engine forget what it keeps of the activation. It is an error where that is in another place.
    pub(crate) async fn forget_sets(&self) -> Result<(), DiffError> {
        let sets = self.generation().await.ok().filter(|generation| generation.sets.is_some());
        sets.iter().try_for_each(|generation| self.check_place(generation))?;
        match &self.engine {
            Some(engine) => Ok(engine.keep(&self.activation, &[], u64::MAX).await?),
            None => Ok(()),
        }
    }

    /// Counts the changes, and writes them to plan files where there is a run.
    pub(crate) async fn plan_compared(
        &self,
        to: Elsewhere<'_>,
        compared: Compared,
    ) -> Result<(Vec<KindChanges>, Vec<PlannedChange>), DiffError> {
        let mut kinds: BTreeSet<IdentifierKind> = to.held.kinds();
        kinds.extend(compared.counts.iter().map(|count| count.kind));
        let is_one = |change: &Change| future::ready(!change.set.is_empty());
        let mut changes = compared.changes.try_filter(is_one).boxed().peekable();
        let (mut counted, mut planned) = (Vec::new(), Vec::new());
        for kind in kinds {
            let mut counts = KindChanges::none(kind);
            if let Some(count) = compared.counts.iter().find(|count| count.kind == kind) {
                (counts.segment, counts.suppressed) = (count.wanted, count.suppressed);
            }
            planned.extend(self.plan_kind(&to, &mut changes, &mut counts).await?);
            counted.push(counts);
        }
        match changes.next().await {
            None => Ok((counted, planned)),
            Some(change) => change.map_err(DiffError::from).and_then(|_| Err(out_of_order())),
        }
    }

    async fn plan_kind(
        &self,
        to: &Elsewhere<'_>,
        changes: &mut Changes,
        counts: &mut KindChanges,
    ) -> Result<Vec<PlannedChange>, DiffError> {
        let kind = counts.kind;
        let (mut adds, mut removes) =
            (self.planned_file(to, kind, Action::Add), self.planned_file(to, kind, Action::Remove));
        let none = IdentifierSet::empty(kind);
        let mut unwanted = none.clone();
        while let Some(set) = next_of(changes, kind, Action::Add).await? {
            let kept = to.erased.map_or_else(|| set.clone(), |erased| erased.without(&set, &none));
            if kept.len() < set.len() {
                unwanted = unwanted.union(&set.difference(&kept));
            }
            adds.append(&kept).await?;
        }
        counts.erased = unwanted.len() as u64;
        // Whoever was erased is taken out where the audience may hold them, be it in the segment or not.
        let confirmed = self.erased_confirmed(to, kind).await?;
        let mut out = self.held_of(to, &unwanted).await?.union(&confirmed);
        let mut in_segment = confirmed.difference(&unwanted);
        while let Some(set) = next_of(changes, kind, Action::Remove).await? {
            let Some(last) = set.len().checked_sub(1).map(|last| set.slice(last..last + 1)) else { continue };
            let through = out.count_through(&last);
            in_segment = in_segment.difference(&set);
            removes.append(&set.union(&out.part(0..through))).await?;
            out = out.part(through..out.len());
        }
        removes.append(&out).await?;
        counts.erased += in_segment.len() as u64;
        counts.segment = counts.segment.saturating_sub(counts.erased);
        let (removes, adds) = (removes.finish().await?, adds.finish().await?);
        (counts.removes, counts.adds) = (removes.0, adds.0);
        Ok(removes.1.into_iter().chain(adds.1).collect())
    }

    /// Those of the confirmed who were erased since that was last looked at; without an erasure nobody is read.
    async fn erased_confirmed(&self, to: &Elsewhere<'_>, kind: IdentifierKind) -> Result<IdentifierSet, DiffError> {
        let none = IdentifierSet::empty(kind);
        let (Some(erased), Some(sets)) =
            (to.erased.filter(|erased| erased.looks_at_confirmed()), self.sets_id(to.held))
        else {
            return Ok(none);
        };
        let mut held = to.engine.read(&sets, kind).await?;
        let mut found = none.clone();
        while let Some(step) = held.try_next().await? {
            found = found.union(&step.confirmed.difference(&erased.without(&step.confirmed, &none)));
        }
        Ok(found)
    }

    /// Those of a few identifiers that the audience may hold.
    async fn held_of(&self, to: &Elsewhere<'_>, few: &IdentifierSet) -> Result<IdentifierSet, DiffError> {
        let (false, Some(sets)) = (few.is_empty(), self.sets_id(to.held)) else {
            return Ok(IdentifierSet::empty(few.kind()));
        };
        let found = to.engine.find(&sets, &IdentifierSets::from_iter([few.clone()])).await?;
        let possible = found.iter().map(Held::possible);
        Ok(possible.fold(IdentifierSet::empty(few.kind()), |all, set| all.union(&set)))
    }

    fn planned_file<'a>(&'a self, to: &Elsewhere<'_>, kind: IdentifierKind, action: Action) -> PlannedFile<'a> {
        let writer = to.run.map(|run| {
            let key = self.folder("plans").child(run).child(format_args!("{action}-{kind}.digests"));
            DigestWriter::new(&*self.store, &self.activation, key, kind)
        });
        PlannedFile { action, writer, count: 0 }
    }
}

/// Where a generation says that its identifiers are; `None` when it has none.
fn place_of(generation: &Generation) -> Option<&str> {
    let files = &generation.snapshots;
    match &generation.sets {
        Some(sets) => Some(&sets.place),
        None if files.confirmed.is_empty() && files.unconfirmed.is_empty() => None,
        None => Some(FILES),
    }
}

/// A plan file, or a count of what would be in it.
struct PlannedFile<'a> {
    action: Action,
    writer: Option<DigestWriter<'a>>,
    count: u64,
}

impl PlannedFile<'_> {
    async fn append(&mut self, set: &IdentifierSet) -> Result<(), DiffError> {
        self.count += set.len() as u64;
        match &mut self.writer {
            Some(writer) => writer.append(set).await,
            None => Ok(()),
        }
    }

    async fn finish(self) -> Result<(u64, Option<PlannedChange>), DiffError> {
        let Some(writer) = self.writer else { return Ok((self.count, None)) };
        let file = writer.finish().await?;
        Ok((self.count, file.map(|file| PlannedChange { action: self.action, file })))
    }
}

/// The next changes of this kind and action, where they are what comes next.
async fn next_of(
    changes: &mut Changes,
    kind: IdentifierKind,
    action: Action,
) -> Result<Option<IdentifierSet>, DiffError> {
    let mut changes = Pin::new(changes);
    let is_of = |change: &Result<Change, DiffEngineError>| {
        change.as_ref().map_or(true, |change| change.set.kind() == kind && change.action == action)
    };
    match changes.as_mut().next_if(is_of).await {
        Some(change) => Ok(Some(change?.set)),
        None => Ok(None),
    }
}

fn out_of_order() -> DiffError {
    let message = "the diff engine has delivered changes out of their order; please report it";
    DiffEngineError::new(DiffEngineErrorKind::Failed, message).into()
}

/// A comparison with a segment that has nobody in it: everybody who may be held goes.
pub(crate) async fn compare_with_nobody(
    engine: &dyn DiffEngine,
    sets: Option<&SetsId>,
    held: &HeldFiles,
) -> Result<Compared, DiffEngineError> {
    let mut kinds: Vec<HeldStream> = Vec::new();
    if let Some(sets) = sets {
        for kind in held.kinds() {
            kinds.push(engine.read(sets, kind).await?);
        }
    }
    let out = |held: Held| Change { action: Action::Remove, set: held.possible() };
    let changes = stream::iter(kinds).flatten().map_ok(out).boxed();
    Ok(Compared::new(Tally::default(), SegmentSchema::default(), Vec::new(), changes))
}

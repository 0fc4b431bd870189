//! The reference: a diff engine within this process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    Change, CompareRequest, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, HeldStream, KindCount, SetsId,
    SettleRequest, Standing, StoredCount,
};
use crate::diff::{Action, ChangeSet, Held, IdentifierSet, IdentifierSets};
use crate::identifier::{Extractor, FieldMapping, IdentifierKind, Tally, phone_parser_for};
use crate::plan::SuppressionTally;
use crate::segment::{Segment, SegmentSchema};
use crate::state::ActivationId;

/// What is held, kind by kind.
type Sets = BTreeMap<IdentifierKind, Held>;

/// A diff engine that keeps its sets in memory: the reference, and for tests. Clones share the sets.
///
/// ```
/// use tikaud_core::diff::{CompareRequest, DiffEngine, MemoryDiffEngine};
/// use tikaud_core::identifier::{Field, FieldMapping};
/// use tikaud_core::segment::MemorySegment;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")], [None]])?;
/// let mapping = FieldMapping::try_new([("email", Field::Email)])?;
/// let engine = MemoryDiffEngine::new(segment);
/// let compared = engine.compare(&CompareRequest::new(None, &mapping)).await?;
/// assert_eq!((compared.tally.members, compared.counts[0].wanted), (2, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryDiffEngine {
    segment: Arc<dyn Segment>,
    suppressions: Vec<(Arc<dyn Segment>, FieldMapping)>,
    kept: Arc<Mutex<BTreeMap<SetsId, Sets>>>,
}

impl MemoryDiffEngine {
    /// An engine for this segment, which keeps nothing yet.
    pub fn new(segment: impl Segment + 'static) -> Self {
        Self { segment: Arc::new(segment), suppressions: Vec::new(), kept: Arc::default() }
    }

    /// The same sets beside another segment, and whatever is suppressed.
    #[must_use]
    pub fn with_segment(&self, segment: impl Segment + 'static) -> Self {
        Self { segment: Arc::new(segment), ..self.clone() }
    }

    /// Keeps the members of another segment out of the audience, as
    /// [`SegmentActivationBuilder::suppress`](crate::activation::SegmentActivationBuilder::suppress) does. Call it once for
    /// each such segment.
    #[must_use]
    pub fn suppress(mut self, segment: impl Segment + 'static, mapping: FieldMapping) -> Self {
        self.suppressions.push((Arc::new(segment), mapping));
        self
    }

    /// The sets that are kept.
    #[must_use]
    pub fn kept(&self) -> Vec<SetsId> {
        self.lock().keys().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SetsId, Sets>> {
        // Nothing panics while it is held.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sets(&self, id: &SetsId) -> Result<Sets, DiffEngineError> {
        let missing = || {
            let message = format!("the sets {id} are not in memory any more; the process that had them has ended");
            DiffEngineError::new(DiffEngineErrorKind::SetsMissing, message)
        };
        self.lock().get(id).cloned().ok_or_else(missing)
    }

    /// Reads whatever is suppressed, by the activation's own rules.
    async fn read_suppressed(
        &self,
        activation: &FieldMapping,
        schema: &mut SegmentSchema,
    ) -> Result<(IdentifierSets, Vec<SuppressionTally>), DiffEngineError> {
        let (mut suppressed, mut tallies) = (IdentifierSets::default(), Vec::new());
        for (segment, mapping) in &self.suppressions {
            let name = segment.name();
            if mapping.kinds().is_disjoint(&activation.kinds()) {
                let message = format!(
                    "the suppression segment `{name}` has none of the kinds of identifier that the activation sends, so it \
                     would keep nobody out; map its columns to the same kinds"
                );
                return Err(DiffEngineError::new(DiffEngineErrorKind::Refused, message));
            }
            let mapping = mapping.clone().with_email_rule(activation.email_rule());
            let (sets, tally) = read_segment(&**segment, &mapping).await?;
            sets.iter().for_each(|set| suppressed.insert(suppressed.get(set.kind()).union(set)));
            tallies.push(SuppressionTally::new(name, tally));
            schema.define_as(name, segment.schema().await?);
        }
        Ok((suppressed, tallies))
    }
}

async fn read_segment(
    segment: &dyn Segment,
    mapping: &FieldMapping,
) -> Result<(IdentifierSets, Tally), DiffEngineError> {
    let parser = phone_parser_for([mapping]).map_err(|error| {
        DiffEngineError::new(DiffEngineErrorKind::Failed, "phone numbers cannot be parsed").with_source(error)
    })?;
    let extractor = Extractor::new(mapping, parser);
    let mut members = segment.members(&mapping.columns()).await?;
    let (mut digests, mut tally) = (BTreeMap::<IdentifierKind, Vec<u8>>::new(), Tally::default());
    while let Some(batch) = members.try_next().await? {
        let (more, part) = extractor.extract(&batch, tally.members + 1)?.into_digests();
        tally.extend(part);
        more.into_iter().for_each(|(kind, more)| digests.entry(kind).or_default().extend(more));
    }
    let rejects = tally.columns.iter_mut().flat_map(|column| column.rejects.values_mut());
    rejects.for_each(|rejects| rejects.members.clear());
    Ok((IdentifierSets::from_iter(digests), tally))
}

#[async_trait]
impl DiffEngine for MemoryDiffEngine {
    fn place(&self) -> &str {
        "memory"
    }

    async fn compare(&self, request: &CompareRequest<'_>) -> Result<Compared, DiffEngineError> {
        let sets = request.held.map(|id| self.sets(id)).transpose()?.unwrap_or_default();
        let mut schema = self.segment.schema().await?.only(&request.mapping.columns());
        let (suppressed, suppressions) = self.read_suppressed(request.mapping, &mut schema).await?;
        let (segment, tally) = read_segment(&*self.segment, request.mapping).await?;
        let (mut counts, mut changes) = (Vec::new(), Vec::new());
        for kind in IdentifierKind::ALL {
            let (held, all) = (sets.get(&kind).cloned().unwrap_or_else(|| Held::nothing(kind)), segment.get(kind));
            let wanted = all.difference(&suppressed.get(kind));
            let held = if request.resync { held.unconfirmed_all() } else { held };
            if !all.is_empty() {
                counts.push(KindCount::new(kind, wanted.len() as u64, (all.len() - wanted.len()) as u64));
            }
            let ChangeSet { adds, removes } = ChangeSet::between(&held, &wanted);
            for (action, set) in [(Action::Add, adds), (Action::Remove, removes)] {
                changes.push(Ok(Change { action, set }));
            }
        }
        Ok(Compared { suppressions, ..Compared::new(tally, schema, counts, stream::iter(changes).boxed()) })
    }

    async fn settle(&self, request: SettleRequest) -> Result<Vec<StoredCount>, DiffEngineError> {
        let SettleRequest { before, sets: id, rest, mut fates } = request;
        let mut standings: BTreeMap<(IdentifierKind, Vec<u8>), Standing> = BTreeMap::new();
        for (kind, held) in before.map(|id| self.sets(&id)).transpose()?.unwrap_or_default() {
            for (set, standing) in [(held.confirmed, Standing::Confirmed), (held.unconfirmed, Standing::Unconfirmed)] {
                standings.extend(set.iter().map(|digest| ((kind, digest.to_vec()), standing)));
            }
        }
        let mut next: BTreeMap<_, _> =
            standings.iter().map(|(key, before)| (key.clone(), rest.after(*before))).collect();
        while let Some(part) = fates.try_next().await? {
            for digest in part.set.iter() {
                let key = (part.set.kind(), digest.to_vec());
                let before = standings.get(&key).copied().unwrap_or(Standing::Absent);
                next.insert(key, part.fate.after(before));
            }
        }
        let mut sets = Sets::new();
        for kind in IdentifierKind::ALL {
            let of = |standing| {
                let these = next.iter().filter(|((of, _), is)| *of == kind && **is == standing);
                IdentifierSet::from_unsorted(kind, these.flat_map(|((_, digest), _)| digest).copied().collect())
            };
            let held = Held { confirmed: of(Standing::Confirmed), unconfirmed: of(Standing::Unconfirmed) };
            if !held.possible().is_empty() {
                sets.insert(kind, held);
            }
        }
        let count = |(kind, held): (&IdentifierKind, &Held)| {
            StoredCount::new(*kind, held.confirmed.len() as u64, held.unconfirmed.len() as u64)
        };
        let counts = sets.iter().map(count).collect();
        self.lock().insert(id, sets);
        Ok(counts)
    }

    async fn read(&self, sets: &SetsId, kind: IdentifierKind) -> Result<HeldStream, DiffEngineError> {
        let held = self.sets(sets)?.remove(&kind);
        Ok(stream::iter(held.map(Ok)).boxed())
    }

    async fn find(&self, sets: &SetsId, identifiers: &IdentifierSets) -> Result<Vec<Held>, DiffEngineError> {
        let found = self.sets(sets)?.into_iter().map(|(kind, held)| {
            let of = identifiers.get(kind);
            Held { confirmed: held.confirmed.intersection(&of), unconfirmed: held.unconfirmed.intersection(&of) }
        });
        Ok(found.filter(|held| !held.possible().is_empty()).collect())
    }

    async fn keep(&self, activation: &ActivationId, sets: &[SetsId], through: u64) -> Result<(), DiffEngineError> {
        let is_kept = |id: &SetsId| id.activation() != activation || id.generation() > through || sets.contains(id);
        self.lock().retain(|id, _| is_kept(id));
        Ok(())
    }
}

/// Shows the sets' names only.
impl fmt::Debug for MemoryDiffEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDiffEngine")
            .field("segment", &self.segment.name())
            .field("kept", &self.kept())
            .finish_non_exhaustive()
    }
}

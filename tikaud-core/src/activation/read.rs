//! From the segment to sorted runs of identifiers: rows are read on this task, looked at on all cores.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, future};

use super::{ActivationError, RunEventKind, RunOptions, SegmentActivation};
use crate::compute::compute;
use crate::diff::{Collector, Wanted, cores};
use crate::identifier::{Extracted, Extractor, FieldMapping, Tally};
use crate::plan::{HoldOutTally, SuppressionTally};
use crate::segment::{HoldOut, IdentifierStream, Kept, MemberBatch, Segment, SegmentError, SegmentSchema};

/// What was read.
pub(super) struct Reading {
    pub(super) wanted: Wanted,
    pub(super) tallies: Tallies,
}

/// What became of the values that were read, and what they were read from.
#[derive(Clone)]
pub(super) struct Tallies {
    pub(super) segment: Tally,
    pub(super) suppressions: Vec<SuppressionTally>,
    pub(super) hold_out: Option<HoldOutTally>,
    /// `None` when nothing was read.
    pub(super) schema: Option<SegmentSchema>,
}

/// Reads the whole segment, and whatever is suppressed. An error anywhere is an error: a segment that was read in part is
/// never taken for one that shrank, nor a suppression for one that was lifted.
pub(super) async fn read(activation: &SegmentActivation, options: &RunOptions) -> Result<Reading, ActivationError> {
    let SegmentActivation { segment, mapping, extractor, ledger, suppressions, .. } = activation;
    let (mut collector, mut tallies) = (Collector::new(&ledger.resources), Vec::new());
    let mut suppression_schemas = Vec::new();
    if options.drains() {
        let wanted = Wanted { segment: collector.finish().await?, suppressed: None, erased: None };
        let tallies = Tallies { segment: Tally::default(), suppressions: tallies, hold_out: None, schema: None };
        return Ok(Reading { wanted, tallies });
    }
    for suppression in suppressions {
        let (segment, mapping) = (&*suppression.segment, &suppression.mapping);
        let Gathered { tally, schema, .. } =
            gather(segment, mapping, &suppression.extractor, None, &mut collector, |_| {}).await?;
        suppression_schemas.push((segment.name(), schema));
        tallies.push(SuppressionTally::new(segment.name(), tally));
    }
    let mut suppressed = None;
    if !suppressions.is_empty() {
        let runs = collector.finish().await?;
        collector = Collector::beside(&runs, &ledger.resources);
        suppressed = Some(runs);
    }
    let progress = |members| activation.tell(options, || RunEventKind::Reading { members });
    let hold_out = activation.hold_out.as_ref();
    let Gathered { tally, held_out, mut schema } =
        gather(&**segment, mapping, extractor, hold_out, &mut collector, progress).await?;
    suppression_schemas.into_iter().for_each(|(name, suppression)| schema.define_as(name, suppression));
    let wanted = Wanted { segment: collector.finish().await?, suppressed, erased: None };
    let tallies = Tallies { segment: tally, suppressions: tallies, hold_out: held_out, schema: Some(schema) };
    Ok(Reading { wanted, tallies })
}

/// What was read of one segment.
struct Gathered {
    tally: Tally,
    held_out: Option<HoldOutTally>,
    /// Of the columns that were read.
    schema: SegmentSchema,
}

/// Reads one segment into the collector, but for those held out.
async fn gather(
    segment: &dyn Segment,
    mapping: &FieldMapping,
    extractor: &Arc<Extractor>,
    hold_out: Option<&Arc<HoldOut>>,
    collector: &mut Collector,
    progress: impl Fn(u64),
) -> Result<Gathered, ActivationError> {
    let unreadable = |source: SegmentError| ActivationError::Segment { segment: segment.name().to_owned(), source };
    let schema = segment.schema().await.map_err(unreadable)?;
    mapping
        .check_columns(&schema.names())
        .map_err(|source| ActivationError::Mapping { segment: segment.name().to_owned(), source })?;

    let mut read = mapping.columns();
    // Members are held out by a column's values, which a source that makes the identifiers itself keeps to itself.
    if hold_out.is_none()
        && let Some(identifiers) = segment.identifiers(mapping).await.map_err(unreadable)?
    {
        let tally = collect(identifiers, collector, progress).await?.map_err(unreadable)?;
        return Ok(Gathered { tally, held_out: None, schema: schema.only(&read) });
    }
    let mut held_out = hold_out.map(|hold_out| hold_out.begin(&mut read));
    let members = segment.members(&read).await.map_err(unreadable)?;
    let mut first = 1;
    let jobs = members.map(|batch| {
        let at = first;
        first += batch.as_ref().map_or(0, MemberBatch::len) as u64;
        progress(first - 1);
        let (extractor, hold_out) = (Arc::clone(extractor), hold_out.map(Arc::clone));
        // Only work that may take long leaves this task; an error goes straight through, in its place.
        match batch {
            Ok(batch) => compute(move || extract(&extractor, hold_out.as_deref(), &batch, at)).left_future(),
            Err(error) => future::ready(Ok(Err(error))).right_future(),
        }
    });
    let mut tally = Tally::default();
    let mut jobs = jobs.buffered(cores() * 2);
    while let Some(part) = jobs.try_next().await? {
        let (part, kept) = part.map_err(unreadable)?;
        if let (Some(held_out), Some(kept)) = (&mut held_out, kept) {
            held_out.count(&kept);
        }
        let (digests, part) = part.into_digests();
        tally.extend(part);
        for (kind, digests) in digests {
            collector.push(kind, digests).await?;
        }
    }
    Ok(Gathered { tally, held_out, schema: schema.only(&read) })
}

/// Takes in the identifiers that a source has made itself.
async fn collect(
    mut identifiers: IdentifierStream,
    collector: &mut Collector,
    progress: impl Fn(u64),
) -> Result<Result<Tally, SegmentError>, ActivationError> {
    let mut tally = Tally::default();
    while let Some(part) = identifiers.next().await {
        let (digests, part) = match part {
            Ok(part) => part.into_digests(),
            Err(error) => return Ok(Err(error)),
        };
        tally.extend(part);
        progress(tally.members);
        for (kind, digests) in digests {
            collector.push(kind, digests).await?;
        }
    }
    Ok(Ok(tally))
}

/// The identifiers of a batch, but for members held out; with what became of these.
fn extract(
    extractor: &Extractor,
    hold_out: Option<&HoldOut>,
    batch: &MemberBatch,
    first: u64,
) -> Result<(Extracted, Option<Kept>), SegmentError> {
    let Some(hold_out) = hold_out else { return Ok((extractor.extract(batch, first)?, None)) };
    let kept = hold_out.keep(batch, extractor.columns())?;
    // Rejects are numbered as the segment was read.
    let extracted = extractor.extract(&kept.batch, 1)?.renumbered(|number| first + kept.row_of(number));
    Ok((extracted, Some(kept)))
}

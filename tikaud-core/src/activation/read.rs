//! From the segment to sorted runs of identifiers: rows are read on this task, looked at on all cores.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, future};

use super::{ActivationError, RunEventKind, RunOptions, SegmentActivation};
use crate::compute::compute;
use crate::diff::{Collector, Wanted, cores};
use crate::identifier::{Extractor, FieldMapping, Tally};
use crate::plan::SuppressionTally;
use crate::segment::{MemberBatch, Segment, SegmentError, SegmentSchema};

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
        let wanted = Wanted { segment: collector.finish().await?, suppressed: None };
        let tallies = Tallies { segment: Tally::default(), suppressions: tallies, schema: None };
        return Ok(Reading { wanted, tallies });
    }
    for suppression in suppressions {
        let (segment, mapping) = (&*suppression.segment, &suppression.mapping);
        let (tally, schema) = gather(segment, mapping, &suppression.extractor, &mut collector, |_| {}).await?;
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
    let (tally, mut schema) = gather(&**segment, mapping, extractor, &mut collector, progress).await?;
    suppression_schemas.into_iter().for_each(|(name, suppression)| schema.define_as(name, suppression));
    let wanted = Wanted { segment: collector.finish().await?, suppressed };
    Ok(Reading { wanted, tallies: Tallies { segment: tally, suppressions: tallies, schema: Some(schema) } })
}

/// Reads one segment into the collector. What it is read from is of the columns that are read only.
async fn gather(
    segment: &dyn Segment,
    mapping: &FieldMapping,
    extractor: &Arc<Extractor>,
    collector: &mut Collector,
    progress: impl Fn(u64),
) -> Result<(Tally, SegmentSchema), ActivationError> {
    let unreadable = |source: SegmentError| ActivationError::Segment { segment: segment.name().to_owned(), source };
    let schema = segment.schema().await.map_err(unreadable)?;
    mapping
        .check_columns(&schema.names())
        .map_err(|source| ActivationError::Mapping { segment: segment.name().to_owned(), source })?;

    let members = segment.members(&mapping.columns()).await.map_err(unreadable)?;
    let mut first = 1;
    let jobs = members.map(|batch| {
        let at = first;
        first += batch.as_ref().map_or(0, MemberBatch::len) as u64;
        progress(first - 1);
        let extractor = Arc::clone(extractor);
        // Only work that may take long leaves this task; an error goes straight through, in its place.
        match batch {
            Ok(batch) => compute(move || extractor.extract(&batch, at)).left_future(),
            Err(error) => future::ready(Ok(Err(error))).right_future(),
        }
    });
    let mut tally = Tally::default();
    let mut jobs = jobs.buffered(cores() * 2);
    while let Some(part) = jobs.try_next().await? {
        let (digests, part) = part.map_err(unreadable)?.into_digests();
        tally.extend(part);
        for (kind, digests) in digests {
            collector.push(kind, digests).await?;
        }
    }
    Ok((tally, schema.only(&mapping.columns())))
}

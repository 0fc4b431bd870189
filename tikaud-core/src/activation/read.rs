//! From the segment to sorted runs of identifiers: rows are read on this task, looked at on all cores.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, future};

use super::{ActivationError, Progress, RunOptions, SegmentActivation};
use crate::compute::compute;
use crate::diff::{Collector, Runs, cores};
use crate::identifier::Tally;
use crate::segment::{MemberBatch, SegmentError};

/// Reads the whole segment. An error anywhere is an error: a segment that was read in part is never taken for one that
/// shrank.
pub(super) async fn read(
    activation: &SegmentActivation,
    options: &RunOptions,
) -> Result<(Runs, Tally), ActivationError> {
    if options.drains() {
        return Ok((Collector::new(&activation.ledger.resources).finish().await?, Tally::default()));
    }
    let SegmentActivation { segment, mapping, extractor, ledger, .. } = activation;
    let unreadable = |source: SegmentError| ActivationError::Segment { segment: segment.name().to_owned(), source };
    let columns = segment.columns().await.map_err(unreadable)?;
    mapping
        .check_columns(&columns)
        .map_err(|source| ActivationError::Mapping { segment: segment.name().to_owned(), source })?;

    let members = segment.members(&mapping.columns()).await.map_err(unreadable)?;
    let mut first = 1;
    let jobs = members.map(|batch| {
        let at = first;
        first += batch.as_ref().map_or(0, MemberBatch::len) as u64;
        options.report(Progress::Reading { members: first - 1 });
        let extractor = Arc::clone(extractor);
        // Only work that may take long leaves this task; an error goes straight through, in its place.
        match batch {
            Ok(batch) => compute(move || extractor.extract(&batch, at)).left_future(),
            Err(error) => future::ready(Ok(Err(error))).right_future(),
        }
    });
    let (mut collector, mut tally) = (Collector::new(&ledger.resources), Tally::default());
    let mut jobs = jobs.buffered(cores() * 2);
    while let Some(part) = jobs.try_next().await? {
        let (digests, part) = part.map_err(unreadable)?.into_digests();
        tally.extend(part);
        for (kind, digests) in digests {
            collector.push(kind, digests).await?;
        }
    }
    Ok((collector.finish().await?, tally))
}

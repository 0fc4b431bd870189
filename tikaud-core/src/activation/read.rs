//! From the segment to sorted sets of identifiers: rows are read on this task, looked at on all cores.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use futures::{FutureExt, StreamExt, TryStreamExt, future};

use super::offload::offload;
use super::{ActivationError, Progress, RunOptions};
use crate::diff::IdentifierSets;
use crate::identifier::{Extracted, Extractor, FieldMapping, Tally};
use crate::segment::{MemberBatch, Segment, SegmentError};

/// Reads the whole segment. An error anywhere is an error: a segment that was read in part is never taken for one that
/// shrank.
pub(super) async fn read(
    segment: &dyn Segment,
    mapping: &FieldMapping,
    extractor: &Arc<Extractor>,
    options: &RunOptions,
) -> Result<(IdentifierSets, Tally), ActivationError> {
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
            Ok(batch) => offload(move || extractor.extract(&batch, at)).left_future(),
            Err(error) => future::ready(Ok(Err(error))).right_future(),
        }
    });
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let mut extracted = Extracted::default();
    let mut jobs = jobs.buffered(cores * 2);
    while let Some(part) = jobs.try_next().await? {
        extracted.extend(part.map_err(unreadable)?);
    }
    let (digests, tally) = extracted.into_digests();
    Ok((offload(move || digests.into_iter().collect()).await?, tally))
}

//! What a run compares with, so that nobody is added who was erased.

use std::sync::Arc;

use super::super::{ActivationError, RunOptions, SegmentActivation};
use crate::state::{ErasureLog, Generation, Tombstones};

/// The tombstones of the activation's state root; `None` when nobody was erased, or nobody is added.
pub(in crate::activation) async fn tombstones(
    activation: &SegmentActivation,
    generation: &Generation,
    options: &RunOptions,
) -> Result<Option<Arc<Tombstones>>, ActivationError> {
    if options.drains() {
        return Ok(None);
    }
    let key = activation.erasure_key.as_ref();
    let tombstones = ErasureLog::tombstones(&activation.ledger.store, key, generation.erased).await?;
    Ok(tombstones.map(Arc::new))
}

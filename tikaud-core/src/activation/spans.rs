//! The spans of a run. Names and fields are stable; `docs/reports.md` lists them. None of them holds an identifier.

use tracing::field::Empty;
use tracing::{Span, debug_span, info_span};

use super::{PastRun, SegmentActivation};
use crate::destination::Batch;

/// The span of a whole run; what is empty is known when it has ended.
pub(super) fn run(activation: &SegmentActivation) -> Span {
    let ledger = &activation.ledger;
    info_span!(
        "tikaud_run",
        activation = %ledger.activation,
        destination = %ledger.destination,
        run = Empty,
        outcome = Empty
    )
}

/// What a run's span tells in the end.
pub(super) fn note(span: &Span, past: &PastRun) {
    if let Some(run) = &past.run {
        span.record("run", run.as_str());
    }
    span.record("outcome", past.outcome.as_str());
}

/// The span of one batch, until it is answered.
pub(super) fn batch(batch: &Batch) -> Span {
    debug_span!("tikaud_batch", action = %batch.action(), kind = %batch.kind(), identifiers = batch.len())
}

//! The claim around whatever writes.

use tokio::select;

use super::ActivationError;
use crate::state::{Claim, Ledger, RunId};

/// Does what needs the claim, and lets go of it.
pub(super) async fn claimed<T>(
    ledger: &Ledger,
    work: impl AsyncFnOnce(&Claim) -> Result<T, ActivationError>,
) -> Result<T, ActivationError> {
    let claim = ledger.claim().await?;
    let outcome = select! {
        outcome = work(&claim) => outcome,
        lost = claim.keep() => return Err(lost.into()),
    };
    match claim.release().await {
        // The work is done and durable; a claim that was not released lapses by itself.
        Err(error) if outcome.is_ok() => {
            tracing::warn!(activation = %ledger.activation, %error, "the claim was not released");
        }
        _ => {}
    }
    outcome
}

/// The plan of a run that ends before its intent goes with it, so that the next run has nothing to recover from.
pub(super) async fn or_discard<T, E: Into<ActivationError>>(
    ledger: &Ledger,
    run: &RunId,
    outcome: Result<T, E>,
) -> Result<T, ActivationError> {
    if outcome.is_err() {
        ledger.discard_plan(run).await;
    }
    outcome.map_err(Into::into)
}

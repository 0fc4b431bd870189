//! Where a run starts from: what the state says, and the destination in reach.

use std::sync::Arc;

use tracing::{Instrument, info_span};

use super::open::{OpenAudience, connect};
use super::report::ReportParts;
use super::{ActivationError, RunOptions, SegmentActivation, WhenGone, change_log};
use crate::destination::Destination;
use crate::state::{Claim, Current, Generation, HeldFiles, Ledger};

/// Where a run starts from.
pub(super) struct Standing {
    pub(super) generation: Generation,
    /// What the audience holds because of us.
    pub(super) held: Arc<HeldFiles>,
    /// The audience, where there is one.
    pub(super) opened: Option<OpenAudience>,
}

/// Counts in what interrupted runs have left, and reaches the destination.
pub(super) async fn stand(
    activation: &SegmentActivation,
    claim: &Claim,
    options: &RunOptions,
    parts: &mut ReportParts<'_>,
) -> Result<Standing, ActivationError> {
    let (ledger, destination) = (&activation.ledger, &*activation.destination);
    parts.warnings.extend(change_log::record_interrupted(activation).await?);
    let current = ledger.recover(claim).await?;
    parts.warn_of_interrupted(&current.interrupted);

    let when_gone = if options.drains() { WhenGone::Stop } else { activation.when_gone };
    let (Current { generation, held, .. }, opened, warnings) =
        reach(destination, ledger, claim, current, when_gone).instrument(info_span!("tikaud_connect")).await?;
    parts.warnings.extend(warnings);
    parts.timings.connect = parts.lap();
    Ok(Standing { generation, held, opened })
}

/// Reaches the destination; an audience that is gone is let go of where that is wanted.
async fn reach(
    destination: &dyn Destination,
    ledger: &Ledger,
    claim: &Claim,
    current: Current,
    when_gone: WhenGone,
) -> Result<(Current, Option<OpenAudience>, Vec<String>), ActivationError> {
    let gone = match (connect(destination, &current.generation).await, when_gone) {
        (Err(gone @ ActivationError::AudienceGone { .. }), WhenGone::CreateAnew) => gone,
        (connected, _) => return connected.map(|(opened, warnings)| (current, opened, warnings)),
    };
    let current = ledger.let_go(claim, current).await?;
    let (opened, warnings) = connect(destination, &current.generation).await?;
    Ok((current, opened, [vec![created_anew(&gone)], warnings].concat()))
}

/// What the user has to know of an audience that takes the place of another.
fn created_anew(gone: &ActivationError) -> String {
    let cause = std::error::Error::source(gone).map(ToString::to_string).unwrap_or_default();
    format!(
        "a new audience takes the place of one that is gone: {cause}. Ad groups that used it have to be given the new one"
    )
}

//! An audience that is there already becomes the activation's.

use super::claimed::claimed;
use super::open::open;
use super::{ActivationError, SegmentActivation, change_log};
use crate::destination::AudienceId;
use crate::state::{AudienceRecord, Generation};

/// Has the activation keep this audience.
pub(super) async fn adopt(
    activation: &SegmentActivation,
    audience: &AudienceId,
) -> Result<Generation, ActivationError> {
    let (ledger, spec) = (&activation.ledger, &activation.spec);
    claimed(ledger, async |claim| {
        change_log::record_interrupted(activation).await?;
        let mut current = ledger.recover(claim).await?;
        match &current.generation.audience {
            Some(own) if own.id == *audience => return Ok(current.generation),
            Some(own) => {
                return Err(ActivationError::HasAudience { audience: own.id.clone(), adopted: audience.clone() });
            }
            None => {}
        }
        let record = AudienceRecord::new(audience.clone(), &spec.name, spec.description.as_deref());
        open(&*activation.destination, record.clone(), false, Vec::new()).await?;
        // An audience that was asked for without a reply is not looked for any more.
        (current.generation.audience, current.generation.pending_create) = (Some(record), None);
        Ok(ledger.commit(claim, current.generation, &current.held).await?)
    })
    .await
}

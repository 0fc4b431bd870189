//! Deleting audiences.

use tikaud_core::destination::{AudienceId, DestinationError, DestinationErrorKind as Kind};

use super::Audiences;
use super::limits::{AUDIENCES, check_audiences};
use crate::explain::explain;
use crate::wire::DeleteAudiences;

impl Audiences {
    /// Deletes 1 to 100 audiences of any kind, for good. Ads Manager wants them out of all ad groups first
    /// ([`disconnect`](Self::disconnect)): an ad group that targets nothing else is paused.
    ///
    /// # Errors
    ///
    /// [`NotFound`](Kind::NotFound) when one is not there, in which case others may not have been deleted either;
    /// [`InvalidInput`](Kind::InvalidInput) when these are no ids or too many; [`Permission`](Kind::Permission) when the
    /// user has not the role for it.
    pub async fn delete(&self, ids: &[AudienceId]) -> Result<(), DestinationError> {
        let audience_ids = &check_audiences(ids, AUDIENCES)?;
        let request = DeleteAudiences { advertiser_id: self.account.as_str(), audience_ids };
        let Err(failed) = self.try_send(&request).await else { return Ok(()) };
        // An earlier attempt may have deleted them, and its reply was lost.
        if failed.may_have_happened && matches!(failed.failure.kind(), Kind::NotFound | Kind::InvalidInput) {
            let left = self.status(ids).await?;
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(explain(&self.in_account(&format!("delete {} audiences", ids.len())), failed))
    }
}

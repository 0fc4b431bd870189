//! Forgetting: the one way in which state goes.

use std::sync::Arc;

use crate::state::{ActivationId, Claim, ObjectKey, StateError, StateStore, SystemClock};

/// Deletes an activation's whole state, damaged or not, and gives the number of objects deleted.
pub(crate) async fn forget(store: &Arc<dyn StateStore>, activation: &ActivationId) -> Result<u64, StateError> {
    let folder = ObjectKey::of_activation(activation);
    if store.list(Some(&folder)).await?.is_empty() {
        return Ok(0);
    }
    // Held to the end, and never let go of: its object goes with the others. Where claims are damaged nobody runs.
    let _claim = match Claim::acquire(Arc::clone(store), Arc::new(SystemClock), activation).await {
        Err(StateError::Damaged { .. } | StateError::Truncated { .. } | StateError::Newer { .. }) => None,
        claim => Some(claim?),
    };
    // Generations first: what is left without them is an error, and never looks like an activation that has not run yet.
    let generations = folder.child("generations");
    let mut objects = store.list(Some(&folder)).await?;
    objects.sort_by_key(|object| !object.key.is_below(&generations));
    for object in &objects {
        store.delete(&object.key).await?;
    }
    Ok(objects.len() as u64)
}

//! Work that takes longer than a task may hold up its thread.

use tokio::task::spawn_blocking;

use super::ActivationError;

/// Runs it where blocking is allowed.
pub(super) async fn offload<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ActivationError> {
    spawn_blocking(work).await.map_err(|_| ActivationError::Task)
}

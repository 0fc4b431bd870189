//! Work for the processor: on all cores, and off the threads that wait for input and output.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

/// The work has panicked. The panic's message is not kept: it may quote a member's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part of the work has died; the next run carries on")]
pub(crate) struct Died;

/// Runs it on the pool of cores. It starts when the future is first polled, and goes on when the future is dropped.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Died> {
    let (sender, receiver) = oneshot::channel();
    rayon::spawn(move || {
        // A panic that reached the pool would end the process.
        if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
            // Nobody waits for it any more when a run is broken off.
            drop(sender.send(done));
        }
    });
    receiver.await.map_err(|_| Died)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_an_error_and_the_pool_goes_on() {
        assert_eq!(compute(|| -> u8 { panic!("secret") }).await, Err(Died));
        assert_eq!(compute(|| 7).await, Ok(7));
    }
}

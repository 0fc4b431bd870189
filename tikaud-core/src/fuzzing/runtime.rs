//! Futures from a plain function.

use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: Option<Runtime> = Builder::new_current_thread().enable_time().build().ok();
}

/// Runs it to its end on this thread.
pub(super) fn wait_for<F: Future>(future: F) -> F::Output {
    RUNTIME.with(|runtime| match runtime {
        Some(runtime) => runtime.block_on(future),
        None => panic!("this thread has no runtime"),
    })
}

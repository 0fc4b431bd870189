//! Many at once.

use std::panic::resume_unwind;
use std::sync::{Arc, Barrier};

use futures::future::join_all;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::objects::is_taken;
use crate::state::StateError;

/// Lets rivals act at the same moment, and gives what each came to.
pub(super) async fn race<T, F>(rivals: u8, act: impl Fn(u8) -> F + Send + Sync + 'static) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let (start, act) = (Arc::new(Barrier::new(rivals.into())), Arc::new(act));
    let rivals = (0..rivals).map(|rival| {
        let (start, act, runtime) = (Arc::clone(&start), Arc::clone(&act), Handle::current());
        // Threads of their own, so that they race even where a store never waits.
        spawn_blocking(move || {
            start.wait();
            runtime.block_on(act(rival))
        })
    });
    let outcomes = join_all(rivals).await.into_iter();
    outcomes.map(|outcome| outcome.unwrap_or_else(|error| resume_unwind(error.into_panic()))).collect()
}

/// The one that succeeded.
#[track_caller]
pub(super) fn winner(outcomes: &[Result<(), StateError>], name: &str) -> u8 {
    let mut winners = Vec::new();
    for (rival, outcome) in (0..).zip(outcomes) {
        match outcome {
            Ok(()) => winners.push(rival),
            Err(error) => assert!(is_taken(error, name), "whoever loses a race gets `AlreadyExists`: {error:?}"),
        }
    }
    let [winner] = winners[..] else {
        panic!("of several that race for one key exactly one succeeds; here it was {}", winners.len());
    };
    winner
}

//! What ends everything before a statement is executed.

use std::fmt;
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tikaud_sources::AdbcDiffEngine;
use tokio::sync::Notify;

use crate::places::Place;

/// Who dies of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// The thread that is at work in the database: whoever has called hears of it, and goes on.
    Thread,
    /// The process: nobody does anything any more, and the claim is not let go of.
    Process,
}

impl Death {
    pub(crate) const ALL: [Self; 2] = [Self::Thread, Self::Process];
}

/// As names have it.
impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Thread { "t" } else { "p" })
    }
}

/// When: so many statements are executed, and the next is not. What the one before has done is done, and nobody has heard of
/// it: to die before a statement is to die after the one before it. After the last one of a call there is none to die before:
/// see `unheard`.
#[derive(Debug)]
pub(crate) struct Fuse {
    left: AtomicI64,
    death: Death,
    killed: Notify,
}

impl Fuse {
    pub(crate) fn new(statements: i64, death: Death) -> Arc<Self> {
        Arc::new(Self { left: AtomicI64::new(statements), death, killed: Notify::new() })
    }

    pub(crate) fn has_blown(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// The place's engine, behind it.
    pub(crate) fn engine(self: &Arc<Self>, place: &Place) -> AdbcDiffEngine {
        let fuse = Arc::clone(self);
        place.engine().observe(move |_| fuse.burn())
    }

    fn burn(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return;
        }
        if self.death == Death::Process {
            self.killed.notify_one();
        }
        // Not `panic!`, which would print.
        panic::resume_unwind(Box::new("killed"));
    }

    /// Does what an engine behind this fuse, and nobody else, takes part in, until it is done, or everything ends: then there is no
    /// outcome.
    pub(crate) async fn burns<T>(self: &Arc<Self>, work: impl Future<Output = T>) -> Option<T> {
        let outcome = tokio::select! {
            biased;
            () = self.killed.notified() => None,
            outcome = work => Some(outcome),
        };
        // A thread that dies disconnects; two databases on one file would be at odds.
        let is_at_rest = async {
            while Arc::strong_count(self) > 1 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), is_at_rest).await.expect("a thread is still there");
        outcome
    }
}

//! What can be different from run to run.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::RunEvent;
use super::watch::Listener;
use crate::plan::Guard;
use crate::state::Comparison;

/// What can be different from run to run.
///
/// ```
/// use tikaud_core::activation::RunOptions;
/// use tikaud_core::plan::Guard;
///
/// let options = RunOptions::new().allow(Guard::EmptySegment);
/// ```
#[derive(Clone, Default)]
pub struct RunOptions {
    pub(super) allowed: BTreeSet<Guard>,
    resync: bool,
    drains: bool,
    observer: Option<Listener>,
}

impl RunOptions {
    /// Every guard in force.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one guard passed over, for this run's plan only. Plan and report say so.
    #[must_use]
    pub fn allow(mut self, guard: Guard) -> Self {
        self.allowed.insert(guard);
        self
    }

    /// The same with these guards passed over, for this run's plan only.
    #[must_use]
    pub fn allow_all(mut self, guards: impl IntoIterator<Item = Guard>) -> Self {
        self.allowed.extend(guards);
        self
    }

    /// The same as a full resync: every identifier of the segment is sent again, and leavers are removed as ever. For an
    /// audience that is suspected not to hold what the destination has accepted.
    #[must_use]
    pub fn resync(mut self) -> Self {
        self.resync = true;
        self
    }

    /// A run of an empty segment, whatever the segment is, which no guard stops.
    pub(super) fn draining() -> Self {
        let allowed = Guard::ALL.into();
        Self { allowed, drains: true, ..Self::default() }
    }

    pub(super) fn drains(&self) -> bool {
        self.drains
    }

    pub(super) fn comparison(&self) -> Comparison {
        if self.resync { Comparison::Resync } else { Comparison::Changes }
    }

    /// The same with a function that is told what happens in this run: see [`RunEvent`]. It must not block.
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&RunEvent) + Send + Sync + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    pub(super) fn observer(&self) -> Option<&Listener> {
        self.observer.as_ref()
    }
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("allowed", &self.allowed)
            .field("resync", &self.resync)
            .field("drains", &self.drains)
            .field("observed", &self.observer.is_some())
            .finish()
    }
}

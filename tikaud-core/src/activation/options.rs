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
    canary: Option<u8>,
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

    /// The same with so many per cent of the changes carried out, 1 to 100, and the rest left for the next run: a first look at
    /// what the destination makes of them. The report's outcome is [`Partial`](super::Outcome::Partial). It is the same part of
    /// each kind of identifier, chosen by the digests, so as good as by chance; and no fewer additions than the destination
    /// makes use of.
    ///
    /// ```
    /// # use tikaud_core::activation::{Activation, MemoryActivation, RunOptions};
    /// # use tikaud_core::identifier::{Field, FieldMapping};
    /// # use tikaud_core::segment::MemorySegment;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let people = (0..100).map(|number| [Some(format!("person{number}@example.com"))]);
    /// let segment = MemorySegment::try_new("Buyers", ["email"], people)?;
    /// let activation = MemoryActivation::try_new(segment, FieldMapping::try_new([("email", Field::Email)])?)?;
    /// let canary = activation.run(&RunOptions::new().canary(5)).await?;
    /// assert_eq!((canary.kinds[0].added, canary.kinds[0].pending), (5, 95));
    /// let rest = activation.run(&RunOptions::new()).await?;
    /// assert_eq!(rest.kinds[0].added, 95);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn canary(mut self, percent: u8) -> Self {
        self.canary = (percent < 100).then_some(percent.max(1));
        self
    }

    pub(super) fn canary_percent(&self) -> Option<u8> {
        self.canary
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
            .field("canary", &self.canary)
            .field("observed", &self.observer.is_some())
            .finish()
    }
}

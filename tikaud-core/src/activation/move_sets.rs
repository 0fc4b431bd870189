//! What the audience holds, moved to where the activation is to keep it from now on.

use std::sync::Arc;

use super::claimed::claimed;
use super::{ActivationError, SegmentActivation};
use crate::diff::DiffEngine;
use crate::state::{Generation, Ledger};

impl SegmentActivation {
    /// Moves what the audience holds to where this activation keeps it: into its [diff engine], or, where it has none, into the
    /// files of its state. `from` is the engine that has kept it until now; `None` when that was the state.
    ///
    /// Nothing is sent, and nothing is made anew: every identifier is copied, read back and compared before the next generation
    /// names the copy, and only then the engine that it was in deletes its own. What an interrupted run has left is counted in
    /// first. Moving what has been moved already changes nothing, so that a call that broke off is made again.
    ///
    /// [diff engine]: super::SegmentActivationBuilder::diff_engine
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use tikaud_core::destination::MemoryDestination;
    /// # use tikaud_core::state::MemoryStateStore;
    /// use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
    /// use tikaud_core::diff::MemoryDiffEngine;
    /// use tikaud_core::identifier::{Field, FieldMapping};
    /// use tikaud_core::segment::MemorySegment;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (destination, store) = (MemoryDestination::new(), MemoryStateStore::new());
    /// let segment = MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]])?;
    /// let builder = || {
    ///     SegmentActivation::builder("buyers", segment.clone(), destination.clone(), store.clone())
    ///         .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
    /// };
    /// builder().build()?.run(&RunOptions::new()).await?;
    ///
    /// let engine = Arc::new(MemoryDiffEngine::new(segment.clone()));
    /// let activation = builder().diff_engine(engine).build()?;
    /// activation.move_sets(None).await?;
    /// let report = activation.run(&RunOptions::new()).await?;
    /// assert_eq!(report.kinds[0].added, 0, "everybody is where they were");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ActivationError::State`] when it is in neither place, the state cannot be used, or a run is under way;
    /// [`ActivationError::DiffEngine`] when an engine fails. The activation stays as it was.
    pub async fn move_sets(&self, from: Option<Arc<dyn DiffEngine>>) -> Result<Generation, ActivationError> {
        claimed(&self.ledger, async |claim| {
            let generation = self.ledger.generation().await?;
            let old = Ledger { engine: from.clone(), ..self.ledger.clone() };
            let moved = if self.ledger.keeps(&generation) {
                generation
            } else {
                let current = old.recover(claim).await?;
                self.ledger.move_from(&old, claim, current).await?
            };
            if let Some(from) = from.filter(|from| !self.ledger.is_kept_by(&**from)) {
                from.keep(&self.ledger.activation, &[], moved.number).await?;
            }
            Ok(moved)
        })
        .await
    }
}

//! Activations that keep every promise: the one to use, and a wrapper around it.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use tikaud_core::activation::{Activation, ActivationError, Report, RunOptions, SegmentActivation};
use tikaud_core::conformance::{ActivationFixture, ActivationParts};
use tikaud_core::plan::{GuardSettings, Plan};
use tikaud_core::state::ActivationId;

fn plain(parts: ActivationParts) -> SegmentActivation {
    let ActivationParts { id, segment, destination, store, mapping, .. } = parts;
    SegmentActivation::builder_shared(id, segment, destination, store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping)
        .build()
        .unwrap()
}

mod segment_activation {
    use super::*;

    struct Plain;

    impl ActivationFixture for Plain {
        fn activation(&self, parts: ActivationParts) -> Box<dyn Activation> {
            Box::new(plain(parts))
        }
    }

    tikaud_core::activation_conformance!(Plain);
}

mod wrapped {
    use super::*;

    /// Counts the runs.
    #[derive(Debug)]
    struct Counted {
        activation: SegmentActivation,
        runs: AtomicU64,
    }

    #[async_trait]
    impl Activation for Counted {
        fn id(&self) -> &ActivationId {
            self.activation.id()
        }

        async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
            self.activation.plan(options).await
        }

        async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
            self.runs.fetch_add(1, Ordering::Relaxed);
            self.activation.run(options).await
        }
    }

    struct Wrapped;

    impl ActivationFixture for Wrapped {
        fn activation(&self, parts: ActivationParts) -> Box<dyn Activation> {
            Box::new(Counted { activation: plain(parts), runs: AtomicU64::new(0) })
        }
    }

    tikaud_core::activation_conformance!(Wrapped);
}

//! What requests are answered from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use metrics_exporter_prometheus::PrometheusHandle;
use tikaud_core::activation::Activation;
use tikaud_core::schedule::{SchedulerEvent, SchedulerHandle};
use tikaud_core::state::ActivationId;

use crate::activations::Kept;

/// What requests are answered from. Clones are of the same service.
#[derive(Clone)]
pub(crate) struct Service(Arc<Parts>);

struct Parts {
    activations: BTreeMap<ActivationId, Kept>,
    /// The order in which the configuration has them.
    order: Vec<ActivationId>,
    scheduler: SchedulerHandle,
    metrics: PrometheusHandle,
    readiness: Readiness,
}

impl Service {
    pub(crate) fn new(
        activations: Vec<Kept>,
        scheduler: SchedulerHandle,
        metrics: PrometheusHandle,
        readiness: Readiness,
    ) -> Self {
        let order = activations.iter().map(|kept| kept.activation.id().clone()).collect();
        let activations = activations.into_iter().map(|kept| (kept.activation.id().clone(), kept)).collect();
        Self(Arc::new(Parts { activations, order, scheduler, metrics, readiness }))
    }

    /// The activations, in the order in which the configuration has them.
    pub(crate) fn activations(&self) -> impl Iterator<Item = &Kept> {
        self.0.order.iter().filter_map(|id| self.0.activations.get(id))
    }

    /// An activation by its id.
    pub(crate) fn activation(&self, id: &str) -> Option<&Kept> {
        self.0.activations.get(&id.parse::<ActivationId>().ok()?)
    }

    pub(crate) fn scheduler(&self) -> &SchedulerHandle {
        &self.0.scheduler
    }

    pub(crate) fn metrics(&self) -> &PrometheusHandle {
        &self.0.metrics
    }

    pub(crate) fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }
}

/// Whether runs can start. Clones are of the same service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<AtomicU8>);

const RUNNING: u8 = 0;
const STATE_LOST: u8 = 1;
const STOPPING: u8 = 2;

impl Readiness {
    pub(crate) fn observe(&self, event: &SchedulerEvent) {
        match event {
            SchedulerEvent::StateLost { .. } => self.0.store(STATE_LOST, Ordering::Relaxed),
            SchedulerEvent::StateBack => self.0.store(RUNNING, Ordering::Relaxed),
            _ => {}
        }
    }

    pub(crate) fn stopping(&self) {
        self.0.store(STOPPING, Ordering::Relaxed);
    }

    /// Why no run starts; `None` when runs start.
    pub(crate) fn trouble(&self) -> Option<&'static str> {
        match self.0.load(Ordering::Relaxed) {
            RUNNING => None,
            STATE_LOST => Some("the state cannot be written"),
            _ => Some("stopping"),
        }
    }
}

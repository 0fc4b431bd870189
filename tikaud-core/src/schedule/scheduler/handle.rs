//! What a scheduler is told and asked by.

use std::fmt;

use tokio::sync::{mpsc, oneshot};

use super::{SharedAgenda, lock};
use crate::activation::RunOptions;
use crate::schedule::{ActivationStatus, SchedulerError};
use crate::state::ActivationId;

/// What the scheduler is to do, and whom to tell when it is written down.
pub(super) struct Command {
    pub(super) order: Order,
    pub(super) reply: oneshot::Sender<Result<(), SchedulerError>>,
}

pub(super) enum Order {
    Trigger(ActivationId, RunOptions),
    Pause(ActivationId),
    PauseAll,
    Resume(ActivationId),
    ResumeAll,
}

/// Tells a scheduler what to do and asks where it stands. Clones are for the same scheduler.
///
/// What it is told is durable when the call returns: it survives a restart. Until the scheduler is run, and while its state
/// store is out of order, these calls wait.
#[derive(Clone)]
pub struct SchedulerHandle {
    orders: mpsc::Sender<Command>,
    agenda: SharedAgenda,
}

impl SchedulerHandle {
    pub(super) fn new(orders: mpsc::Sender<Command>, agenda: SharedAgenda) -> Self {
        Self { orders, agenda }
    }

    /// Calls for a run: as soon as there is room, after the present run if there is one, and also while the activation, or
    /// everything, is paused. A run that waits already is that run.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Unknown`] when there is no such activation; [`SchedulerError::Stopped`] when the scheduler does not
    /// run any more.
    pub async fn trigger(&self, activation: &ActivationId) -> Result<(), SchedulerError> {
        self.trigger_with(activation, RunOptions::new()).await
    }

    /// The same with options for this one run, such as a guard that it passes over. The options are not written down: when the
    /// process ends before the run does, the run is made without them, and the guard decides again.
    ///
    /// # Errors
    ///
    /// As for [`trigger`](Self::trigger).
    pub async fn trigger_with(&self, activation: &ActivationId, options: RunOptions) -> Result<(), SchedulerError> {
        self.send(Order::Trigger(activation.clone(), options)).await
    }

    /// Has no run of an activation start by itself until it is resumed. The present one goes on to its end.
    ///
    /// # Errors
    ///
    /// As for [`trigger`](Self::trigger).
    pub async fn pause(&self, activation: &ActivationId) -> Result<(), SchedulerError> {
        self.send(Order::Pause(activation.clone())).await
    }

    /// Has an activation go on. What came due in the meantime was missed: its settings say what becomes of it.
    ///
    /// # Errors
    ///
    /// As for [`trigger`](Self::trigger).
    pub async fn resume(&self, activation: &ActivationId) -> Result<(), SchedulerError> {
        self.send(Order::Resume(activation.clone())).await
    }

    /// Has no run at all start by itself until all are resumed.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Stopped`] when the scheduler does not run any more.
    pub async fn pause_all(&self) -> Result<(), SchedulerError> {
        self.send(Order::PauseAll).await
    }

    /// Has everything go on, but for the activations that are paused by themselves.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Stopped`] when the scheduler does not run any more.
    pub async fn resume_all(&self) -> Result<(), SchedulerError> {
        self.send(Order::ResumeAll).await
    }

    /// Where each activation stands, by id.
    #[must_use]
    pub fn status(&self) -> Vec<ActivationStatus> {
        lock(&self.agenda).status()
    }

    /// Whether everything is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        lock(&self.agenda).is_paused()
    }

    async fn send(&self, order: Order) -> Result<(), SchedulerError> {
        let (reply, replied) = oneshot::channel();
        self.orders.send(Command { order, reply }).await.map_err(|_| SchedulerError::Stopped)?;
        replied.await.map_err(|_| SchedulerError::Stopped)?
    }
}

impl fmt::Debug for SchedulerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchedulerHandle").field("stopped", &self.orders.is_closed()).finish_non_exhaustive()
    }
}

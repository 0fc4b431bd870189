//! A segment that cases change, break and hold up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::sync::watch;

use super::customers::{COLUMNS, Customer};
use crate::conformance::outcome::must;
use crate::segment::{MemberBatch, MemberStream, MemorySegment, Segment, SegmentError, SegmentErrorKind};

pub(super) const NAME: &str = "Buyers";
pub(super) const DESCRIPTION: &str = "Bought something this year";

/// A segment whose members are changed while it is in use. Clones share them.
#[derive(Clone)]
pub(super) struct CaseSegment {
    customers: Arc<Mutex<Vec<Customer>>>,
    breaks: Arc<Mutex<Break>>,
    gate: Arc<watch::Sender<Gate>>,
}

/// Where a read fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Break {
    #[default]
    Nowhere,
    /// Before the first member.
    AtOnce,
    /// After the first member.
    AfterOne,
    /// After the last member.
    AtTheEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gate {
    Open,
    Closed,
    /// A read waits in front of it; others pass.
    Waiting,
}

impl CaseSegment {
    pub(super) fn new(customers: &[Customer]) -> Self {
        Self {
            customers: Arc::new(Mutex::new(customers.to_vec())),
            breaks: Arc::default(),
            gate: Arc::new(watch::Sender::new(Gate::Open)),
        }
    }

    pub(super) fn set(&self, customers: &[Customer]) {
        *lock(&self.customers) = customers.to_vec();
    }

    pub(super) fn breaks(&self, at: Break) {
        *lock(&self.breaks) = at;
    }

    /// Makes the next read wait.
    pub(super) fn close(&self) {
        self.gate.send_replace(Gate::Closed);
    }

    /// Waits until a read waits.
    pub(super) async fn reached(&self) {
        must(self.gate.subscribe().wait_for(|gate| *gate == Gate::Waiting).await, "the gate is there");
    }

    pub(super) fn open(&self) {
        self.gate.send_replace(Gate::Open);
    }

    async fn pass_gate(&self) {
        let closed = self.gate.send_if_modified(|gate| {
            let closed = *gate == Gate::Closed;
            if closed {
                *gate = Gate::Waiting;
            }
            closed
        });
        if !closed {
            return;
        }
        must(self.gate.subscribe().wait_for(|gate| *gate == Gate::Open).await, "the gate is there");
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Segment for CaseSegment {
    fn name(&self) -> &str {
        NAME
    }

    fn description(&self) -> Option<&str> {
        Some(DESCRIPTION)
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(COLUMNS.map(str::to_owned).to_vec())
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        self.pass_gate().await;
        let (mut customers, breaks) = (lock(&self.customers).clone(), *lock(&self.breaks));
        let failure =
            || SegmentError::new(SegmentErrorKind::Unreadable, "the source broke off, as the case asked it to");
        match breaks {
            Break::AtOnce => return Err(failure()),
            Break::AfterOne => customers.truncate(1),
            Break::Nowhere | Break::AtTheEnd => {}
        }
        // A batch for each member, so that there is something between two batches.
        let mut batches: Vec<Result<MemberBatch, SegmentError>> = Vec::new();
        for customer in &customers {
            let segment = MemorySegment::try_new(NAME, COLUMNS, [customer.row()])?;
            batches.extend(segment.members(columns).await?.collect::<Vec<_>>().await);
        }
        if breaks != Break::Nowhere {
            batches.push(Err(failure()));
        }
        Ok(stream::iter(batches).boxed())
    }
}

//! An activation with the parts around it, and the looks that cases take at them.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;

use super::customers::{Customer, identifiers, mapping};
use super::destination::CaseDestination;
use super::segment::CaseSegment;
use super::store::CaseStore;
use super::{ActivationFixture, ActivationParts};
use crate::activation::{Activation, ActivationError, Outcome, Report, RunOptions};
use crate::conformance::outcome::must;
use crate::destination::{AudienceId, Batch, Capabilities, Destination};
use crate::diff::{Action, IdentifierSet, IdentifierSets};
use crate::identifier::IdentifierKind;
use crate::plan::Guard;
use crate::state::StateStore;

pub(super) const ID: &str = "conformance";

/// An activation under test and its parts.
pub(super) struct World {
    parts: ActivationParts,
    pub(super) segment: CaseSegment,
    pub(super) destination: CaseDestination,
    store: CaseStore,
    pub(super) activation: Box<dyn Activation>,
}

/// A destination that takes every kind and knows no limit but batches of one, so that there are several of them.
pub(super) fn small_batches() -> Capabilities {
    let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
    capabilities.batch_limit = 1;
    capabilities.max_in_flight = 2;
    capabilities
}

/// The guards on how much changes are passed over: of a few customers, one is a large part.
pub(super) fn unguarded() -> RunOptions {
    let guards = [Guard::TooManyRemovals, Guard::SuddenGrowth, Guard::SourceShrank, Guard::TooManyRejects];
    RunOptions::new().allow_all(guards)
}

impl World {
    pub(super) fn new(fixture: &dyn ActivationFixture, customers: &[Customer]) -> Self {
        Self::with_capabilities(fixture, customers, small_batches())
    }

    pub(super) fn with_capabilities(
        fixture: &dyn ActivationFixture,
        customers: &[Customer],
        capabilities: Capabilities,
    ) -> Self {
        let (segment, store) = (CaseSegment::new(customers), CaseStore::default());
        let destination = CaseDestination::new(capabilities);
        let parts = ActivationParts {
            id: ID.to_owned(),
            segment: Arc::new(segment.clone()),
            destination: Arc::new(destination.clone()),
            store: Arc::new(store.clone()),
            mapping: mapping(),
        };
        let activation = fixture.activation(parts.clone());
        Self { parts, segment, destination, store, activation }
    }

    /// Another activation of the same parts, as a second process has it.
    pub(super) fn second(&self, fixture: &dyn ActivationFixture) -> Box<dyn Activation> {
        fixture.activation(self.parts.clone())
    }

    pub(super) async fn run(&self) -> Result<Report, ActivationError> {
        self.run_with(&unguarded()).await
    }

    pub(super) async fn run_with(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        self.activation.run(options).await
    }

    /// A run with nothing in its way: it has to end with everything done, and the audience equal to these customers.
    pub(super) async fn run_to(&self, customers: &[Customer], clause: &str) -> Report {
        self.segment.set(customers);
        let report = must(self.run().await, clause);
        assert_eq!(report.outcome, Outcome::Done, "{clause}; a run with nothing in its way is done: {report}");
        self.assert_audience(&identifiers(customers), clause);
        report
    }

    /// Checks that there is one audience and that it holds exactly these identifiers.
    #[track_caller]
    pub(super) fn assert_audience(&self, expected: &IdentifierSets, clause: &str) {
        let found = self.held(&self.audience(clause));
        for kind in found.kinds().chain(expected.kinds()) {
            let (found, expected) = (found.get(kind), expected.get(kind));
            let (extra, missing) = (found.difference(&expected).len(), expected.difference(&found).len());
            assert_eq!(
                (extra, missing),
                (0, 0),
                "{clause}; of {kind} so many are too many, and so many missing (left)"
            );
        }
    }

    /// The one audience.
    #[track_caller]
    pub(super) fn audience(&self, clause: &str) -> AudienceId {
        let audiences = self.destination.memory.audiences();
        let [audience] = &audiences[..] else {
            panic!("{clause}; an activation has one audience, and here there are {}", audiences.len());
        };
        audience.clone()
    }

    fn held(&self, audience: &AudienceId) -> IdentifierSets {
        self.destination.memory.identifiers(audience).unwrap_or_default()
    }

    /// What can be seen from outside: the audiences, what they hold, and how many batches it took.
    pub(super) fn sent(&self) -> (u64, Vec<(AudienceId, IdentifierSets)>) {
        let audiences = self.destination.memory.audiences();
        let held = audiences.into_iter().map(|audience| (audience.clone(), self.held(&audience)));
        (self.destination.memory.batches(), held.collect())
    }

    /// Every object of the state.
    pub(super) async fn stored(&self) -> BTreeMap<String, Bytes> {
        let clause = "a store in memory can be read";
        let mut objects = BTreeMap::new();
        for entry in must(self.store.memory.list(None).await, clause) {
            let content = must(self.store.memory.read(&entry.key, 0..entry.len).await, clause);
            objects.insert(entry.key.to_string(), content);
        }
        objects
    }

    /// Puts identifiers into the audience, as somebody else would.
    pub(super) async fn add_behind_its_back(&self, set: &IdentifierSet) {
        let clause = "a destination in memory takes a batch of one";
        let writer = must(self.destination.memory.open_audience(&self.audience(clause)).await, clause);
        for at in 0..set.len() {
            let Some(batch) = Batch::new(Action::Add, set.kind(), set.slice(at..at + 1)) else { continue };
            must(writer.apply(&batch).await, clause);
        }
    }

    /// Runs, and breaks off after so many steps; `None` when it did.
    pub(super) async fn run_broken_off_after(&self, steps: usize) -> Option<Result<Report, ActivationError>> {
        let options = unguarded();
        let mut run = pin!(self.activation.run(&options));
        let mut left = steps;
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        })
        .await
    }
}

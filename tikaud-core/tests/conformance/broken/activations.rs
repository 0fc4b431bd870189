//! Activations that break a promise each.

use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::activation::{Activation, ActivationError, Report, RunOptions, SegmentActivation};
use tikaud_core::conformance::activation::cases;
use tikaud_core::conformance::{ActivationFixture, ActivationParts};
use tikaud_core::plan::{Guard, GuardSettings, Plan};
use tikaud_core::state::{ActivationId, MemoryStateStore, StateError, StateStore};

use super::assert_fails;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Each run begins from nothing.
    ForgetsItsState,
    /// The state is saved when a run has ended, as a whole.
    SavesAtTheEnd,
    /// Every guard is passed over.
    PassesOverGuards,
    /// A plan is carried out.
    PlansByDoing,
}

#[derive(Debug)]
struct Broken {
    fault: Fault,
    id: ActivationId,
    parts: ActivationParts,
}

impl Broken {
    /// The real activation, with its state in this store.
    fn over(&self, store: Arc<dyn StateStore>) -> SegmentActivation {
        let ActivationParts { id, segment, destination, mapping, .. } = self.parts.clone();
        SegmentActivation::builder_shared(id, segment, destination, store)
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping)
            .build()
            .unwrap()
    }

    async fn run_and_save(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        let scratch = MemoryStateStore::new();
        copy(&*self.parts.store, &scratch).await?;
        let report = self.over(Arc::new(scratch.clone())).run(options).await?;
        copy(&scratch, &*self.parts.store).await?;
        Ok(report)
    }
}

/// Makes one store equal to another.
async fn copy(from: &dyn StateStore, to: &dyn StateStore) -> Result<(), StateError> {
    for entry in to.list(None).await? {
        to.delete(&entry.key).await?;
    }
    for entry in from.list(None).await? {
        to.create(&entry.key, from.read(&entry.key, 0..entry.len).await?).await?;
    }
    Ok(())
}

#[async_trait]
impl Activation for Broken {
    fn id(&self) -> &ActivationId {
        &self.id
    }

    async fn plan(&self, options: &RunOptions) -> Result<Plan, ActivationError> {
        let activation = self.over(Arc::clone(&self.parts.store));
        let plan = activation.plan(options).await?;
        if self.fault == Fault::PlansByDoing {
            activation.run(options).await?;
        }
        Ok(plan)
    }

    async fn run(&self, options: &RunOptions) -> Result<Report, ActivationError> {
        match self.fault {
            Fault::ForgetsItsState => self.over(Arc::new(MemoryStateStore::new())).run(options).await,
            Fault::SavesAtTheEnd => self.run_and_save(options).await,
            Fault::PassesOverGuards => {
                let options = options.clone().allow(Guard::MinimumSize).allow(Guard::EmptySegment);
                self.over(Arc::clone(&self.parts.store)).run(&options).await
            }
            Fault::PlansByDoing => self.over(Arc::clone(&self.parts.store)).run(options).await,
        }
    }
}

impl ActivationFixture for Fault {
    fn activation(&self, parts: ActivationParts) -> Box<dyn Activation> {
        Box::new(Broken { fault: *self, id: parts.id.parse().unwrap(), parts })
    }
}

#[test]
fn an_activation_that_forgets_its_state_is_noticed() {
    let fault = Fault::ForgetsItsState;
    assert_fails(cases::entrants_are_added_and_leavers_removed(&fault), "an activation has one audience");
    assert_fails(cases::of_two_runs_at_once_exactly_one_works(&fault), "of two runs at once the second gets an error");
}

#[test]
fn an_activation_that_saves_its_state_at_the_end_is_noticed_when_it_is_broken_off() {
    let clause = "after a run that was broken off, a run that is done makes audience and segment equal";
    let fault = Fault::SavesAtTheEnd;
    assert_fails(cases::a_later_run_that_is_broken_off_anywhere_is_made_good_by_the_next(&fault), clause);
    assert_fails(cases::a_first_run_that_is_broken_off_anywhere_is_made_good_by_the_next(&fault), clause);
}

#[test]
fn an_activation_that_passes_over_guards_is_noticed() {
    let fault = Fault::PassesOverGuards;
    assert_fails(
        cases::the_minimum_size_blocks_until_it_is_allowed_by_name(&fault),
        "the guard \"minimum size\" blocks",
    );
    assert_fails(
        cases::an_empty_segment_blocks_until_it_is_allowed_by_name(&fault),
        "the guard \"empty segment\" blocks",
    );
}

#[test]
fn an_activation_whose_plan_does_something_is_noticed() {
    assert_fails(
        cases::a_plan_sends_and_writes_nothing_and_predicts_the_run(&Fault::PlansByDoing),
        "a plan sends nothing",
    );
}

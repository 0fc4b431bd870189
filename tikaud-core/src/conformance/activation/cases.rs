//! The cases: each is a clause of what [`Activation`](crate::activation::Activation) promises.

use futures::future::join;

use super::ActivationFixture;
use super::customers::{
    ADA, BARBARA, Customer, DONALD, EDSGER, EVERYBODY, GRACE, GRACE_MOVED, HOUSEMATE_OF_ADA, identifiers,
};
use super::destination::Lost;
use super::segment::{Break, DESCRIPTION, NAME};
use super::world::{ID, World, small_batches};
use crate::activation::{Outcome, RunOptions};
use crate::conformance::outcome::{must, must_fail, shown};

use crate::diff::{Action, IdentifierSet, IdentifierSets};
use crate::identifier::IdentifierKind;
use crate::plan::Guard;

cases! {
    $
    /// One `#[test]` for each clause of what [`Activation`](crate::activation::Activation) promises, over the
    /// activations that an [`ActivationFixture`](crate::conformance::ActivationFixture) makes; see
    /// [`conformance`](crate::conformance).
    activation_conformance over ActivationFixture in activation;

    /// The first run makes the audience, and makes it equal.
    async fn the_first_run_makes_the_audience_equal_to_the_segment(fixture) {
        let world = World::new(fixture, &[]);
        assert_eq!(world.activation.id().as_str(), ID, "an activation keeps the id that it was given");
        let clause = "after the first run the audience equals the segment";
        let report = world.run_to(&[ADA, GRACE, BARBARA], clause).await;
        let Some(audience) = report.audience else { panic!("{clause}, and the report says which audience it is") };
        assert_eq!(audience.id, world.audience(clause), "{clause}, and the report says which audience it is");
        assert!(audience.created, "{clause}, and the report says that it is new");
        let description = audience.description.as_deref();
        assert_eq!((&*audience.name, description), (NAME, Some(DESCRIPTION)), "{clause}, under the segment's name");
    }

    /// Later runs bring it in line.
    async fn entrants_are_added_and_leavers_removed(fixture) {
        let (world, clause) = (World::new(fixture, &[]), "a run that is done makes audience and segment equal");
        for customers in [&[ADA, GRACE][..], &[GRACE, EDSGER, BARBARA], &[ADA], &[ADA, DONALD], &[BARBARA]] {
            let before = world.destination.memory.audiences();
            let report = world.run_to(customers, clause).await;
            let created = report.audience.is_some_and(|audience| audience.created);
            assert_eq!(created, before.is_empty(), "an audience is made once");
        }
    }

    /// Identifiers are what is compared, not customers.
    async fn an_identifier_stays_until_its_last_customer_leaves(fixture) {
        let world = World::new(fixture, &[]);
        let clause = "an identifier that two customers share stays until the last one leaves";
        for customers in
            [&[ADA, HOUSEMATE_OF_ADA, BARBARA][..], &[HOUSEMATE_OF_ADA, BARBARA], &[ADA, BARBARA], &[BARBARA]]
        {
            world.run_to(customers, clause).await;
        }
    }

    /// An old address goes when a new one comes.
    async fn a_changed_address_leaves_the_audience(fixture) {
        let world = World::new(fixture, &[]);
        let clause = "the old address of a customer leaves the audience, and what has not changed stays";
        world.run_to(&[ADA, GRACE], clause).await;
        let report = world.run_to(&[ADA, GRACE_MOVED], clause).await;
        let changed: u64 = report.kinds.iter().map(|kind| kind.added + kind.removed).sum();
        assert_eq!(changed, 2, "{clause}: one identifier in, one out");
    }

    /// No change, no identifier sent.
    async fn a_run_without_a_change_sends_nothing(fixture) {
        let (world, clause) = (World::new(fixture, &[]), "a run that finds nothing to change sends no identifier");
        world.run_to(&[ADA, GRACE], clause).await;
        let before = world.sent();
        world.run_to(&[GRACE, ADA, ADA], clause).await;
        assert_eq!(world.sent(), before, "{clause}");
    }

    /// A plan is a look, and tells the truth.
    async fn a_plan_sends_and_writes_nothing_and_predicts_the_run(fixture) {
        let world = World::new(fixture, &[]);
        for customers in [&[ADA, GRACE][..], &[GRACE, EDSGER, BARBARA]] {
            world.segment.set(customers);
            let before = (world.sent(), world.stored().await);
            let plan = must(world.activation.plan(&RunOptions::new()).await, "what a run would do can be asked");
            assert!(world.sent() == before.0, "a plan sends nothing");
            assert!(world.stored().await == before.1, "a plan writes nothing");

            let report = world.run_to(customers, "a plan does not stand in a run's way").await;
            let (planned, done): (Vec<_>, Vec<_>) = (
                plan.kinds.iter().map(|kind| (kind.kind, kind.adds, kind.removes)).collect(),
                report.kinds.iter().map(|kind| (kind.kind, kind.added, kind.removed)).collect(),
            );
            assert_eq!(planned, done, "a plan is what a run would do now (kind, added, removed)");
            assert_eq!(plan.kinds, report.plan.kinds, "a plan is what a run would do now");
        }
    }

    /// Too small an audience is blocked, unless allowed by name.
    async fn the_minimum_size_blocks_until_it_is_allowed_by_name(fixture) {
        let mut capabilities = small_batches();
        capabilities.minimum_audience = 3;
        let world = World::with_capabilities(fixture, &[ADA, GRACE], capabilities);
        assert_guarded(&world, Guard::MinimumSize, Guard::EmptySegment, &[ADA, GRACE]).await;
        world.run_to(&[ADA, GRACE], "a plan that sends nothing passes the guards").await;
        world.run_to(&[ADA, BARBARA, EDSGER], "a guard lets pass what is large enough").await;
        world.segment.set(&[ADA, BARBARA]);
        assert_guarded(&world, Guard::MinimumSize, Guard::EmptySegment, &[ADA, BARBARA]).await;
    }

    /// An empty segment is blocked, unless allowed by name.
    async fn an_empty_segment_blocks_until_it_is_allowed_by_name(fixture) {
        let world = World::new(fixture, &[]);
        world.run_to(&[ADA, GRACE], "a run that is done makes audience and segment equal").await;
        world.segment.set(&[]);
        assert_guarded(&world, Guard::EmptySegment, Guard::MinimumSize, &[]).await;
    }

    /// A segment that cannot be read changes nothing.
    async fn a_segment_that_fails_changes_nothing(fixture) {
        let (world, clause) = (World::new(fixture, &[]), "a segment that fails anywhere changes nothing");
        world.run_to(&[ADA, GRACE, BARBARA], clause).await;
        let before = world.sent();
        world.segment.set(&[EDSGER, ADA]);
        for at in [Break::AtOnce, Break::AfterOne, Break::AtTheEnd] {
            world.segment.breaks(at);
            must_fail(world.run().await, "a run whose segment fails is an error");
            must_fail(world.activation.plan(&RunOptions::new()).await, "a plan whose segment fails is an error");
            assert!(world.sent() == before, "{clause}: it failed at {at:?}");
        }
        world.segment.breaks(Break::Nowhere);
        world.run_to(&[EDSGER, ADA], "a run after one that failed makes audience and segment equal").await;
    }

    /// What others put into the audience is theirs.
    async fn what_others_put_into_the_audience_stays(fixture) {
        let (world, clause) = (World::new(fixture, &[]), "what others put into the audience is never touched");
        world.run_to(&[ADA, GRACE], clause).await;
        let theirs = identifiers(&[DONALD]);
        for set in theirs.iter() {
            world.add_behind_its_back(set).await;
        }
        for customers in [&[ADA, GRACE][..], &[ADA, EDSGER], &[BARBARA]] {
            world.segment.set(customers);
            let report = must(world.run().await, clause);
            assert_eq!(report.outcome, Outcome::Done, "{clause}; a run with nothing in its way is done: {report}");
            world.assert_audience(&identifiers(&[customers, &[DONALD]].concat()), clause);
        }
    }

    /// Two at once are one.
    async fn of_two_runs_at_once_exactly_one_works(fixture) {
        let (world, clause) = (World::new(fixture, &[ADA, GRACE]), "of two runs at once the second gets an error");
        let other = world.second(fixture);
        world.segment.close();
        let second = async {
            world.segment.reached().await;
            let outcome = other.run(&RunOptions::new()).await;
            world.segment.open();
            outcome
        };
        let (first, second) = join(world.run(), second).await;
        must_fail(second, clause);
        let report = must(first, "a run is not disturbed by a second one that gets an error");
        assert_eq!(
            report.outcome,
            Outcome::Done,
            "a run is not disturbed by a second one that gets an error: {report}"
        );
        world.assert_audience(&identifiers(&[ADA, GRACE]), "the run that works makes audience and segment equal");

        world.segment.set(&[GRACE, EDSGER]);
        let (first, second) = join(world.run(), other.run(&RunOptions::new())).await;
        assert_eq!(first.is_ok() as u8 + second.is_ok() as u8, 1, "of two runs that begin together exactly one works");
        world.run_to(&[EDSGER, BARBARA], "when both have ended, the next run works").await;
        assert_eq!(world.destination.memory.audiences().len(), 1, "two runs at once make one audience");
    }

    /// A run can be broken off anywhere: the first one.
    async fn a_first_run_that_is_broken_off_anywhere_is_made_good_by_the_next(fixture) {
        assert_survives_breaking_off(fixture, &[]).await;
    }

    /// A run can be broken off anywhere: a later one.
    async fn a_later_run_that_is_broken_off_anywhere_is_made_good_by_the_next(fixture) {
        assert_survives_breaking_off(fixture, &[ADA, BARBARA]).await;
    }

    /// Lost requests and lost replies strand nobody.
    async fn a_batch_that_is_lost_anywhere_is_made_good_by_the_next_run(fixture) {
        let clause = "after a batch whose fate is not known, a run that is done makes audience and segment equal";
        for lost in [Lost::Request, Lost::Reply] {
            for nth in 1..=6 {
                let world = World::new(fixture, &[]);
                world.run_to(&[ADA, GRACE], clause).await;
                world.destination.lose_batch(nth, lost);
                world.segment.set(&[GRACE_MOVED, EDSGER]);
                let outcome = world.run().await.map(|report| report.outcome);
                assert!(!matches!(outcome, Ok(Outcome::Done)), "a run that has lost a batch ({nth}) is not done");
                // Who was on the way in leaves again, and who was on the way out comes back.
                world.run_to(&[ADA, EDSGER], clause).await;
            }
        }
    }

    /// A lost reply to a create does not make a second audience.
    async fn an_audience_whose_making_was_lost_is_made_once(fixture) {
        for lost in [Lost::Request, Lost::Reply] {
            let world = World::new(fixture, &[ADA]);
            world.destination.lose_create(lost);
            let outcome = world.run().await.map(|report| report.outcome);
            assert!(!matches!(outcome, Ok(Outcome::Done)), "a run without an audience is not done");
            world.run_to(&[ADA, GRACE], "an audience whose making was lost ends up being made once").await;
        }
    }

    /// What is refused is not done, and does not keep the rest back.
    async fn a_run_is_not_done_while_something_is_refused(fixture) {
        let world = World::new(fixture, &[ADA, GRACE]);
        world.destination.refuse([IdentifierKind::PhoneSha256]);
        let report = must(world.run().await, "a run that has applied something ends in a report");
        assert_ne!(report.outcome, Outcome::Done, "a run is not done while something is refused");
        assert!(!report.failures.is_empty(), "a report says why a run stopped");
        let emails = identifiers(&[ADA, GRACE]).get(IdentifierKind::EmailSha256);
        world.assert_audience(&IdentifierSets::from_iter([emails]), "what is not refused is applied");

        world.destination.refuse([]);
        world.run_to(&[GRACE, EDSGER], "when nothing is refused any more, audience and segment become equal").await;
    }

    /// Raw values are nowhere, digests in no text.
    async fn nothing_that_is_written_or_printed_shows_a_customer(fixture) {
        let world = World::new(fixture, &[]);
        let mut texts = Vec::new();
        for customers in [&[ADA, GRACE, HOUSEMATE_OF_ADA][..], &[GRACE_MOVED, EDSGER]] {
            world.segment.set(customers);
            let plan = must(world.activation.plan(&RunOptions::new()).await, "what a run would do can be asked");
            let report = world.run_to(customers, "a run with nothing in its way is done").await;
            let json = must(serde_json::to_string(&(&plan, &report)), "plans and reports are data");
            texts.push(format!("{plan} {plan:?} {report} {report:?} {json} {:?}", world.activation));
        }
        world.segment.breaks(Break::AfterOne);
        texts.push(shown(&must_fail(world.run().await, "a run whose segment fails is an error")));
        let stored = world.stored().await;
        texts.extend(stored.values().map(|object| String::from_utf8_lossy(object).into_owned()));

        let digests = identifiers(&EVERYBODY);
        let digests = digests.iter().flat_map(IdentifierSet::iter).map(const_hex::encode);
        let secrets = EVERYBODY.iter().flat_map(|customer| [customer.email, customer.phone]).map(str::to_owned);
        for secret in secrets.filter(|secret| !secret.is_empty()).chain(digests) {
            let shown = texts.iter().find(|text| text.contains(&secret));
            assert!(shown.is_none(), "no text and no object shows an identifier; here is {secret}: {shown:?}");
        }
    }
}

/// Checks that a guard blocks the present segment, and lets it pass when it is allowed by its own name, once.
async fn assert_guarded(world: &World, guard: Guard, other: Guard, customers: &[Customer]) {
    let before = world.sent();
    let generation = must(world.activation.plan(&RunOptions::new()).await, "a blocked plan is a plan").generation;
    for options in [RunOptions::new(), RunOptions::new().allow(other)] {
        let plan = must(world.activation.plan(&options).await, "a blocked plan is a plan");
        assert!(plan.is_blocked(), "a plan says beforehand that a run would be blocked");
        let report = must(world.run_with(&options).await, "a blocked run ends in a report");
        assert_eq!(
            report.outcome,
            Outcome::Blocked,
            "the guard \"{guard}\" blocks, unless it is allowed by its own name"
        );
        let blocked: Vec<_> = report.plan.blocked_by().collect();
        let says_why = matches!(blocked[..], [verdict] if verdict.guard == guard && !verdict.reason.is_empty());
        assert!(says_why, "a blocked run says which guard and why: {blocked:?}");
        assert!(world.sent() == before, "a blocked run sends nothing");
        assert_eq!(report.generation, generation, "a blocked run changes no state");
    }
    let report = must(world.run_with(&RunOptions::new().allow(guard)).await, "a guard that is allowed does not block");
    assert_eq!(report.outcome, Outcome::Done, "a guard that is allowed by its name does not block: {report}");
    world.assert_audience(&identifiers(customers), "a run past an allowed guard makes audience and segment equal");
}

/// Breaks a run off after one step, two steps, and so on until it ends by itself; each time the next run has to make
/// it good.
async fn assert_survives_breaking_off(fixture: &dyn ActivationFixture, before: &[Customer]) {
    let clause = "after a run that was broken off, a run that is done makes audience and segment equal";
    for steps in 0.. {
        let world = World::new(fixture, before);
        if !before.is_empty() {
            world.run_to(before, clause).await;
        }
        world.segment.set(&[BARBARA, GRACE]);
        let ended = world.run_broken_off_after(steps).await.is_some();
        // One who was on the way in leaves again, and one who was on the way out comes back.
        world.run_to(&[ADA, GRACE_MOVED], clause).await;
        let plan = must(world.activation.plan(&RunOptions::new()).await, "what a run would do can be asked");
        let left = plan.count(Action::Add) + plan.count(Action::Remove);
        assert_eq!(left, 0, "after a run that is done nothing is left to do");
        if ended {
            assert!(steps > 0, "a run that reads and writes can be broken off");
            return;
        }
    }
}

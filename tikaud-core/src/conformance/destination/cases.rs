//! The cases: each is a clause of what [`Destination`](crate::destination::Destination) and
//! [`AudienceWriter`](crate::destination::AudienceWriter) promise.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::DestinationFixture;
use super::people::{batch, batches, compatible_kinds, enough, first_kind, people, shows, taken_kinds, testable_limit};
use super::trial::{NAME, Trial, assert_refused, assert_same, held, spec};
use crate::conformance::outcome::{must, must_fail};
use crate::destination::{
    Acknowledgement, AudienceId, Creation, DestinationErrorKind, Known, Receipt, RefusalScope, Retry,
};
use crate::diff::{Action, IdentifierSets};
use crate::identifier::IdentifierKind;

cases! {
    $
    /// One `#[test]` for each clause of what [`Destination`](crate::destination::Destination) and its writer promise,
    /// over the destination that a [`DestinationFixture`](crate::conformance::DestinationFixture) makes; see
    /// [`conformance`](crate::conformance).
    destination_conformance over DestinationFixture in destination;

    /// What the destination says of itself makes sense.
    async fn the_capabilities_are_sane(fixture) {
        let destination = fixture.destination().await;
        assert!(!destination.id().as_str().is_empty(), "a destination has an identity");
        let capabilities = destination.capabilities();
        let kinds = taken_kinds(capabilities);
        assert!(!kinds.is_empty(), "a destination takes one kind of identifier at least");
        let distinct: BTreeSet<IdentifierKind> = kinds.iter().copied().collect();
        assert_eq!(distinct.len(), kinds.len(), "each kind is declared once, documented or not: {kinds:?}");
        let exclusive = capabilities.exclusive_kinds.iter().flatten();
        assert!(
            exclusive.into_iter().all(|kind| distinct.contains(kind)),
            "kinds that exclude each other are declared"
        );
        assert!(capabilities.batch_limit >= 1, "a batch may hold one identifier at least");
        assert!(capabilities.max_in_flight >= 1, "one batch at least may be in flight");
        let pace = capabilities.requests_per_second;
        assert!(pace.is_none_or(|pace| pace > 0.0), "the pace lets requests through: {pace:?}");
        let names = capabilities.name_limit;
        let fits = names.is_none_or(|limit| limit.characters >= 1 && limit.kept <= limit.characters);
        assert!(fits, "a shortened name is no longer than a name may be: {names:?}");
        let needs_finish =
            capabilities.creation == Creation::WithFirstBatches || capabilities.replacement_every.is_some();
        let has_finish = capabilities.acknowledgement == Acknowledgement::AtFinish;
        assert!(has_finish || !needs_finish, "what is done at `finish` goes with an acknowledgement at `finish`");
    }

    /// A check passes and changes nothing.
    async fn a_check_passes_and_changes_nothing(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        must(trial.destination.check().await, "a check of an account that can be used passes");
        trial.assert_holds([crowd], "a check changes nothing").await;
        let found = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for");
        assert_eq!(found.len(), 1, "a check makes no audience");
    }

    /// A new audience holds nobody but its first batches, is found by its name, and can be opened.
    async fn a_new_audience_is_found_and_opened(fixture) {
        let trial = Trial::new(fixture).await;
        trial.assert_holds([], "a new audience is empty").await;
        if trial.id_if_made().is_none() {
            let found = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for");
            assert_eq!(found, [], "an audience that waits for its first batches is not there");
            let crowd = trial.crowd();
            trial.change(Action::Add, &crowd).await;
            trial.assert_holds([crowd], "a new audience holds its first batches, and nothing else").await;
        }
        let found = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for");
        let ids: Vec<&AudienceId> = found.iter().map(|audience| &audience.id).collect();
        assert_eq!(ids, [&trial.id()], "every audience of that name is found, once");
        let writer = trial.open().await;
        let opened = writer.audience().map(|audience| &audience.id);
        assert_eq!(opened, Some(&trial.id()), "what is opened is the audience that was asked for");
    }

    /// An audience is made in the way that is declared, and in no other.
    async fn an_audience_is_made_as_declared_only(fixture) {
        let destination = fixture.destination().await;
        let clause = "the way of making an audience that is not declared is `Unsupported`";
        let error = match destination.capabilities().creation {
            Creation::Empty => must_fail(destination.open_new_audience(&spec(NAME)).await, clause),
            Creation::WithFirstBatches => must_fail(destination.create_audience(&spec(NAME)).await, clause),
        };
        assert_eq!(error.kind(), DestinationErrorKind::Unsupported, "{clause}: {error}");
        let found = must(destination.find_audiences(NAME).await, "audiences can be looked for");
        assert_eq!(found, [], "what is unsupported makes no audience");
    }

    /// Without a batch there is nothing to finish.
    async fn finishing_without_a_batch_changes_nothing(fixture) {
        let trial = Trial::new(fixture).await;
        let before = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for").len();
        let writer = trial.open().await;
        let finished = trial.finish(&*writer).await;
        assert!(finished.created.is_none(), "without a batch no audience is made");
        let after = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for").len();
        assert_eq!(before, after, "without a batch no audience is made");
    }

    /// An audience that is not there is not found, and cannot be opened.
    async fn an_audience_that_is_not_there_is_not_found(fixture) {
        let trial = Trial::new(fixture).await;
        let found = must(trial.destination.find_audiences("Nobody's name").await, "no audience found is no error");
        assert_eq!(found, [], "only audiences of that name are found");
        let nobodys = AudienceId::new("7999999999999999999");
        let error =
            must_fail(trial.destination.open_audience(&nobodys).await, "an audience that is gone is not opened");
        assert_eq!(error.kind(), DestinationErrorKind::NotFound, "opening one that is gone is `NotFound`: {error}");
    }

    /// Asking for an audience again never hands out one that is there.
    async fn an_audience_of_a_taken_name_is_a_new_one_or_an_error(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let others = people(crowd.kind(), 1 << 32..(1 << 32) + enough(trial.capabilities()));
        if let Ok((another, holds)) = trial.another(NAME, &others).await {
            assert_ne!(another, trial.id(), "what is made is a new audience, never one that is there");
            assert_same(&held(fixture, &another).await, &holds, "a new audience holds nothing of another");
            let found = must(trial.destination.find_audiences(NAME).await, "audiences can be looked for");
            assert_eq!(found.len(), 2, "every audience of that name is found");
        }
        trial.assert_holds([crowd], "making another audience leaves this one alone").await;
    }

    /// A name that is too long is shortened as declared, and is found in full.
    async fn a_long_name_is_found_again_in_full(fixture) {
        let trial = Trial::new(fixture).await;
        let (destination, crowd) = (&trial.destination, trial.crowd());
        let longest = trial.capabilities().name_limit.map_or(120, |limit| limit.characters);
        for length in [longest, longest + 1, longest + 60] {
            let name: String =
                "Käufer der Straße ".chars().cycle().skip(length % 6).take(length - 1).chain(['x']).collect();
            let (id, _) = must(trial.another(&name, &crowd).await, "a new audience can be made");
            let found = must(destination.find_audiences(&name).await, "audiences can be looked for");
            let Some(audience) = found.into_iter().find(|audience| audience.id == id) else {
                panic!("an audience is found by its full name; the one with {length} characters is not");
            };
            let shown = destination.capabilities().shown_name(&name).unwrap_or(name);
            let as_declared = audience.name.as_ref().is_none_or(|name| *name == shown);
            assert!(as_declared, "a name is shown as the capabilities say (`{shown}`): {:?}", audience.name);
        }
    }

    /// Another name is taken, or refused, as declared; whom the audience holds is not touched.
    async fn an_audience_is_renamed_as_declared(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let renamed = trial.destination.rename_audience(&trial.id(), "Conformance renamed").await;
        let name = if trial.capabilities().renames {
            must(renamed, "an audience is given another name where that is declared");
            let again = trial.destination.rename_audience(&trial.id(), "Conformance renamed").await;
            must(again, "to rename an audience is idempotent");
            "Conformance renamed"
        } else {
            let clause = "where no other name is declared, it is `Unsupported`";
            let error = must_fail(renamed, clause);
            assert_eq!(error.kind(), DestinationErrorKind::Unsupported, "{clause}: {error}");
            NAME
        };
        let found = must(trial.destination.find_audiences(name).await, "audiences can be looked for");
        let ids: Vec<&AudienceId> = found.iter().map(|audience| &audience.id).collect();
        assert_eq!(ids, [&trial.id()], "an audience is found by the name that it has now");
        trial.assert_holds([crowd], "another name leaves everybody where they are").await;
    }

    /// An audience is deleted, or not, as declared; others are left alone.
    async fn an_audience_is_deleted_as_declared(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let others = people(crowd.kind(), 1 << 32..(1 << 32) + enough(trial.capabilities()));
        let (other, _) = must(trial.another("Conformance others", &others).await, "a new audience can be made");
        let deleted = trial.destination.delete_audience(&other).await;
        if trial.capabilities().deletes {
            must(deleted, "an audience is deleted where that is declared");
            must(trial.destination.delete_audience(&other).await, "to delete an audience is idempotent");
            let clause = "a deleted audience is not opened";
            let error = must_fail(trial.destination.open_audience(&other).await, clause);
            assert_eq!(error.kind(), DestinationErrorKind::NotFound, "{clause}: {error}");
        } else {
            let clause = "where deleting is not declared, it is `Unsupported`";
            let error = must_fail(deleted, clause);
            assert_eq!(error.kind(), DestinationErrorKind::Unsupported, "{clause}: {error}");
            must(trial.destination.open_audience(&other).await, "what is not deleted can be opened");
        }
        trial.assert_holds([crowd], "other audiences are left alone").await;
    }

    /// Adding and removing do what they say.
    async fn what_was_added_is_there_until_it_is_removed(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        trial.assert_holds([crowd.clone()], "what was added is in the audience, and nothing else").await;

        let (kind, size) = (crowd.kind(), enough(trial.capabilities()));
        let entrants = people(kind, size..size + 5);
        trial.change(Action::Add, &entrants).await;
        trial.assert_holds([crowd.union(&entrants)], "an addition leaves alone who is in").await;

        let leavers = people(kind, 0..5);
        trial.change(Action::Remove, &leavers).await;
        let rest = crowd.union(&entrants).difference(&leavers);
        trial.assert_holds([rest.clone()], "what was removed is out of the audience, and nothing else is").await;

        trial.change(Action::Add, &leavers).await;
        trial.assert_holds([rest.union(&leavers)], "who was removed can be added again").await;
    }

    /// Batches are idempotent.
    async fn adding_what_is_there_and_removing_what_is_not_are_no_errors(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        trial.change(Action::Add, &crowd).await;
        trial.assert_holds([crowd.clone()], "adding what is there is no error, and changes nothing").await;

        let strangers = people(crowd.kind(), 1 << 32..(1 << 32) + 3);
        trial.change(Action::Remove, &strangers).await;
        trial.assert_holds([crowd.clone()], "removing what is not there is no error, and changes nothing").await;

        let leaver = people(crowd.kind(), 0..1);
        trial.change(Action::Remove, &leaver).await;
        trial.change(Action::Remove, &leaver).await;
        trial.assert_holds([crowd.difference(&leaver)], "what was added twice is out after one removal").await;
    }

    /// Each kind that is declared is taken.
    async fn every_declared_kind_is_taken(fixture) {
        let mut trial = Trial::new(fixture).await;
        for kind in taken_kinds(trial.capabilities()) {
            trial = trial.other(&format!("Conformance {kind}")).await;
            let crowd = people(kind, 0..enough(trial.capabilities()));
            trial.change(Action::Add, &crowd).await;
            trial.assert_holds([crowd.clone()], "a kind that is declared is taken").await;
            let leaver = people(kind, 0..1);
            trial.change(Action::Remove, &leaver).await;
            trial.assert_holds([crowd.difference(&leaver)], "a kind that is declared can be removed").await;
        }
    }

    /// The same digest of two kinds is two identifiers.
    async fn kinds_stand_side_by_side(fixture) {
        let trial = Trial::new(fixture).await;
        let kinds = compatible_kinds(trial.capabilities());
        let size = enough(trial.capabilities());
        for kind in &kinds {
            trial.change(Action::Add, &people(*kind, 0..size)).await;
        }
        trial.assert_holds(kinds.iter().map(|kind| people(*kind, 0..size)), "several kinds stand side by side").await;

        let first = first_kind(trial.capabilities());
        trial.change(Action::Remove, &people(first, 0..2)).await;
        let from = |kind| if kind == first { 2 } else { 0 };
        let left = kinds.iter().map(|kind| people(*kind, from(*kind)..size));
        trial.assert_holds(left, "a removal of one kind leaves the same digest of another alone").await;
    }

    /// What is not declared is answered, not ignored.
    async fn a_kind_that_is_not_declared_is_refused(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let declared = taken_kinds(trial.capabilities());
        let writer = trial.open().await;
        for kind in IdentifierKind::ALL.into_iter().filter(|kind| !declared.contains(kind)) {
            let clause = "a kind that is not declared is refused";
            let unknown = batch(Action::Add, &people(kind, 0..3));
            let receipt = must(writer.apply(&unknown).await, clause);
            assert_refused(receipt, &unknown, RefusalScope::Kind, Some(DestinationErrorKind::Unsupported), clause);
        }
        trial.finish(&*writer).await;
        trial.assert_holds([crowd], "what is refused is not in the audience").await;
    }

    /// A batch of the largest size is taken as a whole.
    async fn a_batch_at_the_limit_is_taken_whole(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let Some(limit) = testable_limit(trial.capabilities()) else { return };
        let entrants = people(crowd.kind(), 1 << 32..(1 << 32) + limit as u64);
        let writer = trial.open().await;
        let clause = "a batch at the limit is taken whole";
        trial.assert_taken(&must(writer.apply(&batch(Action::Add, &entrants)).await, clause));
        trial.finish(&*writer).await;
        trial.assert_holds([crowd.union(&entrants)], clause).await;
    }

    /// A batch that is too large is refused as a whole.
    async fn a_batch_above_the_limit_is_refused_and_not_truncated(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let Some(limit) = testable_limit(trial.capabilities()) else { return };
        let too_many = batch(Action::Add, &people(crowd.kind(), 1 << 32..(1 << 32) + limit as u64 + 1));
        let writer = trial.open().await;
        let clause = "a batch above the limit is refused, and not truncated";
        let receipt = must(writer.apply(&too_many).await, clause);
        assert_refused(receipt, &too_many, RefusalScope::Batch, None, clause);
        trial.finish(&*writer).await;
        trial.assert_holds([crowd], clause).await;
    }

    /// Batches that are in flight together all count.
    async fn batches_in_flight_together_all_count(fixture) {
        let trial = Trial::new(fixture).await;
        let together = trial.capabilities().max_in_flight.min(8);
        let size = trial.capabilities().batch_limit.min(50);
        let crowd =
            people(first_kind(trial.capabilities()), 0..enough(trial.capabilities()) + (size * together) as u64);
        let writer = trial.open().await;
        for batches in batches(Action::Add, &crowd, size).chunks(together) {
            for receipt in join_all(batches.iter().map(|batch| writer.apply(batch))).await {
                trial.assert_taken(&must(receipt, "several batches may be in flight at once"));
            }
        }
        trial.finish(&*writer).await;
        trial.assert_holds([crowd], "batches that are in flight together all count").await;
    }

    /// Staged batches count when they are finished, others at once.
    async fn a_batch_counts_when_the_capabilities_say_so(fixture) {
        let trial = Trial::new(fixture).await;
        let crowd = trial.crowd();
        let writer = trial.open().await;
        for batch in batches(Action::Add, &crowd, trial.capabilities().batch_limit) {
            trial.assert_taken(&must(writer.apply(&batch).await, "a batch within the capabilities is applied"));
        }
        match trial.capabilities().acknowledgement {
            Acknowledgement::PerBatch => trial.assert_holds([crowd.clone()], "an accepted batch counts at once").await,
            Acknowledgement::AtFinish => trial.assert_holds([], "a staged batch does not count before `finish`").await,
        }
        trial.finish(&*writer).await;
        trial.assert_holds([crowd], "`finish` makes staged batches count").await;
    }

    /// Stages that count are told, and nothing else is.
    async fn every_stage_counts_that_is_said_to(fixture) {
        let trial = Trial::new(fixture).await;
        let writer = trial.open().await;
        let mut stages = BTreeSet::new();
        for batch in batches(Action::Add, &trial.crowd(), trial.capabilities().batch_limit) {
            if let Receipt::Staged(stage) = must(writer.apply(&batch).await, "a batch is applied") {
                stages.insert(stage);
            }
        }
        let finished = trial.finish(&*writer).await;
        assert_eq!(finished.counted, stages, "a `finish` without a failure makes every stage count, and says so");
        let notes = finished.notes.unwrap_or_default();
        assert!(!shows(&notes, &trial.crowd()), "what is to be kept for the destination holds no identifier");
    }

    /// What is told beforehand changes nothing.
    async fn what_is_known_beforehand_changes_nothing(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let writer = trial.open().await;
        let notes = Some("not what any destination has asked to keep".to_owned());
        writer.recall(&Known { identifiers: Some(crowd.len() as u64), notes });
        let entrant = people(crowd.kind(), 1 << 32..(1 << 32) + 1);
        trial.apply(&*writer, Action::Add, &entrant).await;
        trial.finish(&*writer).await;
        trial.assert_holds([crowd.union(&entrant)], "what is known beforehand changes nothing").await;
    }

    /// All that an audience holds is replaced where that is declared, and not where it is not.
    async fn a_replacement_leaves_what_was_added_since(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let writer = trial.open().await;
        let Some(every) = trial.capabilities().replacement_every else {
            let clause = "a replacement that is not declared is `Unsupported`";
            let error = must_fail(writer.begin_replacement(), clause);
            assert_eq!(error.kind(), DestinationErrorKind::Unsupported, "{clause}: {error}");
            return;
        };
        must(writer.begin_replacement(), "a replacement that is declared is possible");
        let others = people(crowd.kind(), 5..enough(trial.capabilities()) + 5);
        trial.apply(&*writer, Action::Add, &others).await;
        trial.assert_holds([crowd], "a replacement changes nothing before `finish`").await;
        let finished = trial.finish(&*writer).await;
        trial.assert_holds([others], "a replacement leaves what was added since, and nothing else").await;

        let writer = trial.open().await;
        writer.recall(&Known { notes: finished.notes, ..Known::default() });
        let clause = "the next replacement has to wait as long as is declared";
        let error = must_fail(writer.begin_replacement(), clause);
        assert_eq!(error.kind(), DestinationErrorKind::Busy, "{clause}: {error}");
        let waits = matches!(error.retry(), Retry::After(wait) if !wait.is_zero() && wait <= every);
        assert!(waits, "{clause}, and says for how long: {:?}", error.retry());
    }

    /// An audience is no other audience.
    async fn two_audiences_do_not_mix(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let first = trial.id();
        let trial = trial.other("Conformance others").await;
        let others = people(crowd.kind(), 5..enough(trial.capabilities()) + 5);
        trial.change(Action::Add, &others).await;
        trial.change_audience(&first, Action::Remove, &people(crowd.kind(), 5..7)).await;
        let left = IdentifierSets::from_iter([crowd.difference(&people(crowd.kind(), 5..7))]);
        assert_same(&held(fixture, &first).await, &left, "two audiences do not mix");
        trial.assert_holds([others], "two audiences do not mix").await;
    }

    /// What a writer says of its traffic is what it cost.
    async fn traffic_counts_the_requests_of_its_writer(fixture) {
        let (trial, crowd) = Trial::filled(fixture).await;
        let writer = trial.open().await;
        assert_eq!(writer.traffic().requests, 0, "a writer whose batches are to come has cost nothing");
        let mut sent = 0;
        for batch in batches(Action::Add, &crowd, 4).iter().take(3) {
            must(writer.apply(batch).await, "a batch within the capabilities is applied");
            sent += 1;
        }
        trial.finish(&*writer).await;
        let (traffic, per_batch) =
            (writer.traffic(), trial.capabilities().acknowledgement == Acknowledgement::PerBatch);
        let least = if per_batch { sent } else { 1 };
        assert!(traffic.requests >= least, "traffic counts every request, {least} at least: {traffic:?}");
        assert!(traffic.retries < traffic.requests, "a request is sent again only after it was sent: {traffic:?}");
    }

    /// No identifier is printed.
    async fn debug_shows_no_identifier(fixture) {
        let trial = Trial::new(fixture).await;
        let crowd = trial.crowd();
        let writer = trial.open().await;
        for batch in batches(Action::Add, &crowd, trial.capabilities().batch_limit) {
            must(writer.apply(&batch).await, "a batch within the capabilities is applied");
        }
        let printed = |when: &str| {
            let text = format!("{:?} {writer:?} {:#?} {writer:#?}", trial.destination, trial.destination);
            assert!(!shows(&text, &crowd), "`Debug` never shows an identifier; {when} `finish` it does");
        };
        printed("before");
        trial.finish(&*writer).await;
        printed("after");
    }
}

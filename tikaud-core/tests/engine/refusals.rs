//! A destination that refuses every batch with one of these people in it, whoever else is.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use proptest::prelude::*;
use tikaud_core::activation::{Activation, Outcome, Report, RunOptions};
use tikaud_core::destination::{Capabilities, MemoryDestination};
use tikaud_core::diff::IdentifierSets;
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::MemoryStateStore;

use crate::faults::{Answering, buyers, refused_batch};
use crate::world::{People, identifiers};

struct Minding {
    audiences: MemoryDestination,
    destination: Answering,
}

impl Minding {
    fn new(people: &People, batch_limit: usize) -> Self {
        let mut capabilities = Capabilities::new(vec![IdentifierKind::EmailSha256]);
        capabilities.batch_limit = batch_limit;
        let audiences = MemoryDestination::with_capabilities(capabilities);
        let minded = identifiers(people).get(IdentifierKind::EmailSha256);
        let minded: BTreeSet<Vec<u8>> = minded.iter().map(<[u8]>::to_vec).collect();
        let destination = Answering::judging(&audiences, move |_, batch| {
            batch.digests().any(|digest| minded.contains(digest)).then(refused_batch)
        });
        Self { audiences, destination }
    }

    async fn run(&self, people: &People, store: &MemoryStateStore) -> Report {
        let activation = buyers(people, self.destination.clone(), store.clone()).build().unwrap();
        activation.run(&RunOptions::new()).await.unwrap()
    }

    fn requests(&self) -> u32 {
        self.destination.batches.load(Ordering::SeqCst)
    }

    fn holds(&self) -> IdentifierSets {
        self.audiences.identifiers(&self.audiences.audiences()[0]).unwrap()
    }
}

#[tokio::test]
async fn one_identifier_in_a_large_batch_is_found_and_everybody_else_is_taken() {
    let people: People = (0..10_000).collect();
    let destination = Minding::new(&People::from([4_711]), 10_000);
    let report = destination.run(&people, &MemoryStateStore::new()).await;
    assert_eq!(report.outcome, Outcome::Partial);
    let kind = &report.kinds[0];
    assert_eq!((kind.added, kind.refused, kind.unknown, kind.pending), (9_999, 1, 0, 1));
    assert_eq!(destination.holds(), identifiers(&(0..10_000).filter(|person| *person != 4_711).collect()));
    // The batch, and two halves at each of 13 or 14 levels.
    assert!(destination.requests() <= 29, "{}", destination.requests());
}

#[tokio::test]
async fn what_cannot_be_found_within_the_bound_is_unknown_and_never_taken_for_success() {
    let people: People = (0..20_000).collect();
    let minded: People = people.iter().copied().filter(|person| person % 400 == 7).collect();
    let destination = Minding::new(&minded, 1_000);
    let report = destination.run(&people, &MemoryStateStore::new()).await;
    let kind = &report.kinds[0];
    assert_eq!(kind.added + kind.refused + kind.unknown, kind.pending + kind.added);
    assert!(kind.unknown > 0, "{report}");
    assert_eq!(destination.holds().get(IdentifierKind::EmailSha256).len() as u64, kind.added);
    assert!(destination.requests() <= 20 + 2 * 100, "{}", destination.requests());
    assert!(report.to_string().contains("in batches refused as a whole"), "{report}");
}

#[tokio::test]
async fn a_kind_of_which_nothing_is_taken_is_given_up_soon() {
    let people: People = (0..5_000).collect();
    let destination = Minding::new(&people, 100);
    let report = destination.run(&people, &MemoryStateStore::new()).await;
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(destination.holds(), identifiers(&People::new()));
    assert!(destination.requests() < 30, "{}", destination.requests());
}

#[tokio::test]
async fn who_was_refused_is_nobody_that_has_to_be_removed() {
    let destination = Minding::new(&People::from([3]), 10);
    let store = MemoryStateStore::new();
    destination.run(&(0..10).collect(), &store).await;
    let report = destination.run(&(0..10).filter(|person| *person != 3).collect(), &store).await;
    assert_eq!((report.outcome, report.kinds[0].removed), (Outcome::Done, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// As long as there are few of them, whoever the destination minds is all that is left out, in any order of runs.
    #[test]
    fn few_that_are_minded_are_found_wherever_they_are(
        minded in prop::collection::btree_set(0..300_u32, 0..5),
        batch_limit in 1..120_usize,
        first in prop::collection::btree_set(0..300_u32, 0..300),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let destination = Minding::new(&minded, batch_limit);
        let store = MemoryStateStore::new();
        let first: People = first.into_iter().chain([999]).collect();
        for people in [first, (0..300).collect()] {
            let report = runtime.block_on(destination.run(&people, &store));
            prop_assert_eq!(report.kinds[0].unknown, 0);
            prop_assert_eq!(report.kinds[0].refused, people.intersection(&minded).count() as u64);
            prop_assert_eq!(destination.holds(), identifiers(&(&people - &minded)));
        }
    }
}

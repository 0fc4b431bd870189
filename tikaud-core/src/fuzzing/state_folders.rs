//! A whole state folder of arbitrary objects: looked at, checked, exported, planned with, run with.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::account::{Account, Digest};
use super::archive::unpack;
use super::runtime::wait_for;
use crate::activation::{Activation, ActivationError, ActivationState, Outcome, RunOptions, SegmentActivation};
use crate::destination::DestinationId;
use crate::identifier::{Field, FieldMapping, IdentifierKind};
use crate::plan::{Guard, GuardSettings};
use crate::segment::MemorySegment;
use crate::state::{Clock, Generation, MemoryStateStore, ObjectKey, StateStore, Verification};

const MEMBERS: [&str; 3] = ["person0@example.com", "person5@example.com", "person99@example.com"];

/// A state folder of the activation `buyers`, as text; see `archive.rs`.
pub fn state_folders(data: &[u8]) {
    wait_for(look_after(&unpack(&String::from_utf8_lossy(data))));
}

/// What the state says before anything is done to it.
struct Seen {
    is_empty: bool,
    has_journal: bool,
    verification: Option<Verification>,
    generation: Option<Option<Generation>>,
    /// Everybody whom the audience may hold; `None` when that cannot be told.
    possible: Option<BTreeSet<Digest>>,
}

async fn look_after(store: &MemoryStateStore) {
    let before = objects(store).await;
    let seen = look(store, &before).await;
    let destination = match &seen.generation {
        Some(Some(generation)) => generation.destination.clone(),
        _ => DestinationId::new("fuzzed/1"),
    };
    let account = Account::new(destination, seen.possible.clone().unwrap_or_default());
    let activation = activation(store, &account);

    let planned = told(activation.plan(&RunOptions::new()).await);
    assert_eq!(planned.is_some(), seen.possible.is_some(), "a plan knows more, or less, than an export");
    assert!(objects(store).await == before, "looking at a state has changed it");

    let options = RunOptions::new().allow(Guard::MinimumSize).allow(Guard::EmptySegment);
    let mut report = told(activation.run(&options).await);
    if report.is_none() && account.content().changes > 0 {
        // It met a file of its own name when it had sent everything: the next one goes on from its journal.
        report = told(activation.run(&options).await);
        assert!(report.is_some(), "what was sent cannot be counted in");
    }
    let Some(report) = report else { return };
    assert_eq!(report.outcome, Outcome::Done);
    match seen.possible {
        Some(_) => assert!(account.content().audience == members(), "the audience is not the segment"),
        // A run does without the plan of an interrupted one when its receipts say that all of it was left undone.
        None => assert!(seen.has_journal, "a run was made of a state that cannot be read"),
    }
    let state = state(store);
    let after = state.generation().await.ok().flatten();
    assert!(after.is_some_and(|after| after.number == report.generation), "the state is not at the run's generation");
    if seen.verification.is_some() || seen.is_empty {
        let verified = told(state.verify().await);
        let verified = verified.unwrap_or_else(|| panic!("a run has made a state that was whole unreadable"));
        assert!(verified.interrupted.is_empty() && verified.generations > 0);
    }
    let batches = account.content().changes;
    assert!(told(activation.run(&options).await).is_some(), "a second run cannot be made");
    assert_eq!(account.content().changes, batches, "a run without changes has sent something");
}

/// Looks at everything, and makes sure that the ways of looking agree.
async fn look(store: &MemoryStateStore, before: &[(ObjectKey, Bytes)]) -> Seen {
    let state = state(store);
    let is_empty = !before.iter().any(|(key, _)| key.as_str().starts_with("buyers/"));
    let has_journal = before.iter().any(|(key, _)| key.as_str().starts_with("buyers/journal/"));
    let verification = told(state.verify().await);
    let generation = told(state.generation().await);
    let mut possible = Some(BTreeSet::new());
    for kind in IdentifierKind::ALL {
        possible = match (possible, export(&state, kind).await) {
            (Some(mut possible), Some(lines)) => {
                possible.extend(lines);
                Some(possible)
            }
            _ => None,
        };
    }
    if let Some(generation) = &generation {
        assert_eq!(generation.is_none(), is_empty, "state was taken for that of an activation that has never run");
    }
    if verification.is_some() {
        assert!(generation.is_some() && possible.is_some(), "what was verified cannot be read");
    }
    Seen { is_empty, has_journal, verification, generation, possible }
}

/// The identifiers of a kind; `None` when they cannot be told.
async fn export(state: &ActivationState, kind: IdentifierKind) -> Option<Vec<Digest>> {
    let lines = told(state.export(kind).await)?;
    let text: String = told(lines.try_collect().await)?;
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.is_sorted_by(|a, b| a < b), "the lines are not in order");
    let digest = |line: &str| match const_hex::decode(line) {
        Ok(digest) if digest.len() == kind.digest_len() => (kind, digest),
        _ => panic!("this is no digest: {line}"),
    };
    Some(lines.into_iter().map(digest).collect())
}

/// What came out of it. An error must be about the state, and say what to do.
fn told<T>(outcome: Result<T, ActivationError>) -> Option<T> {
    match outcome {
        Ok(outcome) => Some(outcome),
        Err(ActivationError::State(error)) => {
            assert!(error.to_string().contains(';'), "it does not say what to do: {error}");
            None
        }
        Err(error) => panic!("arbitrary state cannot fail like this: {error:?}"),
    }
}

fn state(store: &MemoryStateStore) -> ActivationState {
    ActivationState::try_new(store.clone(), "buyers").unwrap_or_else(|error| panic!("{error}"))
}

fn activation(store: &MemoryStateStore, account: &Account) -> SegmentActivation {
    let segment = MemorySegment::try_new("Fuzzed", ["email"], MEMBERS.map(|member| [Some(member)]));
    let segment = segment.unwrap_or_else(|error| panic!("{error}"));
    let mapping = FieldMapping::try_new([("email", Field::Email)]).unwrap_or_else(|error| panic!("{error}"));
    let activation = SegmentActivation::builder("buyers", segment, account.clone(), store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping);
    activation.clock(Arc::new(Noon)).build().unwrap_or_else(|error| panic!("{error}"))
}

fn members() -> BTreeSet<Digest> {
    MEMBERS.iter().map(|member| (IdentifierKind::EmailSha256, Sha256::digest(member).to_vec())).collect()
}

async fn objects(store: &MemoryStateStore) -> Vec<(ObjectKey, Bytes)> {
    let mut objects = Vec::new();
    for entry in store.list(None).await.unwrap_or_default() {
        let content = store.read(&entry.key, 0..entry.len).await.unwrap_or_default();
        objects.push((entry.key, content));
    }
    objects
}

/// A time at which the leases in the corpus have lapsed: the same input always does the same.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(4_102_488_000).unwrap_or(Timestamp::MAX)
    }
}

//! State that version 0.1.0 has written, in format 1, is read by every later version: what is in it, how a run goes on from
//! it, and what is said when a part of it is gone or wrong.
//!
//! The files in `golden-1` are never changed. Two activations, each with a run that was killed when its last receipts had
//! been written: the first run of `newcomers`, for the people 0 to 3, and the second one of `buyers`, for 3 to 8, whose
//! first was for 0 to 4 and got no answer to its last batch. Batches were of three identifiers; of those of the killed
//! runs the second was refused, the fourth not answered, the others accepted.

use std::collections::BTreeSet;
use std::path::Path;

use futures::TryStreamExt;
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};
use tikaud_core::activation::{Activation, ActivationState, Outcome, RunOptions, SegmentActivation};
use tikaud_core::destination::{AudienceSpec, Batch, Destination, MemoryDestination};
use tikaud_core::diff::{Action, IdentifierSet};
use tikaud_core::identifier::{DeviceHash, Field, FieldMapping, IdentifierKind};
use tikaud_core::plan::GuardSettings;
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{MemoryStateStore, ObjectKey, StateStore};

use crate::world::address;

const KINDS: [IdentifierKind; 3] = [IdentifierKind::EmailSha256, IdentifierKind::EmailSha512, IdentifierKind::IdfaMd5];

/// The golden state, in memory.
pub(crate) fn golden() -> MemoryStateStore {
    fn load(store: &MemoryStateStore, folder: &Path, key: &str) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let key = format!("{key}{}", entry.file_name().into_string().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => load(store, &entry.path(), &format!("{key}/")),
                false => store.overwrite(&key.parse().unwrap(), std::fs::read(entry.path()).unwrap().into()),
            }
        }
    }
    let store = MemoryStateStore::new();
    load(&store, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engine/golden-1"), "");
    store
}

pub(crate) fn state(store: &MemoryStateStore, activation: &str) -> ActivationState {
    ActivationState::try_new(store.clone(), activation).unwrap()
}

fn device(person: u32) -> String {
    format!("00000000-0000-4000-8000-{person:012}")
}

/// The identifiers of these people, sorted, made without the engine.
fn digests(kind: IdentifierKind, people: impl IntoIterator<Item = u32>) -> BTreeSet<Vec<u8>> {
    let digest = |person| match kind {
        IdentifierKind::EmailSha256 => Sha256::digest(address(person)).to_vec(),
        IdentifierKind::EmailSha512 => Sha512::digest(address(person)).to_vec(),
        _ => Md5::digest(device(person)).to_vec(),
    };
    people.into_iter().map(digest).collect()
}

/// The activation as it was when the golden state was made, for these people.
pub(crate) fn activation(
    store: &MemoryStateStore,
    destination: &MemoryDestination,
    id: &str,
    people: impl IntoIterator<Item = u32>,
) -> SegmentActivation {
    let row = |person| {
        [Some(address(person)), Some(const_hex::encode(Sha512::digest(address(person)))), Some(device(person))]
    };
    let segment = MemorySegment::try_new("Buyers", ["email", "sha512", "idfa"], people.into_iter().map(row)).unwrap();
    let idfa = Field::Idfa(DeviceHash::Md5);
    let mapping = [("email", Field::Email), ("sha512", Field::EmailSha512), ("idfa", idfa)];
    SegmentActivation::builder(id, segment.with_description("Who has bought"), destination.clone(), store.clone())
        .guards(GuardSettings::without_thresholds())
        .mapping(FieldMapping::try_new(mapping).unwrap())
        .build()
        .unwrap()
}

async fn exported(store: &MemoryStateStore, activation: &str, kind: IdentifierKind) -> BTreeSet<Vec<u8>> {
    let lines = state(store, activation).export(kind).await.unwrap();
    let text: String = lines.try_collect().await.unwrap();
    text.lines().map(|line| const_hex::decode(line).unwrap()).collect()
}

/// What the audiences of the golden state may hold, kind by kind.
fn possible(activation: &str) -> [BTreeSet<Vec<u8>>; 3] {
    let [emails, hashed, devices] = KINDS;
    let sorted = |kind, people| digests(kind, people).into_iter();
    match activation {
        // Two batches of e-mails, the second refused; two of hashed ones, the second not answered; no devices after it.
        "newcomers" => [sorted(emails, 0..4).take(3).collect(), digests(hashed, 0..4), BTreeSet::new()],
        // E-mails: those that were to go are gone, and the last one of those that were to come was never sent. Hashed
        // ones: the removes were refused. Devices: the ones without an answer, of which two are gone.
        _ => [
            digests(emails, 3..5).into_iter().chain(sorted(emails, 5..9).take(3)).collect(),
            digests(hashed, 0..5),
            sorted(devices, 0..5).take(3).filter(|digest| digests(devices, 3..9).contains(digest)).collect(),
        ],
    }
}

#[tokio::test]
async fn the_state_of_format_1_is_read_to_its_last_byte() {
    let store = golden();
    for (activation, generations, files) in [("newcomers", 1, 3), ("buyers", 2, 9)] {
        let found = state(&store, activation).verify().await.unwrap();
        assert_eq!((found.generations, found.files, found.leftovers), (generations, files, 0));
        assert_eq!(found.interrupted.len(), 1);
        for (kind, possible) in KINDS.into_iter().zip(possible(activation)) {
            assert_eq!(exported(&store, activation, kind).await, possible, "{activation}: {kind}");
        }
    }
}

#[tokio::test]
async fn a_generation_of_format_1_says_what_it_said() {
    for (activation, number, run, pending) in
        [("newcomers", 0, "00000000-0000000001", None), ("buyers", 1, "00000001-0000000003", Some((5, 0, None)))]
    {
        let generation = state(&golden(), activation).generation().await.unwrap().unwrap();
        assert_eq!((generation.number, generation.activation.as_str()), (number, activation));
        assert_eq!(generation.destination.as_str(), "memory/1");
        let audience = generation.audience.unwrap();
        let described = audience.description.as_deref();
        assert_eq!(
            (audience.id.as_str(), &*audience.name, described),
            ("audience-1", "Buyers", Some("Who has bought"))
        );
        assert_eq!(generation.pending_create, None);
        assert_eq!(generation.mapping.as_deref(), Some("86bd59980b3b8e90"));
        assert_eq!(generation.pending.map(|left| (left.adds, left.removes, left.resume_at)), pending);
        assert_eq!(generation.run.unwrap().as_str(), run);
        assert_eq!(generation.committed, "2026-01-01T10:00:00Z".parse().unwrap());
    }
}

/// The destination with an audience that holds whatever it may hold.
async fn destination(activation: &str) -> MemoryDestination {
    let destination = MemoryDestination::new();
    let spec = AudienceSpec { name: "Buyers".into(), description: Some("Who has bought".into()) };
    let audience = destination.create_audience(&spec).await.unwrap().id;
    let writer = destination.open_audience(&audience).await.unwrap();
    for (kind, possible) in KINDS.into_iter().zip(possible(activation)) {
        if !possible.is_empty() {
            let digests: Vec<u8> = possible.into_iter().flatten().collect();
            writer.apply(&Batch::new(Action::Add, kind, digests.into()).unwrap()).await.unwrap();
        }
    }
    destination
}

#[tokio::test]
async fn a_run_goes_on_from_a_journal_of_format_1() {
    for (id, generation) in [("newcomers", 2), ("buyers", 3)] {
        let (store, destination) = (golden(), destination(id).await);
        let report = activation(&store, &destination, id, 2..12).run(&RunOptions::new()).await.unwrap();
        assert_eq!((report.outcome, report.generation), (Outcome::Done, generation), "{report}");
        let held = destination.identifiers(&destination.audiences()[0]).unwrap();
        for kind in KINDS {
            let expected = digests(kind, 2..12).into_iter().flatten().collect();
            assert_eq!(held.get(kind), IdentifierSet::from_unsorted(kind, expected), "{id}: {kind}");
        }
        let found = state(&store, id).verify().await.unwrap();
        assert_eq!((found.interrupted.len(), found.leftovers), (0, 0));
    }
}

/// The one object whose key has this part.
pub(crate) async fn key_with(store: &MemoryStateStore, part: &str) -> ObjectKey {
    let objects = store.list(None).await.unwrap();
    let mut keys = objects.into_iter().map(|object| object.key).filter(|key| key.as_str().contains(part));
    let key = keys.next().unwrap();
    assert_eq!(keys.next(), None, "{part} is part of two keys");
    key
}

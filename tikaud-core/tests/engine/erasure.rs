//! Whoever is erased leaves every audience, is never added again, and leaves no digest behind.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tikaud_core::activation::{
    Activation, ActivationError, ErasureError, ErasureOutcome, Erasures, Outcome, Report, RunOptions,
    SegmentActivation, SegmentActivationBuilder, Teardown,
};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{
    DefaultPhoneParser, Field, FieldMapping, IdentifierKind, Person, PhoneRegion, SecretKey,
};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::{MemoryStateStore, StateError, StateStore};
use tokio::sync::Notify;

use crate::faults::{Answering, HookedStore, Operation, TestClock, buyers, refused_batch};
use crate::world::{People, World, address, identifiers, mapping, segment};

/// A key whose bytes are told from all others.
const KEY: &[u8; 40] = b"a-canary-key-that-is-written-to-nowhere!";

pub(crate) fn key() -> SecretKey {
    SecretKey::try_new(KEY).unwrap()
}

pub(crate) fn person(person: u32) -> Person {
    Person::new().email(&address(person)).unwrap()
}

fn people<const N: usize>(people: [u32; N]) -> People {
    BTreeSet::from(people)
}

fn keyed(world: &World, people: &People) -> SegmentActivation {
    buyers(people, world.destination.clone(), world.store.clone()).erasure_key(key()).build().unwrap()
}

fn erasures(world: &World) -> Erasures {
    Erasures::new(world.store.clone(), key()).clock(Arc::new(TestClock::default()))
}

async fn run(activation: &SegmentActivation) -> Report {
    activation.run(&RunOptions::new()).await.unwrap()
}

/// Another activation of the same state root.
fn vips(store: &MemoryStateStore, destination: &MemoryDestination, people: &People) -> SegmentActivationBuilder {
    SegmentActivation::builder("vips", segment(people), destination.clone(), store.clone())
        .mapping(mapping())
        .erasure_key(key())
}

/// Every object of a state, with its key.
async fn contents(store: &MemoryStateStore) -> Vec<(String, Vec<u8>)> {
    let mut contents = Vec::new();
    for object in store.list(None).await.unwrap() {
        let content = store.read(&object.key, 0..object.len).await.unwrap();
        contents.push((object.key.to_string(), content.to_vec()));
    }
    contents
}

/// The objects that hold a person's address, or its digest as bytes or as hex.
pub(crate) async fn traces(store: &MemoryStateStore, person: u32) -> Vec<String> {
    let digest = Sha256::digest(address(person));
    let traces = [digest.to_vec(), const_hex::encode(digest).into_bytes(), address(person).into_bytes()];
    let holds = |content: &[u8]| traces.iter().any(|trace| content.windows(trace.len()).any(|part| part == trace));
    let contents = contents(store).await;
    contents.into_iter().filter(|(_, content)| holds(content)).map(|(key, _)| key).collect()
}

#[tokio::test]
async fn whoever_is_erased_leaves_every_audience_and_is_not_added_again() {
    let (world, other) = (World::new(), MemoryDestination::new());
    let (buyers, vips) = (keyed(&world, &(0..5).collect()), vips(&world.store, &other, &(3..9).collect()));
    let vips = vips.build().unwrap();
    run(&buyers).await;
    run(&vips).await;

    let receipt = erasures(&world).erase(&person(4), &[&buyers, &vips]).await.unwrap();
    assert!(receipt.is_complete());
    insta::assert_snapshot!(receipt, @r"
    Erasure 1 of bd22e52ac1eb9be1: 2 identifiers kept out since 1970-01-01T00:00:00Z
      `buyers` at memory/1: the removal of 1 identifier was accepted, which is not applied yet
      `vips` at memory/1: the removal of 1 identifier was accepted, which is not applied yet
      whoever shares an identifier with the person is no longer reached by it
    ");
    assert_eq!(world.audience(), identifiers(&(0..4).collect()));
    assert_eq!(other.identifiers(&other.audiences()[0]).unwrap(), identifiers(&people([3, 5, 6, 7, 8])));
    assert_eq!(traces(&world.store, 4).await, Vec::<String>::new());

    let report = run(&buyers).await;
    assert_eq!((report.outcome, report.plan.kinds[0].erased, report.traffic.requests), (Outcome::Done, 1, 0));
    assert!(report.to_string().contains("0 removed, 4 unchanged, 1 erased"), "{report}");
    let resync = buyers.run(&RunOptions::new().resync()).await.unwrap();
    assert_eq!((resync.outcome, resync.plan.kinds[0].erased), (Outcome::Done, 1));
    assert_eq!(world.audience(), identifiers(&(0..4).collect()));
}

#[tokio::test]
async fn an_activation_that_was_not_given_removes_them_with_its_next_run() {
    let world = World::new();
    let buyers = keyed(&world, &(0..5).collect());
    run(&buyers).await;
    let receipt = erasures(&world).erase(&person(2), &[]).await.unwrap();
    assert_eq!(receipt.activations[0].outcome, ErasureOutcome::NotGiven);
    assert!(!receipt.is_complete());
    assert_eq!(world.audience(), identifiers(&(0..5).collect()));

    let plan = buyers.plan(&RunOptions::new()).await.unwrap();
    assert_eq!((plan.kinds[0].adds, plan.kinds[0].removes, plan.kinds[0].erased), (0, 1, 1));
    assert_eq!(run(&buyers).await.outcome, Outcome::Done);
    assert_eq!(world.audience(), identifiers(&people([0, 1, 3, 4])));
    assert_eq!(traces(&world.store, 2).await, Vec::<String>::new());
    // From then on there is nothing to do, and nothing is written.
    let generation = buyers.state().await.unwrap();
    assert_eq!(generation.erased, 1);
    run(&buyers).await;
    assert_eq!(buyers.state().await.unwrap(), generation);
}

#[tokio::test]
async fn whoever_was_never_held_is_kept_out_from_the_start() {
    let world = World::new();
    let erasures = erasures(&world);
    let receipt = erasures.erase(&person(3), &[&keyed(&world, &(0..5).collect())]).await.unwrap();
    assert_eq!(receipt.activations[0].outcome, ErasureOutcome::NotHeld);
    assert!(world.destination.audiences().is_empty(), "nothing is created to be erased from");
    run(&keyed(&world, &(0..5).collect())).await;
    assert_eq!(world.audience(), identifiers(&people([0, 1, 2, 4])));
    assert_eq!(traces(&world.store, 3).await, Vec::<String>::new());
}

#[tokio::test]
async fn neither_key_nor_identifier_is_written_or_printed() {
    let world = World::new();
    let buyers = keyed(&world, &(0..5).collect());
    run(&buyers).await;
    let erasures = erasures(&world);
    let receipt = erasures.erase(&person(4), &[&buyers]).await.unwrap();
    let report = run(&buyers).await;
    let json = serde_json::to_string(&receipt).unwrap();
    assert_eq!(serde_json::from_str::<tikaud_core::activation::ErasureReceipt>(&json).unwrap(), receipt);
    let printed = format!("{receipt}{receipt:?}{json}{report:?}{buyers:?}{erasures:?}{:?}{:?}", person(4), key());
    let mut all = contents(&world.store).await;
    assert!(all.iter().any(|(name, _)| name == "tikaud.erased/log/00000001.json"));
    assert!(all.iter().any(|(name, _)| name == "tikaud.erased/receipts/00000001-0001.json"));
    all.push(("printed".to_owned(), printed.into_bytes()));
    let (hex, digest) = (const_hex::encode(KEY), const_hex::encode(Sha256::digest(address(4))));
    for (name, content) in all {
        let text = String::from_utf8_lossy(&content);
        for secret in ["canary-key", &hex, &digest, "person4@"] {
            assert!(!text.contains(secret), "{secret} in {name}");
        }
    }
}

#[tokio::test]
async fn a_run_without_the_key_or_with_another_adds_nobody() {
    let world = World::new();
    let all: People = (0..5).collect();
    run(&keyed(&world, &all)).await;
    erasures(&world).erase(&person(4), &[]).await.unwrap();
    let builder = || buyers(&(0..7).collect(), world.destination.clone(), world.store.clone());
    let without = builder().build().unwrap();
    for error in
        [without.run(&RunOptions::new()).await.unwrap_err(), without.plan(&RunOptions::new()).await.unwrap_err()]
    {
        assert!(matches!(error, ActivationError::State(StateError::ErasureKeyMissing)), "{error:?}");
    }
    let another = SecretKey::try_new([1; 32]).unwrap();
    let error = builder().erasure_key(another.clone()).build().unwrap().run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::State(StateError::ErasureKeyDiffers { .. })), "{error:?}");
    let error = Erasures::new(world.store.clone(), another).erase(&person(1), &[]).await.unwrap_err();
    assert!(matches!(error, ErasureError::State(StateError::ErasureKeyDiffers { .. })), "{error:?}");
    assert_eq!(world.audience(), identifiers(&all));
    // Nobody is added by a teardown, which needs no key.
    assert!(without.tear_down(Teardown::Drain).await.unwrap().complete);
}

#[tokio::test]
async fn nothing_is_erased_where_an_activation_could_not_run_any_more() {
    let world = World::new();
    let without = buyers(&(0..5).collect(), world.destination.clone(), world.store.clone()).build().unwrap();
    let error = erasures(&world).erase(&person(4), &[&without]).await.unwrap_err();
    assert!(matches!(error, ErasureError::NoKey { .. }), "{error:?}");
    let other = Erasures::new(world.store.clone(), SecretKey::try_new([1; 32]).unwrap());
    let error = other.erase(&person(4), &[&keyed(&world, &(0..5).collect())]).await.unwrap_err();
    assert!(matches!(error, ErasureError::OtherKey { .. }), "{error:?}");
    assert!(matches!(other.erase(&Person::new(), &[]).await, Err(ErasureError::NoIdentifier)));
    assert!(contents(&world.store).await.is_empty());
}

#[tokio::test]
async fn a_lost_record_is_an_error_and_lets_nobody_in() {
    for lost in [1, 2] {
        let world = World::new();
        let buyers = keyed(&world, &(0..6).collect());
        run(&buyers).await;
        for erased in [4, 5] {
            erasures(&world).erase(&person(erased), &[&buyers]).await.unwrap();
        }
        world.store.delete(&format!("tikaud.erased/log/{lost:08}.json").parse().unwrap()).await.unwrap();
        let error = buyers.run(&RunOptions::new()).await.unwrap_err();
        let ActivationError::State(StateError::NotFound { key }) = error else { panic!("{error:?}") };
        assert_eq!(key.name(), format!("{lost:08}.json"));
        assert_eq!(world.audience(), identifiers(&(0..4).collect()));
    }
}

#[tokio::test]
async fn who_has_come_back_is_added_again_and_can_be_erased_again() {
    let world = World::new();
    let (buyers, erasures) = (keyed(&world, &(0..5).collect()), erasures(&world));
    run(&buyers).await;
    erasures.erase(&person(4), &[&buyers]).await.unwrap();
    assert!(erasures.is_erased(&person(4)).await.unwrap() && !erasures.is_erased(&person(3)).await.unwrap());
    assert_eq!(erasures.lift(&person(4)).await.unwrap(), 2);
    assert_eq!(erasures.lift(&person(4)).await.unwrap(), 0);
    assert!(!erasures.is_erased(&person(4)).await.unwrap());
    run(&buyers).await;
    assert_eq!(world.audience(), identifiers(&(0..5).collect()));

    let again = erasures.erase(&person(4), &[&buyers]).await.unwrap();
    assert_eq!((again.number, again.activations[0].outcome), (3, ErasureOutcome::Removed));
    run(&buyers).await;
    assert_eq!(world.audience(), identifiers(&(0..4).collect()));
    let receipts = erasures.receipts().await.unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(receipts[0].keyed_id, again.keyed_id);
    assert_eq!(receipts[1], again);
}

#[tokio::test]
async fn a_shared_phone_goes_with_whoever_is_erased() {
    let world = World::new();
    let rows = [("ada@example.com", "+442071838750"), ("grace@example.com", "+442071838750")];
    let rows = rows.map(|(email, phone)| [Some(email), Some(phone)]);
    let both = FieldMapping::try_new([("email", Field::Email), ("phone", Field::Phone(PhoneRegion::International))]);
    let segment = MemorySegment::try_new("Buyers", ["email", "phone"], rows).unwrap();
    let activation = SegmentActivation::builder("rows", segment, world.destination.clone(), world.store.clone())
        .mapping(both.unwrap())
        .erasure_key(key())
        .build()
        .unwrap();
    run(&activation).await;
    let phones = DefaultPhoneParser::try_new().unwrap();
    let ada = Person::new().email("ada@example.com").unwrap();
    let ada = ada.phone("020 7183 8750", Some("GB".parse().unwrap()), &phones).unwrap();
    let receipt = erasures(&world).erase(&ada, &[&activation]).await.unwrap();
    assert_eq!(receipt.activations[0].removed, 2);
    run(&activation).await;
    let left = world.audience();
    assert_eq!((left.len(), left.get(IdentifierKind::EmailSha256).len()), (1, 1), "Grace, by her own address");
}

#[tokio::test]
async fn a_run_that_is_at_work_is_left_to_its_next_one() {
    let world = World::new();
    run(&keyed(&world, &(0..5).collect())).await;
    let (reached, resumed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (at, on) = (Arc::clone(&reached), Arc::clone(&resumed));
    let suspended = HookedStore::new(&world.store, move |operation, key| {
        let (at, on) = (Arc::clone(&at), Arc::clone(&on));
        async move {
            if operation == Operation::Create && key.name() == "intent.json" {
                at.notify_one();
                on.notified().await;
            }
            Ok(())
        }
    });
    let suspended = buyers(&(0..8).collect(), world.destination.clone(), suspended).erasure_key(key());
    let (suspended, idle) = (suspended.build().unwrap(), keyed(&world, &(0..8).collect()));
    let options = RunOptions::new();
    let (late, receipt) = tokio::join!(suspended.run(&options), async {
        reached.notified().await;
        let receipt = erasures(&world).erase(&person(7), &[&idle]).await.unwrap();
        resumed.notify_one();
        receipt
    });
    assert_eq!(late.unwrap().outcome, Outcome::Done);
    assert_eq!(receipt.activations[0].outcome, ErasureOutcome::Pending);
    assert!(receipt.activations[0].reason.as_ref().unwrap().contains("another process"), "{receipt}");
    assert_eq!(world.audience(), identifiers(&(0..8).collect()), "the run had begun before");
    run(&idle).await;
    assert_eq!(world.audience(), identifiers(&(0..7).collect()));
    assert_eq!(traces(&world.store, 7).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_a_destination_refuses_is_said_and_tried_again() {
    let world = World::new();
    run(&keyed(&world, &(0..5).collect())).await;
    let refusing = Answering::new(&world.destination, |_| refused_batch());
    let refusing = buyers(&(0..5).collect(), refusing, world.store.clone()).erasure_key(key()).build().unwrap();
    let receipt = erasures(&world).erase(&person(4), &[&refusing]).await.unwrap();
    let of_buyers = &receipt.activations[0];
    assert_eq!((of_buyers.outcome, of_buyers.held, of_buyers.removed), (ErasureOutcome::Refused, 1, 0));
    assert_eq!(refusing.state().await.unwrap().erased, 0);
    assert_eq!(refusing.state().await.unwrap().pending.unwrap().removes, 1);

    let again = erasures(&world).erase(&person(4), &[&keyed(&world, &(0..5).collect())]).await.unwrap();
    assert_eq!((again.number, again.activations[0].outcome), (1, ErasureOutcome::Removed));
    assert_eq!(world.audience(), identifiers(&(0..4).collect()));
    assert_eq!(traces(&world.store, 4).await, Vec::<String>::new());
    assert_eq!(erasures(&world).receipts().await.unwrap(), [receipt, again]);
}

#[tokio::test]
async fn an_activation_of_another_state_root_is_not_taken_for_erased_from() {
    let (world, other) = (World::new(), World::new());
    let elsewhere = keyed(&other, &(0..5).collect());
    run(&elsewhere).await;
    let receipt = erasures(&world).erase(&person(4), &[&elsewhere]).await.unwrap();
    assert_eq!(receipt.activations[0].outcome, ErasureOutcome::Refused);
    assert!(receipt.to_string().contains("another state root"), "{receipt}");
    assert_eq!(other.audience(), identifiers(&(0..5).collect()));
}

#[tokio::test]
async fn a_root_in_which_nobody_was_erased_knows_nothing_of_it() {
    let with_key = World::new();
    run(&keyed(&with_key, &(0..5).collect())).await;
    let report = run(&keyed(&with_key, &(2..7).collect())).await;
    assert!(!report.to_string().contains("erased") && !serde_json::to_string(&report).unwrap().contains("erased"));
    let contents = contents(&with_key.store).await;
    let names: Vec<&String> = contents.iter().map(|(name, _)| name).filter(|name| name.contains("erased")).collect();
    assert!(names.is_empty(), "{names:?}");
    assert!(!contents.iter().any(|(_, content)| String::from_utf8_lossy(content).contains("erased")));
    assert_eq!(with_key.audience(), identifiers(&(2..7).collect()));
}

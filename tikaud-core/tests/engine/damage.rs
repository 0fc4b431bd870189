//! Whatever is wrong with state has an error of its own, which says what to do, and nothing is sent: state that cannot be
//! read is never taken for that of a first run.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tikaud_core::activation::{Activation, ActivationError, RunOptions};
use tikaud_core::destination::{AudienceSpec, Destination, MemoryDestination};
use tikaud_core::state::{MemoryStateStore, StateError, StateStore};
use xxhash_rust::xxh3::xxh3_64;

use crate::golden::{activation, golden, key_with, state};

const GENERATION: &str = "buyers/generations/00000001.json";
const SNAPSHOT: &str = "buyers/snapshots/00000001-0000000001-confirmed-email_sha256.digests";
const PLAN: &str = "/plans/00000001-0000000003/add-email_sha256.digests";
const INTENT: &str = "buyers/journal/00000001-0000000003/intent.json";
const CLAIM: &str = "buyers/claims/0000000003.json";

async fn content(store: &MemoryStateStore, part: &str) -> Vec<u8> {
    let key = key_with(store, part).await;
    let len = store.list(Some(&key.as_str().rsplit_once('/').unwrap().0.parse().unwrap())).await.unwrap();
    let len = len.iter().find(|object| object.key == key).unwrap().len;
    store.read(&key, 0..len).await.unwrap().to_vec()
}

/// The golden state with the bytes of one object changed.
async fn with(part: &str, change: impl FnOnce(&mut Vec<u8>)) -> MemoryStateStore {
    let store = golden();
    let mut bytes = content(&store, part).await;
    change(&mut bytes);
    store.overwrite(&key_with(&store, part).await, bytes.into());
    store
}

/// With the text of a sealed object changed, and sealed again.
async fn sealed_with(part: &str, old: &str, new: &str) -> MemoryStateStore {
    let reseal = |bytes: &mut Vec<u8>| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let (json, _) = text.rsplit_once("\nsha256 ").unwrap();
        assert!(json.contains(old), "{json}");
        let json = json.replacen(old, new, 1);
        *bytes = format!("{json}\nsha256 {}\n", const_hex::encode(Sha256::digest(&json))).into_bytes();
    };
    with(part, reseal).await
}

async fn without(part: &str) -> MemoryStateStore {
    let store = golden();
    store.delete(&key_with(&store, part).await).await.unwrap();
    store
}

/// Puts one object where another was.
async fn replaced(part: &str, by: &str) -> MemoryStateStore {
    let other: Bytes = content(&golden(), by).await.into();
    with(part, |bytes| *bytes = other.to_vec()).await
}

fn of_state(error: ActivationError) -> StateError {
    match error {
        ActivationError::State(error) => error,
        other => unreachable!("not an error of the state: {other:?}"),
    }
}

/// What a run says, which has sent nothing by then.
async fn refused(store: &MemoryStateStore, account: &str) -> StateError {
    let destination = MemoryDestination::new().with_account(account);
    let spec = AudienceSpec { name: "Buyers".into(), description: None };
    destination.create_audience(&spec).await.unwrap();
    let run = activation(store, &destination, "buyers", 0..9).run(&RunOptions::new()).await;
    assert_eq!((destination.batches(), destination.audiences().len()), (0, 1), "something was sent");
    of_state(run.unwrap_err())
}

/// A check of the state and a run say the same, and what to do.
macro_rules! assert_refused {
    ($store:expr, $error:pat, $remedy:literal) => {{
        let store = &$store;
        let verified = of_state(state(store, "buyers").verify().await.unwrap_err());
        for error in [verified, refused(store, "1").await] {
            assert!(matches!(error, $error), "{error:?}");
            assert!(error.to_string().contains($remedy), "{error}");
        }
    }};
}

#[tokio::test]
async fn a_flipped_bit_is_damage() {
    for part in [GENERATION, SNAPSHOT, PLAN, INTENT, CLAIM, "buyers/journal/00000001-0000000003/receipts-"] {
        let store = with(part, |bytes| bytes[100] ^= 1).await;
        assert_refused!(store, StateError::Damaged { .. }, "restore the state from a back-up, nothing was sent");
    }
}

#[tokio::test]
async fn an_object_that_ends_too_early_is_cut_short() {
    for part in [GENERATION, SNAPSHOT, PLAN, INTENT, CLAIM] {
        for lost in [1, 40] {
            let store = with(part, |bytes| bytes.truncate(bytes.len() - lost)).await;
            assert_refused!(store, StateError::Truncated { .. }, "restore the state from a back-up, nothing was sent");
        }
    }
}

#[tokio::test]
async fn a_generation_that_is_missing_is_no_first_run() {
    let store = without(GENERATION).await;
    assert_refused!(store, StateError::GenerationsMissing { .. }, "restore it from a back-up, nothing was sent");
    store.delete(&key_with(&store, "buyers/generations/").await).await.unwrap();
    assert_refused!(store, StateError::GenerationsMissing { .. }, "restore it from a back-up, nothing was sent");
}

#[tokio::test]
async fn a_snapshot_or_a_plan_that_is_missing_is_named() {
    for part in [SNAPSHOT, PLAN] {
        assert_refused!(without(part).await, StateError::NotFound { .. }, "restore the state from a back-up");
    }
}

#[tokio::test]
async fn a_newer_version_asks_for_an_upgrade() {
    for part in [GENERATION, INTENT, CLAIM] {
        let store = sealed_with(part, "\"format\": 1", "\"format\": 2").await;
        assert_refused!(store, StateError::Newer { found: 2, supported: 1, .. }, "upgrade tikaud");
    }
    for part in [SNAPSHOT, PLAN] {
        let newer = |bytes: &mut Vec<u8>| {
            bytes[8] = 2;
            let checksum = xxh3_64(&bytes[..56]).to_le_bytes();
            bytes[56..64].copy_from_slice(&checksum);
        };
        let store = with(part, newer).await;
        assert_refused!(store, StateError::Newer { found: 2, supported: 1, .. }, "upgrade tikaud");
    }
}

#[tokio::test]
async fn another_activations_state_is_told_from_damage() {
    let store = sealed_with(GENERATION, "\"activation\": \"buyers\"", "\"activation\": \"newcomers\"").await;
    assert_refused!(store, StateError::ForeignActivation { .. }, "use each activation's own");
    let store = replaced(SNAPSHOT, "newcomers/plans/00000000-0000000001/add-email_sha256.digests").await;
    assert_refused!(store, StateError::ForeignDigests { .. }, "use each activation's own");
}

#[tokio::test]
async fn another_destinations_state_is_refused() {
    let error = refused(&golden(), "other").await;
    assert!(matches!(error, StateError::ForeignDestination { .. }), "{error:?}");
    assert!(error.to_string().contains("give each account a state of its own, nothing was sent"), "{error}");
}

/// Sealed and whole, and yet nothing that any version has written.
#[tokio::test]
async fn a_manifest_that_contradicts_itself_is_damage() {
    let last = format!("\"number\": {}", u64::MAX);
    let wraps = format!("\"count\": {}", u64::MAX);
    for (part, old, new) in [
        (GENERATION, "\"number\": 1", "\"number\": 0"),
        (GENERATION, "\"number\": 1", last.as_str()),
        (GENERATION, "\"count\": 5", wraps.as_str()),
        (GENERATION, "\"count\": 5", "\"count\": 0"),
        (GENERATION, "\"kind\": \"email_sha512\"", "\"kind\": \"email_sha256\""),
        (INTENT, "\"action\": \"remove\"", "\"action\": \"add\""),
        (INTENT, "\"count\": 4", "\"count\": 0"),
    ] {
        let store = sealed_with(part, old, new).await;
        assert_refused!(store, StateError::Damaged { .. }, "restore the state from a back-up, nothing was sent");
    }
}

#[tokio::test]
async fn a_number_at_its_end_is_damage() {
    for (part, name, old) in [
        (GENERATION, format!("buyers/generations/{}.json", u64::MAX), "\"number\": 1,"),
        (CLAIM, format!("buyers/claims/{}.json", u64::MAX), "\"generation\": 1"),
    ] {
        let new = if part == GENERATION { format!("\"number\": {},", u64::MAX) } else { old.to_owned() };
        let store = sealed_with(part, old, &new).await;
        store.overwrite(&name.parse().unwrap(), content(&store, part).await.into());
        assert_refused!(store, StateError::Damaged { .. }, "restore the state from a back-up, nothing was sent");
    }
}

//! Fates by the thousand: more than a statement, or the driver at once, brings.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tikaud_core::diff::{
    DiffEngine, DiffEngineError, DiffEngineErrorKind, Fate, FateSet, IdentifierSet, MemoryDiffEngine, SetsId,
    SettleRequest, Standing,
};
use tikaud_core::identifier::IdentifierKind;

use crate::places::Place;
use crate::sail::Protocol;
use crate::world::{held, settle};

/// Digests of this length, from one number to another; they have nothing in common with their order.
fn digests(kind: IdentifierKind, numbers: std::ops::Range<u64>) -> IdentifierSet {
    let digest = |number: u64| {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        mixed.into_iter().cycle().take(kind.digest_len()).collect::<Vec<u8>>()
    };
    IdentifierSet::from_unsorted(kind, numbers.flat_map(digest).collect())
}

fn fates(many: u64) -> [Vec<FateSet>; 2] {
    let of = |fate: Fate, kind, numbers| FateSet { fate, set: digests(kind, numbers) };
    let confirmed = Fate::of(|_| Standing::Confirmed);
    let unconfirmed = Fate::of(|before| before.max(Standing::Unconfirmed));
    let [email, long, device] = [IdentifierKind::EmailSha256, IdentifierKind::EmailSha512, IdentifierKind::IdfaMd5];
    [
        vec![of(confirmed, email, 0..many), of(unconfirmed, long, 0..many / 2), of(confirmed, device, 0..3)],
        vec![
            of(Fate::of(|_| Standing::Absent), email, 0..many / 3),
            of(unconfirmed, email, many - 5..many + 5),
            of(Fate::of(|before| before.min(Standing::Unconfirmed)), long, 0..many / 4),
            of(confirmed, long, many / 3..many / 2),
        ],
    ]
}

async fn settle_alike(place: Place, many: u64) {
    place.fill(&[]).await;
    let reference = MemoryDiffEngine::new(Arc::new(place.segment()));
    let engine = place.engine();
    let activation = "a".parse().unwrap();
    let mut before = None;
    for (fates, generation) in fates(many).into_iter().zip(1..) {
        let sets = SetsId::of(&activation, generation, 1);
        let wanted = settle(&reference, before.as_ref(), &sets, Fate::UNCHANGED, fates.clone()).await;
        assert_eq!(settle(&engine, before.as_ref(), &sets, Fate::UNCHANGED, fates).await, wanted);
        assert_eq!(held(&engine, &sets).await, held(&reference, &sets).await);
        before = Some(sets);
    }

    // What breaks off leaves nothing that counts: the next call makes the same sets.
    let [brought, _] = fates(many);
    let sets = SetsId::of(&activation, 3, 1);
    let lost = || DiffEngineError::new(DiffEngineErrorKind::Failed, "the state is gone");
    let breaking = stream::iter(brought.clone().into_iter().map(Ok).chain([Err(lost())])).boxed();
    engine.settle(SettleRequest::new(None, sets.clone(), Fate::UNCHANGED, breaking)).await.unwrap_err();
    if !matches!(place, Place::Sail(_)) {
        // There even the table of fates is gone.
        assert_eq!(place.tables().await.len(), 2);
    }
    let wanted = settle(&reference, None, &sets, Fate::UNCHANGED, brought.clone()).await;
    assert_eq!(settle(&engine, None, &sets, Fate::UNCHANGED, brought).await, wanted);
    assert_eq!(held(&engine, &sets).await, held(&reference, &sets).await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn many_fates_in_duckdb() {
    settle_alike(Place::duckdb(), 51_000).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a server and an ADBC driver: run it by .ci/with-postgres .ci/with-adbc"]
async fn many_fates_in_postgres() {
    settle_alike(Place::postgres().await, 51_000).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs servers and ADBC drivers: run it by .ci/with-adbc"]
async fn many_fates_in_a_distributed_engine() {
    settle_alike(Place::sail(Protocol::FlightSql), 6000).await;
    settle_alike(Place::sail(Protocol::SparkConnect), 6000).await;
}

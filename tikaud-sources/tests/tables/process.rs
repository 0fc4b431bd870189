//! A process that is killed while it settles in a file of DuckDB's: the sets are there whole, or not at all.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{self, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tikaud_core::diff::{
    DiffEngine, DiffEngineErrorKind, Fate, FateSet, IdentifierSet, MemoryDiffEngine, SetsId, Standing,
};
use tikaud_core::identifier::IdentifierKind;
use tikaud_sources::{AdbcConnection, AdbcDiffEngine, AdbcSegment};

use crate::engines::driver;
use crate::places::Place;
use crate::world::{held, settle};

/// Tells the process that is to be killed before which statement, and in which file.
const KILL: &str = "TIKAUD_TEST_KILL";
const KIND: IdentifierKind = IdentifierKind::EmailSha256;

fn sets(generation: u64) -> SetsId {
    SetsId::of(&"a".parse().unwrap(), generation, 1)
}

fn digests(numbers: std::ops::Range<u32>) -> IdentifierSet {
    let digests = numbers.flat_map(|number| [number.to_be_bytes().as_slice(), &[7; 28]].concat()).collect();
    IdentifierSet::from_unsorted(KIND, digests)
}

/// Sets of 3,000, then some go, and 6,000 come.
async fn settle_first(engine: &dyn DiffEngine) {
    let fates = vec![FateSet { fate: Fate::of(|_| Standing::Confirmed), set: digests(0..3000) }];
    settle(engine, None, &sets(1), Fate::UNCHANGED, fates).await;
}

async fn settle_next(engine: &dyn DiffEngine) {
    let fates = vec![
        FateSet { fate: Fate::of(|_| Standing::Absent), set: digests(0..500) },
        FateSet { fate: Fate::of(|before| before.max(Standing::Unconfirmed)), set: digests(2000..8500) },
    ];
    settle(engine, Some(&sets(1)), &sets(2), Fate::UNCHANGED, fates).await;
}

/// What the process does that is to be killed.
async fn settle_until_killed(told: &str) {
    let (statements, path) = told.split_once(' ').unwrap();
    let connection = AdbcConnection::new(driver("DUCKDB")).option("path", path);
    let segment = AdbcSegment::relation(connection, ["people"]).build().unwrap();
    let left = AtomicI64::new(statements.parse().unwrap());
    let engine = AdbcDiffEngine::try_new(&segment, ["sets"]).unwrap().observe(move |_| {
        if left.fetch_sub(1, Ordering::SeqCst) == 0 {
            process::abort();
        }
    });
    settle_next(&engine).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn a_process_that_is_killed_leaves_sets_that_are_whole_or_none() {
    if let Ok(told) = env::var(KILL) {
        return settle_until_killed(&told).await;
    }
    let reference = MemoryDiffEngine::new(Arc::new(Place::duckdb().segment()));
    settle_first(&reference).await;
    settle_next(&reference).await;
    let (first, next) = (held(&reference, &sets(1)).await, held(&reference, &sets(2)).await);
    for statements in 0.. {
        let place = Place::duckdb();
        place.fill(&[]).await;
        let (engine, Place::DuckDb(duckdb)) = (place.engine(), &place) else { unreachable!() };
        settle_first(&engine).await;
        let test = "process::a_process_that_is_killed_leaves_sets_that_are_whole_or_none";
        let status = Command::new(env::current_exe().unwrap())
            .args([test, "--exact", "--include-ignored"])
            .env(KILL, format!("{statements} {}", duckdb.path()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();

        let found = engine.read(&sets(2), KIND).await.map(drop).map_err(|error| error.kind());
        if status.success() {
            assert!(statements >= 10, "{statements}");
            assert_eq!(found, Ok(()));
            assert_eq!(held(&engine, &sets(2)).await, next);
            return;
        }
        assert_eq!(status.signal(), Some(6), "{status}");
        // The end of the transaction is the last statement, and was not executed.
        assert_eq!(found, Err(DiffEngineErrorKind::SetsMissing));
        assert_eq!(held(&engine, &sets(1)).await, first);
        settle_next(&engine).await;
        assert_eq!(held(&engine, &sets(2)).await, next);
        assert_eq!(place.tables().await.len(), 2, "{:?}", place.tables().await);
    }
}

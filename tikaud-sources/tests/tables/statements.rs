//! A dry run shows what a run executes, statement by statement, and an observer is told of each.

use std::panic;
use std::sync::{Arc, Mutex};

use tikaud_core::activation::Activation;
use tikaud_core::destination::{Capabilities, MemoryDestination};
use tikaud_core::diff::{CompareRequest, DiffEngine, DiffEngineErrorKind, IdentifierSets, SetsId};
use tikaud_core::identifier::IdentifierKind;
use tikaud_sources::{AdbcDiffEngine, EngineStatement};

use crate::kept::{Kept, customers, mapping, options};
use crate::places::{Place, in_each_database};

type Executed = Arc<Mutex<Vec<EngineStatement>>>;

fn recorded(place: &Place) -> (AdbcDiffEngine, Executed) {
    let executed = Executed::default();
    let record = Arc::clone(&executed);
    (place.engine().observe(move |statement| record.lock().unwrap().push(statement.clone())), executed)
}

fn same(shown: &EngineStatement, executed: &EngineStatement) -> bool {
    (shown.purpose, shown.writes, &shown.sql) == (executed.purpose, executed.writes, &executed.sql)
}

/// Each that is shown is executed as often as it says, and nothing else is.
fn assert_executed(shown: &[EngineStatement], executed: &[EngineStatement]) {
    let mut left = executed;
    for statement in shown {
        let most = if statement.once { 1 } else { usize::MAX };
        let times = left.iter().take(most).take_while(|executed| same(statement, executed)).count();
        assert!(times > 0 || !statement.once, "not executed: {}, but {:?}", statement.sql, left.first());
        left = &left[times..];
    }
    assert!(left.is_empty(), "not shown: {}", left[0].sql);
}

/// Whatever writes, writes a table of the activation's in the schema; the rest only reads.
fn assert_written_there(place: &Place, statements: &[EngineStatement]) {
    for EngineStatement { writes, sql, .. } in statements {
        let target = sql.split(['"', '`']).filter(|part| !part.trim().is_empty() && *part != ".").take(3);
        let target: Vec<&str> = target.collect();
        if *writes {
            let verbs = ["CREATE TABLE ", "INSERT INTO ", "DROP TABLE ", "DROP TABLE IF EXISTS "];
            assert!(verbs.contains(&target[0]) && target[1] == place.schema(), "{sql}");
            assert!(target[2].starts_with("tikaud_shown_"), "{sql}");
        } else {
            let reads = ["SELECT ", "SHOW TABLES ", "BEGIN", "COMMIT", "SET LOCAL client_min_messages"];
            assert!(reads.iter().any(|verb| sql.starts_with(verb)), "{sql}");
        }
    }
}

/// Nobody can be recognised by what is told.
fn assert_nobody_in(audience: &IdentifierSets, statements: &[EngineStatement]) {
    let all: String = statements.iter().map(|statement| statement.sql.to_lowercase()).collect();
    for kind in IdentifierKind::ALL {
        for digest in audience.get(kind).iter() {
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!all.contains(&hex), "an identifier is told");
        }
    }
}

async fn shown_is_executed(place: Place, replaces: bool, many: u32) {
    let mut capabilities = Capabilities::new(IdentifierKind::ALL.to_vec());
    if replaces {
        capabilities.replacement_every = Some(std::time::Duration::from_secs(1));
    }
    // DuckDB's and PostgreSQL's drivers bring more at once than a statement does.
    let brought = if matches!(place, Place::Sail(_)) { 5000 } else { 50_000 };
    let kept = Kept::named("shown").at(MemoryDestination::with_capabilities(capabilities));
    let (activation, mapping, mut drops) = ("shown".parse().unwrap(), mapping(), 0);
    let (later, last) = ((5..many, false), (0..20, false));
    let histories =
        [(0..many, false), (3..many + 9, false), (4..many, true), later, (4..40, false), (0..40, true), last];
    for (run, (numbers, resync)) in (1..).zip(histories) {
        place.fill(&customers(numbers)).await;
        let held = kept.sets(&place).await;
        // A claim to run with, and one to let go.
        let next = SetsId::of(&activation, run, 2 * run - 1);
        let request = CompareRequest::new(held.as_ref(), &mapping).resync(resync);
        let before = place.tables().await;
        let shown = place.engine().statements(&request, &next).await.unwrap();
        assert_eq!(place.tables().await, before, "a dry run writes nothing");

        let (engine, executed) = recorded(&place);
        let options = if resync { options().resync() } else { options() };
        let report = kept.by(&place, engine).run(&options).await.unwrap();
        let executed = std::mem::take(&mut *executed.lock().unwrap());
        assert_eq!(kept.sets(&place).await, Some(next), "{report}");
        assert_executed(&shown, &executed);
        for statements in [&shown, &executed] {
            assert_written_there(&place, statements);
            assert_nobody_in(&kept.audience(), statements);
        }
        let times = |purpose| executed.iter().filter(|statement| statement.purpose == purpose).count();
        let changes: u64 = report.plan.kinds.iter().map(|kind| kind.adds + kind.removes).sum();
        assert_eq!(times("bring the fates of the changes") as u64, changes.div_ceil(brought));
        assert_eq!(times("make the next sets"), 1);
        assert_eq!(
            times("look for identifiers among what is held") > 0,
            run > 1,
            "some members are left to this process"
        );
        drops += times("drop sets that nobody needs");
    }
    assert!(drops > 0);

    // With nothing to change there are no next sets, and all that is executed is shown.
    let (held, next) = (kept.sets(&place).await, SetsId::of(&activation, 9, 9));
    let shown = place.engine().statements(&CompareRequest::new(held.as_ref(), &mapping), &next).await.unwrap();
    let (engine, executed) = recorded(&place);
    kept.by(&place, engine).run(&options()).await.unwrap();
    let executed = executed.lock().unwrap();
    assert!(executed.iter().all(|statement| !statement.writes && shown.iter().any(|shown| same(shown, statement))));
}

in_each_database!(a_dry_run_shows_what_is_executed, |place| shown_is_executed(place, false, 6000));

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn a_dry_run_shows_how_sets_are_made_where_an_audience_is_replaced() {
    Box::pin(shown_is_executed(Place::duckdb(), true, 60)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs an ADBC driver: run it by .ci/with-adbc"]
async fn an_observer_that_panics_ends_the_call_and_nothing_else() {
    let place = Place::duckdb();
    place.fill(&customers(0..9)).await;
    let (engine, executed) = recorded(&place);
    let engine = engine.observe(|statement| {
        if statement.purpose.starts_with("compare") {
            // Not `panic!`, which would print.
            panic::resume_unwind(Box::new("full"));
        }
    });
    let mapping = mapping();
    let request = CompareRequest::new(None, &mapping);
    assert_eq!(engine.compare(&request).await.unwrap_err().kind(), DiffEngineErrorKind::Failed);
    // Who was there first was told first.
    assert!(executed.lock().unwrap().last().unwrap().purpose.starts_with("compare"));
    place.engine().compare(&request).await.unwrap();
}

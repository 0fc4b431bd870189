use std::sync::Arc;

use proptest::prelude::*;
use tikaud_core::segment::Segment;
use tikaud_core::state::Clock;
use tikaud_sources::rule::{Rule, column};
use tikaud_sources::{FileSegment, FileSegmentBuilder};

use crate::oracle::{NOW, truth};
use crate::strategies::{row, rule};
use crate::table::{Row, ids};
use crate::table_files::Files;

/// Tells always the same time.
#[derive(Debug)]
pub(crate) struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        NOW.parse().unwrap()
    }
}

pub(crate) fn segment(files: &Files, name: &str, rule: &Rule, prune: bool) -> FileSegmentBuilder {
    FileSegment::builder([files.path(name)]).filter(rule.clone()).clock(Arc::new(FixedClock)).prune(prune).batch_size(5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_rule_gives_the_same_members_in_every_format(
        rows in prop::collection::vec(row(), 1..25), rule in rule(), row_group in 1..8_usize,
    ) {
        let files = Files::of(&rows, row_group);
        let expected: Vec<usize> = (0..rows.len()).filter(|id| truth(&rule, &rows[*id]) == Some(true)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (name, prune) in [("t.csv", true), ("t.jsonl", true), ("t.parquet", true), ("t.parquet", false)] {
            let found = runtime.block_on(ids(&segment(&files, name, &rule, prune).build().unwrap()));
            prop_assert_eq!(&found, &expected, "{} (pruned: {}) by {}", name, prune, serde_json::to_string(&rule).unwrap());
        }
    }
}

fn rows() -> Vec<Row> {
    let row = |text: &str, flag| Row {
        text: Some(text.to_owned()),
        whole: Some(1),
        decimal: None,
        float: Some(0.5),
        flag,
        day: None,
        instant: None,
        local: None,
    };
    vec![row("a", Some(true)), row("b", Some(false)), row("c", None)]
}

#[tokio::test]
async fn consent_is_given_and_nothing_else() {
    let files = Files::of(&rows(), 2);
    for name in ["t.csv", "t.jsonl", "t.parquet"] {
        let segment = FileSegment::builder([files.path(name)]).require_consent("flag").build().unwrap();
        assert_eq!(ids(&segment).await, [0], "{name}");
    }
}

#[tokio::test]
async fn of_several_rules_all_must_be_true() {
    let files = Files::of(&rows(), 2);
    let (either, not_first) = (column("text").is("a") | column("text").is("b"), !column("text").is("a"));
    for name in ["t.csv", "t.jsonl", "t.parquet"] {
        let builder = FileSegment::builder([files.path(name)]).filter(either.clone()).filter(not_first.clone());
        assert_eq!(ids(&builder.build().unwrap()).await, [1], "{name}");
    }
}

#[tokio::test]
async fn a_column_may_be_delivered_and_looked_at() {
    let files = Files::of(&rows(), 2);
    for name in ["t.csv", "t.jsonl", "t.parquet"] {
        let segment = FileSegment::builder([files.path(name)]).filter(column("id").at_least(1)).build().unwrap();
        assert_eq!(ids(&segment).await, [1, 2], "{name}");
    }
}

#[tokio::test]
async fn a_rule_adds_no_column_to_the_segment() {
    let files = Files::of(&rows(), 2);
    let segment = FileSegment::builder([files.path("t.parquet")]).filter(column("float").more_than(0)).build().unwrap();
    let columns = segment.columns().await.unwrap();
    assert!(!columns.contains(&"float".to_owned()), "a float holds no text, so it cannot be mapped: {columns:?}");
    assert_eq!(ids(&segment).await, [0, 1, 2]);
}

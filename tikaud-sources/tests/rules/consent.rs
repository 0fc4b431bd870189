//! Who has not consented is left out, and counted once, whatever is read of a file and whatever not.

use futures::TryStreamExt;
use proptest::prelude::*;
use tikaud_core::activation::{Activation, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::segment::{MemberBatch, Segment};
use tikaud_core::state::MemoryStateStore;
use tikaud_sources::rule::column;
use tikaud_sources::{FileSegment, FileSegmentBuilder};

use crate::files::segment;
use crate::oracle::truth;
use crate::strategies::{row, rule};
use crate::table_files::Files;

const FILES: [(&str, bool); 4] = [("t.csv", true), ("t.jsonl", true), ("t.parquet", true), ("t.parquet", false)];

/// How many members there are, and how many were left out for want of consent.
async fn counts(segment: &FileSegment) -> (usize, u64) {
    let batches: Vec<MemberBatch> = segment.members(&["id".to_owned()]).await.unwrap().try_collect().await.unwrap();
    (batches.iter().map(MemberBatch::len).sum(), batches.iter().map(MemberBatch::without_consent).sum())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn those_without_consent_among_those_whom_the_rule_chooses_are_counted_in_every_format(
        rows in prop::collection::vec(row(), 1..25), rule in rule(), row_group in 1..8_usize,
    ) {
        let files = Files::of(&rows, row_group);
        let chosen = || rows.iter().filter(|row| truth(&rule, row) == Some(true));
        let consented = chosen().filter(|row| row.flag == Some(true)).count();
        let expected = (consented, (chosen().count() - consented) as u64);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (name, prune) in FILES {
            let segment = segment(&files, name, &rule, prune).require_consent("flag").build().unwrap();
            prop_assert_eq!(runtime.block_on(counts(&segment)), expected, "{} (pruned: {})", name, prune);
        }
    }
}

/// Ten people with their consents to two things; everybody from the fifth on lacks the first, which would fill row groups and
/// pages of their own.
fn people() -> FilesOfPeople {
    let directory = tempfile::tempdir().unwrap();
    for (name, people) in [("given=true", 0..5), ("given=false", 5..10)] {
        std::fs::create_dir(directory.path().join(name)).unwrap();
        let lines = people.map(|id| format!("{id},{id}@example.com,{}\n", ["yes", "no", ""][id % 3]));
        let content = format!("id,email,profiling\n{}", lines.collect::<String>());
        std::fs::write(directory.path().join(name).join("t.csv"), content).unwrap();
    }
    FilesOfPeople(directory)
}

struct FilesOfPeople(tempfile::TempDir);

impl FilesOfPeople {
    fn segment(&self) -> FileSegmentBuilder {
        FileSegment::builder([self.0.path().join("*/t.csv")]).name("Buyers")
    }
}

#[tokio::test]
async fn files_whose_path_says_that_nobody_has_consented_are_counted() {
    let people = people();
    let count = async |builder: FileSegmentBuilder| counts(&builder.build().unwrap()).await;
    assert_eq!(count(people.segment()).await, (10, 0), "nobody is asked");
    assert_eq!(count(people.segment().require_consent("given")).await, (5, 5));
    assert_eq!(count(people.segment().require_consent("profiling")).await, (4, 6));
    let both = || people.segment().require_consent("given").require_consent("profiling");
    assert_eq!(count(both()).await, (2, 8), "who lacks both is counted once");
    assert_eq!(count(both().filter(column("id").at_least(8))).await, (0, 2));
    assert_eq!(count(both().filter(column("given").is(true))).await, (2, 3), "others are not chosen to begin with");
}

#[tokio::test]
async fn plan_and_report_say_how_many_were_left_out() {
    let people = people();
    let segment = people.segment().require_consent("given").require_consent("profiling").batch_size(2).build().unwrap();
    let activation = SegmentActivation::builder("buyers", segment, MemoryDestination::new(), MemoryStateStore::new())
        .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
        .build()
        .unwrap();
    let plan = activation.plan(&RunOptions::new()).await.unwrap();
    assert_eq!((plan.tally.members, plan.tally.without_consent), (2, 8));
    assert!(plan.to_string().contains("left out 8 without consent"), "{plan}");
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!((report.plan.tally.members, report.plan.tally.without_consent), (2, 8));
}

use std::error::Error;

use futures::TryStreamExt;
use insta::assert_snapshot;
use tempfile::TempDir;
use tikaud_core::segment::{MemberBatch, Segment, SegmentErrorKind};
use tikaud_sources::FileSegment;
use tikaud_sources::rule::{Literal, Rule, column};

use crate::table::Row;
use crate::table_files::Files;

/// What reading a file by a rule fails with, without the directory's name; checked to hold no value.
async fn failure(directory: &std::path::Path, name: &str, rule: &Rule) -> String {
    let segment = FileSegment::builder([directory.join(name)]).filter(rule.clone()).build();
    let error = match segment {
        Err(error) => error,
        Ok(segment) => match segment.members(&["id".to_owned()]).await {
            Err(error) => error,
            Ok(members) => members.try_collect::<Vec<MemberBatch>>().await.unwrap_err(),
        },
    };
    let mut text = error.to_string();
    if let Some(cause) = error.source() {
        text += &format!(" <- {cause}");
    }
    assert!(!text.contains("canary") && !format!("{error:?}").contains("canary"), "{text}");
    text.replace(&format!("{}/", directory.display()), "")
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(directory.path().join(name), content).unwrap();
    }
    directory
}

#[tokio::test]
async fn a_cell_that_cannot_be_read_is_an_error_that_names_its_place() {
    let directory = directory(&[
        ("t.csv", "id,age,since\n1,30,2026-01-01\n\n2,canary,\n3,4,24.11.2026\n"),
        (
            "t.jsonl",
            "{\"id\":1,\"age\":30.5}\n{\"id\":2,\"age\":\"canary\"}\n{\"id\":3,\"tags\":[\"canary\",\"x\"]}\n{\"id\":4,\"who\":{\"canary\":1}}\n",
        ),
    ]);
    let directory = directory.path();
    assert_snapshot!(failure(directory, "t.csv", &column("age").at_least(18)).await, @"`t.csv` has in its member 2 a cell of the column `age` that cannot be read as a number, which the rule compares it with; correct it, or change the rule");
    assert_snapshot!(failure(directory, "t.csv", &column("since").at_least(Literal::date("2026-01-01").unwrap())).await, @"`t.csv` has in its member 3 a cell of the column `since` that cannot be read as a date, which the rule compares it with; correct it, or change the rule");
    assert_snapshot!(failure(directory, "t.jsonl", &column("age").is(30)).await, @"`t.jsonl` has in its member 2 a cell of the column `age` that cannot be read as a number, which the rule compares it with; correct it, or change the rule");
    assert_snapshot!(failure(directory, "t.jsonl", &column("tags").contains("x")).await, @"`t.jsonl` has in its member 3 several values in the column `tags`; a rule compares single values");
    assert_snapshot!(failure(directory, "t.jsonl", &column("who").is("x")).await, @"line 4 of `t.jsonl` has an object in the column `who`; write it as a string");
    // What another condition says of the row does not hide it.
    assert_snapshot!(failure(directory, "t.csv", &(column("id").is(1) & column("age").at_least(18))).await, @"`t.csv` has in its member 2 a cell of the column `age` that cannot be read as a number, which the rule compares it with; correct it, or change the rule");
}

#[tokio::test]
async fn nothing_is_delivered_of_a_batch_with_a_cell_that_cannot_be_read() {
    let directory = directory(&[("t.csv", "id,age\n1,30\n2,31\n3,canary\n4,33\n")]);
    let segment =
        FileSegment::builder([directory.path().join("t.csv")]).batch_size(2).filter(column("age").at_least(18));
    let mut members = segment.build().unwrap().members(&["id".to_owned()]).await.unwrap();
    assert_eq!(members.try_next().await.unwrap().unwrap().len(), 2);
    assert_eq!(members.try_next().await.unwrap_err().kind(), SegmentErrorKind::Malformed);
    assert!(members.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn columns_are_checked_before_anything_is_read() {
    let row = Row {
        text: Some("canary".to_owned()),
        whole: Some(1),
        decimal: None,
        float: None,
        flag: None,
        day: None,
        instant: None,
        local: None,
    };
    let files = Files::of(&[row], 1);
    let directory = files.path("t.csv").parent().unwrap().to_owned();
    assert_snapshot!(failure(&directory, "t.csv", &column("txt").is("x")).await, @"the rule does not fit `t.csv`: there is no column `txt`; the columns are: `id`, `text`, `whole`, `decimal`, `float`, `flag`, `day`, `instant`, `local`");
    assert_snapshot!(failure(&directory, "t.parquet", &column("flat").is(1)).await, @"the rule does not fit `t.parquet`: there is no column `flat`; the columns are: `id`, `text`, `whole`, `decimal`, `float`, `flag`, `day`, `instant`, `local`");
    assert_snapshot!(failure(&directory, "t.parquet", &column("flag").is(1)).await, @"the rule compares the column `flag` of `t.parquet` with a number, but the column is of type Boolean");
    assert_snapshot!(failure(&directory, "t.parquet", &column("whole").is("1")).await, @"the rule compares the column `whole` of `t.parquet` with text, but the column is of type Int64");
    assert_snapshot!(failure(&directory, "t.parquet", &column("instant").is(true)).await, @r#"the rule compares the column `instant` of `t.parquet` with a boolean, but the column is of type Timestamp(µs, "UTC")"#);
    // Text in a typed file is read as text in any other is.
    assert_snapshot!(failure(&directory, "t.parquet", &column("text").is(1)).await, @"row group 1 of 1 of `t.parquet` has in its row 1 a cell of the column `text` that cannot be read as a number, which the rule compares it with; correct it, or change the rule");
}

#[tokio::test]
async fn a_rule_that_cannot_be_is_refused_when_the_segment_is_built() {
    let directory = directory(&[("t.csv", "id\n1\n")]);
    assert_snapshot!(failure(directory.path(), "t.csv", &Rule::Or(vec![])).await, @"the segment's rule cannot be used <- at `or`: a list of rules has at least one");
    let nested = (0..32).fold(column("id").is_in(["canary"]), |rule, _| !rule);
    assert_snapshot!(failure(directory.path(), "t.csv", &nested).await, @"the segment's rule cannot be used <- at `not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not.not`: rules are nested at most 32 deep");
}

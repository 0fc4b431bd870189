//! Hive partitions of local files; objects share the code.

use std::fs;

use insta::assert_snapshot;
use tikaud_core::segment::{Segment, SegmentErrorKind};
use tikaud_sources::FileSegmentBuilder;
use tikaud_sources::rule::{Literal, Rule, column};

use crate::directory::{Directory, members, table};

/// Two countries and days, and people of whom neither is known, each in another format.
fn exports() -> Directory {
    let directory = Directory::new();
    for name in ["country=DE/day=2026-01-01", "country=AT/day=2026-01-02", "country=__HIVE_DEFAULT_PARTITION__/day="] {
        fs::create_dir_all(directory.path(name)).unwrap();
    }
    directory.write("country=DE/day=2026-01-01/a.csv", "id,email\n1,a@x.com\n2,b@x.com\n");
    directory.write_parquet("country=AT/day=2026-01-02/b.parquet", &[("email", &["c@x.com"]), ("id", &["3"])], 9);
    directory.write("country=__HIVE_DEFAULT_PARTITION__/day=/c.jsonl", "{\"id\":4,\"email\":\"d@x.com\"}\n");
    directory
}

fn segment(directory: &Directory) -> FileSegmentBuilder {
    directory.segment("**/*.*")
}

#[tokio::test]
async fn directories_are_columns_in_every_format() {
    let directory = exports();
    let segment = segment(&directory).build().unwrap();
    assert_eq!(segment.columns().await.unwrap(), ["email", "id", "country", "day"]);
    let rows = members(&segment, &["country", "id", "day", "country"]).await.unwrap();
    let expected = [
        ["AT", "3", "2026-01-02", "AT"],
        ["DE", "1", "2026-01-01", "DE"],
        ["DE", "2", "2026-01-01", "DE"],
        ["", "4", "", ""],
    ];
    assert_eq!(rows, table(&expected));
    assert_eq!(members(&segment, &["day"]).await.unwrap().len(), 4, "without any column of the files themselves");
}

async fn ids(directory: &Directory, rule: Rule) -> Vec<String> {
    let read = async |prune| {
        let segment = segment(directory).filter(rule.clone()).prune(prune).build().unwrap();
        members(&segment, &["id"]).await.unwrap().into_iter().flatten().flatten().collect::<Vec<_>>()
    };
    let found = read(true).await;
    assert_eq!(found, read(false).await, "{rule:?}");
    found
}

#[tokio::test]
async fn rules_look_at_them_with_or_without_pruning() {
    let directory = exports();
    let day = |text| Literal::date(text).unwrap();
    assert_eq!(ids(&directory, column("country").is("DE")).await, ["1", "2"]);
    assert_eq!(ids(&directory, !column("country").is("DE")).await, ["3"]);
    assert_eq!(ids(&directory, column("country").is_null()).await, ["4"]);
    assert_eq!(ids(&directory, column("day").at_least(day("2026-01-02"))).await, ["3"]);
    assert_eq!(ids(&directory, column("country").is("DE") & column("id").more_than(1)).await, ["2"]);
    assert_eq!(ids(&directory, column("country").is("DE") | column("id").more_than(3)).await, ["1", "2", "4"]);
    assert_eq!(ids(&directory, column("country").is("FR")).await, [""; 0]);
}

#[tokio::test]
async fn files_that_a_rule_leaves_out_are_not_opened() {
    let directory = exports();
    for name in ["country=AT/day=2026-01-02/b.parquet", "country=__HIVE_DEFAULT_PARTITION__/day=/c.jsonl"] {
        directory.write(name, "not what its name says");
    }
    let german = || segment(&directory).filter(column("country").is("DE"));
    assert_eq!(members(&german().build().unwrap(), &["id"]).await.unwrap(), table(&[["1"], ["2"]]));
    assert!(members(&german().prune(false).build().unwrap(), &["id"]).await.is_err());
    // Where no file is left, one is looked at all the same: a column that no file has is no empty segment.
    let french = segment(&directory).filter(column("country").is("FR"));
    assert!(members(&french.build().unwrap(), &["id"]).await.is_err());
}

#[tokio::test]
async fn a_value_that_cannot_be_read_as_the_rules_type_is_an_error_with_or_without_pruning() {
    let directory = Directory::new();
    fs::create_dir(directory.path("n=canary")).unwrap();
    directory.write_parquet("n=canary/a.parquet", &[("id", &["1"])], 9);
    for prune in [true, false] {
        let rule = column("n").is(1) & column("id").is("2");
        let segment = directory.segment("*/*").filter(rule).prune(prune).build().unwrap();
        let error = members(&segment, &["id"]).await.unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::Malformed);
        assert!(error.to_string().contains("a cell of the column `n` that cannot be read as a number"), "{error}");
    }
}

#[tokio::test]
async fn a_column_that_the_file_has_too_is_an_error_unless_paths_name_no_columns() {
    let directory = Directory::new();
    fs::create_dir(directory.path("id=7")).unwrap();
    directory.write("id=7/a.csv", "id,email\n1,a@x.com\n");
    let segment = || directory.segment("id=7/a.csv");
    let error = members(&segment().build().unwrap(), &["email"]).await.unwrap_err();
    assert_snapshot!(directory.text(&error), @"`id=7/a.csv` has a column `id` twice, in its path as `id=…` or also within; drop one, or call `FileSegmentBuilder::partitions(false)` so that paths name no columns");
    let plain = segment().partitions(false).build().unwrap();
    assert_eq!(plain.columns().await.unwrap(), ["id", "email"]);
    assert_eq!(members(&plain, &["id"]).await.unwrap(), table(&[["1"]]));
}

#[tokio::test]
async fn a_partition_that_only_some_files_have_is_an_error_that_names_one_without() {
    let directory = exports();
    directory.write("e.csv", "id,email\n5,e@x.com\n");
    let segment = segment(&directory).build().unwrap();
    assert_eq!(segment.columns().await.unwrap(), ["email", "id"]);
    let error = members(&segment, &["country"]).await.unwrap_err();
    assert_snapshot!(directory.text(&error), @"`e.csv`: there is no column `country`; the columns are: `id`, `email`");
}

//! The SQL for the warehouses that do not run here, held to the letter, and for one that does, to be read beside it.

use insta::assert_snapshot;
use tikaud_core::identifier::{DeviceHash, EmailRule, Field};

use super::super::{ValueSql, value};
use crate::AdbcDialect;

fn text(dialect: AdbcDialect, field: &Field, rule: EmailRule) -> String {
    let ValueSql { folded, verdict, digest } = value(dialect, field, rule, "c", "raw", "folded").unwrap();
    format!("{folded}\n{verdict}\n{digest}").replace(" WHEN", "\n    WHEN").replace(" AND", "\n        AND")
}

#[test]
fn duckdb() {
    assert_snapshot!(text(AdbcDialect::DuckDb, &Field::Email, EmailRule::Current), @"");
}

#[test]
fn snowflake() {
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::Email, EmailRule::Legacy), @"");
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::IdfaMd5, EmailRule::Current), @"");
    assert_snapshot!(text(AdbcDialect::Snowflake, &Field::Aaid(DeviceHash::Md5), EmailRule::Current), @"");
}

#[test]
fn bigquery() {
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::Email, EmailRule::Legacy), @"");
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::PhoneSha256, EmailRule::Current), @"");
    assert_snapshot!(text(AdbcDialect::BigQuery, &Field::PhoneE164, EmailRule::Current), @"");
}

#[test]
fn redshift() {
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::Email, EmailRule::Legacy), @"");
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::EmailSha512, EmailRule::Current), @"");
    assert_snapshot!(text(AdbcDialect::Redshift, &Field::Idfa(DeviceHash::Sha256), EmailRule::Current), @"");
}

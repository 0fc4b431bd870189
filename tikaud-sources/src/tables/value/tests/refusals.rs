//! What SQL is not asked to judge.

use arrow_schema::DataType;
use insta::assert_snapshot;
use tikaud_core::identifier::{Field, MappedField, PhoneRegion};
use tikaud_core::segment::SegmentErrorKind;

use super::super::check;
use crate::AdbcDialect;

fn refusal(dialect: AdbcDialect, field: Field, delimiter: Option<char>, delivered: &DataType) -> String {
    let mapped = MappedField { column: "c".to_owned(), field, delimiter };
    let error = check(dialect, &mapped, delivered).unwrap_err();
    assert_eq!(error.kind(), SegmentErrorKind::Configuration);
    error.to_string()
}

#[test]
fn phone_numbers_in_any_spelling_are_refused_with_advice() {
    let phone = Field::Phone(PhoneRegion::International);
    assert_snapshot!(refusal(AdbcDialect::Spark, phone, None, &DataType::Utf8), @"the column `c` holds phone numbers in any spelling, and no database has the numbering plans to read them by; put them into E.164 and declare the column `Field::PhoneE164`, or hash them in the source and declare it `Field::PhoneSha256`, or have the segment read into this process, without diff engine and `hash_in_database`");
}

#[test]
fn databases_that_cannot_hash_are_refused() {
    assert_snapshot!(refusal(AdbcDialect::Sqlite, Field::Email, None, &DataType::Utf8), @"SQLite cannot hash with SHA-256; have the segment read into this process, without diff engine and `hash_in_database`");
    assert_snapshot!(refusal(AdbcDialect::Ansi, Field::Email, None, &DataType::Utf8), @"it is not known how this database hashes with SHA-256; name its dialect if it has another; have the segment read into this process, without diff engine and `hash_in_database`");
}

#[test]
fn several_values_in_a_cell_are_refused() {
    let list = DataType::new_list(DataType::Utf8, true);
    assert_snapshot!(refusal(AdbcDialect::DuckDb, Field::Email, Some(';'), &DataType::Utf8), @"the column `c` holds several values in a cell, which are not taken apart in the database; map a view that has a row for each value, or have the segment read into this process, without diff engine and `hash_in_database`");
    assert_snapshot!(refusal(AdbcDialect::DuckDb, Field::Email, None, &list), @"the column `c` is of type List(Utf8), and only text is judged in the database; map a view that casts it to text, with a row for each value of a list, or have the segment read into this process, without diff engine and `hash_in_database`");
}

#[test]
fn only_text_is_judged() {
    assert_snapshot!(refusal(AdbcDialect::DuckDb, Field::PhoneE164, None, &DataType::Int64), @"the column `c` is of type Int64, and only text is judged in the database; map a view that casts it to text, with a row for each value of a list, or have the segment read into this process, without diff engine and `hash_in_database`");
    for delivered in [DataType::LargeUtf8, DataType::Utf8View, DataType::new_list(DataType::Utf8, true)] {
        let dictionary = DataType::Dictionary(Box::new(DataType::UInt8), Box::new(delivered.clone()));
        let mapped = MappedField { column: "c".to_owned(), field: Field::PhoneE164, delimiter: None };
        for delivered in [&delivered, &dictionary] {
            assert_eq!(check(AdbcDialect::DuckDb, &mapped, delivered).is_ok(), !delivered.to_string().contains("List"));
        }
    }
}

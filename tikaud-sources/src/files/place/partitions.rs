//! Hive partitions: columns that a file's directories spell out, as in `country=DE/day=2026-01-01/x.parquet`.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use arrow_array::StringArray;
use percent_encoding::percent_decode_str;

use crate::rule::Rule;
use crate::rule::evaluate::{Known, may_be_true};

/// How a null is spelled.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The columns that the directories of a file's path name, with the one value that each has there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Partitions(pub(in super::super) Vec<(String, Option<String>)>);

impl Partitions {
    /// Those of a file of this name.
    pub(in super::super) fn of(name: &str) -> Self {
        let directories = Path::new(name).parent().into_iter().flat_map(Path::components);
        let columns = directories.filter_map(|directory| {
            let (key, value) = directory.as_os_str().to_str()?.split_once('=')?;
            (!key.is_empty())
                .then(|| (decoded(key), Some(decoded(value)).filter(|value| !matches!(&**value, NULL | ""))))
        });
        Self(columns.collect())
    }

    /// What is known of a column; `None` when no directory names it.
    pub(in super::super) fn constant(&self, column: &str) -> Option<Known> {
        let (_, value) = self.0.iter().find(|(name, _)| name == column)?;
        Some(Known::Constant(Arc::new(StringArray::from(vec![value.as_deref()]))))
    }

    /// Whether a row of such a file may be a member.
    pub(in super::super) fn may_have_members(&self, rule: &Rule) -> bool {
        may_be_true(rule, 1, &|column| self.constant(column)).contains(&true)
    }
}

/// Without percent-encoding; as it is where it would not be of UTF-8.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Vec<(String, Option<String>)> {
        Partitions::of(name).0
    }

    fn column(name: &str, value: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), value.map(str::to_owned))
    }

    #[test]
    fn directories_name_columns_and_files_do_not() {
        let expected = [column("country", Some("DE")), column("day", Some("2026-01-01"))];
        assert_eq!(of("s3://bucket/t/country=DE/day=2026-01-01/a=b.parquet"), expected);
        assert_eq!(of("/data/country=DE/x/day=2026-01-01/a.csv"), expected);
        assert_eq!(of("a=b.csv"), []);
        assert_eq!(of("=x/a.csv"), []);
        assert_eq!(of("a=b=c/a.csv"), [column("a", Some("b=c"))]);
    }

    #[test]
    fn values_are_decoded_and_the_default_partition_is_null() {
        assert_eq!(of("at=2026-01-01%2010%3A00/x"), [column("at", Some("2026-01-01 10:00"))]);
        assert_eq!(of("caf%C3%A9=%/x"), [column("café", Some("%"))]);
        assert_eq!(of("a=100%zz/b=%ff/x"), [column("a", Some("100%zz")), column("b", Some("%ff"))]);
        assert_eq!(of("a=__HIVE_DEFAULT_PARTITION__/b=/x"), [column("a", None), column("b", None)]);
    }
}

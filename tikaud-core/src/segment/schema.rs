//! What a segment is read from, kept so that the next run can say what has changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a segment is read from, as far as its source can say. It is kept in the state, and a run whose segment is read from
/// something else than the last one's says what has changed, for that explains why people enter or leave.
///
/// ```
/// use tikaud_core::segment::{SchemaColumn, SegmentSchema};
///
/// let mut schema = SegmentSchema::of_names(["id".to_owned()]);
/// schema.columns.push(SchemaColumn { name: "email".to_owned(), data_type: Some("text".to_owned()) });
/// schema.define("view `buyers`", "SELECT id, email FROM customers WHERE orders > 0");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentSchema {
    /// The columns, each name once.
    pub columns: Vec<SchemaColumn>,
    /// What decides which rows there are, in words ("view `buyers`", "rule", "query"), with the SHA-256 of it in hex.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub definitions: BTreeMap<String, String>,
}

/// A column of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaColumn {
    /// Its name.
    pub name: String,
    /// Its type, in the source's own words; `None` where the source has no types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<String>,
}

impl SegmentSchema {
    /// Columns without types, and nothing about what decides which rows there are.
    #[must_use]
    pub fn of_names(names: impl IntoIterator<Item = String>) -> Self {
        let columns = names.into_iter().map(|name| SchemaColumn { name, data_type: None }).collect();
        Self { columns, definitions: BTreeMap::new() }
    }

    /// Notes what decides which rows there are. Only its SHA-256 is kept, for it may hold values.
    pub fn define(&mut self, what: impl Into<String>, definition: impl AsRef<[u8]>) {
        self.definitions.insert(what.into(), const_hex::encode(Sha256::digest(definition)));
    }

    /// Takes over what decides which rows another segment has, which this one is made of.
    pub fn define_as(&mut self, segment: &str, other: Self) {
        let named = |(what, hash)| (format!("{what} of the segment `{segment}`"), hash);
        self.definitions.extend(other.definitions.into_iter().map(named));
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Only these of the columns: a column that nobody asks for may come and go.
    #[must_use]
    pub(crate) fn only(mut self, columns: &[String]) -> Self {
        self.columns.retain(|column| columns.contains(&column.name));
        self
    }

    /// What is different from an earlier one, in words. Columns are compared where both have them: others are mapped newly,
    /// or no longer.
    pub(crate) fn changes_since(&self, before: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for column in &self.columns {
            let earlier = before.columns.iter().find(|earlier| earlier.name == column.name);
            if let Some((was, is)) =
                earlier.and_then(|earlier| earlier.data_type.as_ref().zip(column.data_type.as_ref()))
                && was != is
            {
                changes.push(format!("column `{}` was of type {was} and is {is}", column.name));
            }
        }
        for (what, definition) in &self.definitions {
            match before.definitions.get(what) {
                Some(earlier) if earlier == definition => {}
                Some(_) => changes.push(format!("the {what} is another one")),
                None => changes.push(format!("there is a {what}, and there was none")),
            }
        }
        let gone = before.definitions.keys().filter(|what| !self.definitions.contains_key(*what));
        changes.extend(gone.map(|what| format!("there was a {what}, and there is none")));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(columns: &[(&str, &str)], definitions: &[(&str, &str)]) -> SegmentSchema {
        let columns = columns.iter().map(|(name, data_type)| SchemaColumn {
            name: (*name).to_owned(),
            data_type: (!data_type.is_empty()).then(|| (*data_type).to_owned()),
        });
        let mut schema = SegmentSchema { columns: columns.collect(), ..SegmentSchema::default() };
        definitions.iter().for_each(|(what, definition)| schema.define(*what, definition));
        schema
    }

    #[test]
    fn a_schema_says_what_has_changed() {
        let before = schema(&[("email", "text"), ("phone", "text")], &[("view `v`", "SELECT 1"), ("rule", "a")]);
        assert!(before.changes_since(&before).is_empty());
        let after = schema(&[("email", "varchar"), ("other", "text")], &[("view `v`", "SELECT 2"), ("limit", "7")]);
        let changes = after.changes_since(&before);
        insta::assert_snapshot!(changes.join("\n"), @r"
        column `email` was of type text and is varchar
        there is a limit, and there was none
        the view `v` is another one
        there was a rule, and there is none
        ");
    }

    #[test]
    fn a_source_that_does_not_know_its_types_has_not_changed_them() {
        let (typed, untyped) = (schema(&[("email", "text")], &[]), schema(&[("email", "")], &[]));
        assert!(typed.changes_since(&untyped).is_empty() && untyped.changes_since(&typed).is_empty());
    }

    #[test]
    fn a_definition_is_kept_as_its_hash() {
        let kept = serde_json::to_string(&schema(&[], &[("query", "WHERE email = 'canary'")])).unwrap();
        assert!(!kept.contains("canary"), "{kept}");
    }
}

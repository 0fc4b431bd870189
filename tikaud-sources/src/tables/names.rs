//! What the tables are called, and what is in each that says whose it is.

use sha2::{Digest, Sha256};
use tikaud_core::diff::{DiffEngineError, SetsId};
use tikaud_core::state::ActivationId;

use super::refused;
use crate::AdbcDialect;

/// What every table of ours begins with.
const PREFIX: &str = "tikaud_";
/// What the fates are kept under until they are settled.
const FATES: &str = "_fates";
/// The longest encoded activation; with sets' names of the usual length, the whole is within PostgreSQL's 63 bytes.
const LONGEST: usize = 28;
/// PostgreSQL's limit, the shortest of all: a longer name would be cut off there, and be another's.
const MAX_NAME: usize = 63;

/// The schema that the tables are in.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Its name, perhaps with the name of the catalog before it.
    pub(super) schema: Vec<String>,
    pub(super) dialect: AdbcDialect,
}

/// The tables of some sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tables {
    /// The sets.
    pub(super) sets: String,
    /// The fates of which they are made.
    pub(super) fates: String,
}

impl Place {
    /// A table in the schema, for SQL.
    pub(super) fn qualified(&self, table: &str) -> Result<String, DiffEngineError> {
        let names = self.schema.iter().map(String::as_str).chain([table]);
        let quoted: Vec<String> = names.map(|name| self.dialect.quote(name)).collect::<Result<_, _>>()?;
        Ok(quoted.join("."))
    }

    /// The sets' tables, for SQL.
    pub(super) fn tables(&self, sets: &SetsId) -> Result<Tables, DiffEngineError> {
        Ok(Tables { sets: self.qualified(&table_name(sets)?)?, fates: self.qualified(&fates_name(sets)?)? })
    }
}

/// The name of the table of some sets.
pub(super) fn table_name(sets: &SetsId) -> Result<String, DiffEngineError> {
    let name = format!("{}{}", prefix_of(sets.activation()), sets.name().replace('-', "_"));
    if name.len() + FATES.len() > MAX_NAME {
        return Err(refused(format!("the sets {sets} have too long a name for a table; please report it")));
    }
    Ok(name)
}

/// The name of the table of the fates of which they are made.
pub(super) fn fates_name(sets: &SetsId) -> Result<String, DiffEngineError> {
    Ok(table_name(sets)? + FATES)
}

/// What the names of an activation's tables begin with: no other activation's do, in whatever case names are kept.
pub(super) fn prefix_of(activation: &ActivationId) -> String {
    format!("{PREFIX}{}_", encoded(activation.as_str()))
}

/// The generation that a table of the activation is of; `None` when the table is not one of ours.
pub(super) fn generation_of(activation: &ActivationId, table: &str) -> Option<u64> {
    let table = table.to_ascii_lowercase();
    let sets = table.strip_prefix(&prefix_of(activation))?;
    let sets = sets.strip_suffix(FATES).unwrap_or(sets);
    let (generation, epoch) = sets.split_once('_')?;
    let is_number = |part: &str| part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(generation) && is_number(epoch)).then(|| generation.parse().ok())?
}

/// Small letters and digits stand for themselves; everything else becomes an underscore and letters that say what it was.
fn encoded(activation: &str) -> String {
    let mut name = String::new();
    for sign in activation.chars() {
        match sign {
            'a'..='z' | '0'..='9' => name.push(sign),
            '_' => name.push_str("__"),
            '-' => name.push_str("_h"),
            '.' => name.push_str("_d"),
            other => {
                name.push_str("_u");
                name.extend(other.to_lowercase());
            }
        }
    }
    if name.len() <= LONGEST {
        return name;
    }
    // No sign is written as `_x`.
    format!("_x{}", const_hex::encode(&Sha256::digest(activation)[..12]))
}

/// What the only row of kind 0 holds: it tells the sets from any other table, from those of other activations and of other
/// generations, and from tables in a form that later versions may have.
pub(super) fn mark(sets: &SetsId) -> Vec<u8> {
    Sha256::digest(format!("tikaud's sets, form 1, {} {}", sets.activation().as_str(), sets.name())).to_vec()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn id(name: &str) -> ActivationId {
        name.parse().unwrap()
    }

    #[test]
    fn names_are_short_lower_case_and_differ() {
        let long = "a".repeat(100);
        let other = format!("{}b", "a".repeat(99));
        let names = ["a", "A", "a_", "a-", "a.", "ua", "a_ua", "a_uA", "a_1", "a1", &long, &other];
        let tables: BTreeSet<String> =
            names.iter().map(|name| table_name(&SetsId::of(&id(name), 12, 7)).unwrap()).collect();
        assert_eq!(tables.len(), names.len());
        assert!(tables.iter().all(|name| name.len() + FATES.len() <= MAX_NAME && *name == name.to_lowercase()));
        assert!(tables.contains("tikaud_a_00000012_0000000007"), "{tables:?}");
    }

    #[test]
    fn only_tables_of_the_activation_are_known_by_their_names() {
        let of = |table: &str| generation_of(&id("a"), table);
        assert_eq!(of("tikaud_a_00000012_0000000007"), Some(12));
        assert_eq!(of("TIKAUD_A_00000012_0000000007_FATES"), Some(12));
        for other in ["tikaud_a", "tikaud_a_1_2", "tikaud_a__1_00000012_0000000007", "tikaud_b_00000012_0000000007"] {
            assert_eq!(of(other), None, "{other}");
        }
        let other = table_name(&SetsId::of(&id("a_00000012"), 1, 1)).unwrap();
        assert_eq!(of(&other), None, "{other}");
    }

    #[test]
    fn sets_are_marked_by_activation_and_generation() {
        let marks: BTreeSet<Vec<u8>> = [("a", 1, 1), ("b", 1, 1), ("a", 2, 1), ("a", 1, 2)]
            .map(|(a, b, c)| mark(&SetsId::of(&id(a), b, c)))
            .into();
        assert_eq!(marks.len(), 4);
    }
}

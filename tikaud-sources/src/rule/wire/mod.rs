//! Rules as JSON, TOML or any other format that describes itself.
//!
//! A document is read into a tree of nodes first and made a rule of afterwards, so that an error can say where in the rule
//! it is, in every format, and never quotes a value, as the errors of formats do.

mod node;
mod read;
#[cfg(test)]
mod tests;
mod write;

/// The names of comparisons, in rules as in errors.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("is", Comparison::Is),
    ("is_not", Comparison::IsNot),
    ("less_than", Comparison::LessThan),
    ("at_most", Comparison::AtMost),
    ("more_than", Comparison::MoreThan),
    ("at_least", Comparison::AtLeast),
];

const PLACES: [(&str, TextMatch); 3] =
    [("contains", TextMatch::Contains), ("starts_with", TextMatch::StartsWith), ("ends_with", TextMatch::EndsWith)];

const RELATIONS: [(&str, Relation); 3] = [
    ("within_last", Relation::WithinLast),
    ("within_next", Relation::WithinNext),
    ("longer_ago_than", Relation::LongerAgoThan),
];

use super::condition::{Comparison, Relation, TextMatch};

fn named<T: Copy>(names: &[(&str, T)], name: &str) -> Option<T> {
    names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}

//! From rows to identifiers: mapping, normalising, hashing, rejecting. Raw values end here.

mod kind;

pub use kind::IdentifierKind;

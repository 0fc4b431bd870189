//! Who has entered and who has left: sorted sets of identifiers, and the difference between them.
//!
//! In: the segment's identifiers, and what the state says the audience holds. Out: [`ChangeSets`], which go to
//! [`plan`](crate::plan). Plain functions over values, without I/O.

mod action;
mod changes;
mod held;
mod set;
mod sets;

pub use action::Action;
pub use changes::{ChangeSet, ChangeSets};
pub use held::Held;
pub use set::IdentifierSet;
pub use sets::IdentifierSets;

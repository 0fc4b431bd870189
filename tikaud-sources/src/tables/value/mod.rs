//! What becomes of one value, in the SQL of the engine that holds it.
//!
//! `tikaud_core` decides what a value is worth: accepted, with this digest, or rejected, for that reason. Here the same
//! decision is written in SQL, so that values need not leave their engine. It is the same to the byte or it is not made:
//! SQL judges what is printable ASCII once ASCII white space is taken out, where letters have one lower case, characters
//! are bytes and no engine has an opinion of its own. Everything else is [`Doubtful`](Verdict::Doubtful): such values are few,
//! are read into this process, and are judged by the extractor itself.
//!
//! ```text
//! text ──▶ folded (a column of an inner SELECT) ──▶ verdict, digest (columns of the outer one)
//! ```
//!
//! Nothing in an expression comes from outside but the two names that it is given: all else is constants of ours, written
//! without a backslash, for dialects and their settings differ in what that means.

mod digest;
mod email;
mod refusal;
mod rules;
mod speech;
mod verdict;

#[cfg(test)]
pub(crate) mod tests;

use tikaud_core::identifier::{EmailRule, Field};
use tikaud_core::segment::SegmentError;

pub(crate) use self::digest::{DigestForm, digest_form};
pub(crate) use self::refusal::{HERE, check, check_dialect};
use self::rules::Rules;
use self::speech::Speech;
pub(crate) use self::verdict::Verdict;
use crate::AdbcDialect;

/// The SQL that judges the values of one mapped column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueSql {
    /// The value as it is judged, text or null: of `text` alone. It belongs in an inner SELECT, beside `text`, for the
    /// other two mention it many times and few engines work it out once only.
    pub(crate) folded: String,
    /// What becomes of the value: the code of a [`Verdict`], an integer and never null. Of `text` and of `folded`.
    pub(crate) verdict: String,
    /// The digest, in the dialect's [form](digest_form). It means something where the verdict is
    /// [`Accepted`](Verdict::Accepted); elsewhere it is null or any digest, and never an error. Of `folded` alone.
    pub(crate) digest: String,
}

/// Writes the SQL of a mapped column, whose name is needed for errors only.
///
/// `text` names the column, as text; `folded` names [`ValueSql::folded`] where the other two expressions stand.
///
/// # Errors
///
/// `Configuration` where SQL cannot judge these values: see [`check`], which looks at the rest of a mapping too.
pub(crate) fn value(
    dialect: AdbcDialect,
    field: &Field,
    rule: EmailRule,
    column: &str,
    text: &str,
    folded: &str,
) -> Result<ValueSql, SegmentError> {
    let speech = Speech::of(dialect).ok_or_else(|| refusal::of_dialect(dialect))?;
    Rules { speech, text, folded }.value(field, rule).ok_or_else(|| refusal::of_field(field, column))
}

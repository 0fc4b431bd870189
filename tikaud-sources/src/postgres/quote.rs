//! Names within SQL: the only place where text becomes part of a statement.

use tikaud_core::segment::SegmentError;

use crate::error::configuration;

/// The longest name in bytes: <https://www.postgresql.org/docs/current/limits.html>. The server cuts longer ones, and
/// what is left may be the name of something else.
const NAME_LIMIT: usize = 63;

/// The name, quoted so that whatever is in it is part of the name:
/// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS>.
///
/// # Errors
///
/// `Configuration` when nothing can have this name.
pub(super) fn quote(name: &str) -> Result<String, SegmentError> {
    if name.is_empty() {
        return Err(configuration("a name of a table or schema is empty"));
    }
    if name.contains('\0') {
        return Err(configuration("a name holds the character NUL; no name in PostgreSQL does"));
    }
    if name.len() > NAME_LIMIT {
        return Err(configuration(format!(
            "the name `{name}` has {} bytes; PostgreSQL's names have at most {NAME_LIMIT}",
            name.len()
        )));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_quote_is_doubled_and_all_else_stays() {
        let quoted = |name| quote(name).unwrap();
        assert_eq!(quoted("buyers"), r#""buyers""#);
        assert_eq!(quoted("Full Name"), r#""Full Name""#);
        assert_eq!(quoted(r#"a"; DROP TABLE b; --"#), r#""a""; DROP TABLE b; --""#);
        assert_eq!(quoted(r#"""#), r#""""""#);
        assert_eq!(quoted(r"a\'b$$"), r#""a\'b$$""#);
        assert_eq!(quoted("кириллица 日本 👩‍👩‍👧"), "\"кириллица 日本 👩‍👩‍👧\"");
    }

    #[test]
    fn a_quoted_name_has_no_end_within() {
        // Without the enclosing quotes and the doubled ones no quote is left.
        for name in [r#"""#, r#""""#, r#"a"b""c"""d"#, r#"\""#, "\"\n\""] {
            let quoted = quote(name).unwrap();
            let inner = &quoted[1..quoted.len() - 1];
            assert!(!inner.replace("\"\"", "").contains('"'), "{quoted}");
            assert_eq!(inner.replace("\"\"", "\""), name);
        }
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        assert_snapshot!(quote("").unwrap_err(), @"a name of a table or schema is empty");
        assert_snapshot!(quote("a\0b").unwrap_err(), @"a name holds the character NUL; no name in PostgreSQL does");
        assert!(quote(&"é".repeat(31)).is_ok());
        assert!(quote(&"é".repeat(32)).unwrap_err().to_string().contains("has 64 bytes"));
    }
}

//! What is read: a table or view, or a query; and the statements that read it.

use std::fmt;

use tikaud_core::segment::SegmentError;

use super::dialect::AdbcDialect;
use super::parameter::AdbcParameter;
use super::single::{self, NotSingle};
use crate::error::configuration;

/// A table or view, or a query.
pub(crate) enum Source {
    /// Its name, perhaps with the names of what it is in before it.
    Relation(Vec<String>),
    Query {
        sql: String,
        parameters: Vec<AdbcParameter>,
    },
}

impl Source {
    /// The query without the semicolon that may end it, so that it can stand in parentheses.
    pub(crate) fn query(sql: &str) -> Self {
        let sql = sql.trim_end_matches(|sign: char| sign == ';' || sign.is_whitespace());
        Self::Query { sql: sql.to_owned(), parameters: Vec::new() }
    }

    /// # Errors
    ///
    /// `Configuration` when nothing can have this name, or the query is empty.
    pub(crate) fn check(&self) -> Result<(), SegmentError> {
        match self {
            Self::Relation(names) => relation(names, AdbcDialect::Ansi).map(drop),
            Self::Query { sql, .. } if sql.trim().is_empty() => Err(configuration("the query is empty")),
            Self::Query { sql, .. } if sql.contains('\0') => {
                Err(configuration("the query holds the character NUL; no statement does"))
            }
            Self::Query { .. } => Ok(()),
        }
    }

    /// Whether it is one statement, in this SQL.
    pub(crate) fn check_single(&self, dialect: AdbcDialect) -> Result<(), SegmentError> {
        let Self::Query { sql, .. } = self else { return Ok(()) };
        single::check(sql, &dialect.lexicons()).map_err(|reason| {
            configuration(match reason {
                NotSingle::Several => "the query is more than one statement; write one SELECT",
                NotSingle::Parentheses => "the query's parentheses do not match; write one SELECT",
                NotSingle::Unended => "a string, quoted name or comment in the query does not end",
            })
        })
    }

    /// What a segment is called when it has no name of its own; empty for a query.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Relation(names) => names.last().map_or("", String::as_str),
            Self::Query { .. } => "",
        }
    }

    /// # Errors
    ///
    /// `Configuration` when there is a value and nothing to take it.
    pub(crate) fn take_parameters(&mut self, values: Vec<AdbcParameter>) -> Result<(), SegmentError> {
        match self {
            Self::Relation(_) if values.is_empty() => Ok(()),
            Self::Relation(_) => Err(configuration("a table or view takes no parameters; write a query for it")),
            Self::Query { parameters, .. } => {
                *parameters = values;
                Ok(())
            }
        }
    }

    pub(crate) fn parameters(&self) -> &[AdbcParameter] {
        match self {
            Self::Relation(_) => &[],
            Self::Query { parameters, .. } => parameters,
        }
    }

    /// A statement with every column that there is, and no row.
    pub(crate) fn describe(&self, dialect: AdbcDialect) -> Result<String, SegmentError> {
        Ok(format!("SELECT * FROM {} WHERE 1 = 0", self.from(dialect)?))
    }

    /// A statement with these expressions, perhaps for such rows only.
    pub(crate) fn select(
        &self,
        expressions: &[String],
        condition: Option<&str>,
        dialect: AdbcDialect,
    ) -> Result<String, SegmentError> {
        let condition = condition.map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        Ok(format!("SELECT {} FROM {}{condition}", expressions.join(", "), self.from(dialect)?))
    }

    /// What follows `FROM`.
    pub(crate) fn from(&self, dialect: AdbcDialect) -> Result<String, SegmentError> {
        match self {
            Self::Relation(names) => relation(names, dialect),
            // The query may end in a comment, which ends with its line.
            Self::Query { sql, .. } => Ok(format!("(\n{sql}\n) AS segment")),
        }
    }
}

/// How errors call it.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relation(names) => write!(f, "`{}`", names.join(".")),
            Self::Query { .. } => f.write_str("the query"),
        }
    }
}

/// Does not show the query, which may hold values.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn relation(names: &[String], dialect: AdbcDialect) -> Result<String, SegmentError> {
    if names.is_empty() {
        return Err(configuration("a segment needs the name of a table or view, or a query"));
    }
    let quoted: Vec<String> = names.iter().map(|name| dialect.quote(name)).collect::<Result<_, _>>()?;
    Ok(quoted.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_is_named_by_its_parts_in_the_dialects_quotes() {
        let source = Source::Relation(vec!["my shop".into(), r#"a.b"c"#.into()]);
        let select = |dialect| source.select(&["x".into(), "y".into()], Some("z"), dialect).unwrap();
        assert_eq!(select(AdbcDialect::Ansi), r#"SELECT x, y FROM "my shop"."a.b""c" WHERE z"#);
        assert_eq!(select(AdbcDialect::Spark), r#"SELECT x, y FROM `my shop`.`a.b"c` WHERE z"#);
        assert!(Source::Relation(Vec::new()).check().is_err());
    }

    #[test]
    fn a_query_may_end_in_a_semicolon_or_a_comment() {
        let source = Source::query("SELECT 1 AS x -- one\n ;\n ");
        assert_eq!(
            source.describe(AdbcDialect::Ansi).unwrap(),
            "SELECT * FROM (\nSELECT 1 AS x -- one\n) AS segment WHERE 1 = 0"
        );
        assert!(Source::query(" ; ").check().is_err());
        assert!(Source::query("SELECT 1; SELECT 2").check_single(AdbcDialect::Ansi).is_err());
    }
}

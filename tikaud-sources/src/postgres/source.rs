//! What is read: a table or view, or a query; and the statements that read it.

use std::fmt;

use tikaud_core::segment::SegmentError;

use super::column::Asked;
use super::parameter::PostgresParameter;
use super::quote::quote;
use crate::error::configuration;

/// A table or view, or a query.
pub(super) enum Source {
    /// Its name, perhaps with the names of what it is in before it.
    Relation(Vec<String>),
    Query {
        sql: String,
        parameters: Vec<PostgresParameter>,
    },
}

impl Source {
    /// The query without the semicolon that may end it, so that it can stand in parentheses.
    pub(super) fn query(sql: &str) -> Self {
        let sql = sql.trim_end_matches(|sign: char| sign == ';' || sign.is_whitespace());
        Self::Query { sql: sql.to_owned(), parameters: Vec::new() }
    }

    /// # Errors
    ///
    /// `Configuration` when nothing can have this name, or the query is empty.
    pub(super) fn check(&self) -> Result<(), SegmentError> {
        match self {
            Self::Relation(names) => relation(names).map(drop),
            Self::Query { sql, .. } if sql.trim().is_empty() => Err(configuration("the query is empty")),
            Self::Query { sql, .. } if sql.contains('\0') => {
                Err(configuration("the query holds the character NUL; no statement in PostgreSQL does"))
            }
            Self::Query { .. } => Ok(()),
        }
    }

    /// What a segment is called when it has no name of its own; empty for a query.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Relation(names) => names.last().map_or("", String::as_str),
            Self::Query { .. } => "",
        }
    }

    /// # Errors
    ///
    /// `Configuration` when there is a value and nothing to take it.
    pub(super) fn take_parameters(&mut self, values: Vec<PostgresParameter>) -> Result<(), SegmentError> {
        match self {
            Self::Relation(_) if values.is_empty() => Ok(()),
            Self::Relation(_) => Err(configuration("a table or view takes no parameters; write a query for it")),
            Self::Query { parameters, .. } => {
                *parameters = values;
                Ok(())
            }
        }
    }

    pub(super) fn parameters(&self) -> &[PostgresParameter] {
        match self {
            Self::Relation(_) => &[],
            Self::Query { parameters, .. } => parameters,
        }
    }

    /// The quoted name of a table or view; empty for a query.
    pub(super) fn relation_name(&self) -> Result<String, SegmentError> {
        match self {
            Self::Relation(names) => relation(names),
            Self::Query { .. } => Ok(String::new()),
        }
    }

    /// A statement with every column that there is. A query stands for itself: the server takes one statement only, so
    /// that whatever has passed as this one is whole, and stays within parentheses.
    pub(super) fn all_columns(&self) -> Result<String, SegmentError> {
        match self {
            Self::Relation(names) => Ok(format!("SELECT * FROM {}", relation(names)?)),
            Self::Query { sql, .. } => Ok(sql.clone()),
        }
    }

    /// A statement with exactly these columns, of the rows that `filter` is for.
    pub(super) fn select(&self, columns: &[Asked], filter: &str) -> Result<String, SegmentError> {
        let expressions: Vec<&str> = columns.iter().map(|column| column.expression.as_str()).collect();
        Ok(format!("SELECT {} FROM {}{filter}", expressions.join(", "), self.rows()?))
    }

    /// A statement that counts the rows that `filter` is for.
    pub(super) fn count(&self, filter: &str) -> Result<String, SegmentError> {
        Ok(format!("SELECT pg_catalog.count(*) FROM {}{filter}", self.rows()?))
    }

    fn rows(&self) -> Result<String, SegmentError> {
        match self {
            Self::Relation(names) => relation(names),
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

fn relation(names: &[String]) -> Result<String, SegmentError> {
    if names.is_empty() {
        return Err(configuration("a segment of PostgreSQL needs the name of a table or view, or a query"));
    }
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect::<Result<_, _>>()?;
    Ok(quoted.join("."))
}

#[cfg(test)]
mod tests {
    use super::super::cells::{Cells, Values};
    use super::*;

    fn asked(name: &str) -> Asked {
        let cells = Cells { values: Values::Texts, is_list: false };
        Asked { name: name.to_owned(), expression: quote(name).unwrap(), cells }
    }

    #[test]
    fn a_relation_is_named_by_its_parts() {
        let source = Source::Relation(vec!["my shop".into(), r#"a.b"c"#.into()]);
        assert_eq!(source.all_columns().unwrap(), r#"SELECT * FROM "my shop"."a.b""c""#);
        assert_eq!(source.select(&[asked("x"), asked("y")], "").unwrap(), r#"SELECT "x", "y" FROM "my shop"."a.b""c""#);
        assert_eq!(
            source.count(" WHERE (y)").unwrap(),
            r#"SELECT pg_catalog.count(*) FROM "my shop"."a.b""c" WHERE (y)"#
        );
        assert!(Source::Relation(Vec::new()).check().is_err());
    }

    #[test]
    fn a_query_may_end_in_a_semicolon_or_a_comment() {
        let source = Source::query("SELECT 1 AS x -- one\n ;\n ");
        assert_eq!(source.all_columns().unwrap(), "SELECT 1 AS x -- one");
        assert_eq!(
            source.select(&[asked("x")], "").unwrap(),
            "SELECT \"x\" FROM (\nSELECT 1 AS x -- one\n) AS segment"
        );
        assert!(Source::query(" ; ").check().is_err());
    }
}

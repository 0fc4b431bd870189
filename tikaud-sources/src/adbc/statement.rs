//! A statement, and what for.

use std::fmt;
use std::sync::Arc;

/// What stands for identifiers that are not told.
pub(crate) const ELLIPSIS: &str = "…";

/// A statement that an [`AdbcDiffEngine`](crate::AdbcDiffEngine) executes, and what for.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineStatement {
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// Whether it makes, fills or drops a table.
    pub writes: bool,
    /// Whether a run executes it exactly once. Otherwise it is executed as often as there is something for it to do, which may
    /// be never.
    pub once: bool,
    /// The statement. No identifier is in it, hashed or not: `…` stands for those that it brings or asks for. The values of its
    /// parameters are not in it either; a query of the segment's own is, as it was written.
    pub sql: String,
}

/// Who is told of each statement before it is executed.
pub(crate) type Observer = Arc<dyn Fn(&EngineStatement) + Send + Sync>;

impl EngineStatement {
    /// One that writes nothing.
    pub(crate) fn reading(purpose: &'static str, sql: impl Into<String>) -> Self {
        Self { purpose, writes: false, once: true, sql: sql.into() }
    }

    pub(crate) fn writing(purpose: &'static str, sql: impl Into<String>) -> Self {
        Self { writes: true, ..Self::reading(purpose, sql) }
    }

    /// Several that write nothing.
    pub(crate) fn all(purpose: &'static str, sql: &[&str]) -> Vec<Self> {
        sql.iter().map(|sql| Self::reading(purpose, *sql)).collect()
    }

    /// The same, executed as often as need be.
    pub(crate) fn repeated(self) -> Self {
        Self { once: false, ..self }
    }

    /// What is executed: the same with these values in the place of the ellipsis. Only names come before it, so that it is the
    /// last one.
    pub(crate) fn with(&self, values: &str) -> String {
        match self.sql.rsplit_once(ELLIPSIS) {
            Some((before, after)) => [before, values, after].concat(),
            None => self.sql.clone(),
        }
    }
}

/// Does not show the statement: a query of the segment's own may hold values.
impl fmt::Debug for EngineStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, writes, once, .. } = self;
        f.debug_struct("EngineStatement")
            .field("purpose", purpose)
            .field("writes", writes)
            .field("once", once)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_place_of_the_ellipsis_that_is_not_part_of_a_name() {
        let told =
            EngineStatement::writing("bring", format!("INSERT INTO \"a{ELLIPSIS}b\".c VALUES {ELLIPSIS}")).repeated();
        assert_eq!(told.with("(1), (2)"), "INSERT INTO \"a…b\".c VALUES (1), (2)");
        assert!(!format!("{told:?}").contains("INSERT"));
    }
}

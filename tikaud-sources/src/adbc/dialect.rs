//! The SQL that a database speaks, as far as a segment writes any.

use tikaud_core::segment::SegmentError;

use super::single::Lexicon;
use crate::error::configuration;
use crate::rule::sql::SqlDialect;

/// In whose SQL the statements of a segment are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AdbcDialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// DuckDB.
    DuckDb,
    /// Amazon Redshift.
    Redshift,
    /// Snowflake.
    Snowflake,
    /// Google BigQuery.
    BigQuery,
    /// Apache Spark and what speaks its SQL, such as Databricks.
    Spark,
    /// Trino, and what is made of it, such as Starburst.
    Trino,
    /// The standard's: names in double quotes, `?` for values.
    Ansi,
}

impl AdbcDialect {
    /// By what the driver says that it speaks to. Whoever is not known speaks the standard's.
    pub(crate) fn of_vendor(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let known = [
            ("postgres", Self::Postgres),
            ("sqlite", Self::Sqlite),
            ("duckdb", Self::DuckDb),
            ("redshift", Self::Redshift),
            ("snowflake", Self::Snowflake),
            ("bigquery", Self::BigQuery),
            ("spark", Self::Spark),
            ("databricks", Self::Spark),
            ("trino", Self::Trino),
            ("starburst", Self::Trino),
        ];
        known.iter().find(|(vendor, _)| name.contains(vendor)).map_or(Self::Ansi, |(_, dialect)| *dialect)
    }

    /// The name, quoted so that whatever is in it is part of the name.
    ///
    /// # Errors
    ///
    /// `Configuration` when nothing can have this name.
    pub(crate) fn quote(self, name: &str) -> Result<String, SegmentError> {
        if name.is_empty() {
            return Err(configuration("a name of a table or schema is empty"));
        }
        if name.contains('\0') {
            return Err(configuration("a name holds the character NUL; no name in a database does"));
        }
        match self {
            // In SQLite double quotes mean text when there is no such name; these never do:
            // <https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted>
            Self::Sqlite | Self::Spark => Ok(format!("`{}`", name.replace('`', "``"))),
            // It escapes within them: <https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical>
            Self::BigQuery if name.contains(['`', '\\', '\n', '\r']) => {
                Err(configuration("a name holds a backtick, a backslash or a line's end; no name in BigQuery does"))
            }
            Self::BigQuery => Ok(format!("`{name}`")),
            _ => Ok(format!("\"{}\"", name.replace('"', "\"\""))),
        }
    }

    /// In whose SQL rules are written; elsewhere they are evaluated here.
    pub(crate) fn of_rules(self) -> Option<SqlDialect> {
        match self {
            Self::Postgres => Some(SqlDialect::Postgres),
            Self::Sqlite => Some(SqlDialect::Sqlite),
            Self::DuckDb => Some(SqlDialect::DuckDb),
            _ => None,
        }
    }

    /// What a read begins with: a transaction that sees one moment and writes nothing, where there is such a thing.
    pub(crate) fn begin(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &[
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
                // The driver would print notices, and a function's may quote values.
                "SET LOCAL client_min_messages = 'error'",
            ],
            Self::Redshift => &["BEGIN READ ONLY"],
            Self::Sqlite => &["PRAGMA query_only = ON", "BEGIN"],
            Self::DuckDb => &["BEGIN TRANSACTION READ ONLY"],
            _ => &[],
        }
    }

    /// What writing begins with: a transaction, where creating and dropping tables can be undone.
    pub(crate) fn begin_to_write(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["BEGIN TRANSACTION", "SET LOCAL client_min_messages = 'error'"],
            Self::Redshift => &["BEGIN"],
            Self::DuckDb => &["BEGIN TRANSACTION"],
            _ => &[],
        }
    }

    /// What a read ends with; it fails when the transaction has, however that was missed.
    pub(crate) fn finish(self) -> &'static [&'static str] {
        match self {
            // Committing a transaction that has failed is no error there: any other statement is.
            Self::Postgres | Self::Redshift => &["SELECT 1", "COMMIT"],
            Self::Sqlite | Self::DuckDb => &["COMMIT"],
            _ => &[],
        }
    }

    /// Whether many rows are given to the driver, in Arrow: where that was measured to be faster than statements that hold
    /// them. For 100,000 rows it was twenty times in DuckDB and fifteen in PostgreSQL.
    ///
    /// Not in Redshift, whose driver is PostgreSQL's: it would copy from its input, which is not there
    /// (<https://docs.aws.amazon.com/redshift/latest/dg/r_COPY.html>). Snowflake's and BigQuery's drivers upload files, which
    /// takes grants of its own, and was not measured; Spark's cannot.
    pub(crate) fn ingests(self) -> bool {
        matches!(self, Self::Postgres | Self::DuckDb)
    }

    /// Whether the standard's option for a connection that writes nothing is tried: the others have their own ways.
    pub(crate) fn is_asked_to_read_only(self) -> bool {
        self.begin().is_empty()
    }

    /// Options of statements that bound the driver's batches.
    pub(crate) fn statement_options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Postgres | Self::Redshift => &[("adbc.postgresql.batch_size_hint_bytes", "1048576")],
            Self::Sqlite => &[("adbc.sqlite.query.batch_rows", "8192")],
            _ => &[],
        }
    }

    /// How text is told from language in this SQL. Where that is not certain, a query must be one statement either way.
    pub(super) fn lexicons(self) -> Vec<Lexicon> {
        let standard = Lexicon::standard();
        match self {
            // Where backslashes escape in every string by an old setting, the server takes one statement only all the same.
            Self::Postgres => vec![standard.nesting().dollars().marked_escapes()],
            Self::Redshift => vec![standard.nesting().dollars(), standard.nesting().dollars().escapes()],
            Self::DuckDb => {
                vec![standard.dollars().marked_escapes(), standard.dollars().marked_escapes().nesting()]
            }
            Self::Sqlite => vec![standard.backticks().brackets()],
            Self::Snowflake => vec![standard.escapes().dollars().slashes()],
            Self::BigQuery => vec![standard.escapes().backticks().hashes()],
            Self::Trino => vec![standard],
            Self::Spark => vec![standard.escapes().backticks().nesting(), standard.backticks().nesting()],
            Self::Ansi => vec![
                standard,
                standard.escapes(),
                standard.backticks(),
                standard.backticks().escapes(),
                standard.dollars(),
                standard.nesting(),
                standard.hashes().backticks().escapes(),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_are_known_by_what_their_drivers_say() {
        let of = AdbcDialect::of_vendor;
        assert_eq!(
            [
                "PostgreSQL",
                "SQLite",
                "duckdb",
                "Redshift",
                "Snowflake",
                "BigQuery",
                "Apache Spark",
                "Trino",
                "Flight SQL"
            ]
            .map(of),
            [
                AdbcDialect::Postgres,
                AdbcDialect::Sqlite,
                AdbcDialect::DuckDb,
                AdbcDialect::Redshift,
                AdbcDialect::Snowflake,
                AdbcDialect::BigQuery,
                AdbcDialect::Spark,
                AdbcDialect::Trino,
                AdbcDialect::Ansi
            ]
        );
    }

    #[test]
    fn a_name_stays_a_name_in_every_dialect() {
        let quoted = |dialect: AdbcDialect, name| dialect.quote(name).unwrap();
        assert_eq!(quoted(AdbcDialect::Postgres, r#"a"; DROP TABLE b; --"#), r#""a""; DROP TABLE b; --""#);
        assert_eq!(quoted(AdbcDialect::Sqlite, "a`b\"c"), "`a``b\"c`");
        assert_eq!(quoted(AdbcDialect::Spark, "a`"), "`a```");
        assert_eq!(quoted(AdbcDialect::BigQuery, "my shop"), "`my shop`");
        assert!(AdbcDialect::BigQuery.quote("a`b").is_err() && AdbcDialect::BigQuery.quote("a\\").is_err());
        assert!(AdbcDialect::Ansi.quote("").is_err() && AdbcDialect::Ansi.quote("a\0").is_err());
    }
}

//! The few words that judging a value takes, in each dialect's SQL.
//!
//! Patterns are written in what all engines' regular expressions share: classes, groups, `+`, `*`, `{n}`, and `^` and `$`
//! at the edges only.

use crate::AdbcDialect;

/// A dialect that values are judged in.
///
/// Sources: PostgreSQL <https://www.postgresql.org/docs/current/functions-string.html> and `functions-matching.html` there;
/// DuckDB <https://duckdb.org/docs/stable/sql/functions/text>; Spark <https://spark.apache.org/docs/latest/api/sql/>;
/// Snowflake <https://docs.snowflake.com/en/sql-reference/functions-string>, and in particular `functions/translate`,
/// `functions/try_hex_decode_binary` and `functions/regexp_like` there; BigQuery
/// <https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions>, whose regular expressions are RE2's like
/// DuckDB's; Redshift <https://docs.aws.amazon.com/redshift/latest/dg/String_functions_header.html> and
/// `pattern-matching-conditions-posix.html` there; Trino <https://trino.io/docs/current/functions/string.html> and `binary.html`,
/// `regexp.html` there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speech {
    Postgres,
    DuckDb,
    Spark,
    Snowflake,
    BigQuery,
    Redshift,
    Trino,
}

impl Speech {
    /// Nothing where values are not judged.
    pub(super) fn of(dialect: AdbcDialect) -> Option<Self> {
        match dialect {
            AdbcDialect::Postgres => Some(Self::Postgres),
            AdbcDialect::DuckDb => Some(Self::DuckDb),
            AdbcDialect::Spark => Some(Self::Spark),
            AdbcDialect::Snowflake => Some(Self::Snowflake),
            AdbcDialect::BigQuery => Some(Self::BigQuery),
            AdbcDialect::Redshift => Some(Self::Redshift),
            AdbcDialect::Trino => Some(Self::Trino),
            _ => None,
        }
    }

    /// A constant of ours, which has neither backslashes nor double quotes.
    fn literal(self, text: &str) -> String {
        match self {
            // Two quotes end one string there and begin another, and what a backslash means is a setting.
            Self::Spark if text.contains('\'') => format!("('{}')", text.replace('\'', "' || char(39) || '")),
            Self::BigQuery => format!("r\"{text}\""),
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }

    /// The characters of ASCII white space, as text: the six that Rust knows.
    fn white(self) -> String {
        if self == Self::BigQuery {
            return "CODE_POINTS_TO_STRING([32, 9, 10, 11, 12, 13])".to_owned();
        }
        let characters = (9..=13).map(|code| format!(" || {}({code})", self.character()));
        format!("' '{}", characters.collect::<String>())
    }

    /// What makes a character of its code.
    fn character(self) -> &'static str {
        if self == Self::Spark { "char" } else { "chr" }
    }

    /// The text with the collation that compares and folds bytes, where a column may bring another.
    fn plain(self, text: &str) -> String {
        match self {
            // The cast is for `citext`, whose operators have their own mind.
            Self::Postgres => format!("CAST({text} AS text) COLLATE \"C\""),
            // <https://docs.snowflake.com/en/sql-reference/functions/collate>,
            // <https://cloud.google.com/bigquery/docs/reference/standard-sql/collation-concepts>
            Self::Snowflake | Self::BigQuery => format!("COLLATE({text}, '')"),
            // <https://docs.aws.amazon.com/redshift/latest/dg/r_COLLATE.html>
            Self::Redshift => format!("COLLATE({text}, 'case_sensitive')"),
            // The cast is for `char`, whose comparisons know of no blanks at the end.
            Self::Trino => format!("CAST({text} AS VARCHAR)"),
            Self::DuckDb | Self::Spark => text.to_owned(),
        }
    }

    /// The text without ASCII white space.
    pub(super) fn without_white(self, text: &str) -> String {
        let (plain, white) = (self.plain(text), self.white());
        match self {
            // Taking out costs as much as hashing there, so only what has something to be taken out goes through it.
            Self::DuckDb => format!(
                "CASE WHEN regexp_matches({text}, '[^!-~]') \
                 THEN regexp_replace({text}, '[ ' || chr(9) || '-' || chr(13) || ']+', '', 'g') ELSE {text} END"
            ),
            // What has nothing to become is left out, by each one's words:
            // <https://docs.snowflake.com/en/sql-reference/functions/translate>,
            // <https://docs.aws.amazon.com/redshift/latest/dg/r_TRANSLATE.html>
            _ => format!("translate({plain}, {white}, '')"),
        }
    }

    /// The text without ASCII white space around it.
    pub(super) fn trimmed(self, text: &str) -> String {
        let (plain, white) = (self.plain(text), self.white());
        match self {
            Self::DuckDb => {
                format!("CASE WHEN regexp_matches({text}, '[^!-~]') THEN trim({text}, {white}) ELSE {text} END")
            }
            Self::Postgres | Self::Redshift => format!("btrim({plain}, {white})"),
            Self::Spark | Self::Trino => format!("trim(BOTH {white} FROM {plain})"),
            Self::Snowflake | Self::BigQuery => format!("trim({plain}, {white})"),
        }
    }

    /// Its length in bytes.
    pub(super) fn bytes(self, text: &str) -> String {
        match self {
            Self::DuckDb => format!("strlen({text})"),
            Self::BigQuery => format!("byte_length({text})"),
            Self::Trino => format!("length(to_utf8({text}))"),
            _ => format!("octet_length({text})"),
        }
    }

    /// Whether it is longer than this in UTF-8. What is in ASCII is told exactly, and nothing is said to be longer that is
    /// not: PostgreSQL may keep text in another encoding, where it counts other bytes.
    pub(super) fn is_longer(self, text: &str, bytes: usize) -> String {
        match self {
            Self::Postgres => format!("char_length({text}) > {bytes}"),
            _ => format!("{} > {bytes}", self.bytes(text)),
        }
    }

    /// Whether a part of it looks like this. The pattern may be bound to the text's beginning by `^`; to its end by `$` where
    /// the text is printable ASCII.
    pub(super) fn has(self, text: &str, pattern: &str) -> String {
        let pattern = self.literal(pattern);
        match self {
            Self::DuckDb => format!("regexp_matches({text}, {pattern})"),
            Self::Spark => format!("{text} RLIKE {pattern}"),
            Self::Trino => format!("regexp_like({text}, {pattern})"),
            Self::Snowflake => format!("regexp_instr({text}, {pattern}) > 0"),
            Self::BigQuery => format!("regexp_contains({text}, {pattern})"),
            Self::Postgres | Self::Redshift => format!("{text} ~ {pattern}"),
        }
    }

    /// Whether all of it looks like this, a pattern that nothing outside of ASCII fits.
    pub(super) fn is(self, text: &str, pattern: &str) -> String {
        let whole = format!("^{pattern}$");
        match self {
            // Implicitly from edge to edge: <https://docs.snowflake.com/en/sql-reference/functions/regexp_like>
            Self::Snowflake => format!("regexp_like({text}, {})", self.literal(pattern)),
            // `$` is before a last line's end as well in Java, and U+0085 ends a line:
            // <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html>
            Self::Spark => format!("char_length({text}) = octet_length({text}) AND {}", self.has(text, &whole)),
            // Its patterns are Java's: <https://trino.io/docs/current/functions/regexp.html>
            Self::Trino => format!("length({text}) = length(to_utf8({text})) AND {}", self.has(text, &whole)),
            Self::Redshift => format!("len({text}) = octet_length({text}) AND {}", self.has(text, &whole)),
            _ => self.has(text, &whole),
        }
    }

    /// The part with this number, from 1, of what a sign takes apart.
    pub(super) fn part(self, text: &str, sign: char, number: usize) -> String {
        match self {
            Self::BigQuery => format!("split({text}, '{sign}')[SAFE_OFFSET({})]", number - 1),
            _ => format!("split_part({text}, '{sign}', {number})"),
        }
    }

    /// Its SHA-256, in the dialect's form of digests. The text's encoding is of no matter: what counts is ASCII.
    pub(super) fn sha256(self, text: &str) -> String {
        match self {
            Self::Postgres => format!("sha256({})", bytes_of(text)),
            Self::DuckDb | Self::BigQuery => format!("sha256({text})"),
            Self::Spark | Self::Redshift => format!("sha2({text}, 256)"),
            Self::Snowflake => format!("sha2_binary({text}, 256)"),
            Self::Trino => format!("sha256(to_utf8({text}))"),
        }
    }

    /// Its MD5, in the dialect's form of digests.
    pub(super) fn md5(self, text: &str) -> String {
        match self {
            Self::Postgres => format!("decode(md5({}), 'hex')", bytes_of(text)),
            Self::Snowflake => format!("md5_binary({text})"),
            Self::Trino => format!("md5(to_utf8({text}))"),
            _ => format!("md5({text})"),
        }
    }

    /// The digest that stands here in hex of either case, when `is_digest` says so; in the dialect's form of digests.
    pub(super) fn digest(self, text: &str, is_digest: &str) -> String {
        match self {
            Self::Postgres => format!("CASE WHEN {is_digest} THEN decode({text}, 'hex') END"),
            Self::BigQuery | Self::Trino => format!("CASE WHEN {is_digest} THEN from_hex({text}) END"),
            Self::Snowflake => format!("try_hex_decode_binary({text})"),
            Self::DuckDb | Self::Spark | Self::Redshift => format!("lower({text})"),
        }
    }
}

/// The text's bytes in PostgreSQL, as they are: a conversion of other than ASCII could fail.
fn bytes_of(text: &str) -> String {
    format!("convert_to({text}, 'SQL_ASCII')")
}

//! The two tables, and every statement about them.
//!
//! An object is a row of `tikaud_objects`, with the attempt that made it; its content is in `tikaud_object_parts`, under the
//! key and that attempt. So the content of an attempt that failed can never be another's.

use tikaud_core::segment::SegmentError;

use crate::postgres::quote::quote;

/// The latest format of an object that this version reads, and the one that it writes.
pub(super) const FORMAT: i32 = 1;
/// The length of all parts of an object but its last: what is in memory of one that is written.
pub(super) const PART: usize = 1 << 20;

/// Statements with the schema's name in them, which is the only text that goes into one.
pub(super) struct Tables {
    pub(super) schema: String,
    /// Makes the tables.
    pub(super) make: String,
    /// `$1` a format: an object of a later one.
    pub(super) later_format: String,
    /// `$1` key, `$2` attempt, `$3` number, `$4` content.
    pub(super) add_part: String,
    /// `$1` key, `$2` attempt, `$3` length, `$4` length of a part, `$5` format: the transaction, unless the key is taken.
    pub(super) add_object: String,
    /// `$1` key: the attempt that made it.
    pub(super) maker: String,
    /// `$1` key, `$2` start, `$3` end.
    pub(super) read: String,
    /// `$1` the least key, `$2` the least that is too great.
    pub(super) list: String,
    /// `$1` key.
    pub(super) delete: String,
}

/// `$1` schema: whether the role may use it and make tables in it, how many of the two tables there are, and whether the
/// role may do with them what is done; whether the server is a standby.
pub(super) const LOOK: &str = "SELECT has_schema_privilege(n.oid, 'USAGE'), has_schema_privilege(n.oid, 'CREATE'), \
            count(c.oid), coalesce(bool_and(has_table_privilege(c.oid, 'SELECT') \
                AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'DELETE')), true), pg_is_in_recovery() \
     FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c \
          ON c.relnamespace = n.oid AND c.relname IN ('tikaud_objects', 'tikaud_object_parts') \
     WHERE n.nspname = $1 GROUP BY n.oid";

/// A transaction that writes, whatever role and database have as default.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE";

/// `$1` a transaction: what has become of it.
/// <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT>
pub(super) const STATUS: &str = "SELECT pg_xact_status($1::text::xid8)";

/// `$1` a text: a lock of its own until the transaction ends.
pub(super) const LOCK_TRANSACTION: &str = r#"SELECT pg_advisory_xact_lock(hashtextextended($1 COLLATE "C", 0))"#;
/// `$1` a text: a lock of its own until the connection ends.
pub(super) const LOCK_SESSION: &str = r#"SELECT pg_advisory_lock(hashtextextended($1 COLLATE "C", 0))"#;

impl Tables {
    pub(super) fn of(schema: &str) -> Result<Self, SegmentError> {
        let quoted = quote(schema)?;
        let (objects, parts) = (format!("{quoted}.tikaud_objects"), format!("{quoted}.tikaud_object_parts"));
        Ok(Self {
            schema: schema.to_owned(),
            // Digests do not compress; what is stored as it is can be read in pieces.
            make: format!(
                r#"CREATE TABLE {objects} (
                       key text COLLATE "C" PRIMARY KEY, attempt bytea NOT NULL, len bigint NOT NULL,
                       part_len integer NOT NULL, format integer NOT NULL
                   );
                   CREATE TABLE {parts} (
                       key text COLLATE "C" NOT NULL, attempt bytea NOT NULL, number integer NOT NULL,
                       content bytea NOT NULL, PRIMARY KEY (key, attempt, number)
                   );
                   ALTER TABLE {parts} ALTER COLUMN content SET STORAGE EXTERNAL"#
            ),
            later_format: format!("SELECT key, format FROM {objects} WHERE format > $1 ORDER BY key LIMIT 1"),
            add_part: format!("INSERT INTO {parts} (key, attempt, number, content) VALUES ($1, $2, $3, $4)"),
            add_object: format!(
                "INSERT INTO {objects} (key, attempt, len, part_len, format) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (key) DO NOTHING RETURNING pg_current_xact_id()::text"
            ),
            maker: format!("SELECT attempt FROM {objects} WHERE key = $1"),
            read: read(&objects, &parts),
            list: format!(
                "SELECT key, len FROM {objects} WHERE key >= $1 AND ($2::text IS NULL OR key < $2) ORDER BY key"
            ),
            delete: format!(
                "WITH gone AS (DELETE FROM {objects} WHERE key = $1 RETURNING key, attempt) \
                 DELETE FROM {parts} p USING gone WHERE p.key = gone.key AND p.attempt = gone.attempt"
            ),
        })
    }

    /// An object as errors name it.
    pub(super) fn shown(&self, key: impl std::fmt::Display) -> String {
        format!("{}/{key}", self.schema)
    }
}

/// As of one moment: the object's format and length, and of a range that ends within it, the pieces.
fn read(objects: &str, parts: &str) -> String {
    let start = "greatest($2 - p.number::bigint * o.part_len, 0)";
    let end = "least($3 - p.number::bigint * o.part_len, o.part_len)";
    format!(
        "SELECT o.format, o.len, substring(p.content from ({start} + 1)::integer for ({end} - {start})::integer) \
         FROM {objects} o LEFT JOIN {parts} p \
              ON p.key = o.key AND p.attempt = o.attempt AND $2 < $3 AND $3 <= o.len \
                 AND p.number BETWEEN $2 / o.part_len AND ($3 - 1) / o.part_len \
         WHERE o.key = $1 ORDER BY p.number"
    )
}

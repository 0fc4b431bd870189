//! A table, a view or a query of any database with an ADBC driver as a segment.
//!
//! ```text
//! connection, source ──▶ definition ──▶ a thread: session ──▶ describe, select ──▶ cells ──▶ the stream
//! ```

mod builder;
pub(crate) mod connection;
pub(crate) mod dialect;
mod driver;
pub(crate) mod parameter;

pub(crate) mod definition;
pub(crate) mod error;
mod single;
pub(crate) mod source;
pub(crate) mod statement;

pub(crate) mod column;
pub(crate) mod describe;
pub(crate) mod session;
pub(crate) mod view;
pub(crate) mod where_clause;

mod ahead;
mod cells;
mod first_row;
pub(crate) mod read;
pub(crate) mod reading;
pub(crate) mod running;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::identifier::FieldMapping;
use tikaud_core::segment::{IdentifierStream, MemberStream, Segment, SegmentError, SegmentSchema};

pub use self::builder::AdbcSegmentBuilder;
use self::column::Column;
pub use self::connection::AdbcConnection;
use self::definition::Definition;
pub use self::dialect::AdbcDialect;
pub use self::driver::AdbcDriver;
pub use self::error::{AdbcError, AdbcErrorKind};
pub use self::parameter::AdbcParameter;
use self::reading::Reading;
use self::source::Source;
pub use self::statement::EngineStatement;
use crate::tables::hashed;

/// A segment whose members are the rows of a table, a view or a query in a database that has an
/// [ADBC](https://arrow.apache.org/adbc/) driver: Snowflake, BigQuery, Databricks, Redshift, DuckDB, SQLite, PostgreSQL,
/// whatever speaks Flight SQL.
///
/// ```no_run
/// use tikaud_core::segment::Segment;
/// use tikaud_sources::rule::column;
/// use tikaud_sources::{AdbcConnection, AdbcDriver, AdbcSegment};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let duckdb = AdbcDriver::path("/opt/duckdb/libduckdb.so");
/// let connection = AdbcConnection::new(duckdb).option("path", "/data/shop.duckdb");
///
/// let buyers = AdbcSegment::relation(connection.clone(), ["marketing", "buyers"])
///     .filter(column("country").is_in(["DE", "AT"]))
///     .require_consent("marketing")
///     .build()?;
/// assert_eq!(buyers.columns().await?, ["id", "email", "phone", "country", "marketing"]);
///
/// let lapsed = AdbcSegment::query(connection, "SELECT email FROM customers WHERE last_order < $1::DATE")
///     .parameter("2026-01-31")
///     .name("Lapsed customers")
///     .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # What is read
///
/// Each read is a connection of its own, on a thread of its own: a driver blocks for as long as it likes. Exactly the columns
/// asked for are selected, with those that a [rule](AdbcSegmentBuilder::filter) looks at where it is evaluated here. Names
/// are quoted, values are bound.
///
/// Nothing is written. PostgreSQL and Redshift are read in a read-only transaction, SQLite with `query_only` on, DuckDB in a
/// read-only transaction and its file opened for reading only. Elsewhere the driver is asked for a read-only connection, which
/// few know; a query is one statement that stands in the parentheses of a `SELECT`, and a user who may only read does the
/// rest.
///
/// With [`hash_in_database`](AdbcSegmentBuilder::hash_in_database) the members' values stay in the database, and a run reads
/// their identifiers only.
///
/// Cells become text as in [`member_batch`](crate::arrow::member_batch), instants in UTC; the guide has what is particular to
/// each database. Memory use is a few batches of members, of at most 32 MiB each, and the driver's own.
///
/// # Errors
///
/// A stream ends at its first error, and it ends well only when the driver has told the end of the rows and the transaction,
/// where there is one, is still sound. The cause of an error that the driver reported is an [`AdbcError`]. Errors hold no
/// value, no option's value and no password, nor any text of the driver's, for it quotes them.
///
/// Dropping the stream cancels the statement, where the driver can (SQLite's cannot: its thread ends with the next batch).
/// Reading needs the Tokio runtime with time.
#[derive(Clone)]
pub struct AdbcSegment {
    name: String,
    description: Option<String>,
    hashes_in_database: bool,
    pub(crate) definition: Arc<Definition>,
}

impl AdbcSegment {
    /// Starts a segment of a table or view: its name, with the names of what it is in before it, such as
    /// `["marketing", "buyers"]`. Names are taken as they are: they are case-sensitive where the database is, and a dot is a
    /// part of a name. Snowflake keeps names in capitals that were created without quotes.
    pub fn relation<N: Into<String>>(
        connection: AdbcConnection,
        name: impl IntoIterator<Item = N>,
    ) -> AdbcSegmentBuilder {
        AdbcSegmentBuilder::new(connection, Source::Relation(name.into_iter().map(Into::into).collect()))
    }

    /// Starts a segment of a query: one `SELECT`, in the database's own SQL.
    ///
    /// Give values to [`parameter`](AdbcSegmentBuilder::parameter): never paste them into the text.
    pub fn query(connection: AdbcConnection, sql: impl AsRef<str>) -> AdbcSegmentBuilder {
        AdbcSegmentBuilder::new(connection, Source::query(sql.as_ref()))
    }

    async fn describe(&self) -> Result<Vec<Column>, SegmentError> {
        let describe = Reading::start(&self.definition, |definition, running, emit| {
            emit(read::columns(definition, running)?);
            Ok(())
        })?;
        describe.only().await
    }
}

#[async_trait]
impl Segment for AdbcSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(column::text_columns(&self.describe().await?))
    }

    /// The columns with their types, the query or the rule, and in PostgreSQL, Redshift, SQLite and DuckDB the definition of
    /// the view that is read.
    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let schema = Reading::start(&self.definition, |definition, running, emit| {
            emit(read::schema(definition, running)?);
            Ok(())
        })?;
        schema.only().await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let columns = columns.to_vec();
        let members = Reading::start(&self.definition, move |definition, running, emit| {
            read::members(definition, running, &columns, emit)
        })?;
        reading::stream(members).await
    }

    async fn identifiers(&self, mapping: &FieldMapping) -> Result<Option<IdentifierStream>, SegmentError> {
        if !self.hashes_in_database {
            return Ok(None);
        }
        hashed::identifiers(&self.definition, mapping).await.map(Some)
    }
}

/// Shows neither the query, which may hold values, nor an option's value.
impl fmt::Debug for AdbcSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdbcSegment")
            .field("name", &self.name)
            .field("connection", &self.definition.connection)
            .finish_non_exhaustive()
    }
}

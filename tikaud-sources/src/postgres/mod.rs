//! A table, a view or a query of PostgreSQL as a segment, and tables that keep state.
//!
//! ```text
//! connection, source, rule ──▶ definition ──▶ session (one transaction) ──▶ copy │ rows ──▶ members (a task) ──▶ the stream
//! ```

mod builder;
mod connection;
mod parameter;
mod tls;

mod connect;
mod definition;
mod error;
mod quote;
mod source;

mod column;
mod filter;
mod line;
mod session;

mod cells;
mod copy;
mod iso;
mod members;
mod reading;
mod schema;

mod state;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tikaud_core::segment::{
    MemberBatch, MemberStream, Segment, SegmentError, SegmentErrorKind, SegmentSchema, TextColumn,
};

pub use self::builder::PostgresSegmentBuilder;
use self::column::{Asked, Column};
pub use self::connection::PostgresConnection;
use self::definition::Definition;
pub use self::error::{PostgresError, PostgresErrorKind};
use self::filter::Filter;
pub use self::parameter::PostgresParameter;
use self::reading::Rows;
use self::session::Session;
use self::source::Source;
pub use self::state::PostgresStateStore;
pub use self::tls::PostgresTls;
use crate::error::configuration;

/// A segment whose members are the rows of a table, a view or a query in PostgreSQL.
///
/// ```no_run
/// use tikaud_core::segment::Segment;
/// use tikaud_sources::{PostgresConnection, PostgresSegment};
///
/// # async fn example(password: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let connection = PostgresConnection::new("db.example.com", "shop", "tikaud").password(password);
///
/// let buyers = PostgresSegment::relation(connection.clone(), ["marketing", "buyers"]).build()?;
/// assert_eq!(buyers.columns().await?, ["id", "email", "phone"]);
///
/// let lapsed = PostgresSegment::query(
///     connection,
///     "SELECT email, phone FROM customers WHERE country = $1 AND last_order < $2",
/// )
/// .parameter("DE")
/// .parameter("2026-01-31")
/// .name("Lapsed customers")
/// .build()?;
/// # Ok(())
/// # }
/// ```
///
/// # What is read
///
/// Each read is a connection and a transaction of its own, `REPEATABLE READ, READ ONLY`: everybody as of one moment, and
/// nothing can be written. Exactly the columns asked for are selected. A table, a view, and a query without parameters
/// come by binary `COPY`, a query with parameters, and whatever a rule with values chooses from, as rows; values travel apart
/// from the query's text.
///
/// | type | becomes |
/// |---|---|
/// | `text`, `varchar`, `citext`, `name`, enumerations | their text |
/// | `char(n)` | its text without the blanks that fill it up |
/// | `smallint`, `integer`, `bigint`, `numeric` without a fraction | decimal digits, all of them |
/// | `boolean` | `true`, `false` |
/// | `uuid` | hexadecimal digits in groups, lower case |
/// | `date`, `time`, `timestamp`, `timestamptz` | ISO 8601, as Arrow's types in [`member_batch`](crate::arrow::member_batch); the last in UTC |
/// | domains | as what they are over |
/// | arrays of any of these but `timestamptz` | a cell with several values; nulls in it are skipped |
/// | anything else (`bytea`, `json`, `real`, …) | no column: an error that says what to cast it to |
///
/// A row may be 16 MiB long. Memory use is a few batches (one takes at most 32 MiB of rows, whatever
/// [`batch_size`](PostgresSegmentBuilder::batch_size) says) and the driver's buffer, which holds the row that is coming in:
/// a longer row is held there, before it is refused.
///
/// # Errors
///
/// What is not certainly whole is an error, never a shorter segment: the stream ends well only when the server has marked
/// the end of the rows and then still knows the transaction as sound. The cause of an error that the server or the
/// connection reported is a [`PostgresError`], which has its kind and SQLSTATE. Errors hold no value and no password, nor
/// any text of the server's, for it quotes values.
///
/// Dropping the stream cancels the statement at the server. Reading needs the Tokio runtime with I/O and time.
#[derive(Clone)]
pub struct PostgresSegment {
    name: String,
    description: Option<String>,
    definition: Arc<Definition>,
}

impl PostgresSegment {
    /// Starts a segment of a table, a view, a materialized view or a foreign table: its name, with the names of what it is
    /// in before it, such as `["marketing", "buyers"]`. Names are taken as they are: they are case-sensitive, and a dot is
    /// a part of a name. Without a schema, the role's `search_path` finds it.
    pub fn relation<N: Into<String>>(
        connection: PostgresConnection,
        name: impl IntoIterator<Item = N>,
    ) -> PostgresSegmentBuilder {
        PostgresSegmentBuilder::new(connection, Source::Relation(name.into_iter().map(Into::into).collect()))
    }

    /// Starts a segment of a query: one `SELECT`, `WITH … SELECT`, `VALUES` or `TABLE`.
    ///
    /// Write `$1`, `$2`, … for values, and give them to [`parameter`](PostgresSegmentBuilder::parameter): never paste them
    /// into the text.
    pub fn query(connection: PostgresConnection, sql: impl AsRef<str>) -> PostgresSegmentBuilder {
        PostgresSegmentBuilder::new(connection, Source::query(sql.as_ref()))
    }

    /// A session, and the columns that there are.
    async fn open(&self) -> Result<(Session, Vec<Column>), SegmentError> {
        let definition = &self.definition;
        let mut session = Session::open(definition).await?;
        let statement = session.describe(&definition.source.all_columns()?).await;
        let statement = statement.map_err(|error| definition.description_error(error))?;
        let (wanted, given) = (statement.params().len(), definition.source.parameters().len());
        if wanted != given {
            return Err(configuration(format!(
                "{} is given another number of values ({given}) than it has parameters ({wanted}); call \
                 `PostgresSegmentBuilder::parameter` once for each",
                definition.place()
            )));
        }
        let columns: Vec<Column> = statement.columns().iter().map(Column::of).collect();
        if columns.is_empty() {
            return Err(configuration(format!("{} has no columns; a query is to be a SELECT", definition.place())));
        }
        Ok((session, columns))
    }

    /// How many of those whom the rule chooses have not consented, as of the transaction's moment; 0 where nobody is asked.
    async fn count_without_consent(&self, session: &mut Session, filter: &Filter) -> Result<u64, SegmentError> {
        let Some(without) = filter.without_consent() else { return Ok(0) };
        let count = self.definition.source.count(&without)?;
        let rows = session.rows(&count, &filter.values).await;
        let count = rows.and_then(|rows| rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0)));
        let count = count.map_err(|error| self.definition.statement_error(error))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    fn ask(&self, columns: &[Column], asked: &[String]) -> Result<Vec<Asked>, SegmentError> {
        let place = self.definition.place();
        let ask = |name: &String| {
            let mut named = columns.iter().filter(|column| column.name == *name);
            match (named.next(), named.next()) {
                (Some(column), None) => column.ask(&place),
                (Some(_), Some(_)) => Err(SegmentError::malformed(format!(
                    "two columns of {place} are named `{name}`; rename one of them"
                ))),
                (None, _) => {
                    let unknown = SegmentError::unknown_column(name, &text_columns(columns));
                    Err(SegmentError::new(SegmentErrorKind::UnknownColumn, format!("{place}: {unknown}")))
                }
            }
        };
        asked.iter().map(ask).collect()
    }
}

/// The columns that can be asked for; of two with one name, neither can.
fn text_columns(columns: &[Column]) -> Vec<String> {
    let is_one = |name: &str| columns.iter().filter(|column| column.name == name).count() == 1;
    let asked_for = columns.iter().filter(|column| column.holds_text() && is_one(&column.name));
    asked_for.map(|column| column.name.clone()).collect()
}

#[async_trait]
impl Segment for PostgresSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        let (session, columns) = self.open().await?;
        session.finish().await.map_err(|error| self.definition.statement_error(error))?;
        Ok(text_columns(&columns))
    }

    /// The columns' types by the server's names, those that hold no text among them; the query, the rule, and the views that the
    /// name leads to, through other views too. What a query reads from is not looked into.
    async fn schema(&self) -> Result<SegmentSchema, SegmentError> {
        let (mut session, columns) = self.open().await?;
        let schema = schema::schema(&self.definition, &mut session, &columns).await?;
        session.finish().await.map_err(|error| self.definition.statement_error(error))?;
        Ok(schema)
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let (mut session, known) = self.open().await?;
        let asked = self.ask(&known, columns)?;
        let (source, filter) = (&self.definition.source, self.definition.filter(&known)?);
        let without_consent = self.count_without_consent(&mut session, &filter).await?;
        let select = source.select(&asked, &filter.members())?;
        let rows = if filter.values.is_empty() {
            session.copy(&select).await.map(Rows::Copy)
        } else {
            session.query(&select, &filter.values).await.map(Rows::Query)
        };
        let rows = rows.map_err(|error| self.definition.statement_error(error))?;
        // Told ahead of everybody, in a batch of nobody.
        let nobody = MemberBatch::try_new(vec![TextColumn::default(); asked.len()])?;
        let left_out = (without_consent > 0).then(|| Ok(nobody.with_members_without_consent(without_consent)));
        let members = reading::stream(Arc::clone(&self.definition), session, rows, asked);
        Ok(stream::iter(left_out).chain(members).boxed())
    }
}

/// Shows neither the query, which may hold values, nor the password.
impl fmt::Debug for PostgresSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSegment")
            .field("name", &self.name)
            .field("connection", &self.definition.connection)
            .finish_non_exhaustive()
    }
}

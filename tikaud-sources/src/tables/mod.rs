//! Tables that stay where they are: the diff in the engine that holds them.
//!
//! ```text
//! segment, mapping ─▶ question: one SELECT ─▶ answer: totals, doubtful members, changes ─▶ outcome ─▶ the plan
//! receipts ─▶ settle: fates into a table, one CREATE TABLE AS SELECT ─▶ the next sets
//! ```

mod names;
pub(crate) mod value;

mod comparison;

mod question;

mod answer;
mod cells;
mod doubtful;
mod totals;

pub(crate) mod hashed;

mod held;

mod compare;
mod fates;
mod grants;
mod looked_up;
mod outcome;
mod suppression;

mod keep;
mod settle;

mod statements;

mod work;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use tikaud_core::diff::{
    Change, CompareRequest, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, FateSet, Held, HeldStream,
    IdentifierSet, IdentifierSets, SetsId, SettleRequest, StoredCount,
};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::segment::Segment;
use tikaud_core::state::ActivationId;
use tokio::sync::mpsc;

use self::compare::Arrival;
use self::keep::Keeping;
use self::names::Place;
use self::settle::Settling;
use self::suppression::Suppression;
use self::work::{Work, items};
use crate::adbc::definition::Definition;
use crate::adbc::session::Session;
use crate::adbc::statement::Observer;
use crate::{AdbcDialect, AdbcSegment};

/// A [diff engine](DiffEngine) in the database or warehouse that the segment is in: Snowflake, BigQuery, Databricks and Spark,
/// Redshift, Trino, PostgreSQL, DuckDB.
///
/// The members' values are normalised, hashed and compared there, and only the changes leave it. What is held is in tables in a
/// schema of yours, whose names begin with `tikaud_`; nothing else is written. The guide `docs/tables.md` says when to use it,
/// what grants it needs and what it costs.
///
/// ```no_run
/// use tikaud_sources::{AdbcConnection, AdbcDiffEngine, AdbcDriver, AdbcSegment};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let connection = AdbcConnection::new(AdbcDriver::named("snowflake")).username("TIKAUD").password("correct horse");
/// let buyers = AdbcSegment::relation(connection, ["SHOP", "MARKETING", "BUYERS"]).build()?;
/// let engine = AdbcDiffEngine::try_new(&buyers, ["SHOP", "TIKAUD"])?;
/// # Ok(())
/// # }
/// ```
///
/// # What is exact
///
/// Every identifier and every count is what reading the members in this process would give. SQL judges the values that it
/// can judge exactly; members with any other value, such as letters outside of ASCII, are read into this process and judged
/// here, up to 100,000 different ones. What is left out is only where rejects stand. Phone numbers are to be in E.164
/// ([`Field::PhoneE164`](tikaud_core::identifier::Field::PhoneE164)) or hashed already.
#[derive(Clone)]
pub struct AdbcDiffEngine {
    segment: String,
    definition: Arc<Definition>,
    place: Arc<Place>,
    words: String,
    suppressions: Vec<Arc<Suppression>>,
    /// Who is told of each statement.
    observer: Option<Observer>,
}

impl AdbcDiffEngine {
    /// An engine for this segment, that keeps its sets in this schema: its name, perhaps with the name of the catalog before it.
    /// The schema must be there. Nothing is asked of the database yet.
    ///
    /// # Errors
    ///
    /// [`Refused`](DiffEngineErrorKind::Refused) when the schema has no name, when it is not known what SQL the database
    /// speaks before it is asked, and where it is none that can compare, as SQLite's.
    pub fn try_new<N: Into<String>>(
        segment: &AdbcSegment,
        schema: impl IntoIterator<Item = N>,
    ) -> Result<Self, DiffEngineError> {
        let schema: Vec<String> = schema.into_iter().map(Into::into).collect();
        let definition = Arc::clone(&segment.definition);
        let driver = definition.connection.driver().to_string();
        let file = driver.rsplit(['/', '\\']).next().unwrap_or_default();
        let dialect = definition.connection.told_dialect().unwrap_or_else(|| AdbcDialect::of_vendor(file));
        let name = match dialect {
            AdbcDialect::DuckDb => "duckdb",
            AdbcDialect::Postgres => "postgresql",
            AdbcDialect::Spark => "spark",
            AdbcDialect::Trino => "trino",
            AdbcDialect::Snowflake => "snowflake",
            AdbcDialect::BigQuery => "bigquery",
            AdbcDialect::Redshift => "redshift",
            AdbcDialect::Sqlite => return Err(refused("SQLite cannot hash; diff in this process")),
            AdbcDialect::Ansi => {
                return Err(refused(
                    "the driver's name does not tell what SQL the database speaks; tell it by `AdbcConnection::dialect`",
                ));
            }
        };
        let place = Place { schema, dialect };
        if place.schema.is_empty() {
            return Err(refused("the engine needs the name of a schema to keep its sets in"));
        }
        place.qualified("tikaud_")?;
        let words = format!("{name}, schema `{}`", place.schema.join("."));
        let (segment, suppressions) = (segment.name().to_owned(), Vec::new());
        Ok(Self { segment, definition, place: Arc::new(place), words, suppressions, observer: None })
    }
}

#[async_trait]
impl DiffEngine for AdbcDiffEngine {
    fn place(&self) -> &str {
        &self.words
    }

    async fn compare(&self, request: &CompareRequest<'_>) -> Result<Compared, DiffEngineError> {
        let request = self.request(request);
        let mut work = self
            .work(move |definition, running, place, emit| compare::run(definition, running, place, &request, emit))?;
        match work.next().await?.transpose()? {
            Some(Arrival::Told(told)) => {
                let changes = items(work).try_filter_map(|arrival| async move {
                    Ok(match arrival {
                        Arrival::Change(change) => Some::<Change>(change),
                        Arrival::Told(_) => None,
                    })
                });
                Ok(compare::compared(told, changes.boxed()))
            }
            _ => Err(cells::unexpected().into()),
        }
    }

    async fn settle(&self, request: SettleRequest) -> Result<Vec<StoredCount>, DiffEngineError> {
        let SettleRequest { before, sets, rest, mut fates, .. } = request;
        let settling = Settling { before, sets, rest };
        let (sender, mut receiver) = mpsc::channel::<Option<Result<FateSet, DiffEngineError>>>(2);
        let work = self.only(move |definition, running, place| {
            // A channel that just ends says only that nobody brings more.
            let mut next = || match receiver.blocking_recv() {
                Some(part) => part.transpose(),
                None => Err(refused("the fates have broken off")),
            };
            settle::run(definition, running, place, &settling, &mut next)
        });
        let bring = async move {
            loop {
                let part = fates.next().await;
                let is_last = !matches!(part, Some(Ok(_)));
                // The thread may have met an error, which it tells.
                if sender.send(part).await.is_err() || is_last {
                    return;
                }
            }
        };
        futures::join!(work, bring).0
    }

    async fn read(&self, sets: &SetsId, kind: IdentifierKind) -> Result<HeldStream, DiffEngineError> {
        let sets = sets.clone();
        let mut work: Work<Held> = self.work(move |definition, running, place, emit| {
            let mut session = Session::open(definition, running)?;
            held::read(&mut session, place, &sets, kind, emit)?;
            Ok(session.finish()?)
        })?;
        let first = work.next().await?.transpose()?;
        Ok(match first {
            None => stream::empty().boxed(),
            Some(first) => stream::once(async { Ok(first) }).chain(items(work)).boxed(),
        })
    }

    async fn find(&self, sets: &SetsId, identifiers: &IdentifierSets) -> Result<Vec<Held>, DiffEngineError> {
        let (sets, wanted) = (sets.clone(), identifiers.iter().map(|set| (set.kind(), set.clone())).collect());
        self.only(move |definition, running, place| {
            let mut session = Session::open(definition, running)?;
            held::check(&mut session, place, &sets)?;
            let found = held::find(&mut session, place, &sets, &wanted)?;
            session.finish()?;
            let held = found.into_values().map(|standings| {
                let unconfirmed: IdentifierSet = standings.possible.difference(&standings.confirmed);
                Held { confirmed: standings.confirmed, unconfirmed }
            });
            Ok(held.filter(|held| !held.possible().is_empty()).collect())
        })
        .await
    }

    async fn keep(&self, activation: &ActivationId, sets: &[SetsId], through: u64) -> Result<(), DiffEngineError> {
        let keeping = Keeping { activation: activation.clone(), sets: sets.to_vec(), through };
        self.only(move |definition, running, place| keep::run(definition, running, place, &keeping)).await
    }
}

/// Shows the segment and the place.
impl fmt::Debug for AdbcDiffEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdbcDiffEngine")
            .field("segment", &self.segment)
            .field("place", &self.words)
            .finish_non_exhaustive()
    }
}

fn refused(message: impl Into<String>) -> DiffEngineError {
    DiffEngineError::new(DiffEngineErrorKind::Refused, message)
}

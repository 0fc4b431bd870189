//! The fates, on their way into their table: many at once by the driver where that is the fastest, else by statements that
//! hold them.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, Int16Array, RecordBatch, StringArray};
use tikaud_core::diff::{DiffEngineError, Fate, FateSet, SetsId, Standing};

use super::cells::unexpected;
use super::comparison::code_of;
use super::names::{Place, fates_name};
use super::settle::failed;
use super::value::{DigestForm, digest_form};
use crate::AdbcDialect;
use crate::adbc::session::Session;
use crate::adbc::statement::{ELLIPSIS, EngineStatement};

/// How many a statement brings: of the longest digests, less than the megabyte that BigQuery takes for a statement's text
/// (<https://cloud.google.com/bigquery/quotas#query_jobs>) and the four that servers of Flight SQL take for a message.
const STATED: usize = 5000;
/// How many the driver is given at once.
const INGESTED: usize = 50_000;
/// The longest digest there is.
const LONGEST_DIGEST: usize = 64;

pub(super) fn standing_code(standing: Standing) -> u8 {
    match standing {
        Standing::Absent => 0,
        Standing::Unconfirmed => 1,
        Standing::Confirmed => 2,
    }
}

/// The type of small numbers.
pub(super) fn number_type(dialect: AdbcDialect) -> &'static str {
    match dialect {
        // Tables of Iceberg have no smaller ones: <https://trino.io/docs/current/connector/iceberg.html>
        AdbcDialect::Trino => "INTEGER",
        _ => "SMALLINT",
    }
}

pub(super) fn create_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let (number, digest) = (number_type(place.dialect), DigestForm::column_type(place.dialect, LONGEST_DIGEST));
    let sql = format!(
        "CREATE TABLE {} (kind {number}, digest {digest}, absent {number}, unconfirmed {number}, confirmed {number})",
        place.tables(sets)?.fates
    );
    Ok(EngineStatement::writing("make a table for the fates of the changes", sql))
}

/// What becomes of one identifier: by what it was, what it is then.
struct Row {
    kind: i16,
    digest: Vec<u8>,
    after: [u8; 3],
}

/// Fates that are gathered until there are enough of them.
pub(super) struct Fates<'a> {
    place: &'a Place,
    sets: &'a SetsId,
    /// Until the driver says that it cannot.
    by_driver: bool,
    waiting: Vec<Row>,
}

impl<'a> Fates<'a> {
    pub(super) fn new(place: &'a Place, sets: &'a SetsId) -> Self {
        Self { place, sets, by_driver: place.dialect.ingests(), waiting: Vec::new() }
    }

    /// Brings a part, or keeps it for the next one.
    pub(super) fn bring(&mut self, session: &mut Session<'_>, part: &FateSet) -> Result<(), DiffEngineError> {
        let kind = i16::try_from(code_of(part.set.kind())).map_err(|_| unexpected())?;
        let after = after(part.fate);
        for digest in part.set.iter() {
            self.waiting.push(Row { kind, digest: digest.to_vec(), after });
            if self.waiting.len() >= if self.by_driver { INGESTED } else { STATED } {
                self.send(session)?;
            }
        }
        Ok(())
    }

    /// Brings what is left.
    pub(super) fn finish(mut self, session: &mut Session<'_>) -> Result<(), DiffEngineError> {
        self.send(session)
    }

    fn send(&mut self, session: &mut Session<'_>) -> Result<(), DiffEngineError> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        let (failed, bring) = (|error| failed(error, self.place), insert_fates(self.place, self.sets)?);
        if self.by_driver {
            let table = (&self.place.schema[..], &*fates_name(self.sets)?);
            self.by_driver = session.ingest(&bring, table, self.batch(&rows)?).map_err(failed)?;
            if self.by_driver {
                return Ok(());
            }
        }
        for rows in rows.chunks(STATED) {
            let rows: Vec<String> = rows.iter().map(|row| row.stated(self.place.dialect)).collect();
            let separator = if self.place.dialect == AdbcDialect::Spark { "," } else { ", " };
            session.run_with(&bring, &rows.join(separator)).map_err(failed)?;
        }
        Ok(())
    }

    /// The rows, in exactly the types of the table's columns.
    fn batch(&self, rows: &[Row]) -> Result<RecordBatch, DiffEngineError> {
        let digests = rows.iter().map(|row| &row.digest);
        let digests: ArrayRef = match digest_form(self.place.dialect) {
            DigestForm::Bytes => Arc::new(BinaryArray::from_iter_values(digests)),
            DigestForm::Hex => Arc::new(StringArray::from_iter_values(digests.map(const_hex::encode))),
        };
        let numbers =
            |of: &dyn Fn(&Row) -> i16| -> ArrayRef { Arc::new(Int16Array::from_iter_values(rows.iter().map(of))) };
        let after = |at: usize| numbers(&|row| row.after[at].into());
        let columns = [
            ("kind", numbers(&|row| row.kind), true),
            ("digest", digests, true),
            ("absent", after(0), true),
            ("unconfirmed", after(1), true),
            ("confirmed", after(2), true),
        ];
        RecordBatch::try_from_iter_with_nullable(columns).map_err(|_| unexpected().into())
    }
}

fn after(fate: Fate) -> [u8; 3] {
    [Standing::Absent, Standing::Unconfirmed, Standing::Confirmed].map(|standing| standing_code(fate.after(standing)))
}

impl Row {
    /// As a statement has it.
    fn stated(&self, dialect: AdbcDialect) -> String {
        let Self { kind, digest, after: [absent, unconfirmed, confirmed] } = self;
        match dialect {
            AdbcDialect::Spark => format!("{kind:02}{absent}{unconfirmed}{confirmed}{}", const_hex::encode(digest)),
            _ => format!("({kind}, {}, {absent}, {unconfirmed}, {confirmed})", DigestForm::literal(dialect, digest)),
        }
    }
}

/// The statement that brings rows.
///
/// In Spark they are one text that is taken apart there: reading thousands of rows of constants takes its engines ten times as
/// long (measured in Sail: 100,000 in 4 s and not in 41).
pub(super) fn insert_fates(place: &Place, sets: &SetsId) -> Result<EngineStatement, DiffEngineError> {
    let table = place.tables(sets)?.fates;
    let sql = match place.dialect {
        AdbcDialect::Spark => format!(
            "INSERT INTO {table} SELECT CAST(substring(r, 1, 2) AS SMALLINT), substring(r, 6), CAST(substring(r, 3, 1) AS \
             SMALLINT), CAST(substring(r, 4, 1) AS SMALLINT), CAST(substring(r, 5, 1) AS SMALLINT) FROM (SELECT \
             explode(split('{ELLIPSIS}', ',')) AS r) AS packed"
        ),
        _ => format!("INSERT INTO {table} VALUES {ELLIPSIS}"),
    };
    Ok(EngineStatement::writing("bring the fates of the changes", sql).repeated())
}

#[cfg(test)]
mod tests {
    use tikaud_core::diff::IdentifierSet;
    use tikaud_core::identifier::IdentifierKind;
    use tikaud_core::segment::Segment;

    use super::super::value::tests::databases::{spark_session, told};
    use super::*;
    use crate::adbc::running::Running;
    use crate::adbc::session::Access;
    use crate::{AdbcConnection, AdbcDriver, AdbcSegment};

    fn sails() -> [AdbcConnection; 2] {
        let of = |driver, uri| AdbcConnection::new(AdbcDriver::path(told(driver))).uri(told(uri));
        let flight = of("FLIGHTSQL", "FLIGHT").dialect(AdbcDialect::Spark);
        [flight, of("SPARK", "CONNECT").option("adbc.spark.session_id", spark_session())]
    }

    /// Sail has no such way, by either protocol.
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs drivers and servers: run it by .ci/with-adbc"]
    async fn what_the_driver_cannot_bring_at_once_is_stated() {
        for (at, sail) in sails().into_iter().enumerate() {
            let segment = AdbcSegment::query(sail, "SELECT 'a' AS email").name("Any").build().unwrap();
            assert_eq!(segment.columns().await.unwrap(), ["email"]);
            let schema = format!("fates{}_{at}", std::process::id());
            let place = Place { schema: vec![schema.clone()], dialect: AdbcDialect::Spark };
            let sets = SetsId::of(&"a".parse().unwrap(), 1, 1);
            let definition = Arc::clone(&segment.definition);
            let counted = tokio::task::spawn_blocking(move || {
                let running = Running::default();
                let mut session = Session::open_to(&definition, &running, Access::Write).unwrap();
                session.run(&EngineStatement::writing("prepare", format!("CREATE SCHEMA {schema}"))).unwrap();
                session.run(&create_fates(&place, &sets).unwrap()).unwrap();
                let mut fates = Fates::new(&place, &sets);
                fates.by_driver = true;
                let digests: Vec<u8> = (0..6000_u32).flat_map(|number| [number.to_be_bytes(); 8].concat()).collect();
                let set = IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests);
                fates.bring(&mut session, &FateSet { fate: Fate::UNCHANGED, set }).unwrap();
                assert!(fates.by_driver, "it has not been tried yet");
                fates.send(&mut session).unwrap();
                assert!(!fates.by_driver);
                let sql = format!("SELECT COUNT(DISTINCT digest) AS n FROM {schema}.{}", fates_name(&sets).unwrap());
                let batch =
                    session.query(&EngineStatement::reading("look", sql), &[]).unwrap().next().unwrap().unwrap();
                super::super::cells::Cells::read(&batch, 1, 1).unwrap().number(0, 0).unwrap()
            });
            assert_eq!(counted.await.unwrap(), 6000);
        }
    }
}

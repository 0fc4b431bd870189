//! One connection, on the reader's thread, that reads and does not write.

use std::collections::HashSet;

use adbc_core::error::{Error, Status};
use adbc_core::options::{InfoCode, IngestMode, OptionConnection, OptionDatabase, OptionStatement, OptionValue};
use adbc_core::{Connection, Database, Driver, Optionable, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedStatement};
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, RecordBatch, RecordBatchReader, UnionArray};
use arrow_schema::Schema;
use tikaud_core::segment::SegmentError;

use super::definition::Definition;
use super::dialect::AdbcDialect;
use super::error::{AdbcError, Doing};
use super::parameter::{self, AdbcParameter};
use super::running::Running;
use super::statement::EngineStatement;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Nothing is written, and the database keeps to that where it can.
    Read,
    /// Tables of our own are.
    Write,
}

impl Access {
    /// What it begins with.
    pub(crate) fn begin(self, dialect: AdbcDialect) -> Vec<EngineStatement> {
        match self {
            Self::Read => EngineStatement::all("begin to read", dialect.begin()),
            Self::Write => EngineStatement::all("begin to write", dialect.begin_to_write()),
        }
    }

    /// What it ends with.
    pub(crate) fn finish(self, dialect: AdbcDialect) -> Vec<EngineStatement> {
        match self {
            Self::Read => EngineStatement::all("end reading", dialect.finish()),
            Self::Write => EngineStatement::all("end writing", dialect.finish()),
        }
    }
}

/// A connection, with whatever keeps it from writing.
pub(crate) struct Session<'a> {
    definition: &'a Definition,
    running: &'a Running,
    connection: ManagedConnection,
    dialect: AdbcDialect,
    access: Access,
}

impl<'a> Session<'a> {
    /// Loads the driver, connects and begins to read.
    pub(crate) fn open(definition: &'a Definition, running: &'a Running) -> Result<Self, SegmentError> {
        Self::open_to(definition, running, Access::Read)
    }

    /// The same for such an access.
    pub(crate) fn open_to(
        definition: &'a Definition,
        running: &'a Running,
        access: Access,
    ) -> Result<Self, SegmentError> {
        let settings = &definition.connection;
        let mut driver = settings.load().map_err(|error| definition.failed(&error, Doing::Loading))?;
        running.check()?;
        let connecting = |error: Error| definition.failed(&error, Doing::Connecting);
        let options = settings.database_options(&match access {
            Access::Read => definition.added_options(),
            Access::Write => Vec::new(),
        });
        let options = options.into_iter().map(|(key, value)| (OptionDatabase::from(key.as_str()), value));
        let database = driver.new_database_with_opts(options).map_err(connecting)?;
        running.check()?;
        let options = settings.connection_options().map(|(key, value)| (OptionConnection::from(key.as_str()), value));
        let connection = database.new_connection_with_opts(options).map_err(connecting)?;
        running.watch(connection.get_cancel_handle())?;
        let dialect = settings.told_dialect().unwrap_or_else(|| AdbcDialect::of_vendor(&vendor(&connection)));
        let mut session = Self { definition, running, connection, dialect, access };
        session.begin()?;
        Ok(session)
    }

    fn begin(&mut self) -> Result<(), SegmentError> {
        if self.access == Access::Read {
            self.definition.source.check_single(self.dialect)?;
            if self.dialect.is_asked_to_read_only() {
                // Few drivers know it; those that do not, say so.
                let _ = self.connection.set_option(OptionConnection::ReadOnly, OptionValue::from(true));
            }
        }
        self.access.begin(self.dialect).iter().try_for_each(|statement| self.run(statement))
    }

    pub(crate) fn dialect(&self) -> AdbcDialect {
        self.dialect
    }

    /// From now on this is what is read, as errors tell it; over the same connection.
    pub(crate) fn turn_to(&mut self, definition: &'a Definition) {
        self.definition = definition;
    }

    /// Runs a statement of our own.
    pub(crate) fn run(&mut self, told: &EngineStatement) -> Result<(), SegmentError> {
        self.run_as(told, &told.sql)
    }

    /// The same with these values in it.
    pub(crate) fn run_with(&mut self, told: &EngineStatement, values: &str) -> Result<(), SegmentError> {
        self.run_as(told, &told.with(values))
    }

    fn run_as(&mut self, told: &EngineStatement, sql: &str) -> Result<(), SegmentError> {
        if self.dialect == AdbcDialect::Spark {
            // Servers that speak Flight SQL need not take updates as such; all take them as queries, that run as they are read.
            let mut rows = self.query_as(told, sql, &[])?;
            while rows.next()?.is_some() {}
            return Ok(());
        }
        let mut statement = self.statement(told, sql)?;
        statement.execute_update().map(drop).map_err(|error| self.definition.failed(&error, Doing::Executing))
    }

    /// Appends rows to a table of our own by the driver's way of bringing many; `false` where it has none, and nothing is written.
    /// It goes by the statement that it stands for.
    pub(crate) fn ingest(
        &mut self,
        told: &EngineStatement,
        (schema, table): (&[String], &str),
        rows: RecordBatch,
    ) -> Result<bool, SegmentError> {
        self.running.tell(told);
        let failed = |error: &Error| self.definition.failed(error, Doing::Executing);
        let mut statement = self.connection.new_statement().map_err(|error| failed(&error))?;
        self.running.watch(statement.get_cancel_handle())?;
        match append(&mut statement, schema, table, rows) {
            Ok(()) => Ok(true),
            Err(error) if error.status == Status::NotImplemented => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Every other statement comes by here, once each time that it is executed.
    fn statement(&mut self, told: &EngineStatement, sql: &str) -> Result<ManagedStatement, SegmentError> {
        self.running.tell(told);
        let failed = |error: Error| self.definition.failed(&error, Doing::Executing);
        let mut statement = self.connection.new_statement().map_err(failed)?;
        self.running.watch(statement.get_cancel_handle())?;
        statement.set_sql_query(sql).map_err(failed)?;
        Ok(statement)
    }

    /// Runs a query with these values.
    pub(crate) fn query(
        &mut self,
        told: &EngineStatement,
        parameters: &[AdbcParameter],
    ) -> Result<Rows<'a>, SegmentError> {
        self.query_as(told, &told.sql, parameters)
    }

    /// The same with these values in it.
    pub(crate) fn query_with(
        &mut self,
        told: &EngineStatement,
        values: &str,
        parameters: &[AdbcParameter],
    ) -> Result<Rows<'a>, SegmentError> {
        self.query_as(told, &told.with(values), parameters)
    }

    fn query_as(
        &mut self,
        told: &EngineStatement,
        sql: &str,
        parameters: &[AdbcParameter],
    ) -> Result<Rows<'a>, SegmentError> {
        let mut statement = self.statement(told, sql)?;
        self.set_options(&mut statement)?;
        let failed = |error: Error| self.definition.failed(&error, Doing::Executing);
        if !parameters.is_empty() {
            let row = parameter::row(parameters).map_err(|error| failed(error.into()))?;
            statement.prepare().map_err(failed)?;
            statement.bind(row).map_err(failed)?;
        }
        let reader = statement.execute().map_err(failed)?;
        self.running.check()?;
        Ok(Rows { definition: self.definition, reader: Some(reader), has_ended: false, _statement: statement })
    }

    fn set_options(&self, statement: &mut ManagedStatement) -> Result<(), SegmentError> {
        let told = self.definition.connection.statement_options();
        for (key, value) in self.dialect.statement_options() {
            if !told.iter().any(|(told, _)| told == key) {
                // It bounds memory where the driver knows it.
                let _ = statement.set_option(OptionStatement::from(*key), OptionValue::from(*value));
            }
        }
        for (key, value) in told {
            statement
                .set_option(OptionStatement::from(key.as_str()), OptionValue::from(value.as_str()))
                .map_err(|error| self.definition.failed(&error, Doing::Connecting))?;
        }
        Ok(())
    }

    /// Ends the transaction; succeeds only when all that ran in it did.
    pub(crate) fn finish(mut self) -> Result<(), SegmentError> {
        self.access.finish(self.dialect).iter().try_for_each(|statement| self.run(statement))
    }
}

/// <https://arrow.apache.org/adbc/current/format/specification.html#bulk-ingestion>
fn append(statement: &mut ManagedStatement, schema: &[String], table: &str, rows: RecordBatch) -> Result<(), Error> {
    let mut names = schema.iter().rev();
    let place = [(OptionStatement::TargetDbSchema, names.next()), (OptionStatement::TargetCatalog, names.next())];
    statement.set_option(OptionStatement::TargetTable, OptionValue::from(table))?;
    statement.set_option(OptionStatement::IngestMode, IngestMode::Append.into())?;
    for (option, name) in place {
        if let Some(name) = name {
            statement.set_option(option, OptionValue::from(name.as_str()))?;
        }
    }
    statement.bind(rows)?;
    statement.execute_update().map(drop)
}

/// What the driver says that it speaks to; empty when it does not.
fn vendor(connection: &ManagedConnection) -> String {
    let Ok(mut answer) = connection.get_info(Some(HashSet::from([InfoCode::VendorName]))) else {
        return String::new();
    };
    let found = answer.next().and_then(Result::ok).and_then(|batch| vendor_in(&batch));
    found.unwrap_or_default()
}

/// <https://arrow.apache.org/adbc/current/format/specification.html>: codes, and a union whose text is the value.
fn vendor_in(batch: &RecordBatch) -> Option<String> {
    let codes = batch.columns().first()?.as_primitive_opt::<UInt32Type>()?;
    let row = codes.iter().position(|code| code == Some(u32::from(&InfoCode::VendorName)))?;
    let values = batch.columns().get(1)?.as_any().downcast_ref::<UnionArray>()?;
    let value = values.value(row);
    let text = value.as_string_opt::<i32>()?;
    (text.len() == 1 && text.to_data().validate_full().is_ok()).then(|| text.value(0).to_owned())
}

/// The answer to a query.
pub(crate) struct Rows<'a> {
    definition: &'a Definition,
    /// Gone after its first error: drivers' readers repeat it for ever.
    reader: Option<Box<dyn RecordBatchReader + Send>>,
    /// Past its end DuckDB's reader reports an error.
    has_ended: bool,
    /// What the driver's reader may rely on.
    _statement: ManagedStatement,
}

impl Rows<'_> {
    pub(crate) fn schema(&self) -> Schema {
        self.reader.as_ref().map_or_else(Schema::empty, |reader| reader.schema().as_ref().clone())
    }

    /// The next batch; `None` when there are no more.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, SegmentError> {
        let Some(reader) = self.reader.as_mut().filter(|_| !self.has_ended) else { return Ok(None) };
        match reader.next() {
            Some(Ok(batch)) => Ok(Some(batch)),
            None => {
                self.has_ended = true;
                Ok(None)
            }
            Some(Err(error)) => {
                self.reader = None;
                let error = AdbcError::while_reading(&error.to_string());
                Err(self.definition.error(error, Doing::Reading))
            }
        }
    }
}

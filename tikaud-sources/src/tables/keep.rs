//! Clearing away the tables that nobody needs.

use std::collections::BTreeSet;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_cast::cast;
use arrow_schema::DataType;
use tikaud_core::diff::{DiffEngineError, SetsId};
use tikaud_core::state::ActivationId;

use super::cells::unexpected;
use super::names::{Place, generation_of, table_name};
use super::settle::failed;
use crate::AdbcDialect;
use crate::adbc::definition::Definition;
use crate::adbc::parameter::AdbcParameter;
use crate::adbc::running::Running;
use crate::adbc::session::{Access, Session};
use crate::adbc::statement::EngineStatement;

/// What stays.
pub(super) struct Keeping {
    pub(super) activation: ActivationId,
    pub(super) sets: Vec<SetsId>,
    pub(super) through: u64,
}

/// Drops every table of the activation's, up to a generation, that is not to stay.
pub(super) fn run(
    definition: &Definition,
    running: &Running,
    place: &Place,
    keeping: &Keeping,
) -> Result<(), DiffEngineError> {
    let mut session = Session::open_to(definition, running, Access::Write)?;
    for statement in drops(&mut session, place, keeping)? {
        session.run(&statement).map_err(|error| failed(error, place))?;
    }
    Ok(session.finish()?)
}

/// The statements that do: what there is to drop is looked up.
pub(super) fn drops(
    session: &mut Session<'_>,
    place: &Place,
    keeping: &Keeping,
) -> Result<Vec<EngineStatement>, DiffEngineError> {
    let kept = keeping.sets.iter().map(table_name).collect::<Result<BTreeSet<String>, _>>()?;
    let is_over = |table: &String| {
        let generation = generation_of(&keeping.activation, table);
        generation.is_some_and(|generation| generation <= keeping.through)
            && !kept.contains(&table.to_ascii_lowercase())
    };
    let drop = |table: String| {
        let sql = format!("DROP TABLE IF EXISTS {}", place.qualified(&table)?);
        Ok(EngineStatement::writing("drop sets that nobody needs", sql).repeated())
    };
    names(session, place)?.into_iter().filter(is_over).map(drop).collect()
}

/// The statement that lists the tables in the schema, with their names in its last column or its second one.
pub(super) fn list_statement(place: &Place) -> Result<(EngineStatement, Vec<AdbcParameter>), DiffEngineError> {
    let (schema, before) = place.schema.split_last().ok_or_else(unexpected)?;
    let catalog = before.last();
    let (sql, parameters) = match place.dialect {
        AdbcDialect::Spark => {
            let names: Vec<String> =
                place.schema.iter().map(|name| place.dialect.quote(name)).collect::<Result<_, _>>()?;
            (format!("SHOW TABLES IN {}", names.join(".")), Vec::new())
        }
        AdbcDialect::BigQuery => {
            let names: Vec<String> =
                place.schema.iter().map(|name| place.dialect.quote(name)).collect::<Result<_, _>>()?;
            let sql = format!("SELECT table_schema, table_name FROM {}.INFORMATION_SCHEMA.TABLES", names.join("."));
            (sql, Vec::new())
        }
        dialect => {
            let mark = |at: usize| match dialect {
                AdbcDialect::Snowflake | AdbcDialect::Trino => "?".to_owned(),
                _ => format!("${at}"),
            };
            // Each database has its own there, and the connection need not be in any:
            // <https://docs.snowflake.com/en/sql-reference/info-schema>,
            // <https://trino.io/docs/current/sql/show-tables.html>
            let database = match (dialect, catalog) {
                (AdbcDialect::Snowflake | AdbcDialect::Trino, Some(catalog)) => dialect.quote(catalog)? + ".",
                _ => String::new(),
            };
            let of = catalog.map(|_| format!(" AND table_catalog = {}", mark(2))).unwrap_or_default();
            let sql = format!(
                "SELECT CAST(table_schema AS VARCHAR(255)), CAST(table_name AS VARCHAR(255)) FROM \
                 {database}information_schema.tables WHERE table_schema = {}{of}",
                mark(1)
            );
            (
                sql,
                [Some(schema), catalog].into_iter().flatten().map(|name| AdbcParameter::from(name.as_str())).collect(),
            )
        }
    };
    Ok((EngineStatement::reading("list the tables in the schema", sql), parameters))
}

fn names(session: &mut Session<'_>, place: &Place) -> Result<Vec<String>, DiffEngineError> {
    let (statement, parameters) = list_statement(place)?;
    let mut rows = session.query(&statement, &parameters)?;
    let mut names = Vec::new();
    while let Some(batch) = rows.next()? {
        let array = batch.columns().get(1).ok_or_else(unexpected)?;
        array.to_data().validate_full().map_err(|_| unexpected())?;
        let array = cast(array, &DataType::LargeUtf8).map_err(|_| unexpected())?;
        let array = array.as_string_opt::<i64>().ok_or_else(unexpected)?;
        names.extend(array.iter().flatten().map(str::to_owned));
    }
    Ok(names)
}

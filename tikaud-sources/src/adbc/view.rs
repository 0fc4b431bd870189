//! What decides which rows there are, as far as the database tells it: so that a run can say when it has changed.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use tikaud_core::segment::{SchemaColumn, SegmentError, SegmentSchema};

use super::column::{Column, text_columns};
use super::definition::Definition;
use super::dialect::AdbcDialect;
use super::parameter::AdbcParameter;
use super::session::Session;
use super::source::Source;
use super::statement::EngineStatement;
use crate::error::configuration;

/// The columns that can be asked for, and what decides on the rows.
pub(crate) fn schema(
    definition: &Definition,
    session: &mut Session<'_>,
    known: &[Column],
) -> Result<SegmentSchema, SegmentError> {
    let names = text_columns(known);
    let columns = names.into_iter().map(|name| {
        let column = known.iter().find(|column| column.name == name);
        SchemaColumn { name, data_type: column.map(Column::type_name) }
    });
    let mut schema = SegmentSchema { columns: columns.collect(), ..SegmentSchema::default() };
    match &definition.source {
        Source::Query { sql, .. } => schema.define("query", sql),
        Source::Relation(names) => {
            if let Some(text) = view(names, session)? {
                schema.define(format!("view {}", definition.source), text);
            }
        }
    }
    if let Some(rule) = &definition.rule {
        let text = serde_json::to_string(rule);
        schema.define("rule", text.map_err(|_| configuration("the segment's rule cannot be written as text"))?);
    }
    Ok(schema)
}

/// The definition of a view; `None` for a table, and where the database does not tell.
fn view(names: &[String], session: &mut Session<'_>) -> Result<Option<String>, SegmentError> {
    let dialect = session.dialect();
    let Some(name) = names.last() else { return Ok(None) };
    let within = names.len().checked_sub(2).and_then(|at| names.get(at));
    let mut values = vec![name.clone()];
    let sql = match dialect {
        AdbcDialect::Sqlite => {
            let schema = within.map(|schema| dialect.quote(schema).map(|quoted| quoted + ".")).transpose()?;
            let schema = schema.unwrap_or_default();
            // Names of tables know no case there.
            format!("SELECT sql FROM {schema}sqlite_master WHERE type = 'view' AND name = ? COLLATE NOCASE")
        }
        AdbcDialect::DuckDb => {
            let schema = within.map_or("current_schema()", |_| "$2");
            values.extend(within.cloned());
            format!(
                "SELECT sql FROM duckdb_views() WHERE lower(view_name) = lower($1) AND lower(schema_name) = lower({schema})"
            )
        }
        AdbcDialect::Postgres | AdbcDialect::Redshift => {
            let quoted: Vec<String> = names.iter().map(|name| dialect.quote(name)).collect::<Result<_, _>>()?;
            values = vec![quoted.join(".")];
            "SELECT pg_get_viewdef(oid) FROM pg_class \
             WHERE oid = CAST(CAST($1 AS text) AS regclass) AND relkind IN ('v', 'm')"
                .to_owned()
        }
        _ => return Ok(None),
    };
    let values: Vec<AdbcParameter> = values.into_iter().map(AdbcParameter::from).collect();
    let statement = EngineStatement::reading("look the definition of the view up", sql);
    let mut rows = session.query(&statement, &values)?;
    let mut found = None;
    while let Some(batch) = rows.next()? {
        let text = batch.columns().first().and_then(|array| array.as_string_opt::<i32>());
        let text = text.filter(|text| !text.is_empty() && text.to_data().validate_full().is_ok());
        found = found.or_else(|| text.filter(|text| text.is_valid(0)).map(|text| text.value(0).to_owned()));
    }
    Ok(found)
}

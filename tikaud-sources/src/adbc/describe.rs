//! The columns of a source, as the database describes them.

use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use tikaud_core::segment::SegmentError;

use super::column::Column;
use super::definition::Definition;
use super::dialect::AdbcDialect;
use super::parameter::AdbcParameter;
use super::session::Session;
use super::source::Source;
use super::statement::EngineStatement;
use crate::error::configuration;

/// Every column that there is.
pub(crate) fn columns(definition: &Definition, session: &mut Session<'_>) -> Result<Vec<Column>, SegmentError> {
    let (source, dialect) = (&definition.source, session.dialect());
    let schema = {
        let statement = EngineStatement::reading("look the segment's columns up", source.describe(dialect)?);
        let mut rows = session.query(&statement, source.parameters())?;
        // A query that takes parameters may be run for its columns only when its rows are asked for.
        while rows.next()?.is_some() {}
        rows.schema()
    };
    if schema.fields().is_empty() {
        return Err(configuration(format!("{} has no columns; a query is to be a SELECT", definition.place())));
    }
    if dialect != AdbcDialect::Sqlite {
        return Ok(schema.fields().iter().map(|field| Column::of(field, dialect)).collect());
    }
    let declared = sqlite_types(source, session)?;
    let columns = schema.fields().iter().map(|field| {
        let name = field.name();
        Column::of_sqlite(name, declared.get(name).map(String::as_str))
    });
    Ok(columns.collect())
}

/// SQLite's driver knows types by values only; a table's declared ones are in the database.
fn sqlite_types(source: &Source, session: &mut Session<'_>) -> Result<HashMap<String, String>, SegmentError> {
    let Source::Relation(names) = source else { return Ok(HashMap::new()) };
    let parameters: Vec<AdbcParameter> = names.iter().rev().map(|name| AdbcParameter::from(name.as_str())).collect();
    let marks = vec!["?"; parameters.len()].join(", ");
    let sql = format!("SELECT name, type FROM pragma_table_xinfo({marks})");
    let mut types = HashMap::new();
    let mut rows = session.query(&EngineStatement::reading("look the columns' types up", sql), &parameters)?;
    while let Some(batch) = rows.next()? {
        types.extend(pairs(&batch));
    }
    Ok(types)
}

/// The rows of a batch of two columns of text.
pub(crate) fn pairs(batch: &RecordBatch) -> Vec<(String, String)> {
    let text = |at: usize| {
        let column = batch.columns().get(at).and_then(|array| array.as_string_opt::<i32>())?;
        column.to_data().validate_full().is_ok().then_some(column)
    };
    let (Some(first), Some(second)) = (text(0), text(1)) else { return Vec::new() };
    let rows = first.iter().zip(second.iter());
    rows.filter_map(|(first, second)| Some((first?.to_owned(), second?.to_owned()))).collect()
}

//! What the reader's thread does: describe, ask, select, deliver.

use tikaud_core::segment::{SegmentError, SegmentErrorKind, SegmentSchema};

use super::ahead;
use super::cells::Cells;
use super::column::{Asked, Column, text_columns};
use super::definition::Definition;
use super::describe;
use super::dialect::AdbcDialect;
use super::first_row;
use super::parameter::AdbcParameter;
use super::reading::{Arrival, Emit};
use super::running::Running;
use super::session::Session;
use super::statement::EngineStatement;
use super::view;
use super::where_clause::{self, Filter};

/// Every column there is, and nothing else.
pub(crate) fn columns(definition: &Definition, running: &Running) -> Result<Vec<Column>, SegmentError> {
    let mut session = Session::open(definition, running)?;
    let columns = describe::columns(definition, &mut session)?;
    where_clause::of(definition, &columns, session.dialect())?;
    session.finish()?;
    Ok(columns)
}

/// What is read, and what decides on its rows.
pub(crate) fn schema(definition: &Definition, running: &Running) -> Result<SegmentSchema, SegmentError> {
    let mut session = Session::open(definition, running)?;
    let columns = describe::columns(definition, &mut session)?;
    where_clause::of(definition, &columns, session.dialect())?;
    let schema = view::schema(definition, &mut session, &columns)?;
    session.finish()?;
    Ok(schema)
}

/// All members, with these columns.
pub(crate) fn members(
    definition: &Definition,
    running: &Running,
    names: &[String],
    emit: Emit<'_, Arrival>,
) -> Result<(), SegmentError> {
    let mut session = Session::open(definition, running)?;
    let dialect = session.dialect();
    let known = describe::columns(definition, &mut session)?;
    let mut asked = ask(definition, &known, names)?;
    let filter = where_clause::of(definition, &known, dialect)?;
    if names.is_empty() {
        return session.finish();
    }
    asked.extend(filter.looked_at(&known, names)?);
    let sql = select(definition, &asked, &filter, dialect)?;
    let statement = EngineStatement::reading("read the members", sql);
    let mut rows = session.query(&statement, &parameters(definition, &filter))?;
    let cells = Cells {
        asked,
        delivered: names.len(),
        rule: filter.here(),
        batch_size: definition.batch_size,
        place: definition.place(),
        rows: 0,
    };
    if !emit(Arrival::Begun) || !ahead::deliver(&mut rows, running, cells, dialect, emit)? {
        return Ok(());
    }
    drop(rows);
    session.finish()
}

/// Each column that is asked for, once for each time that it is.
pub(crate) fn ask(definition: &Definition, known: &[Column], names: &[String]) -> Result<Vec<Asked>, SegmentError> {
    let place = definition.place();
    let ask = |name: &String| {
        let mut named = known.iter().filter(|column| column.name == *name);
        match (named.next(), named.next()) {
            (Some(column), None) => column.ask(&place),
            (Some(_), Some(_)) => {
                Err(SegmentError::malformed(format!("two columns of {place} are named `{name}`; rename one of them")))
            }
            (None, _) => {
                let unknown = SegmentError::unknown_column(name, &text_columns(known));
                let hint = another_case(known, name);
                Err(SegmentError::new(SegmentErrorKind::UnknownColumn, format!("{place}: {unknown}{hint}")))
            }
        }
    };
    names.iter().map(ask).collect()
}

/// Databases keep names in capitals that were written without quotes, or in small letters.
fn another_case(known: &[Column], name: &str) -> String {
    let same = known.iter().find(|column| column.name.to_lowercase() == name.to_lowercase());
    same.map_or_else(String::new, |column| format!("; did you mean `{}`? names are taken as they are", column.name))
}

fn select(
    definition: &Definition,
    asked: &[Asked],
    filter: &Filter,
    dialect: AdbcDialect,
) -> Result<String, SegmentError> {
    let expressions: Vec<String> = asked.iter().map(|asked| asked.expression.clone()).collect();
    let select = definition.source.select(&expressions, filter.condition(), dialect)?;
    if dialect != AdbcDialect::Sqlite {
        return Ok(select);
    }
    Ok(format!("{} UNION ALL {select}", first_row::select(asked)))
}

fn parameters(definition: &Definition, filter: &Filter) -> Vec<AdbcParameter> {
    definition.source.parameters().iter().cloned().chain(filter.parameters()).collect()
}

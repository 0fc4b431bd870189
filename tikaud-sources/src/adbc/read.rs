//! What the reader's thread does: describe, ask, select, deliver.

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use tikaud_core::segment::{SegmentError, SegmentErrorKind, SegmentSchema};

use super::cells::Cells;
use super::column::{Asked, Column};
use super::definition::Definition;
use super::describe;
use super::dialect::AdbcDialect;
use super::parameter::AdbcParameter;
use super::reading::{Arrival, Emit};
use super::running::Running;
use super::session::{Rows, Session};
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
    let mut rows = session.query(&sql, &parameters(definition, &filter))?;
    if emit(Arrival::Begun) && !deliver(definition, running, &mut rows, asked, names.len(), filter, dialect, emit)? {
        return Ok(());
    }
    drop(rows);
    session.finish()
}

/// Whether all were wanted.
#[expect(clippy::too_many_arguments, reason = "it is the second half of a function")]
fn deliver(
    definition: &Definition,
    running: &Running,
    rows: &mut Rows<'_>,
    asked: Vec<Asked>,
    delivered: usize,
    filter: Filter,
    dialect: AdbcDialect,
    emit: Emit<'_, Arrival>,
) -> Result<bool, SegmentError> {
    let place = definition.place();
    let rule = filter.here();
    let mut cells = Cells { asked, delivered, rule, batch_size: definition.batch_size, place, rows: 0 };
    let mut is_first = dialect == AdbcDialect::Sqlite;
    while let Some(mut batch) = rows.next()? {
        running.check()?;
        if batch.num_rows() == 0 {
            continue;
        }
        if is_first {
            batch = without_first(&batch)?;
            is_first = false;
        }
        if !cells.members(&batch, &mut |members| emit(Arrival::Members(members)))? {
            return Ok(false);
        }
    }
    if is_first { Err(not_first()) } else { Ok(true) }
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

/// The columns that can be asked for; of two with one name, neither can.
pub(crate) fn text_columns(columns: &[Column]) -> Vec<String> {
    let is_one = |name: &str| columns.iter().filter(|column| column.name == name).count() == 1;
    let asked_for = columns.iter().filter(|column| column.holds_text() && is_one(&column.name));
    asked_for.map(|column| column.name.clone()).collect()
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
    // Its driver takes a column's type from the values in its first batch, and a column without any there for one of
    // integers. So it is shown a row of the right types first, which is dropped again.
    let first: Vec<&str> = asked.iter().map(|asked| asked.first).collect();
    Ok(format!("SELECT {} UNION ALL {select}", first.join(", ")))
}

fn parameters(definition: &Definition, filter: &Filter) -> Vec<AdbcParameter> {
    definition.source.parameters().iter().cloned().chain(filter.parameters()).collect()
}

/// The batch without the row that was only for SQLite's driver to see.
fn without_first(batch: &RecordBatch) -> Result<RecordBatch, SegmentError> {
    let is_it = batch.columns().iter().all(|array| match array.as_string_opt::<i32>() {
        Some(text) => array.is_valid(0) && text.value_offsets()[..2] == [0, FIRST_LENGTH],
        None => array.is_valid(0),
    });
    if is_it { Ok(batch.slice(1, batch.num_rows() - 1)) } else { Err(not_first()) }
}

/// The length of the text in it: its bytes, nobody has checked yet.
const FIRST_LENGTH: i32 = 6;

fn not_first() -> SegmentError {
    SegmentError::malformed(
        "SQLite's driver has not answered with the row that it was asked for first; please report it",
    )
}

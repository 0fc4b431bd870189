//! What the database is asked: a statement about the values of a segment.

use tikaud_core::identifier::FieldMapping;
use tikaud_core::segment::{SegmentError, SegmentSchema};

use super::comparison::Comparison;
use super::value::{self, HERE};
use crate::adbc::definition::Definition;
use crate::adbc::parameter::AdbcParameter;
use crate::adbc::session::Session;
use crate::adbc::where_clause::{self, Filter};
use crate::adbc::{describe, read, view};
use crate::error::configuration;

/// The statement, with the values of its parameters.
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) parameters: Vec<AdbcParameter>,
    /// What the segment is read from, of the columns that are read.
    pub(super) schema: SegmentSchema,
}

impl Question {
    /// Looks the segment's columns up, and asks for its identifiers beside what is held in a table.
    ///
    /// # Errors
    ///
    /// `Configuration` where SQL cannot judge the segment's values, or cannot say which rows are members.
    pub(super) fn of(
        definition: &Definition,
        session: &mut Session<'_>,
        mapping: &FieldMapping,
        held: Option<String>,
        resync: bool,
    ) -> Result<Self, SegmentError> {
        let Read { source, expressions, parameters, schema } = Read::of(definition, session, mapping)?;
        let comparison = Comparison { dialect: session.dialect(), mapping, source, expressions, held, resync };
        Ok(Self { sql: comparison.statement()?, parameters, schema })
    }
}

/// Where the segment's values are, in SQL.
struct Read {
    /// What follows `FROM`, the condition included.
    source: String,
    /// Each mapped column, as text.
    expressions: Vec<String>,
    parameters: Vec<AdbcParameter>,
    schema: SegmentSchema,
}

impl Read {
    fn of(definition: &Definition, session: &mut Session<'_>, mapping: &FieldMapping) -> Result<Self, SegmentError> {
        let dialect = session.dialect();
        value::check_dialect(dialect)?;
        let known = describe::columns(definition, session)?;
        let names = mapping.columns();
        let asked = read::ask(definition, &known, &names)?;
        for mapped in mapping.fields() {
            if let Some(column) = known.iter().find(|column| column.name == mapped.column) {
                value::check(dialect, mapped, column.arrow())?;
            }
        }
        let filter = where_clause::of(definition, &known, dialect)?;
        if matches!(filter, Filter::Here(_)) {
            return Err(configuration(format!(
                "the segment's rule cannot be written in this database's SQL; write it into a view or a query, or {HERE}"
            )));
        }
        let condition = filter.condition().map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        let mut schema = view::schema(definition, session, &known)?;
        schema.columns.retain(|column| names.contains(&column.name));
        Ok(Self {
            source: definition.source.from(dialect)? + &condition,
            expressions: asked.into_iter().map(|asked| asked.expression).collect(),
            parameters: definition.source.parameters().iter().cloned().chain(filter.parameters()).collect(),
            schema,
        })
    }
}

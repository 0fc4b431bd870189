//! What is asked of a segment: where its values are, in the database's SQL.

use tikaud_core::identifier::FieldMapping;
use tikaud_core::segment::{SegmentError, SegmentSchema};

use super::comparison::Comparison;
use super::value::{self, HERE};
use crate::AdbcDialect;
use crate::adbc::column::Column;
use crate::adbc::definition::Definition;
use crate::adbc::parameter::AdbcParameter;
use crate::adbc::session::Session;
use crate::adbc::statement::EngineStatement;
use crate::adbc::where_clause::{self, Filter};
use crate::adbc::{describe, read, view};
use crate::error::configuration;

/// A segment whose columns have been looked up.
pub(super) struct Question<'a> {
    definition: &'a Definition,
    dialect: AdbcDialect,
    pub(super) mapping: FieldMapping,
    known: Vec<Column>,
    /// Each mapped column, as text.
    expressions: Vec<String>,
    /// What the segment is read from, of the columns that are read.
    pub(super) schema: SegmentSchema,
}

/// A statement, with the values of its parameters.
pub(super) struct Statement {
    pub(super) statement: EngineStatement,
    pub(super) parameters: Vec<AdbcParameter>,
}

impl<'a> Question<'a> {
    /// Looks the segment's columns up.
    ///
    /// # Errors
    ///
    /// `Configuration` where SQL cannot judge the segment's values.
    pub(super) fn of(
        definition: &'a Definition,
        session: &mut Session<'_>,
        mapping: &FieldMapping,
    ) -> Result<Self, SegmentError> {
        let dialect = session.dialect();
        value::check_dialect(dialect)?;
        definition.source.check_single(dialect)?;
        let known = describe::columns(definition, session)?;
        let names = mapping.columns();
        let asked = read::ask(definition, &known, &names)?;
        for mapped in mapping.fields() {
            if let Some(column) = known.iter().find(|column| column.name == mapped.column) {
                value::check(dialect, mapped, column.arrow())?;
            }
        }
        let mut schema = view::schema(definition, session, &known)?;
        schema.columns.retain(|column| names.contains(&column.name));
        let expressions = asked.into_iter().map(|asked| asked.expression).collect();
        Ok(Self { definition, dialect, mapping: mapping.clone(), known, expressions, schema })
    }

    /// The segment, beside nothing that is held, in a statement that has so many parameters before; with the values of its own.
    ///
    /// # Errors
    ///
    /// `Configuration` where SQL cannot say which rows are members.
    pub(super) fn comparison(&self, before: usize) -> Result<(Comparison<'_>, Vec<AdbcParameter>), SegmentError> {
        let filter = where_clause::of_after(self.definition, &self.known, self.dialect, before)?;
        if matches!(filter, Filter::Here(_)) {
            return Err(configuration(format!(
                "the segment's rule cannot be written in this database's SQL; write it into a view or a query, or {HERE}"
            )));
        }
        let condition = filter.condition().map_or_else(String::new, |condition| format!(" WHERE {condition}"));
        let parameters = self.definition.source.parameters().iter().cloned().chain(filter.parameters()).collect();
        let comparison = Comparison {
            dialect: self.dialect,
            mapping: &self.mapping,
            source: self.definition.source.from(self.dialect)? + &condition,
            expressions: self.expressions.clone(),
            held: None,
            resync: false,
            lists: Vec::new(),
            only_totals: false,
        };
        Ok((comparison, parameters))
    }

    /// Asks for every identifier.
    pub(super) fn all(&self) -> Result<Statement, SegmentError> {
        let (comparison, parameters) = self.comparison(0)?;
        Ok(Statement {
            statement: EngineStatement::reading("hash and sort the segment's identifiers", comparison.statement()?),
            parameters,
        })
    }

    /// Asks what became of the values, and for the members who are left to the extractor.
    pub(super) fn totals(&self) -> Result<Statement, SegmentError> {
        let (comparison, parameters) = self.comparison(0)?;
        let sql = Comparison { only_totals: true, ..comparison }.statement()?;
        Ok(Statement { statement: EngineStatement::reading("count a suppression segment's values", sql), parameters })
    }

    /// Asks for what has to change: the segment without these lists, beside what is held in a table.
    pub(super) fn changes<'b>(
        &self,
        lists: impl Iterator<Item = &'b Question<'b>>,
        held: Option<String>,
        resync: bool,
    ) -> Result<Statement, SegmentError> {
        let (mut comparison, mut parameters) = self.comparison(0)?;
        (comparison.held, comparison.resync) = (held, resync);
        let mut of_lists = Vec::new();
        for list in lists {
            let (list, more) = list.comparison(parameters.len())?;
            of_lists.push(list);
            parameters.extend(more);
        }
        let sql = Comparison { lists: of_lists, ..comparison }.statement()?;
        Ok(Statement { statement: EngineStatement::reading("compare the segment with what is held", sql), parameters })
    }
}

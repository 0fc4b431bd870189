//! What is read of each file: the columns that are delivered, those that the rule looks at, and the rule itself.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_select::filter::filter_record_batch;
use tikaud_core::segment::{MemberBatch, TextColumn};

use crate::rule::Rule;
use crate::rule::evaluate::{Unusable, evaluate};

/// What is read of each file.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// First those that are delivered, in the order asked for, then those that only the rule looks at.
    columns: Vec<String>,
    delivered: usize,
    rule: Option<Rule>,
    prune: bool,
}

impl Asked {
    pub(super) fn new(delivered: &[String], rule: Option<Rule>, prune: bool) -> Self {
        let looked_at = rule.iter().flat_map(Rule::columns).filter(|column| !delivered.contains(column));
        let columns = delivered.iter().cloned().chain(looked_at).collect();
        Self { columns, delivered: delivered.len(), rule, prune }
    }

    /// All columns to be read.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that are delivered.
    pub(super) fn delivered(&self) -> &[String] {
        &self.columns[..self.delivered]
    }

    /// The columns that only the rule looks at.
    pub(super) fn looked_at(&self) -> &[String] {
        &self.columns[self.delivered..]
    }

    pub(super) fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// The rule, when statistics may rule out rows.
    pub(super) fn rule_to_prune_by(&self) -> Option<&Rule> {
        self.rule.as_ref().filter(|_| self.prune)
    }

    /// The rows of a batch for which the rule is true.
    pub(super) fn keep_rows(&self, batch: RecordBatch) -> Result<RecordBatch, Refused> {
        let Some(rule) = &self.rule else { return Ok(batch) };
        let is_member = evaluate(rule, &|column| batch.column_by_name(column).cloned())?;
        filter_record_batch(&batch, &is_member).map_err(|_| Refused::Rule(Unusable::Kernel))
    }

    /// The members of a batch of text for whom the rule is true, with the columns that are delivered.
    pub(super) fn keep_members(&self, batch: &MemberBatch) -> Result<MemberBatch, Refused> {
        let Some(rule) = &self.rule else { return Ok(batch.clone()) };
        let looked_at = rule.columns();
        let arrays = looked_at.iter().filter_map(|name| {
            let at = self.columns.iter().position(|column| column == name)?;
            Some(array(name, batch.columns().get(at)?))
        });
        let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>()?;
        let array = |column: &str| arrays.get(looked_at.iter().position(|name| name == column)?).cloned();
        let is_member = evaluate(rule, &array)?;
        let kept = batch.filtered(self.delivered, |row| is_member.is_valid(row) && is_member.value(row));
        kept.map_err(|_| Refused::Rule(Unusable::Kernel))
    }
}

fn array(name: &str, column: &TextColumn) -> Result<ArrayRef, Refused> {
    let cells = (0..column.len()).map(|row| {
        let mut values = column.cell(row);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Refused::Several { column: name.to_owned(), row }),
        }
    });
    Ok(Arc::new(cells.collect::<Result<StringArray, _>>()?))
}

/// Why a rule cannot be applied to what was read.
#[derive(Debug)]
pub(super) enum Refused {
    Rule(Unusable),
    /// A cell has several values.
    Several {
        column: String,
        row: usize,
    },
}

impl From<Unusable> for Refused {
    fn from(unusable: Unusable) -> Self {
        Self::Rule(unusable)
    }
}

impl Refused {
    /// What is wrong, to go on after a file's name. `place` says in which row of the batch, from 0.
    pub(super) fn what(&self, place: impl Fn(usize) -> String) -> String {
        match self {
            Self::Several { column, row } => {
                format!("{} several values in the column `{column}`; a rule compares single values", place(*row))
            }
            Self::Rule(Unusable::Cell { column, wanted, row }) => format!(
                "{} a cell of the column `{column}` that cannot be read as {wanted}, which the rule compares it with; \
                 correct it, or change the rule",
                place(*row)
            ),
            Self::Rule(Unusable::Column { column }) => {
                format!("has a column `{column}` of another type than when it was opened; run again")
            }
            Self::Rule(Unusable::Kernel) => "cannot be compared with the rule's values".to_owned(),
        }
    }
}

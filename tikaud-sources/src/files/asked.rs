//! What is read of each file: the columns that are delivered, those that the rules look at, and the rules themselves.

use std::sync::Arc;

use arrow_arith::boolean::and_kleene;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow_select::filter::filter_record_batch;
use tikaud_core::segment::{MemberBatch, TextColumn};

use crate::rule::Rule;
use crate::rule::evaluate::{Unusable, evaluate};

/// What is read of each file.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// First those that are delivered, in the order asked for, then those that only the rules look at.
    columns: Vec<String>,
    delivered: usize,
    /// Whom the segment chooses.
    rule: Option<Rule>,
    /// Who of them have consented.
    consent: Option<Rule>,
    prune: bool,
}

impl Asked {
    pub(super) fn new(delivered: &[String], rule: Option<Rule>, consent: Option<Rule>, prune: bool) -> Self {
        let mut columns = delivered.to_vec();
        for column in rule.iter().chain(&consent).flat_map(Rule::columns) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Self { columns, delivered: delivered.len(), rule, consent, prune }
    }

    /// All columns to be read.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The columns that are delivered.
    pub(super) fn delivered(&self) -> &[String] {
        &self.columns[..self.delivered]
    }

    /// The columns that only the rules look at.
    pub(super) fn looked_at(&self) -> &[String] {
        &self.columns[self.delivered..]
    }

    /// What must be true of a member.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rule.iter().chain(&self.consent)
    }

    /// The rule, when statistics may rule out rows. Consent rules out none: who has not given it is counted, so must be read.
    pub(super) fn rule_to_prune_by(&self) -> Option<&Rule> {
        self.rule.as_ref().filter(|_| self.prune)
    }

    /// The rows of a batch that are members, and how many are not for want of consent alone.
    pub(super) fn keep_rows(&self, batch: RecordBatch) -> Result<(RecordBatch, u64), Refused> {
        let array = |column: &str| batch.column_by_name(column).cloned();
        let Some(chosen) = self.choose(batch.num_rows(), &array)? else { return Ok((batch, 0)) };
        let kept = filter_record_batch(&batch, &chosen.is_member).map_err(|_| Refused::Rule(Unusable::Kernel))?;
        Ok((kept, chosen.without_consent))
    }

    /// The members of a batch of text, with the columns that are delivered; it counts who is none for want of consent alone.
    pub(super) fn keep_members(&self, batch: &MemberBatch) -> Result<MemberBatch, Refused> {
        let looked_at: Vec<String> = self.rules().flat_map(Rule::columns).collect();
        let arrays = looked_at.iter().filter_map(|name| {
            let at = self.columns.iter().position(|column| column == name)?;
            Some(array(name, batch.columns().get(at)?))
        });
        let arrays: Vec<ArrayRef> = arrays.collect::<Result<_, _>>()?;
        let array = |column: &str| arrays.get(looked_at.iter().position(|name| name == column)?).cloned();
        let Some(chosen) = self.choose(batch.len(), &array)? else { return Ok(batch.clone()) };
        let is_member = &chosen.is_member;
        let kept = batch.filtered(self.delivered, |row| is_member.is_valid(row) && is_member.value(row));
        let kept = kept.map_err(|_| Refused::Rule(Unusable::Kernel))?;
        Ok(kept.with_members_without_consent(chosen.without_consent))
    }

    /// `None` where every row is a member.
    fn choose(&self, rows: usize, array: &dyn Fn(&str) -> Option<ArrayRef>) -> Result<Option<Chosen>, Unusable> {
        let rule = self.rule.as_ref().map(|rule| evaluate(rule, array)).transpose()?;
        let Some(consent) = &self.consent else {
            return Ok(rule.map(|is_member| Chosen { is_member, without_consent: 0 }));
        };
        let consented = evaluate(consent, array)?;
        let (asked, is_member) = match rule {
            Some(rule) => (rule.true_count(), and_kleene(&rule, &consented)?),
            None => (rows, consented),
        };
        let without_consent = (asked - is_member.true_count()) as u64;
        Ok(Some(Chosen { is_member, without_consent }))
    }
}

/// Who of some rows is a member.
struct Chosen {
    is_member: BooleanArray,
    /// How many are chosen by the rule and have not consented.
    without_consent: u64,
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

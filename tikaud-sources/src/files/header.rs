//! The columns that one file has.

use std::collections::HashSet;

use arrow_schema::DataType;
use tikaud_core::segment::{SchemaColumn, SegmentError, SegmentErrorKind};

use super::asked::Asked;
use super::input::Input;
use crate::arrow::holds_text;
use crate::rule::Rule;
use crate::rule::evaluate::holds;

/// A column of a file.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// The column's type, when it is one that holds no text.
    pub(super) no_text: Option<String>,
    /// The column's type, in files whose columns have one.
    data_type: Option<DataType>,
}

impl Column {
    /// A column of a file of text.
    pub(super) fn of_text(name: String) -> Self {
        Self { name, no_text: None, data_type: None }
    }

    /// A column of a file whose columns have types.
    pub(super) fn of_type(name: String, data_type: &DataType) -> Self {
        let no_text = (!holds_text(data_type)).then(|| data_type.to_string());
        Self { name, no_text, data_type: Some(data_type.clone()) }
    }
}

/// Where a column's cells come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The file's column at this position.
    File(usize),
    /// The file's path, which has one value for all rows.
    Path(Option<String>),
}

/// The columns of a file, each name once, in the file's order, and after them those that its path names.
#[derive(Debug)]
pub(super) struct Header {
    columns: Vec<Column>,
    partitions: Vec<(String, Option<String>)>,
    /// What else to say about a column that is not there.
    remark: &'static str,
}

impl Header {
    /// # Errors
    ///
    /// `Malformed` when a column has no name, two have the same, the path names a column that the file has, or a name is a
    /// value that stands where a name should: names are printed in errors, values must not be.
    pub(super) fn try_new(input: &Input, columns: Vec<Column>) -> Result<Self, SegmentError> {
        let mut names = HashSet::new();
        if let Some(at) = columns.iter().position(|column| looks_like_data(&column.name)) {
            let number = at + 1;
            return Err(input.malformed(format!(
                "has an identifier (not shown here) in place of its column {number}'s name; give each column a name"
            )));
        }
        for (at, column) in columns.iter().enumerate() {
            let number = at + 1;
            if column.name.trim().is_empty() {
                return Err(input.malformed(format!("has no name for its column {number}; give it one")));
            }
            if !names.insert(&column.name) {
                let name = &column.name;
                return Err(input.malformed(format!("has two columns `{name}`; rename one of them")));
            }
        }
        let partitions = input.partitions();
        for (name, _) in partitions {
            if !names.insert(name) {
                return Err(input.malformed(format!(
                    "has a column `{name}` twice, in its path as `{name}=…` or also within; drop one, or call \
                     `FileSegmentBuilder::partitions(false)` so that paths name no columns"
                )));
            }
        }
        Ok(Self { columns, partitions: partitions.to_vec(), remark: "" })
    }

    /// The same with something else to say about a column that is not there.
    pub(super) fn with_remark(mut self, remark: &'static str) -> Self {
        self.remark = remark;
        self
    }

    /// The columns that hold text.
    pub(super) fn names(&self) -> Vec<String> {
        let text = self.columns.iter().filter(|column| column.no_text.is_none()).map(|column| &column.name);
        text.chain(self.partitions.iter().map(|(name, _)| name)).cloned().collect()
    }

    /// The same with their types, in files whose columns have one.
    pub(super) fn schema(&self) -> Vec<SchemaColumn> {
        let typed = |name: String| SchemaColumn { data_type: self.data_type(&name).map(ToString::to_string), name };
        self.names().into_iter().map(typed).collect()
    }

    /// A column's type, in files whose columns have one.
    pub(super) fn data_type(&self, name: &str) -> Option<&DataType> {
        self.columns.iter().find(|column| column.name == name)?.data_type.as_ref()
    }

    /// How many columns the file itself has.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Where each of the columns to be read comes from.
    ///
    /// # Errors
    ///
    /// `UnknownColumn` when one is not there, one that is delivered is of a type that holds no text, or one that the rule
    /// looks at of a type that cannot be read as the rule's.
    pub(super) fn origins(&self, input: &Input, asked: &Asked) -> Result<Vec<Origin>, SegmentError> {
        let delivered = asked.delivered().iter().map(|name| self.origin(input, name));
        let looked_at = asked.looked_at().iter().map(|name| self.origin_for_rule(input, name));
        let origins = delivered.chain(looked_at).collect::<Result<_, _>>()?;
        self.check_types(input, asked)?;
        Ok(origins)
    }

    /// Where a column is, whatever its type.
    fn find(&self, name: &str) -> Option<Origin> {
        let within = self.columns.iter().position(|column| column.name == name).map(Origin::File);
        within.or_else(|| {
            let (_, value) = self.partitions.iter().find(|(partition, _)| partition == name)?;
            Some(Origin::Path(value.clone()))
        })
    }

    fn origin_for_rule(&self, input: &Input, name: &str) -> Result<Origin, SegmentError> {
        self.find(name).ok_or_else(|| {
            let within = self.columns.iter().map(|column| &column.name);
            let all: Vec<String> = within.chain(self.partitions.iter().map(|(name, _)| name)).cloned().collect();
            let (path, unknown) = (input.name(), SegmentError::unknown_column(name, &all));
            let message = format!("the rule does not fit `{path}`: {unknown}{}", self.remark);
            SegmentError::new(SegmentErrorKind::UnknownColumn, message)
        })
    }

    fn check_types(&self, input: &Input, asked: &Asked) -> Result<(), SegmentError> {
        for (name, condition) in asked.rules().flat_map(Rule::conditions) {
            let data_type = self.data_type(name);
            let wanted = condition.literal_type();
            if let (Some(data_type), Some(literal)) = (data_type, wanted)
                && !holds(data_type, wanted)
            {
                let path = input.name();
                let message = format!(
                    "the rule compares the column `{name}` of `{path}` with {literal}, but the column is of type {data_type}"
                );
                return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
            }
        }
        Ok(())
    }

    fn origin(&self, input: &Input, name: &str) -> Result<Origin, SegmentError> {
        let path = input.name();
        let message = match self.find(name) {
            Some(Origin::Path(value)) => return Ok(Origin::Path(value)),
            Some(Origin::File(at)) => match &self.columns[at].no_text {
                None => return Ok(Origin::File(at)),
                Some(data_type) => format!(
                    "the column `{name}` of `{path}` cannot be read as text ({data_type}); write it as a text column"
                ),
            },
            None => format!("`{path}`: {}{}", SegmentError::unknown_column(name, &self.names()), self.remark),
        };
        Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message))
    }
}

/// Whether a column's name can only be an e-mail address, a phone number, a device id or a digest.
fn looks_like_data(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let hex = name.bytes().filter(u8::is_ascii_hexdigit).count();
    let only_hex = hex + name.bytes().filter(|&byte| byte == b'-').count() == name.len();
    name.contains('@')
        || name.trim_start().starts_with('+')
        // Eight digits are a date: tables with a column for each day do exist.
        || (digits >= 9 && !name.bytes().any(|byte| byte.is_ascii_alphabetic()))
        || (hex >= 32 && only_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_from_names() {
        let data = [
            "ada@example.com",
            "+49 151 12345678",
            "(0151) 123-45678",
            "123e4567-e89b-12d3-a456-426614174000",
            "973DFE463EC85785F5F95AF5BA3906EEDB2D931C24E69824A89EA65DBA4E813B",
        ];
        assert_eq!(data.map(looks_like_data), [true; 5]);
        let names = ["email", "E-Mail (privat)", "phone_2", "2026-11-23", "orders_20261123", "deadbeef", "téléphone"];
        assert_eq!(names.map(looks_like_data), [false; 7]);
    }
}

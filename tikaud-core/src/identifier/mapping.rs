//! Which column holds what: the field mapping.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{EmailRule, Field, IdentifierKind, MappedField, PhoneRegion};

/// The version of the rules by which values become identifiers. A change of the rules changes digests, so it is part of
/// the fingerprint, and the next plan exchanges the old identifiers for the new ones.
const RULES: u32 = 1;

/// Which columns of a segment are sent, and as what. Only these are read.
///
/// ```
/// use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
///
/// let mapping = FieldMapping::try_new([
///     ("email", Field::Email),
///     ("mobile", Field::Phone(PhoneRegion::Column("country".into()))),
/// ])?;
/// assert_eq!(mapping.columns(), ["email", "mobile", "country"]);
/// # Ok::<(), tikaud_core::identifier::MappingError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedMapping")]
pub struct FieldMapping {
    fields: Vec<MappedField>,
    email_rule: EmailRule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedMapping {
    fields: Vec<MappedField>,
    #[serde(default)]
    email_rule: EmailRule,
}

impl TryFrom<UncheckedMapping> for FieldMapping {
    type Error = MappingError;

    fn try_from(unchecked: UncheckedMapping) -> Result<Self, MappingError> {
        let fields = unchecked.fields.iter().map(|mapped| (&mapped.column, mapped.field.clone()));
        let mapping = Self::try_new(fields)?.with_email_rule(unchecked.email_rule);
        let delimiters = unchecked.fields.iter().filter_map(|mapped| Some((&mapped.column, mapped.delimiter?)));
        delimiters
            .into_iter()
            .try_fold(mapping, |mapping, (column, delimiter)| mapping.with_delimiter(column, delimiter))
    }
}

/// What is wrong with a field mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// Neither an e-mail nor a phone column is mapped.
    #[error("no column is mapped to an e-mail address or a phone number; map at least one")]
    NeitherEmailNorPhone,
    /// A column has no name.
    #[error("a mapped column has an empty name; name the column as the segment does")]
    UnnamedColumn,
    /// A column is mapped twice.
    #[error("the column `{column}` is mapped twice; say once what it holds")]
    MappedTwice {
        /// The column.
        column: String,
    },
    /// A mapped column is not in the segment, or its values are of a type that is no text, such as bytes.
    #[error("the segment has no column `{column}` that can be read as text; {}", listed(.columns))]
    UnknownColumn {
        /// The column.
        column: String,
        /// The columns of text that the segment has.
        columns: Vec<String>,
    },
    /// A delimiter is given for a column that is not mapped.
    #[error("a delimiter is given for the column `{column}`, which is not mapped; map it first")]
    DelimiterOfNothing {
        /// The column.
        column: String,
    },
    /// A delimiter may be a part of a value.
    #[error(
        "`{delimiter}` cannot stand between the values in a cell of the column `{column}`, for it may stand within one; \
         take `;`, `,` or `|`"
    )]
    DelimiterWithinValues {
        /// The column.
        column: String,
        /// What was to be its delimiter.
        delimiter: char,
    },
}

fn listed(columns: &[String]) -> String {
    if columns.is_empty() {
        return "it has none at all".to_owned();
    }
    let names: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
    format!("it has: {}", names.join(", "))
}

impl FieldMapping {
    /// A mapping of these columns. Several columns may hold the same: all their identifiers count.
    ///
    /// # Errors
    ///
    /// [`MappingError`] when neither an e-mail nor a phone column is among them, when a column is mapped twice, or a
    /// name is empty.
    pub fn try_new<C: Into<String>>(fields: impl IntoIterator<Item = (C, Field)>) -> Result<Self, MappingError> {
        let fields =
            fields.into_iter().map(|(column, field)| MappedField { column: column.into(), field, delimiter: None });
        let fields: Vec<MappedField> = fields.collect();
        let mapping = Self { fields, email_rule: EmailRule::default() };
        if mapping.columns().iter().any(String::is_empty) {
            return Err(MappingError::UnnamedColumn);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = mapping.fields.iter().find(|mapped| !seen.insert(&mapped.column)) {
            return Err(MappingError::MappedTwice { column: twice.column.clone() });
        }
        if mapping.has_email() || mapping.has_phone() { Ok(mapping) } else { Err(MappingError::NeitherEmailNorPhone) }
    }

    /// The same with another rule for plain e-mail addresses.
    #[must_use]
    pub fn with_email_rule(mut self, rule: EmailRule) -> Self {
        self.email_rule = rule;
        self
    }

    /// The same with several values in a cell of this mapped column, and this sign between them.
    ///
    /// White space around each value is no part of it, and where nothing is left there is no value. Columns that hold lists
    /// need no delimiter.
    ///
    /// ```
    /// use tikaud_core::identifier::{Field, FieldMapping};
    ///
    /// // ada@example.com; lovelace@example.com
    /// let mapping = FieldMapping::try_new([("emails", Field::Email)])?.with_delimiter("emails", ';')?;
    /// assert_eq!(mapping.fields()[0].delimiter, Some(';'));
    /// # Ok::<(), tikaud_core::identifier::MappingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MappingError::DelimiterOfNothing`] when the column is not mapped; [`MappingError::DelimiterWithinValues`] for letters,
    /// digits and `@ . + - _`.
    pub fn with_delimiter(mut self, column: &str, delimiter: char) -> Result<Self, MappingError> {
        let Some(mapped) = self.fields.iter_mut().find(|mapped| mapped.column == column) else {
            return Err(MappingError::DelimiterOfNothing { column: column.to_owned() });
        };
        if delimiter.is_alphanumeric() || "@.+-_".contains(delimiter) {
            return Err(MappingError::DelimiterWithinValues { column: column.to_owned(), delimiter });
        }
        mapped.delimiter = Some(delimiter);
        Ok(self)
    }

    /// The mapped columns.
    #[must_use]
    pub fn fields(&self) -> &[MappedField] {
        &self.fields
    }

    /// The rule for plain e-mail addresses.
    #[must_use]
    pub fn email_rule(&self) -> EmailRule {
        self.email_rule
    }

    /// Every column that has to be read, each once: the mapped ones, then those that regions come from.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let regions = self.fields.iter().filter_map(|mapped| match &mapped.field {
            Field::Phone(PhoneRegion::Column(column)) => Some(column),
            _ => None,
        });
        let mut columns: Vec<String> = Vec::new();
        for column in self.fields.iter().map(|mapped| &mapped.column).chain(regions) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        columns
    }

    /// The kinds of identifier that come of it.
    #[must_use]
    pub fn kinds(&self) -> BTreeSet<IdentifierKind> {
        self.fields.iter().map(|mapped| mapped.field.kind()).collect()
    }

    /// The columns of each kind, for messages.
    #[must_use]
    pub fn columns_of(&self, kind: IdentifierKind) -> Vec<&str> {
        self.fields.iter().filter(|mapped| mapped.field.kind() == kind).map(|mapped| mapped.column.as_str()).collect()
    }

    /// Whether an e-mail column is mapped.
    #[must_use]
    pub fn has_email(&self) -> bool {
        self.kinds().iter().any(|kind| matches!(kind, IdentifierKind::EmailSha256 | IdentifierKind::EmailSha512))
    }

    /// Whether a phone column is mapped.
    #[must_use]
    pub fn has_phone(&self) -> bool {
        self.kinds().contains(&IdentifierKind::PhoneSha256)
    }

    /// Whether phone numbers have to be parsed.
    pub(crate) fn has_plain_phone(&self) -> bool {
        self.fields.iter().any(|mapped| matches!(mapped.field, Field::Phone(_)))
    }

    /// Checks the mapping against the columns that a segment has.
    ///
    /// # Errors
    ///
    /// [`MappingError::UnknownColumn`], which lists the columns that there are.
    pub fn check_columns(&self, columns: &[String]) -> Result<(), MappingError> {
        match self.columns().into_iter().find(|column| !columns.contains(column)) {
            Some(column) => Err(MappingError::UnknownColumn { column, columns: columns.to_vec() }),
            None => Ok(()),
        }
    }

    /// What the identifiers depend on besides the values, as a short text: the same for two mappings that make the same
    /// identifiers of the same columns by the same version of the rules.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // Columns in order of their names: the order in which a user lists them means nothing.
        let holds = |mapped: &MappedField| match mapped.delimiter {
            None => format!("{:?}", mapped.field),
            Some(delimiter) => format!("{:?} between {delimiter:?}", mapped.field),
        };
        let fields: BTreeMap<&str, String> =
            self.fields.iter().map(|mapped| (mapped.column.as_str(), holds(mapped))).collect();
        let text = format!("rules {RULES}, e-mail {:?}, {fields:?}", self.email_rule);
        const_hex::encode(&Sha256::digest(text)[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::DeviceHash;

    #[test]
    fn at_least_one_of_email_and_phone_is_required() {
        let device = FieldMapping::try_new([("idfa", Field::Idfa(DeviceHash::Sha256))]);
        assert_eq!(device, Err(MappingError::NeitherEmailNorPhone));
        assert!(FieldMapping::try_new([("a", Field::PhoneSha256)]).is_ok());
        assert!(FieldMapping::try_new([("a", Field::EmailSha512)]).is_ok());
    }

    #[test]
    fn an_unknown_column_is_an_error_that_lists_the_columns_there_are() {
        let mapping = FieldMapping::try_new([("mail", Field::Email)]).unwrap();
        let error = mapping.check_columns(&["id".into(), "email".into()]).unwrap_err();
        insta::assert_snapshot!(error, @"the segment has no column `mail` that can be read as text; it has: `id`, `email`");
    }

    #[test]
    fn the_region_column_is_checked_like_the_others() {
        let phone = Field::Phone(PhoneRegion::Column("country".into()));
        let mapping = FieldMapping::try_new([("phone", phone)]).unwrap();
        assert!(mapping.check_columns(&["phone".into()]).is_err());
    }

    #[test]
    fn a_stored_mapping_is_checked_when_it_is_read() {
        let mapping =
            FieldMapping::try_new([("email", Field::Email), ("tel", Field::Phone(PhoneRegion::International))]);
        let json = serde_json::to_string(&mapping.clone().unwrap()).unwrap();
        insta::assert_snapshot!(json, @r#"{"fields":[{"column":"email","field":"email"},{"column":"tel","field":{"phone":"international"}}],"email_rule":"current"}"#);
        assert_eq!(serde_json::from_str::<FieldMapping>(&json).unwrap(), mapping.unwrap());
        assert!(serde_json::from_str::<FieldMapping>(r#"{"fields":[]}"#).is_err());
    }

    #[test]
    fn a_stored_mapping_keeps_its_fingerprint() {
        let json =
            r#"{"fields":[{"column":"e","field":"email"},{"column":"p","field":"phone_e164"}],"email_rule":"current"}"#;
        let mapping: FieldMapping = serde_json::from_str(json).unwrap();
        assert_eq!(mapping.fields()[1].field, Field::PhoneE164);
        assert_eq!(serde_json::to_string(&mapping).unwrap(), json);
        assert!(!mapping.has_plain_phone());
        // As it was before there was `PhoneE164`: another one would take everybody out and in again.
        let phone = ("p", Field::Phone(PhoneRegion::International));
        let before = FieldMapping::try_new([("e", Field::Email), phone]).unwrap();
        let text = r#"rules 1, e-mail Current, {"e": "Email", "p": "Phone(International)"}"#;
        assert_eq!(before.fingerprint(), const_hex::encode(&Sha256::digest(text)[..8]));
    }

    #[test]
    fn a_delimiter_is_part_of_the_mapping() {
        let mapping = FieldMapping::try_new([("emails", Field::EmailSha256)]).unwrap();
        let delimited = mapping.clone().with_delimiter("emails", '|').unwrap();
        let json = serde_json::to_string(&delimited).unwrap();
        insta::assert_snapshot!(json, @r#"{"fields":[{"column":"emails","field":"email_sha256","delimiter":"|"}],"email_rule":"current"}"#);
        assert_eq!(serde_json::from_str::<FieldMapping>(&json).unwrap(), delimited);
        assert_ne!(mapping.fingerprint(), delimited.fingerprint());
        assert_ne!(mapping.with_delimiter("emails", ';').unwrap().fingerprint(), delimited.fingerprint());
        assert!(serde_json::from_str::<FieldMapping>(&json.replace('|', "@")).is_err());
    }

    #[test]
    fn a_delimiter_that_cannot_be_is_refused() {
        let mapping = || FieldMapping::try_new([("emails", Field::Email)]).unwrap();
        insta::assert_snapshot!(mapping().with_delimiter("mail", ';').unwrap_err(), @"a delimiter is given for the column `mail`, which is not mapped; map it first");
        insta::assert_snapshot!(mapping().with_delimiter("emails", '.').unwrap_err(), @"`.` cannot stand between the values in a cell of the column `emails`, for it may stand within one; take `;`, `,` or `|`");
        assert!("aZ9é@+-_".chars().all(|delimiter| mapping().with_delimiter("emails", delimiter).is_err()));
        assert!(";,|/ \t\n".chars().all(|delimiter| mapping().with_delimiter("emails", delimiter).is_ok()));
    }

    #[test]
    fn the_fingerprint_follows_what_identifiers_depend_on() {
        let mapping = |fields: &[(&str, Field)]| FieldMapping::try_new(fields.iter().cloned()).unwrap();
        let (email, phone) = (("e", Field::Email), ("p", Field::PhoneSha256));
        let base = mapping(&[email.clone(), phone.clone()]).fingerprint();
        assert_eq!(base, mapping(&[phone.clone(), email.clone()]).fingerprint());
        assert_ne!(base, mapping(std::slice::from_ref(&email)).fingerprint());
        assert_ne!(base, mapping(&[("e", Field::EmailSha256), phone.clone()]).fingerprint());
        assert_ne!(base, mapping(&[email, phone]).with_email_rule(EmailRule::Legacy).fingerprint());
    }
}

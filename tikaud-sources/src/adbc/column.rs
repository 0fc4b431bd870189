//! The columns that there are, and how each is asked for.

use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field};
use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::dialect::AdbcDialect;
use crate::arrow::holds_text;
use crate::rule::sql::ColumnType;

/// The type in PostgreSQL's words, which its driver tells of every column.
const POSTGRES_TYPE: &str = "POSTGRESQL:type";

/// A column of the source.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    arrow: DataType,
    /// The type in the database's own words.
    declared: Option<String>,
    dialect: AdbcDialect,
}

/// A column that is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) name: String,
    /// What is selected.
    pub(crate) expression: String,
    /// Whether the cells are numbers in text, of which only whole ones are taken.
    pub(crate) is_whole: bool,
    /// What SQLite's driver is shown first, so that it knows the column's type before it has seen a value.
    pub(crate) first: &'static str,
}

impl Column {
    pub(crate) fn of(field: &Field, dialect: AdbcDialect) -> Self {
        let is_json = field.metadata().get(EXTENSION_TYPE_NAME_KEY).is_some_and(|name| name == "arrow.json");
        let declared = field.metadata().get(POSTGRES_TYPE).cloned().or_else(|| is_json.then(|| "json".to_owned()));
        Self { name: field.name().clone(), arrow: field.data_type().clone(), declared, dialect }
    }

    /// A column of SQLite's, whose types the driver does not tell.
    pub(crate) fn of_sqlite(name: &str, declared: Option<&str>) -> Self {
        let declared = declared.filter(|declared| !declared.is_empty()).map(str::to_ascii_uppercase);
        Self { name: name.to_owned(), arrow: DataType::Utf8, declared, dialect: AdbcDialect::Sqlite }
    }

    /// The type, in the database's words where it tells any.
    pub(crate) fn type_name(&self) -> String {
        self.declared.clone().unwrap_or_else(|| self.arrow.to_string())
    }

    pub(crate) fn arrow(&self) -> &DataType {
        &self.arrow
    }

    /// Whether its cells become text without losing anything.
    pub(crate) fn holds_text(&self) -> bool {
        match self.dialect {
            AdbcDialect::Sqlite => !matches!(self.sqlite_affinity(), Affinity::Real),
            _ => !self.is_json() && (holds_text(&self.arrow) || self.is_cast()),
        }
    }

    pub(crate) fn ask(&self, place: &str) -> Result<Asked, SegmentError> {
        if !self.holds_text() {
            let message = format!(
                "the column `{}` of {place} is of type {}, which holds no text; cast it to text in a view or query",
                self.name,
                self.type_name()
            );
            return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
        }
        let name = self.dialect.quote(&self.name)?;
        let (expression, first) = match self.dialect {
            AdbcDialect::Sqlite => self.sqlite_expression(name),
            _ if self.is_cast() => (format!("CAST({name} AS text)"), ""),
            _ => (name, ""),
        };
        Ok(Asked { name: self.name.clone(), expression, is_whole: self.is_numeric_text(), first })
    }

    /// A column that only the rule looks at, as it is.
    pub(crate) fn ask_as_it_is(&self) -> Result<Asked, SegmentError> {
        let expression = self.dialect.quote(&self.name)?;
        Ok(Asked { name: self.name.clone(), expression, is_whole: false, first: "" })
    }

    fn is_json(&self) -> bool {
        matches!(self.declared.as_deref(), Some("json" | "jsonb" | "_json" | "_jsonb"))
    }

    /// Numbers of any length come as text.
    fn is_numeric_text(&self) -> bool {
        self.declared.as_deref() == Some("numeric") && self.arrow == DataType::Utf8
    }

    /// Whether PostgreSQL itself is to make text of it: what its driver has no type for, such as enumerations, and what it
    /// would fill with blanks.
    fn is_cast(&self) -> bool {
        match self.declared.as_deref() {
            Some("uuid" | "bpchar" | "citext" | "name") => true,
            Some(other) => self.dialect == AdbcDialect::Postgres && other.starts_with("unnamed<oid"),
            None => false,
        }
    }

    /// As rules know it.
    pub(crate) fn rule_type(&self) -> ColumnType {
        match (&self.arrow, self.declared.as_deref()) {
            (_, Some("numeric")) => ColumnType::Decimal,
            (_, Some("uuid" | "json" | "jsonb")) => ColumnType::Other,
            _ if self.is_cast() => ColumnType::Text,
            (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, _) => ColumnType::Text,
            (DataType::Dictionary(_, values), _) if holds_text(values) && !values.is_numeric() => ColumnType::Text,
            (data_type, _) if data_type.is_integer() => {
                // An `i64` does not hold what these may.
                if *data_type == DataType::UInt64 { ColumnType::Decimal } else { ColumnType::Integer }
            }
            (data_type, _) if data_type.is_floating() => ColumnType::Float,
            (data_type, _) if data_type.is_decimal() => ColumnType::Decimal,
            (DataType::Boolean, _) => ColumnType::Boolean,
            (DataType::Date32 | DataType::Date64, _) => ColumnType::Date,
            (DataType::Timestamp(_, Some(_)), _) => ColumnType::Timestamp,
            (DataType::Timestamp(_, None), _) => ColumnType::LocalTimestamp,
            _ => ColumnType::Other,
        }
    }

    /// As rules know a column of SQLite's, beside what one of them compares it with: SQLite has no type for text, dates,
    /// instants and booleans apart, so the rule says which it is.
    pub(crate) fn sqlite_rule_type(&self, wanted: Option<crate::rule::LiteralType>) -> ColumnType {
        use crate::rule::LiteralType;
        let is_declared = self.declared.is_some();
        match (wanted, self.sqlite_affinity()) {
            (Some(LiteralType::Boolean), Affinity::Integer | Affinity::Numeric | Affinity::None) => ColumnType::Boolean,
            (Some(LiteralType::Date | LiteralType::Timestamp), Affinity::Text | Affinity::Numeric | Affinity::None) => {
                ColumnType::Timestamp
            }
            (Some(LiteralType::Number), Affinity::None) if !is_declared => ColumnType::Decimal,
            (Some(LiteralType::Text), Affinity::None) if !is_declared => ColumnType::Text,
            (_, Affinity::Text) => ColumnType::Text,
            (_, Affinity::Integer) => ColumnType::Integer,
            (_, Affinity::Real) => ColumnType::Float,
            (_, Affinity::Numeric) => ColumnType::Decimal,
            (_, Affinity::None) => ColumnType::Other,
        }
    }

    /// <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
    fn sqlite_affinity(&self) -> Affinity {
        let Some(declared) = &self.declared else { return Affinity::None };
        let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
        match () {
            () if has(&["INT"]) => Affinity::Integer,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Affinity::Text,
            () if has(&["BLOB"]) => Affinity::None,
            () if has(&["REAL", "FLOA", "DOUB"]) => Affinity::Real,
            () => Affinity::Numeric,
        }
    }

    /// SQLite keeps whatever it is given, whatever the column's type. A floating-point number and a blob are no text, and
    /// the driver makes text of the former; so they are turned into something that it makes an error of.
    fn sqlite_expression(&self, name: String) -> (String, &'static str) {
        match self.sqlite_affinity() {
            // It turns numbers into text when they are written, so that there are none.
            Affinity::Text => (name, "'tikaud'"),
            Affinity::Integer => (name, "0"),
            _ => (format!("CASE WHEN typeof({name}) IN ('real', 'blob') THEN x'00' ELSE {name} END"), "'tikaud'"),
        }
    }
}

/// The columns that can be asked for; of two with one name, neither can.
pub(super) fn text_columns(columns: &[Column]) -> Vec<String> {
    let is_one = |name: &str| columns.iter().filter(|column| column.name == name).count() == 1;
    let asked_for = columns.iter().filter(|column| column.holds_text() && is_one(&column.name));
    asked_for.map(|column| column.name.clone()).collect()
}

/// What SQLite turns values into, as they are written.
enum Affinity {
    Text,
    Integer,
    Real,
    Numeric,
    None,
}

/// A text column of the driver's, in tests.
#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn postgres(arrow: DataType, declared: &str) -> Column {
        let metadata = HashMap::from([(POSTGRES_TYPE.to_owned(), declared.to_owned())]);
        Column::of(&Field::new("c", arrow, true).with_metadata(metadata), AdbcDialect::Postgres)
    }

    #[test]
    fn postgres_makes_text_of_what_its_driver_cannot() {
        let expression = |arrow, declared| postgres(arrow, declared).ask("t").map(|asked| asked.expression).ok();
        assert_eq!(expression(DataType::Utf8, "text").as_deref(), Some(r#""c""#));
        assert_eq!(expression(DataType::FixedSizeBinary(16), "uuid").as_deref(), Some(r#"CAST("c" AS text)"#));
        assert_eq!(expression(DataType::Binary, "unnamed<oid:16385>").as_deref(), Some(r#"CAST("c" AS text)"#));
        assert_eq!(expression(DataType::Binary, "bytea"), None);
        assert_eq!(expression(DataType::Utf8, "json"), None);
        assert!(postgres(DataType::Utf8, "numeric").ask("t").unwrap().is_whole);
    }

    #[test]
    fn sqlites_types_are_what_its_manual_says() {
        let ask =
            |declared| Column::of_sqlite("c", declared).ask("t").ok().map(|asked| (asked.expression, asked.first));
        let guarded = "CASE WHEN typeof(`c`) IN ('real', 'blob') THEN x'00' ELSE `c` END".to_owned();
        assert_eq!(ask(Some("varchar(20)")), Some(("`c`".to_owned(), "'tikaud'")));
        assert_eq!(ask(Some("BIGINT")), Some(("`c`".to_owned(), "0")));
        assert_eq!(ask(Some("DECIMAL(20, 0)")), Some((guarded.clone(), "'tikaud'")));
        assert_eq!(ask(None), Some((guarded, "'tikaud'")));
        assert_eq!(ask(Some("double")), None);
    }
}

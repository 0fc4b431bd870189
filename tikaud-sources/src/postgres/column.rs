//! The columns of a table or query: which of them hold text, and how the server is asked for it.
//!
//! Every column but those of whole numbers is asked for as text, or as a list of texts, so that there is one form to decode
//! whatever the type: the server knows best how its types are written.

use tikaud_core::segment::{SegmentError, SegmentErrorKind};
use tokio_postgres::types::{Kind, Type};

use super::cells::{Cells, Values};
use super::quote::quote;
use crate::rule::sql::ColumnType;

/// A column that there is.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    type_name: String,
    /// How its cells are read; `None` when they hold no text.
    cells: Option<Cells>,
    compared_as: ColumnType,
}

/// A column that is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    /// What to select.
    pub(super) expression: String,
    pub(super) cells: Cells,
}

impl Column {
    pub(super) fn of(column: &tokio_postgres::Column) -> Self {
        Self {
            name: column.name().to_owned(),
            type_name: column.type_().name().to_owned(),
            cells: cells(column.type_(), column.type_modifier()),
            compared_as: compared_as(column.type_()),
        }
    }

    /// Its type, as the server calls it.
    pub(super) fn type_name(&self) -> &str {
        &self.type_name
    }

    /// What a rule compares it as.
    pub(super) fn compared_as(&self) -> ColumnType {
        self.compared_as
    }

    pub(super) fn holds_text(&self) -> bool {
        self.cells.is_some()
    }

    /// How to ask for the column; `place` says where it is.
    ///
    /// # Errors
    ///
    /// `UnknownColumn` when its type holds no text.
    pub(super) fn ask(&self, place: &str) -> Result<Asked, SegmentError> {
        let Some(cells) = self.cells else {
            let (name, type_name, advice) = (&self.name, &self.type_name, advice(&self.type_name));
            let message =
                format!("the column `{name}` of {place} is of type {type_name}, which holds no text; {advice}");
            return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
        };
        let quoted = quote(&self.name)?;
        // The type is named in full, for a search path may lead elsewhere.
        let expression = match cells {
            Cells { is_list: true, .. } => format!("CAST({quoted} AS pg_catalog.text[])"),
            Cells { values: Values::Binary, .. } => quoted,
            Cells { values: Values::Instants, .. } => {
                format!("CAST({quoted} AT TIME ZONE 'UTC' AS pg_catalog.text)")
            }
            Cells { .. } => format!("CAST({quoted} AS pg_catalog.text)"),
        };
        Ok(Asked { name: self.name.clone(), expression, cells })
    }
}

fn cells(data_type: &Type, modifier: i32) -> Option<Cells> {
    match data_type.kind() {
        Kind::Domain(base) => cells(base, modifier),
        // An old form of array that has no cast.
        Kind::Array(_) if [Type::INT2_VECTOR, Type::OID_VECTOR].contains(data_type) => None,
        Kind::Array(item) => match values(item, modifier)? {
            Values::Instants => None,
            Values::Binary => Some(Cells { values: Values::Texts, is_list: true }),
            values => Some(Cells { values, is_list: true }),
        },
        _ => values(data_type, modifier).map(|values| Cells { values, is_list: false }),
    }
}

fn values(data_type: &Type, modifier: i32) -> Option<Values> {
    match (data_type.kind(), data_type) {
        (Kind::Domain(base), _) => values(base, modifier),
        (Kind::Enum(_), _) => Some(Values::Texts),
        (_, &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME | &Type::CHAR) => Some(Values::Texts),
        (_, &Type::UUID | &Type::BOOL) => Some(Values::Texts),
        (_, &Type::INT2 | &Type::INT4 | &Type::INT8) => Some(Values::Binary),
        (_, &Type::NUMERIC) => match scale(modifier) {
            None => Some(Values::Integers),
            // `49151.00` would be read as two more digits of a phone number.
            Some(scale) => (scale <= 0).then_some(Values::Texts),
        },
        (_, &Type::DATE) => Some(Values::Dates),
        (_, &Type::TIME) => Some(Values::Times),
        (_, &Type::TIMESTAMP) => Some(Values::Timestamps),
        (_, &Type::TIMESTAMPTZ) => Some(Values::Instants),
        // An extension's type has no number of its own.
        (Kind::Simple, other) if other.name() == "citext" => Some(Values::Texts),
        _ => None,
    }
}

fn compared_as(data_type: &Type) -> ColumnType {
    match (data_type.kind(), data_type) {
        (Kind::Domain(base), _) => compared_as(base),
        (Kind::Enum(_), _) => ColumnType::Text,
        (_, &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME | &Type::CHAR | &Type::UUID) => ColumnType::Text,
        (_, &Type::INT2 | &Type::INT4 | &Type::INT8) => ColumnType::Integer,
        (_, &Type::NUMERIC) => ColumnType::Decimal,
        (_, &Type::FLOAT4 | &Type::FLOAT8) => ColumnType::Float,
        (_, &Type::BOOL) => ColumnType::Boolean,
        (_, &Type::DATE) => ColumnType::Date,
        (_, &Type::TIMESTAMP) => ColumnType::LocalTimestamp,
        (_, &Type::TIMESTAMPTZ) => ColumnType::Timestamp,
        (Kind::Simple, other) if other.name() == "citext" => ColumnType::Text,
        _ => ColumnType::Other,
    }
}

/// The scale of a `numeric`: the lower eleven bits of its modifier, behind four bytes of length, with a sign since
/// PostgreSQL 15. `None` when the type has none, so that each value has its own.
fn scale(modifier: i32) -> Option<i32> {
    (modifier >= 4).then(|| (((modifier - 4) & 0x7ff) ^ 1024) - 1024)
}

fn advice(type_name: &str) -> &'static str {
    match type_name.trim_start_matches('_') {
        "float4" | "float8" => "it has lost digits of a phone number already: make it a text or bigint column",
        "numeric" => "its values have a fraction: cast it to numeric(20, 0) or text in a view",
        "bytea" => "write it as text in a view: encode(…, 'hex') for a digest, convert_from(…, 'UTF8') for text",
        "json" | "jsonb" | "hstore" => "take the text out in a view, as in … ->> 'email'",
        _ => "cast it to text in a view",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, data_type: &Type, modifier: i32) -> Column {
        let cells = cells(data_type, modifier);
        let compared_as = compared_as(data_type);
        Column { name: name.to_owned(), type_name: data_type.name().to_owned(), cells, compared_as }
    }

    #[test]
    fn a_name_is_quoted_whatever_it_is() {
        let asked = column(r#"a") FROM b; --"#, &Type::TEXT, -1).ask("there").unwrap();
        assert_eq!(asked.expression, r#"CAST("a"") FROM b; --" AS pg_catalog.text)"#);
    }

    #[test]
    fn a_numeric_is_judged_by_its_scale() {
        // As `atttypmod` has them for numeric(20), numeric(20,2), numeric(20,-2), numeric.
        let [none, two, minus_two] = [20 << 16, (20 << 16) | 2, (20 << 16) | 0x7fe].map(|modifier| modifier + 4);
        assert_eq!([none, two, minus_two, -1].map(scale), [Some(0), Some(2), Some(-2), None]);
        assert!(column("n", &Type::NUMERIC, none).holds_text());
        assert!(!column("n", &Type::NUMERIC, two).holds_text());
        assert!(column("n", &Type::NUMERIC_ARRAY, -1).holds_text());
        assert!(!column("n", &Type::NUMERIC_ARRAY, two).holds_text());
    }

    #[test]
    fn a_type_that_holds_no_text_is_refused_with_advice() {
        let refusal = |data_type| column("c", &data_type, -1).ask("`t`").unwrap_err();
        insta::assert_snapshot!(refusal(Type::FLOAT8), @"the column `c` of `t` is of type float8, which holds no text; it has lost digits of a phone number already: make it a text or bigint column");
        insta::assert_snapshot!(refusal(Type::JSONB_ARRAY), @"the column `c` of `t` is of type _jsonb, which holds no text; take the text out in a view, as in … ->> 'email'");
        for data_type in
            [Type::BYTEA, Type::XML, Type::POINT, Type::INTERVAL, Type::TIMETZ, Type::INT4_RANGE, Type::MONEY]
        {
            assert_eq!(refusal(data_type).kind(), SegmentErrorKind::UnknownColumn);
        }
        assert_eq!(refusal(Type::INT2_VECTOR).kind(), SegmentErrorKind::UnknownColumn);
        assert_eq!(refusal(Type::TIMESTAMPTZ_ARRAY).kind(), SegmentErrorKind::UnknownColumn);
    }
}

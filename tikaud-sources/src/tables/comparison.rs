//! The statement that compares: one `SELECT` that reads the segment and the sets once each.
//!
//! ```text
//! source ─▶ text, folded ─▶ verdict, digest ─▶ a row a value ─┐
//!                                                             ├ full join ─▶ changes, and the rest as counts ─▶ totals first
//! the sets that are held ─────────────────────────────────────┘
//! ```
//!
//! Values are not made distinct before they are joined: an engine that need not group every digest has half the work. What is
//! unchanged collapses into a row a kind, changes into a row each.

use tikaud_core::identifier::{FieldMapping, IdentifierKind};
use tikaud_core::segment::SegmentError;

use super::value::{self, DigestForm, Verdict, digest_form};
use crate::AdbcDialect;

/// Rejects of a column: this many codes for each, from this number on.
pub(super) const REJECTS: i64 = 100;
/// Members who are left to the extractor.
pub(super) const DOUBTFUL: i64 = -1;

/// What became of a value; `ORDER BY` sorts by these numbers.
pub(super) mod class {
    pub(in crate::tables) const REJECT: i64 = 0;
    pub(in crate::tables) const ADD: i64 = 1;
    pub(in crate::tables) const REMOVE: i64 = 2;
    pub(in crate::tables) const UNCHANGED: i64 = 3;
    pub(in crate::tables) const DOUBTFUL: i64 = 4;
}

/// What the statement is made of.
pub(super) struct Comparison<'a> {
    pub(super) dialect: AdbcDialect,
    pub(super) mapping: &'a FieldMapping,
    /// What follows `FROM`, the condition included.
    pub(super) source: String,
    /// Each mapped column, as text.
    pub(super) expressions: Vec<String>,
    /// The table of what is held.
    pub(super) held: Option<String>,
    pub(super) resync: bool,
}

/// A kind as a number in SQL; 0 is none.
pub(super) fn code_of(kind: IdentifierKind) -> i64 {
    IdentifierKind::ALL.iter().zip(1..).find(|(known, _)| **known == kind).map_or(0, |(_, code)| code)
}

/// The kind of a number.
pub(super) fn kind_of(code: i64) -> Option<IdentifierKind> {
    IdentifierKind::ALL.iter().copied().find(|kind| code_of(*kind) == code)
}

/// Which of the columns of its kind each column is, and how many of one kind there are at most.
pub(super) fn positions(mapping: &FieldMapping) -> (Vec<usize>, usize) {
    let fields = mapping.fields();
    let of = |at: usize| fields[..at].iter().filter(|other| other.field.kind() == fields[at].field.kind()).count();
    let positions: Vec<usize> = (0..fields.len()).map(of).collect();
    let most = positions.iter().max().map_or(1, |most| most + 1);
    (positions, most)
}

impl Comparison<'_> {
    /// The statement. Its columns: `w`, 0 for totals and 1 for what they are made of; `k`, a kind, or a column's rejects, or
    /// [`DOUBTFUL`]; `c`, the class; `digest`; `n0`, …, values by column of the kind; `f`, members; `b`, removes that were
    /// confirmed; `m`, values in all; `q`, how many rows of `w` = 1 a total is made of.
    pub(super) fn statement(&self) -> Result<String, SegmentError> {
        let (_, most) = positions(self.mapping);
        let sums: String = (0..most).map(|at| format!(", CAST(SUM(n{at}) AS BIGINT) AS n{at}")).collect();
        let plain: String = (0..most).map(|at| format!(", n{at}")).collect();
        let changes = format!("c IN ({}, {}, {})", class::REMOVE, class::ADD, class::DOUBTFUL);
        let joined = self.joined(&plain, &changes)?;
        Ok(format!(
            "SELECT w, k, c, digest{sums}, CAST(SUM(f) AS BIGINT) AS f, CAST(SUM(b) AS BIGINT) AS b, \
             CAST(SUM(m) AS BIGINT) AS m, CAST(COUNT(*) AS BIGINT) AS q FROM (\n\
             SELECT w, k, c, CASE WHEN w = 1 THEN digest END AS digest{plain}, f, b, m FROM (\n\
             SELECT k, c, digest{sums}, SUM(f) AS f, SUM(b) AS b, COUNT(*) AS m FROM (\n{joined}\n) AS joined \
             GROUP BY k, c, digest\n\
             ) AS found CROSS JOIN (SELECT 0 AS w UNION ALL SELECT 1 AS w) AS parts WHERE w = 0 OR {changes}\n\
             ) AS told GROUP BY w, k, c, digest ORDER BY w, k, c, digest"
        ))
    }

    fn joined(&self, plain: &str, changes: &str) -> Result<String, SegmentError> {
        let values = self.values()?;
        let (reject, doubtful, add) = (class::REJECT, class::DOUBTFUL, class::ADD);
        let of_value = format!("WHEN v.k = {DOUBTFUL} THEN {doubtful} WHEN v.k >= {REJECTS} THEN {reject}");
        let (_, most) = positions(self.mapping);
        let counts: String = (0..most).map(|at| format!(", COALESCE(v.n{at}, 0) AS n{at}")).collect();
        let classified = match &self.held {
            None => format!(
                "SELECT k, CASE {of_value} ELSE {add} END AS c, digest{counts}, f, 0 AS b FROM (\n{values}\n) AS v"
            ),
            Some(held) => {
                let confirmed = if self.resync { "FALSE" } else { "confirmed" };
                format!(
                    "SELECT CASE WHEN v.k IS NULL THEN h.kind ELSE v.k END AS k, CASE WHEN v.k IS NULL THEN {} {of_value} \
                     WHEN h.confirmed THEN {} ELSE {add} END AS c, \
                     CASE WHEN v.k IS NULL THEN h.digest ELSE v.digest END AS digest{counts}, COALESCE(v.f, 0) AS f, \
                     CASE WHEN v.k IS NULL AND h.confirmed THEN 1 ELSE 0 END AS b FROM (\n{values}\n) AS v FULL OUTER JOIN \
                     (SELECT CAST(kind AS BIGINT) AS kind, digest, {confirmed} AS confirmed FROM {held}) AS h \
                     ON v.k = h.kind AND v.digest = h.digest",
                    class::REMOVE,
                    class::UNCHANGED
                )
            }
        };
        Ok(format!(
            "SELECT k, c, CASE WHEN {changes} THEN digest END AS digest{plain}, f, b FROM (\n{classified}\n) AS classified"
        ))
    }

    /// A row for each value that is judged, and one for each member who is left to the extractor.
    fn values(&self) -> Result<String, SegmentError> {
        let columns = self.mapping.fields().len();
        let by_column = |of: &dyn Fn(usize) -> String| match columns {
            1 => of(0),
            _ => {
                let cases: String = (0..columns).map(|at| format!(" WHEN i = {at} THEN {}", of(at))).collect();
                format!("CASE{cases} END")
            }
        };
        let (accepted, doubtful) = (Verdict::Accepted.code(), Verdict::Doubtful.code());
        let key = by_column(&|at| self.key(at));
        let digest = by_column(&|at| format!("CASE WHEN v{at} = {accepted} THEN d{at} END"));
        let first = by_column(&|at| {
            let before: String = (0..at).map(|before| format!(" AND v{before} <> {accepted}")).collect();
            format!("CASE WHEN v{at} = {accepted}{before} THEN 1 ELSE 0 END")
        });
        let (positions, most) = positions(self.mapping);
        let counts: String = (0..most)
            .map(|position| {
                let is_at = |at: usize| if positions[at] == position { "1" } else { "0" };
                format!(", {} AS n{position}", by_column(&|at| is_at(at).to_owned()))
            })
            .collect();
        let is_doubtful: Vec<String> = (0..columns).map(|at| format!("v{at} = {doubtful}")).collect();
        let is_doubtful = is_doubtful.join(" OR ");
        let (index, once) = match columns {
            1 => (String::new(), String::new()),
            _ => {
                let others: String = (1..columns).map(|at| format!(" UNION ALL SELECT {at} AS i")).collect();
                (
                    format!(" CROSS JOIN (SELECT 0 AS i{others}) AS indices"),
                    format!(" WHERE i = 0 OR NOT ({is_doubtful})"),
                )
            }
        };
        Ok(format!(
            "SELECT CAST(CASE WHEN {is_doubtful} THEN {DOUBTFUL} ELSE {key} END AS BIGINT) AS k, \
             CASE WHEN {is_doubtful} THEN {} ELSE {digest} END AS digest{counts}, \
             CASE WHEN {is_doubtful} THEN 0 ELSE {first} END AS f FROM (\n{}\n) AS judged{index}{once}",
            self.packed(),
            self.judged()?
        ))
    }

    fn key(&self, at: usize) -> String {
        let kind = code_of(self.mapping.fields()[at].field.kind());
        let rejects = REJECTS + REJECTS * i64::try_from(at).unwrap_or(i64::MAX / REJECTS - 1);
        format!("CASE WHEN v{at} = {} THEN {kind} ELSE {rejects} + v{at} END", Verdict::Accepted.code())
    }

    fn judged(&self) -> Result<String, SegmentError> {
        let (mut texts, mut folded, mut judged) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (mapped, expression)) in self.mapping.fields().iter().zip(&self.expressions).enumerate() {
            let (text, fold) = (format!("c{at}"), format!("e{at}"));
            let sql =
                value::value(self.dialect, &mapped.field, self.mapping.email_rule(), &mapped.column, &text, &fold)?;
            texts.push(format!("{expression} AS {text}"));
            folded.push(format!("{text}, {} AS {fold}", sql.folded));
            judged.push(format!("{text}, {} AS v{at}, {} AS d{at}", sql.verdict, sql.digest));
        }
        // PostgreSQL would put the expressions into each other, and work each out as often as it is mentioned.
        let fence = if self.dialect == AdbcDialect::Postgres { " OFFSET 0" } else { "" };
        Ok(format!(
            "SELECT {} FROM (\nSELECT {} FROM (\nSELECT {} FROM {}\n) AS texts{fence}\n) AS folded{fence}",
            judged.join(", "),
            folded.join(", "),
            texts.join(", "),
            self.source
        ))
    }

    /// All cells of a member in the place of a digest: their bytes, with 0xff between them and 0xfe for null. Neither byte is in
    /// UTF-8.
    fn packed(&self) -> String {
        let hex = |text: &str| match self.dialect {
            AdbcDialect::Postgres => format!("encode(convert_to({text}, 'UTF8'), 'hex')"),
            AdbcDialect::Redshift => format!("FROM_VARBYTE(TO_VARBYTE({text}, 'utf8'), 'hex')"),
            AdbcDialect::Snowflake => format!("HEX_ENCODE({text}, 0)"),
            AdbcDialect::BigQuery => format!("TO_HEX(CAST({text} AS BYTES))"),
            _ => format!("lower(hex({text}))"),
        };
        let cell = |at: usize| format!("COALESCE({}, 'fe')", hex(&format!("c{at}")));
        let cells: Vec<String> = (0..self.expressions.len()).map(cell).collect();
        let text = cells.join(" || 'ff' || ");
        match (digest_form(self.dialect), self.dialect) {
            (DigestForm::Hex, _) => text,
            (_, AdbcDialect::Snowflake) => format!("TO_BINARY({text}, 'HEX')"),
            (_, AdbcDialect::BigQuery) => format!("FROM_HEX({text})"),
            _ => format!("decode({text}, 'hex')"),
        }
    }
}

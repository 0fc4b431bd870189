//! The statement that compares: one `SELECT` that reads the segment and the sets once each.
//!
//! ```text
//! source ─▶ text, folded ─▶ verdict, digest ─▶ a row a value ─ left join ─┐
//! lists ──▶ the same, each digest once ──────────────────────────┘        ├ full join ─▶ changes, the rest as counts ─▶ totals
//! the sets that are held ─────────────────────────────────────────────────┘                                        first
//! ```
//!
//! Values are not made distinct before they are joined: an engine that need not group every digest has half the work. What is
//! unchanged collapses into a row a kind, changes into a row each.

use tikaud_core::identifier::{FieldMapping, IdentifierKind};
use tikaud_core::segment::SegmentError;

use super::value::{self, DigestForm, Verdict, digest_form};
use crate::AdbcDialect;
use crate::adbc::statement::{ELLIPSIS, EngineStatement};

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
    /// Suppressed, and not held.
    pub(in crate::tables) const SUPPRESSED: i64 = 5;
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
    /// What is suppressed: of these, only the values count.
    pub(super) lists: Vec<Self>,
    /// Whether nothing is asked for but totals and the members who are left to the extractor.
    pub(super) only_totals: bool,
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
    /// confirmed; `x`, removes that are in the segment, but suppressed; `m`, values in all; `q`, how many rows of `w` = 1 a
    /// total is made of.
    pub(super) fn statement(&self) -> Result<String, SegmentError> {
        let (_, most) = positions(self.mapping);
        let sums: String = (0..most).map(|at| format!(", CAST(SUM(n{at}) AS BIGINT) AS n{at}")).collect();
        let plain: String = (0..most).map(|at| format!(", n{at}")).collect();
        let told = match self.only_totals {
            true => format!("c = {}", class::DOUBTFUL),
            false => format!("c IN ({}, {}, {})", class::REMOVE, class::ADD, class::DOUBTFUL),
        };
        // Whoever is suppressed is counted once, and not told.
        let (grouped, once, x, sum) = match self.lists.is_empty() {
            true => (told.clone(), "", "", "CAST(0 AS BIGINT)"),
            false => (format!("{told} OR c = {}", class::SUPPRESSED), ", MAX(x) AS x", ", x", "CAST(SUM(x) AS BIGINT)"),
        };
        let joined = self.joined(&plain, &grouped)?;
        Ok(format!(
            "SELECT w, k, c, digest{sums}, CAST(SUM(f) AS BIGINT) AS f, CAST(SUM(b) AS BIGINT) AS b, {sum} AS x, \
             CAST(SUM(m) AS BIGINT) AS m, CAST(COUNT(*) AS BIGINT) AS q FROM (\n\
             SELECT w, k, c, CASE WHEN w = 1 THEN digest END AS digest{plain}, f, b{x}, m FROM (\n\
             SELECT k, c, digest{sums}, SUM(f) AS f, MAX(b) AS b{once}, COUNT(*) AS m FROM (\n{joined}\n) AS joined \
             GROUP BY k, c, digest\n\
             ) AS found CROSS JOIN (SELECT 0 AS w UNION ALL SELECT 1 AS w) AS parts WHERE w = 0 OR {told}\n\
             ) AS told GROUP BY w, k, c, digest ORDER BY w, k, c, digest"
        ))
    }

    fn joined(&self, plain: &str, grouped: &str) -> Result<String, SegmentError> {
        let values = self.marked(plain)?;
        let (reject, doubtful, add) = (class::REJECT, class::DOUBTFUL, class::ADD);
        let (suppressed, remove, unchanged) = (class::SUPPRESSED, class::REMOVE, class::UNCHANGED);
        let of_value = format!("WHEN v.k = {DOUBTFUL} THEN {doubtful} WHEN v.k >= {REJECTS} THEN {reject}");
        let (_, most) = positions(self.mapping);
        let counts: String = (0..most).map(|at| format!(", COALESCE(v.n{at}, 0) AS n{at}")).collect();
        let has_lists = !self.lists.is_empty();
        let if_lists = |text: String| if has_lists { text } else { String::new() };
        let classified = match &self.held {
            None => format!(
                "SELECT k, CASE {of_value}{} ELSE {add} END AS c, digest{counts}, f, 0 AS b{} FROM (\n{values}\n) AS v",
                if_lists(format!(" WHEN v.x = 1 THEN {suppressed}")),
                if_lists(", 0 AS x".to_owned())
            ),
            Some(held) => format!(
                "SELECT CASE WHEN v.k IS NULL THEN h.kind ELSE v.k END AS k, CASE WHEN v.k IS NULL THEN {remove} {of_value}{} \
                 WHEN h.confirmed THEN {unchanged} ELSE {add} END AS c, \
                 CASE WHEN v.k IS NULL THEN h.digest ELSE v.digest END AS digest{counts}, COALESCE(v.f, 0) AS f, \
                 CASE WHEN (v.k IS NULL{}) AND h.confirmed THEN 1 ELSE 0 END AS b{} FROM (\n{values}\n) AS v FULL OUTER JOIN \
                 (SELECT CAST(kind AS BIGINT) AS kind, digest, {} AS confirmed FROM {held}) AS h \
                 ON v.k = h.kind AND v.digest = h.digest",
                if_lists(format!(" WHEN v.x = 1 THEN CASE WHEN h.kind IS NULL THEN {suppressed} ELSE {remove} END")),
                if_lists(" OR v.x = 1".to_owned()),
                if_lists(", CASE WHEN v.x = 1 AND h.kind IS NOT NULL THEN 1 ELSE 0 END AS x".to_owned()),
                if self.resync { "FALSE" } else { "confirmed" }
            ),
        };
        let x = if_lists(", x".to_owned());
        Ok(format!(
            "SELECT k, c, CASE WHEN {grouped} THEN digest END AS digest{plain}, f, b{x} FROM (\n{classified}\n) AS classified"
        ))
    }

    /// The values, with `x` that says whether they are suppressed, where some may be. Rejects have no digest, so that they meet
    /// none; what is said of members who are left to the extractor is not looked at.
    fn marked(&self, plain: &str) -> Result<String, SegmentError> {
        let values = self.values()?;
        if self.lists.is_empty() {
            return Ok(values);
        }
        let list = |list: &Self| Ok(format!("SELECT k, digest FROM (\n{}\n) AS list", list.values()?));
        let lists = self.lists.iter().map(list).collect::<Result<Vec<_>, SegmentError>>()?;
        Ok(format!(
            "SELECT i.k AS k, i.digest AS digest{plain}, f, CASE WHEN s.k IS NULL THEN 0 ELSE 1 END AS x FROM (\n{values}\n) \
             AS i LEFT JOIN (SELECT DISTINCT k, digest FROM (\n{}\n) AS lists) AS s \
             ON i.k = s.k AND i.digest = s.digest",
            lists.join("\nUNION ALL\n")
        ))
    }

    /// The statement that says which of some digests of a kind are among the values: `k`, `digest`.
    pub(super) fn find_statement(&self, kind: IdentifierKind) -> Result<EngineStatement, SegmentError> {
        let sql = format!(
            "SELECT DISTINCT k, digest FROM (\n{}\n) AS v WHERE k = {} AND digest IN ({ELLIPSIS})",
            self.values()?,
            code_of(kind)
        );
        Ok(EngineStatement::reading("look for identifiers among a segment's values", sql).repeated())
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
            AdbcDialect::Trino => format!("to_hex(to_utf8({text}))"),
            _ => format!("lower(hex({text}))"),
        };
        let cell = |at: usize| format!("COALESCE({}, 'fe')", hex(&format!("c{at}")));
        let cells: Vec<String> = (0..self.expressions.len()).map(cell).collect();
        let text = cells.join(" || 'ff' || ");
        match (digest_form(self.dialect), self.dialect) {
            (DigestForm::Hex, _) => text,
            (_, AdbcDialect::Snowflake) => format!("TO_BINARY({text}, 'HEX')"),
            (_, AdbcDialect::BigQuery | AdbcDialect::Trino) => format!("from_hex({text})"),
            _ => format!("decode({text}, 'hex')"),
        }
    }
}

//! Row groups that no member can be in, by the statistics that the footer has of them.

use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use super::super::asked::Asked;
use super::super::input::Input;
use crate::rule::evaluate::{Bounds, Known, may_be_true};

/// Whether a row group may have members, one after the other.
pub(super) fn wanted(footer: &ArrowReaderMetadata, input: &Input, asked: &Asked) -> Vec<bool> {
    let groups = footer.metadata().num_row_groups();
    let Some(rule) = asked.rule_to_prune_by() else { return vec![true; groups] };
    let known = |column: &str| input.constant(column).or_else(|| bounds(footer, column).map(Known::Bounds));
    let wanted = may_be_true(rule, groups, &known);
    let skipped = wanted.iter().filter(|wanted| !**wanted).count();
    tracing::debug!(groups, skipped, "row groups skipped by their statistics");
    wanted
}

/// What the footer knows of a column; `None` when it knows nothing that can be relied on.
fn bounds(footer: &ArrowReaderMetadata, column: &str) -> Option<Bounds> {
    let groups = footer.metadata().row_groups();
    let converter = StatisticsConverter::try_new(column, footer.schema(), footer.parquet_schema()).ok()?;
    // A count that is missing is not a count of none.
    let converter = converter.with_missing_null_counts_as_zero(false);
    let leaf = converter.parquet_column_index()?;
    if groups.iter().any(|group| is_in_doubt(group, leaf)) {
        return None;
    }
    Some(Bounds {
        least: converter.row_group_mins(groups).ok()?,
        greatest: converter.row_group_maxes(groups).ok()?,
        nulls: converter.row_group_null_counts(groups).ok()?,
        rows: groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX)).collect(),
    })
}

/// Old writers kept the least and the greatest value in another order than today's.
pub(super) fn is_in_doubt(group: &RowGroupMetaData, leaf: usize) -> bool {
    let has_bounds = |statistics: &&Statistics| statistics.min_bytes_opt().or(statistics.max_bytes_opt()).is_some();
    group.column(leaf).statistics().filter(has_bounds).is_some_and(Statistics::is_min_max_deprecated)
}

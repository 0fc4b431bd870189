//! Rows that no member can be among, by the statistics that the page index has of pages.
//!
//! Columns have pages of their own, which end at different rows. So the rows are cut wherever a page of some column of the
//! rule ends; each piece lies within one page of each column, whose bounds hold for it.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, UInt64Array};
use arrow_select::take::take;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::file::metadata::page_index::PageIndexProvider;

use super::super::asked::Asked;
use super::super::input::Input;
use super::pruning::is_in_doubt;
use crate::rule::evaluate::{Bounds, Known, may_be_true};

/// The pages of a column.
struct Pages {
    /// The row that each begins with.
    starts: Vec<usize>,
    bounds: Bounds,
}

/// The rows of a row group among which there may be members; `None` when that is all of them.
pub(super) fn wanted(
    footer: &ArrowReaderMetadata,
    number: usize,
    input: &Input,
    asked: &Asked,
) -> Option<Vec<Range<usize>>> {
    let rule = asked.rule_to_prune_by()?;
    let index = &**footer.metadata().page_index()?;
    let rows = usize::try_from(footer.metadata().row_group(number).num_rows()).ok()?;
    let columns: Vec<(String, Pages)> = rule
        .columns()
        .into_iter()
        .filter_map(|name| Some((name.clone(), pages(footer, index, number, &name)?)))
        .collect();
    let mut cuts: Vec<usize> = columns.iter().flat_map(|(_, pages)| pages.starts.iter().copied()).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let known = |name: &str| {
        input.constant(name).or_else(|| {
            let (_, pages) = columns.iter().find(|(column, _)| column == name)?;
            pages.bounds_at(&cuts).map(Known::Bounds)
        })
    };
    let wanted = may_be_true(rule, cuts.len(), &known);
    let pieces = cuts.iter().zip(cuts.iter().skip(1).chain([&rows])).zip(&wanted);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for ((&start, &end), _) in pieces.filter(|(_, wanted)| **wanted) {
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    let kept: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    tracing::debug!(rows, skipped = rows - kept, "rows skipped by their pages' statistics");
    (kept < rows && !cuts.is_empty()).then_some(ranges)
}

/// What the page index knows of a column; `None` when it knows nothing that can be relied on.
fn pages(footer: &ArrowReaderMetadata, index: &dyn PageIndexProvider, number: usize, column: &str) -> Option<Pages> {
    let group = footer.metadata().row_group(number);
    let converter = StatisticsConverter::try_new(column, footer.schema(), footer.parquet_schema()).ok()?;
    let converter = converter.with_missing_null_counts_as_zero(false);
    let leaf = converter.parquet_column_index().filter(|leaf| !is_in_doubt(group, *leaf))?;
    let starts = starts(index, number, leaf, group.num_rows())?;
    let ends = starts.iter().skip(1).map(|start| *start as u64).chain([u64::try_from(group.num_rows()).ok()?]);
    let bounds = Bounds {
        least: converter.data_page_mins(index, [&number]).ok()?,
        greatest: converter.data_page_maxes(index, [&number]).ok()?,
        nulls: converter.data_page_null_counts(index, [&number]).ok()?,
        rows: starts.iter().zip(ends).map(|(start, end)| end - *start as u64).collect(),
    };
    let is_whole = [bounds.least.len(), bounds.greatest.len(), bounds.nulls.len()] == [starts.len(); 3];
    is_whole.then_some(Pages { starts, bounds })
}

/// The row that each page of a column begins with; `None` where the index says what cannot be.
pub(super) fn starts(index: &dyn PageIndexProvider, number: usize, leaf: usize, rows: i64) -> Option<Vec<usize>> {
    let locations = index.page_locations(number, leaf)?;
    let starts: Vec<i64> = locations.iter().map(|location| location.first_row_index).collect();
    let is_ascending = starts.is_sorted_by(|a, b| a < b);
    let is_right = starts.first() == Some(&0) && is_ascending && starts.last().is_some_and(|last| *last < rows);
    if is_right { starts.into_iter().map(|start| usize::try_from(start).ok()).collect() } else { None }
}

/// Where in a column chunk the pages are that have these rows, and the dictionary; the whole chunk where no pages are known.
/// `None` when the index says what cannot be.
pub(super) fn of_rows(
    footer: &ArrowReaderMetadata,
    number: usize,
    leaf: usize,
    chunk: &Range<u64>,
    rows: Option<&[Range<usize>]>,
) -> Option<Vec<Range<u64>>> {
    let index = footer.metadata().page_index();
    let Some(locations) = index.and_then(|index| index.page_locations(number, leaf)) else {
        return Some(vec![chunk.clone()]);
    };
    let all = footer.metadata().row_group(number).num_rows();
    if locations.is_empty() && all == 0 {
        return Some(vec![chunk.clone()]);
    }
    let starts = starts(&**index?, number, leaf, all)?;
    let ends = starts.iter().skip(1).copied().chain([usize::try_from(all).ok()?]);
    let mut found: Vec<Range<u64>> = Vec::new();
    let mut at = chunk.start;
    for ((location, &first), end) in locations.iter().zip(&starts).zip(ends) {
        let start = u64::try_from(location.offset).ok()?;
        let page = start..start.checked_add(u64::try_from(location.compressed_page_size).ok()?)?;
        if page.start < at || page.end > chunk.end {
            return None;
        }
        if first == 0 && page.start > chunk.start {
            found.push(chunk.start..page.start);
        }
        at = page.end;
        if rows.is_none_or(|rows| rows.iter().any(|rows| rows.start < end && first < rows.end)) {
            match found.last_mut() {
                Some(last) if last.end == page.start => last.end = page.end,
                _ => found.push(page),
            }
        }
    }
    Some(found)
}

impl Pages {
    /// The bounds of the page that each of these rows is in.
    fn bounds_at(&self, rows: &[usize]) -> Option<Bounds> {
        let page = |row: &usize| self.starts.partition_point(|start| start <= row).checked_sub(1);
        let pages: Vec<usize> = rows.iter().map(page).collect::<Option<_>>()?;
        let indices = UInt64Array::from_iter_values(pages.iter().map(|page| *page as u64));
        Some(Bounds {
            least: take(&self.bounds.least, &indices, None).ok()?,
            greatest: take(&self.bounds.greatest, &indices, None).ok()?,
            nulls: take(&self.bounds.nulls, &indices, None).ok()?.as_primitive::<UInt64Type>().clone(),
            rows: pages.iter().map(|page| self.bounds.rows[*page]).collect(),
        })
    }
}

//! What is read of each row group, in two halves, and what the file's path has instead.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use super::super::asked::Asked;
use super::super::header::Origin;

/// What is read of each row group, and what the file's path has instead.
pub(super) struct Columns {
    /// The first columns, and the others where there are more: each half takes about as long to decode.
    halves: (ProjectionMask, Option<ProjectionMask>),
    partitions: Vec<(String, Option<String>)>,
}

impl Columns {
    pub(super) fn new(asked: &Asked, origins: &[Origin], footer: &ArrowReaderMetadata) -> Self {
        let mut partitions: Vec<(String, Option<String>)> = Vec::new();
        let mut positions = BTreeSet::new();
        for (name, origin) in asked.columns().iter().zip(origins) {
            match origin {
                Origin::File(position) => {
                    positions.insert(*position);
                }
                Origin::Path(value) if partitions.iter().all(|(known, _)| known != name) => {
                    partitions.push((name.clone(), value.clone()));
                }
                Origin::Path(_) => {}
            }
        }
        let positions: Vec<usize> = positions.into_iter().collect();
        let weights = positions.iter().map(|position| bytes_of(footer, *position)).collect::<Vec<_>>();
        let (first, second) = positions.split_at(first_half(&weights));
        let mask = |positions: &[usize]| ProjectionMask::roots(footer.parquet_schema(), positions.iter().copied());
        Self { halves: (mask(first), (!second.is_empty()).then(|| mask(second))), partitions }
    }

    pub(super) fn first(&self) -> &ProjectionMask {
        &self.halves.0
    }

    pub(super) fn second(&self) -> Option<&ProjectionMask> {
        self.halves.1.as_ref()
    }

    /// A batch that was read, with the columns of the file's path.
    pub(super) fn with_partitions(&self, batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
        if self.partitions.is_empty() {
            return Ok(batch);
        }
        let (mut fields, mut arrays) = (batch.schema().fields().to_vec(), batch.columns().to_vec());
        for (name, value) in &self.partitions {
            fields.push(Arc::new(Field::new(name, DataType::Utf8, true)));
            let cells = std::iter::repeat_n(value.as_deref(), batch.num_rows());
            arrays.push(Arc::new(StringArray::from_iter(cells)) as ArrayRef);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
    }
}

/// How long a column is in the whole file, once its pages are unpacked.
fn bytes_of(footer: &ArrowReaderMetadata, root: usize) -> u64 {
    let schema = footer.parquet_schema();
    let leaves = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == root);
    let groups = footer.metadata().row_groups();
    let bytes = leaves.flat_map(|leaf| groups.iter().map(move |group| group.column(leaf).uncompressed_size()));
    // A footer may say anything.
    bytes.fold(0, |sum, bytes| sum.saturating_add(u64::try_from(bytes).unwrap_or(0)))
}

/// How many columns the first half has: the longer half is as short as it can be.
fn first_half(weights: &[u64]) -> usize {
    let sum = |weights: &[u64]| weights.iter().fold(0, |sum: u64, weight| sum.saturating_add(*weight));
    let longer = |at: &usize| sum(&weights[..*at]).max(sum(&weights[*at..]));
    (1..=weights.len()).min_by_key(longer).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_are_as_even_as_can_be_and_the_first_is_never_empty() {
        assert_eq!(first_half(&[]), 0);
        assert_eq!(first_half(&[7]), 1);
        assert_eq!(first_half(&[0, 0]), 1);
        assert_eq!(first_half(&[5, 9, 6]), 2);
        assert_eq!(first_half(&[1, 1, 9]), 2);
        assert_eq!(first_half(&[9, 1, 1]), 1);
        assert_eq!(first_half(&[u64::MAX, u64::MAX]), 1);
    }
}

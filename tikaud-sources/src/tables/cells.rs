//! Rows of an engine's answer.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, Int64Array, LargeBinaryArray, RecordBatch};
use arrow_cast::cast;
use arrow_schema::DataType;
use tikaud_core::segment::SegmentError;

/// The rows of one batch, whose columns are known by their position.
pub(super) struct Cells {
    columns: Vec<Column>,
    rows: usize,
}

enum Column {
    Numbers(Int64Array),
    Bytes(LargeBinaryArray),
}

impl Cells {
    /// Reads a batch; columns at `bytes` hold bytes or text, all others whole numbers or booleans.
    pub(super) fn read(batch: &RecordBatch, columns: usize, bytes: usize) -> Result<Self, SegmentError> {
        if batch.num_columns() != columns {
            return Err(unexpected());
        }
        let read = |(at, array): (usize, &arrow_array::ArrayRef)| {
            // Nobody has checked what comes from a driver.
            array.to_data().validate_full().map_err(|_| unexpected())?;
            let wanted = if at == bytes { DataType::LargeBinary } else { DataType::Int64 };
            let array = cast(array, &wanted).map_err(|_| unexpected())?;
            Ok(if at == bytes {
                Column::Bytes(array.as_binary_opt::<i64>().ok_or_else(unexpected)?.clone())
            } else {
                Column::Numbers(array.as_primitive_opt::<Int64Type>().ok_or_else(unexpected)?.clone())
            })
        };
        let columns = batch.columns().iter().enumerate().map(read).collect::<Result<_, SegmentError>>()?;
        Ok(Self { columns, rows: batch.num_rows() })
    }

    pub(super) fn len(&self) -> usize {
        self.rows
    }

    pub(super) fn number(&self, row: usize, column: usize) -> Result<i64, SegmentError> {
        match self.columns.get(column) {
            Some(Column::Numbers(numbers)) if numbers.is_valid(row) => Ok(numbers.value(row)),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn count(&self, row: usize, column: usize) -> Result<u64, SegmentError> {
        self.number(row, column)?.try_into().map_err(|_| unexpected())
    }

    pub(super) fn bytes(&self, row: usize, column: usize) -> Result<&[u8], SegmentError> {
        match self.columns.get(column) {
            Some(Column::Bytes(bytes)) if bytes.is_valid(row) => Ok(bytes.value(row)),
            _ => Err(unexpected()),
        }
    }
}

/// The database has answered with something else than it was asked for.
pub(super) fn unexpected() -> SegmentError {
    SegmentError::malformed(
        "the database has answered with other rows or columns than it was asked for; please report it with its version",
    )
}

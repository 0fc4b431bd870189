//! The table as files of every format.

use std::path::PathBuf;
use std::sync::Arc;

use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;
use tikaud_sources::arrow::arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};

use crate::table::{COLUMNS, Row, cells};

pub(crate) struct Files {
    directory: TempDir,
}

impl Files {
    /// The table as CSV, JSON lines, and Parquet with so many rows to a row group.
    pub(crate) fn of(rows: &[Row], row_group: usize) -> Self {
        let files = Self { directory: tempfile::tempdir().unwrap() };
        files.write_csv(rows);
        files.write_json(rows);
        files.write_parquet(rows, row_group);
        files
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write_csv(&self, rows: &[Row]) {
        let quoted =
            |cell: Option<String>| cell.map_or_else(String::new, |cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        let mut content = COLUMNS.join(",") + "\n";
        for (id, row) in rows.iter().enumerate() {
            content += &(cells(id, row).map(quoted).join(",") + "\n");
        }
        std::fs::write(self.path("t.csv"), content).unwrap();
    }

    /// Numbers and booleans as JSON's own in every other row, where JSON has them.
    fn write_json(&self, rows: &[Row]) {
        let mut content = String::new();
        for (id, row) in rows.iter().enumerate() {
            let own = |name: &str, cell: &str| {
                let is_own = id % 2 == 0 && matches!(name, "whole" | "decimal" | "float");
                if is_own
                    && cell.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                    && !cell.ends_with("inf")
                {
                    cell.to_owned()
                } else {
                    serde_json::to_string(cell).unwrap()
                }
            };
            let fields = COLUMNS.iter().zip(cells(id, row)).filter(|(_, cell)| cell.is_some() || id == 0);
            let fields = fields.map(|(name, cell)| {
                let value = cell.map_or_else(|| "null".to_owned(), |cell| own(name, &cell));
                format!("{}:{value}", serde_json::to_string(name).unwrap())
            });
            content += &format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","));
        }
        std::fs::write(self.path("t.jsonl"), content).unwrap();
    }

    fn write_parquet(&self, rows: &[Row], row_group: usize) {
        fn array<T>(rows: &[Row], cell: impl Fn(&Row) -> Option<T>) -> Vec<Option<T>> {
            rows.iter().map(cell).collect()
        }
        let hundredths: Decimal128Array = array(rows, |row| row.decimal.map(i128::from)).into();
        let columns: [ArrayRef; 9] = [
            Arc::new(Int64Array::from_iter_values((0..rows.len()).map(|id| i64::try_from(id).unwrap()))),
            Arc::new(StringArray::from(array(rows, |row| row.text.clone()))),
            Arc::new(Int64Array::from(array(rows, |row| row.whole))),
            Arc::new(hundredths.with_precision_and_scale(20, 2).unwrap()),
            Arc::new(Float64Array::from(array(rows, |row| row.float))),
            Arc::new(BooleanArray::from(array(rows, |row| row.flag))),
            Arc::new(Date32Array::from(array(rows, |row| row.day))),
            Arc::new(TimestampMicrosecondArray::from(array(rows, |row| row.instant)).with_timezone("UTC")),
            Arc::new(TimestampMicrosecondArray::from(array(rows, |row| row.local))),
        ];
        let columns = COLUMNS.into_iter().zip(columns).map(|(name, array)| (name, array, true));
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        // Pages of two rows, so that they have statistics of their own.
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(row_group))
            .set_write_batch_size(1)
            .set_data_page_row_count_limit(2)
            .build();
        let file = std::fs::File::create(self.path("t.parquet")).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
}

//! The Parquet files that every peer reads.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tikaud_benches::{Person, Shape};

use crate::Outcome;

/// Rows in a row group: what DuckDB writes by default. It reads row groups side by side, so that one large one would slow it.
const ROW_GROUP: usize = 122_880;

/// The tables of one size, one column each: the people's e-mail addresses as they are spelt.
pub(crate) struct Tables {
    directory: PathBuf,
}

impl Tables {
    /// Writes those of every shape.
    pub(crate) fn write(directory: &Path, members: u32) -> Outcome<Self> {
        let tables = Self { directory: directory.to_owned() };
        for shape in Shape::ALL {
            let Range { start, end } = shape.following(members.into());
            let people = u32::try_from(start)?..u32::try_from(end)?;
            write(&tables.path(shape), people, |number| address(number, shape))?;
        }
        Ok(tables)
    }

    pub(crate) fn path(&self, shape: Shape) -> PathBuf {
        self.directory.join(format!("{}.parquet", shape.as_str()))
    }
}

/// A person's address as it is spelt in this table: one in ten is spelt otherwise than in the others, so that a peer that does
/// not normalise finds changes where there are none.
fn address(number: u32, shape: Shape) -> String {
    let address = Person(number).email();
    if number % 10 == shape as u32 { format!(" {} ", address.to_uppercase()) } else { address }
}

fn write(path: &Path, people: Range<u32>, address: impl Fn(u32) -> String) -> Outcome<()> {
    let batch = |people: Range<u32>| {
        let addresses = StringArray::from_iter_values(people.map(&address));
        RecordBatch::try_from_iter([("email", Arc::new(addresses) as ArrayRef)])
    };
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, batch(0..0)?.schema(), Some(properties))?;
    let end = people.end;
    for start in people.step_by(ROW_GROUP) {
        writer.write(&batch(start..end.min(start + u32::try_from(ROW_GROUP)?))?)?;
    }
    writer.close()?;
    Ok(())
}

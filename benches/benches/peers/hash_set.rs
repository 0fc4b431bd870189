//! What one would write in Rust: the crate `parquet`, `sha2`, and two sets.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use arrow_array::StringArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest as _, Sha256};

use crate::Outcome;
use crate::measurement::{Measured, Watch};

type Digest = [u8; 32];

/// One sync; the state is the digests of the last one, one after the other.
pub(crate) fn run(table: &Path, directory: &Path) -> Outcome<Measured> {
    let (state, next) = (directory.join("state"), directory.join("next"));
    let mut watch = Watch::start();
    let now = read_table(table)?;
    let read = watch.lap();
    let before = if state.exists() { read_digests(&state)? } else { HashSet::new() };
    let adds = write_digests(&directory.join("adds"), now.difference(&before))?;
    let removes = write_digests(&directory.join("removes"), before.difference(&now))?;
    let plan = watch.lap();
    write_digests(&next, now.iter())?;
    fs::rename(next, state)?;
    let commit = watch.lap();
    Ok(Measured { read, plan, commit, ..watch.stop(adds, removes)? })
}

fn read_table(path: &Path) -> Outcome<HashSet<Digest>> {
    let table = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let mut digests = HashSet::with_capacity(usize::try_from(table.metadata().file_metadata().num_rows())?);
    for batch in table.with_batch_size(8_192).build()? {
        let batch = batch?;
        let emails = batch.column(0).as_any().downcast_ref::<StringArray>().ok_or("the addresses are no strings")?;
        digests.extend(emails.iter().flatten().map(|email| Digest::from(Sha256::digest(email.trim().to_lowercase()))));
    }
    Ok(digests)
}

fn read_digests(path: &Path) -> Outcome<HashSet<Digest>> {
    Ok(fs::read(path)?.as_chunks().0.iter().copied().collect())
}

fn write_digests<'a>(path: &Path, digests: impl Iterator<Item = &'a Digest>) -> Outcome<u64> {
    let (mut file, mut count) = (BufWriter::new(File::create(path)?), 0);
    for digest in digests {
        file.write_all(digest)?;
        count += 1;
    }
    file.flush()?;
    Ok(count)
}

//! Files of this machine.

use std::path::{Path, PathBuf};

use tikaud_core::segment::{SegmentError, SegmentErrorKind};

use super::super::input::{check_regular, read_error};
use crate::error::configuration;

/// The files that a path or a pattern stands for, sorted.
///
/// # Errors
///
/// When a file is not there or is no file, a pattern is wrong or matches no file, or a directory that a pattern leads
/// through cannot be listed.
pub(super) fn matches(path: &Path) -> Result<Vec<PathBuf>, SegmentError> {
    // A file may have a name that reads like a pattern.
    match path.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists()) {
        Some(pattern) => matching(pattern),
        None => check_regular(path).map(|()| vec![path.to_owned()]),
    }
}

fn matching(pattern: &str) -> Result<Vec<PathBuf>, SegmentError> {
    let entries = glob::glob(pattern)
        .map_err(|error| configuration(format!("`{pattern}` is not a valid pattern")).with_source(error))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| {
            let path = error.path().to_owned();
            read_error(&path.display().to_string(), error.into())
        })?;
        if !entry.is_dir() {
            check_regular(&entry)?;
            files.push(entry);
        }
    }
    if files.is_empty() {
        let message = format!("no file matches `{pattern}`; check the pattern, and that the files are written already");
        return Err(SegmentError::new(SegmentErrorKind::NotFound, message));
    }
    files.sort_unstable();
    Ok(files)
}

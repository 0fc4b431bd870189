//! Why sets could not be compared.

use std::io;
use std::path::PathBuf;

use super::DiffEngineError;
use crate::compute::Died;
use crate::state::StateError;

/// Why temporary files could not be used. They hold what does not fit into the memory budget, sorted; state is never in
/// them, so nothing is lost with them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScratchError {
    /// The file system failed, most often because it is full.
    #[error(
        "cannot {operation} temporary files in `{}`; make space there, name another scratch directory, or raise the \
         memory budget",
        directory.display()
    )]
    Io {
        /// What was being done.
        operation: &'static str,
        /// The scratch directory.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was read is not what was written.
    #[error("temporary files in `{}` are not read as they were written; check that disk", directory.display())]
    Damaged {
        /// The scratch directory.
        directory: PathBuf,
    },
}

/// Why sets could not be compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DiffError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    #[error(transparent)]
    Engine(#[from] DiffEngineError),
    #[error(transparent)]
    Died(#[from] Died),
}

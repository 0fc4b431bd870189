//! What a fuzzer calls: a function of bytes for everything that reads bytes from outside. Not part of the API.
//!
//! Each holds properties, not only that nothing panics: it ends the process when one does not hold. `fuzz/` gives the
//! functions to libFuzzer; `tests/fuzzing` gives them the corpus in `fuzz/corpus`, and mutations of it, without a fuzzer.
#![expect(clippy::panic, reason = "a property that does not hold ends the process: a fuzzer looks for nothing else")]

mod account;
mod archive;
mod digest_files;
mod extraction;
mod positions;
mod runtime;
mod sealed;
mod state_folders;
mod values;

pub use digest_files::digest_files;
pub use extraction::extraction;
pub use positions::positions;
pub use sealed::sealed_objects;
pub use state_folders::state_folders;
pub use values::{device_ids, emails, hashed_columns, phones};

/// Looks at bytes; ends the process when a property does not hold.
pub type Target = fn(&[u8]);

/// Every target: its name, which is that of its folder in `fuzz/corpus`, and its function.
pub const TARGETS: [(&str, Target); 9] = [
    ("device_ids", device_ids),
    ("digest_files", digest_files),
    ("emails", emails),
    ("extraction", extraction),
    ("hashed_columns", hashed_columns),
    ("phones", phones),
    ("positions", positions),
    ("sealed_objects", sealed_objects),
    ("state_folders", state_folders),
];

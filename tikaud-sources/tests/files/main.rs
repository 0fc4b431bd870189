//! Files as segments, through the public API.

mod csv_errors;
mod directory;
mod json_lines_errors;
mod members;
mod parquet_errors;
mod paths;

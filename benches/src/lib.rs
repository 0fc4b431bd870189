//! What the benchmarks have in common: people who are the same on every machine, sets of digests in named shapes, a
//! destination that takes everything and does nothing, and the process's own clocks.

mod cpu;
mod nothing;
mod people;
mod shape;

pub use cpu::{CpuTrace, Sampler, current_memory, peak_memory, process_cpu, reset_peak_memory, thread_cpu};
pub use nothing::NothingDestination;
pub use people::{CSV_HEADER, Person};
pub use shape::{Shape, digests};

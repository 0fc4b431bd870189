//! What the benchmarks have in common: people who are the same on every machine, segments in named shapes, a destination
//! that takes everything and does nothing, processes of their own to measure in, what the benchmarks of reading do alike, and
//! the process's own clocks.

mod apart;
mod cpu;
mod nothing;
mod people;
mod reading;
mod shape;
mod spread;
mod thread_cpu;

pub use apart::measure_apart;
pub use cpu::{CpuTrace, Sampler, current_memory, peak_memory, process_cpu, reset_peak_memory, thread_cpu};
pub use nothing::{BATCH, NothingDestination};
pub use people::{CSV_HEADER, Person};
pub use reading::{COLUMNS, Reading, Way, count_members, measure};
pub use shape::{Shape, digests};
pub use spread::Spread;
pub use thread_cpu::ThreadCpu;

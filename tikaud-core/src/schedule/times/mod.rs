//! When a schedule is due: pure functions of time.

mod cron;
mod every;
mod wall;
mod words;
mod zone;

pub use cron::Cron;
pub(super) use every::{DEFAULT_ANCHOR, Interval};
pub use every::{Every, EveryUnit};
pub(super) use zone::Zone;

//! What is measured.

use std::path::Path;

use clap::ValueEnum;

use crate::measurement::Measurement;
use crate::{Outcome, parts, sync};

/// What is measured in one process.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Scenario {
    /// Syncs with the simulator, as fast as it goes.
    Simulator,
    /// The same at the default pace, which is that of a new TikTok app.
    DefaultPace,
    /// Syncs with a destination that takes everything and does nothing: all but the HTTP exchange.
    Nothing,
    /// The parts of reading a segment, one after the other, on one core where they allow it.
    Parts,
}

impl Scenario {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::DefaultPace => "default-pace",
            Self::Nothing => "nothing",
            Self::Parts => "parts",
        }
    }

    /// Measures it over the tables in this directory.
    pub(crate) fn measure(self, directory: &Path) -> Outcome<Vec<Measurement>> {
        let state = tempfile::tempdir()?;
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            match self {
                Self::Simulator => sync::with_simulator(self.as_str(), directory, state.path(), sync::UNPACED).await,
                Self::DefaultPace => sync::with_simulator(self.as_str(), directory, state.path(), 10.0).await,
                Self::Nothing => sync::with_nothing(self.as_str(), directory, state.path()).await,
                Self::Parts => parts::measure(self.as_str(), directory).await,
            }
        })
    }
}

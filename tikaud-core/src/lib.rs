//! Keeps an advertising **audience** equal to a **segment** of a company's customers.
//!
//! The modules stand in the order in which data passes through them:
//!
//! ```text
//! Segment ──rows──▶ identifiers ──sorted sets──▶ diff ──▶ plan ──▶ destination ──receipts──▶ state
//! (source)          map, normalise,              vs last   guards,   apply in batches,        commit, compare-
//!                   hash, reject                 state     review    pace, retry              and-swap, report
//! ```

pub mod segment;

pub mod identifier;

pub mod diff;

pub mod plan;

pub mod destination;

pub mod state;

pub mod activation;

#[cfg(feature = "scheduler")]
pub mod schedule;

#[cfg(feature = "conformance")]
pub mod conformance;

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;

mod compute;
mod pages;
mod seconds;

/// The guides' examples run.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../docs/activations.md")]
    struct Activations;

    #[doc = include_str!("../docs/reports.md")]
    struct Reports;

    #[doc = include_str!("../docs/rights.md")]
    struct Rights;

    #[cfg(feature = "scheduler")]
    #[doc = include_str!("../docs/schedules.md")]
    struct Schedules;
}

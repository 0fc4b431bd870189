//! When activations run: [`Schedule`], and the [`Scheduler`] that keeps to it.
//!
//! In: activations and their [`ScheduleSettings`], plain data. Out: runs. Everything that is decided is decided by pure
//! functions of what is known and the time (`agenda/`), written down in the state store (`logbook.rs`), and only then done
//! (`scheduler/`):
//!
//! ```text
//! clock ─────▶ advance: what is due, what is skipped ──▶ write down ──▶ start runs ──▶ wait for the clock,
//! orders ────▶ call, pause, resume                       (durable)                     an order, the end of a run
//! runs' ends ▶ ended: retry, those that come after                                     └────────▶ and so on
//! ```
//!
//! # What is due
//!
//! * **The schedule's times**, each later by the activation's own share of the jitter. An activation that is new, or whose
//!   schedule has changed, begins with the next one.
//! * **Calls**, through [`SchedulerHandle::trigger`]: at once, also while it is paused.
//! * **After another activation**, when its run has ended as [`Schedule::After`] says. However it ended, retries included.
//! * **What was left**: a run that ended [`Partial`] or [`Pending`] goes on at its [`resume_at`], and no run is tried before;
//!   without progress, later each time. A run that failed in a way that may pass (the destination says so, the source or the
//!   state is out of reach, another process is at it, a panic) is tried again after [`first_retry`], then after twice as long each
//!   time, [`retries`] times at most; the schedule's next time begins anew. Whatever waits for a person (a guard, a refusal,
//!   settings, damaged state) waits for the schedule's next time or a call.
//!
//! What comes due more than a minute before it can be dealt with was missed: [`MissedRuns`]. What comes due while the last run
//! goes on: [`Overlap`]. Two that wait are one. Whatever waits longest gets the next free place.
//!
//! # What is written down
//!
//! `scheduler/<name>/<number>.json` in the state store, sealed like all small objects: for each activation up to when its
//! schedule has been dealt with, which run is to start, which has been started, which is to be tried again when, whether
//! it is paused, and how its last run ended. The highest number counts, and the one before it is kept. A run is written down as
//! started before it starts; so a record that names a run which goes on is, after a restart, that of a run which was broken
//! off, and it is run first.
//!
//! [`Partial`]: crate::activation::Outcome::Partial
//! [`Pending`]: crate::activation::Outcome::Pending
//! [`resume_at`]: crate::activation::Report::resume_at
//! [`first_retry`]: ScheduleSettings::first_retry
//! [`retries`]: ScheduleSettings::retries

mod agenda;
mod error;
mod event;
mod logbook;
#[expect(clippy::module_inception, reason = "the module is about schedules, the file about one")]
mod schedule;
mod scheduler;
mod settings;
mod status;
mod timer;
mod times;
mod written;

pub use error::{ScheduleError, SchedulerError, SchedulerSettingsError};
pub use event::{Cause, RunFailure, SchedulerEvent, SkipReason};
pub use schedule::{AfterWhen, Schedule};
pub use scheduler::{Scheduler, SchedulerBuilder, SchedulerHandle, Stopped};
pub use settings::{MissedRuns, Overlap, ScheduleSettings};
pub use status::{ActivationStatus, LastOutcome, LastRun};
pub use timer::{SystemTimer, Timer, TokioTimer};
pub use times::{Cron, Every, EveryUnit};

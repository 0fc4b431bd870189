//! What one activation has before it.

use jiff::{SignedDuration, Timestamp};

use super::ending::{Ending, Next};
use super::record::{EntryRecord, Retry, Started, Want};
use crate::schedule::{
    ActivationStatus, Cause, LastRun, MissedRuns, Overlap, ScheduleSettings, SchedulerEvent, SkipReason,
};
use crate::state::ActivationId;

/// A run that cannot start until this long after it was due was missed: nothing ran.
const MISSED_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// A clock that shows an earlier time than what has happened, by more than this, was wrong then.
const CLOCK_WAS_WRONG: SignedDuration = SignedDuration::from_hours(24);

/// One activation with what is known of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) activation: ActivationId,
    pub(super) settings: ScheduleSettings,
    pub(super) record: EntryRecord,
    /// Whether its run is really going on, and not only written down.
    pub(super) spawned: bool,
    delay: SignedDuration,
    /// The schedule's next time, the delay included.
    next: Option<Timestamp>,
}

impl Entry {
    pub(super) fn new(activation: ActivationId, settings: ScheduleSettings, now: Timestamp) -> Self {
        let delay = settings.delay(&activation);
        let record = EntryRecord::new(settings.schedule.clone(), now);
        let mut entry = Self { activation, settings, record, spawned: false, delay, next: None };
        entry.handled(now);
        entry
    }

    /// Goes on from what was written down before a restart.
    pub(super) fn resume(&mut self, mut record: EntryRecord, now: Timestamp) {
        if record.schedule != self.settings.schedule {
            record.schedule = self.settings.schedule.clone();
            record.handled = now;
        }
        // A run that was broken off goes on before anything else; it reads the segment anew, and so covers what was queued.
        if let Some(Started { want, .. }) = record.running.take() {
            // Except that a call is heard while it is paused.
            let called = record.queued.take().filter(|queued| queued.cause == Cause::Call);
            record.queued = Some(Want { due: want.due, cause: called.map_or(want.cause, |called| called.cause) });
        }
        let handled = record.handled;
        self.record = record;
        self.handled(handled);
    }

    /// Every time of the schedule up to this one has been dealt with.
    fn handled(&mut self, up_to: Timestamp) {
        self.record.handled = up_to;
        self.next = self.settings.schedule.next_after(up_to).map(|due| later(due, self.delay));
    }

    /// Deals with everything that has come due, unless it is paused. Tells whether anything has changed.
    pub(super) fn come_due(&mut self, now: Timestamp, events: &mut Vec<SchedulerEvent>) -> bool {
        let mut changed = self.mind_the_clock(now);
        if let Some(due) = self.latest_due(now) {
            self.handled(due);
            let due = later(due, self.delay);
            let missed = now.duration_since(due) > MISSED_AFTER;
            if missed && self.settings.missed == MissedRuns::Skip {
                events.push(self.skipped(due, SkipReason::Missed));
            } else {
                events.extend(self.is_due(Want { due, cause: Cause::Schedule }));
            }
            changed = true;
        }
        if let Some(retry) = self.record.retry.filter(|retry| retry.at <= now && self.record.running.is_none()) {
            self.record.retry = None;
            self.record.queued.get_or_insert(Want { due: retry.at, cause: Cause::Retry });
            changed = true;
        }
        changed
    }

    /// The last time of the schedule that has come and has not been dealt with.
    fn latest_due(&self, now: Timestamp) -> Option<Timestamp> {
        self.next.filter(|next| *next <= now)?;
        let up_to = now.saturating_sub(self.delay).unwrap_or(Timestamp::MIN);
        self.settings.schedule.last_between(self.record.handled, up_to)
    }

    /// A clock that was wrong must not keep the activation waiting for years.
    fn mind_the_clock(&mut self, now: Timestamp) -> bool {
        let latest = later(now, CLOCK_WAS_WRONG);
        let ended_later = self.record.last.as_ref().is_some_and(|last| last.ended > latest);
        if self.record.handled <= latest && !ended_later {
            return false;
        }
        self.handled(self.record.handled.min(now));
        if let Some(retry) = &mut self.record.retry {
            retry.at = now;
        }
        if let Some(want) = &mut self.record.queued {
            want.due = now;
        }
        if let Some(last) = &mut self.record.last {
            last.ended = last.ended.min(now);
        }
        true
    }

    /// A run has come due, by the schedule or another activation. What comes of it, when nothing does.
    pub(super) fn is_due(&mut self, want: Want) -> Option<SchedulerEvent> {
        if self.record.running.is_some() && self.settings.overlap == Overlap::Skip {
            return Some(self.skipped(want.due, SkipReason::Running));
        }
        if self.record.queued.is_some() {
            return Some(self.skipped(want.due, SkipReason::Queued));
        }
        if let Some(Retry { at, told: true }) = self.record.retry
            && at > want.due
        {
            return Some(self.skipped(want.due, SkipReason::DestinationWaits { until: at }));
        }
        (self.record.retry, self.record.failures) = (None, 0);
        self.record.queued = Some(want);
        None
    }

    /// Somebody calls for a run: it starts as soon as there is room, and after the present one if there is one.
    pub(super) fn call(&mut self, now: Timestamp) {
        (self.record.retry, self.record.failures) = (None, 0);
        let due = self.record.queued.as_ref().map_or(now, |want| want.due.min(now));
        self.record.queued = Some(Want { due, cause: Cause::Call });
    }

    /// Another activation's run has ended that this one comes after.
    pub(super) fn follow(&mut self, other: &ActivationId, now: Timestamp, paused: bool) -> Option<SchedulerEvent> {
        let due = later(now, self.delay);
        if paused && self.settings.missed == MissedRuns::Skip {
            return Some(self.skipped(due, SkipReason::Missed));
        }
        self.is_due(Want { due, cause: Cause::After { activation: other.clone() } })
    }

    /// The run that could start now.
    pub(super) fn startable(&self, now: Timestamp, paused: bool) -> Option<&Want> {
        let want = self.record.queued.as_ref().filter(|_| self.record.running.is_none())?;
        let allowed = want.cause == Cause::Call || !paused;
        (allowed && want.due <= now).then_some(want)
    }

    /// The run that was wanted is to start.
    pub(super) fn start(&mut self, now: Timestamp) {
        if let Some(want) = self.record.queued.take() {
            self.record.retry = None;
            self.record.running = Some(Started { since: now, want });
        }
    }

    /// The run has ended.
    pub(super) fn ended(&mut self, ending: Ending, now: Timestamp) -> Option<SchedulerEvent> {
        let started = self.record.running.take().map_or(now, |running| running.since);
        self.spawned = false;
        self.record.last = Some(LastRun { started, ended: now, outcome: ending.outcome, message: ending.message });
        self.record.retry = self.retry(ending.next, now);
        // What came due in the meantime is left to the retry when it would be in vain before.
        let Some(Retry { at: until, told: true }) = self.record.retry else {
            return None;
        };
        let vain = self.record.queued.take_if(|want| want.cause != Cause::Call && want.due < until)?;
        Some(self.skipped(vain.due, SkipReason::DestinationWaits { until }))
    }

    fn retry(&mut self, next: Next, now: Timestamp) -> Option<Retry> {
        let (at, told) = match next {
            Next::AsScheduled => {
                self.record.failures = 0;
                return None;
            }
            Next::Told { at, progress: true } => {
                self.record.failures = 0;
                (at, true)
            }
            Next::Told { at, progress: false } => (self.back_off(at, now), true),
            Next::Soon { .. } if self.record.failures >= self.settings.retries => {
                self.record.failures = 0;
                return None;
            }
            Next::Soon { earliest } => (self.back_off(earliest, now), false),
        };
        Some(Retry { at: at.max(now), told })
    }

    fn back_off(&mut self, earliest: Timestamp, now: Timestamp) -> Timestamp {
        self.record.failures = self.record.failures.saturating_add(1);
        earliest.max(later(now, self.settings.backoff(self.record.failures)))
    }

    /// When to look at it again; `None` when only an event can change anything.
    pub(super) fn wake(&self, now: Timestamp, paused: bool) -> Option<Timestamp> {
        let queued =
            self.record.queued.as_ref().filter(|want| want.due > now && (!paused || want.cause == Cause::Call));
        let by_itself = [self.next, self.record.retry.map(|retry| retry.at)].into_iter().flatten().filter(|_| !paused);
        by_itself.chain(queued.map(|want| want.due)).min()
    }

    pub(super) fn status(&self, paused: bool) -> ActivationStatus {
        let record = &self.record;
        let next_run = match (&record.queued, record.retry) {
            (Some(want), _) if !paused || want.cause == Cause::Call => Some(want.due),
            _ if paused => None,
            (_, Some(Retry { at, told: true })) => Some(at),
            (_, retry) => [self.next, retry.map(|retry| retry.at)].into_iter().flatten().min(),
        };
        ActivationStatus {
            activation: self.activation.clone(),
            schedule: self.settings.schedule.clone(),
            next_run,
            running_since: record.running.as_ref().filter(|_| self.spawned).map(|running| running.since),
            last: record.last.clone(),
            retries: record.retry.is_some(),
            paused,
            queued: record.queued.is_some(),
        }
    }

    fn skipped(&self, due: Timestamp, reason: SkipReason) -> SchedulerEvent {
        SchedulerEvent::Skipped { activation: self.activation.clone(), due, reason }
    }
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}

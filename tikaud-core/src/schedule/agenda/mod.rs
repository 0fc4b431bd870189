//! Which run starts when: decided here, as pure functions of what is known and the time.
//!
//! [`Scheduler`](super::Scheduler) tells the agenda what happens, writes down what it decides, and only then does it.

mod ending;
mod entry;
mod record;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

pub(super) use self::ending::Ending;
use self::entry::Entry;
pub(super) use self::record::AgendaRecord;
use super::{ActivationStatus, AfterWhen, Cause, LastOutcome, Schedule, ScheduleSettings, SchedulerEvent};
use crate::state::ActivationId;

/// What all activations of a scheduler have before them.
#[derive(Debug)]
pub(super) struct Agenda {
    entries: BTreeMap<ActivationId, Entry>,
    concurrency: usize,
    paused: bool,
    /// Whether something has changed that is not written down.
    changed: bool,
}

/// A run that has been written down and is to start.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) activation: ActivationId,
    pub(super) due: Timestamp,
    pub(super) cause: Cause,
}

impl Agenda {
    pub(super) fn new(settings: BTreeMap<ActivationId, ScheduleSettings>, concurrency: usize, now: Timestamp) -> Self {
        let entries = settings.into_iter().map(|(id, settings)| (id.clone(), Entry::new(id, settings, now))).collect();
        Self { entries, concurrency, paused: false, changed: true }
    }

    /// Goes on from what was written down before a restart.
    pub(super) fn resume(&mut self, record: AgendaRecord, now: Timestamp) {
        self.paused = record.paused;
        for (id, record) in record.activations {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.resume(record, now);
            }
        }
    }

    pub(super) fn record(&self, writer: u64) -> AgendaRecord {
        let activations = self.entries.iter().map(|(id, entry)| (id.clone(), entry.record.clone())).collect();
        AgendaRecord { writer, paused: self.paused, activations }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// It has been written down.
    pub(super) fn written(&mut self) {
        self.changed = false;
    }

    /// Deals with everything that has come due, and decides which runs start.
    pub(super) fn advance(&mut self, now: Timestamp) -> Vec<SchedulerEvent> {
        let mut events = Vec::new();
        for entry in self.entries.values_mut() {
            if !(self.paused || entry.record.paused) {
                self.changed |= entry.come_due(now, &mut events);
            }
        }
        self.fill_places(now);
        events
    }

    /// Starts what has waited longest, as long as there is room.
    fn fill_places(&mut self, now: Timestamp) {
        let running = self.entries.values().filter(|entry| entry.record.running.is_some()).count();
        let mut waiting: Vec<(Timestamp, ActivationId)> = self
            .entries
            .iter()
            .filter_map(|(id, entry)| Some((entry.startable(now, self.paused || entry.record.paused)?.due, id.clone())))
            .collect();
        waiting.sort();
        for (_, id) in waiting.into_iter().take(self.concurrency.saturating_sub(running)) {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.start(now);
                self.changed = true;
            }
        }
    }

    /// The runs that have been decided on, each once.
    pub(super) fn starts(&mut self) -> Vec<Start> {
        let mut starts = Vec::new();
        for entry in self.entries.values_mut().filter(|entry| !entry.spawned) {
            if let Some(running) = &entry.record.running {
                entry.spawned = true;
                let want = running.want.clone();
                starts.push(Start { activation: entry.activation.clone(), due: want.due, cause: want.cause });
            }
        }
        starts
    }

    /// A run has ended; others may come after it.
    pub(super) fn ended(&mut self, activation: &ActivationId, ending: Ending, now: Timestamp) -> Vec<SchedulerEvent> {
        self.changed = true;
        let done = ending.outcome == LastOutcome::Done;
        let mut events = Vec::new();
        if let Some(entry) = self.entries.get_mut(activation) {
            events.extend(entry.ended(ending, now));
        }
        for entry in self.entries.values_mut() {
            if let Schedule::After { activation: other, when } = &entry.settings.schedule
                && other == activation
                && (done || *when == AfterWhen::Ended)
            {
                let paused = self.paused || entry.record.paused;
                events.extend(entry.follow(activation, now, paused));
            }
        }
        events
    }

    /// When an activation's run goes on or is tried again, without waiting for its schedule.
    pub(super) fn retry_at(&self, activation: &ActivationId) -> Option<Timestamp> {
        self.entries.get(activation)?.record.retry.map(|retry| retry.at)
    }

    /// How long a run of an activation may take.
    pub(super) fn longest_run(&self, activation: &ActivationId) -> Duration {
        self.entries.get(activation).map_or(Duration::MAX, |entry| entry.settings.longest_run)
    }

    /// Somebody calls for a run. Tells whether there is such an activation.
    pub(super) fn call(&mut self, activation: &ActivationId, now: Timestamp) -> bool {
        self.change(activation, |entry| entry.call(now))
    }

    /// Pauses an activation or has it go on. Tells whether there is such an activation.
    pub(super) fn pause(&mut self, activation: &ActivationId, paused: bool) -> bool {
        self.change(activation, |entry| entry.record.paused = paused)
    }

    /// Pauses everything or has it go on; what is paused by itself stays so.
    pub(super) fn pause_all(&mut self, paused: bool) {
        (self.paused, self.changed) = (paused, true);
    }

    fn change(&mut self, activation: &ActivationId, change: impl FnOnce(&mut Entry)) -> bool {
        let entry = self.entries.get_mut(activation);
        self.changed |= entry.is_some();
        entry.map(change).is_some()
    }

    /// When to look again; `None` when only an event can change anything.
    pub(super) fn wake(&self, now: Timestamp) -> Option<Timestamp> {
        self.entries.values().filter_map(|entry| entry.wake(now, self.paused || entry.record.paused)).min()
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused
    }

    pub(super) fn status(&self) -> Vec<ActivationStatus> {
        self.entries.values().map(|entry| entry.status(self.paused || entry.record.paused)).collect()
    }
}

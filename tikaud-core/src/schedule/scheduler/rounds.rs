//! The scheduler at work: decide, write down, do, wait.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{self, JoinError, JoinSet};

use super::handle::{Command, Order};
use super::run::{later, run};
use super::{Agenda, Scheduler, SchedulerError, SchedulerEvent, Stopped, lock};
use crate::activation::{Report, RunOptions};
use crate::schedule::RunFailure;
use crate::schedule::agenda::Ending;
use crate::schedule::logbook::Logbook;
use crate::state::ActivationId;

/// How long to wait before the state store is tried again.
const STORE_RETRY: Duration = Duration::from_secs(10);
/// How long the last record may take when the scheduler stops.
const LAST_WRITE: Duration = Duration::from_secs(10);

type Ended = Result<(task::Id, Result<Report, RunFailure>), JoinError>;

/// A scheduler at work.
pub(super) struct Rounds {
    scheduler: Scheduler,
    logbook: Logbook,
    runs: JoinSet<Result<Report, RunFailure>>,
    running: HashMap<task::Id, ActivationId>,
    /// For the next run of an activation that was called.
    options: HashMap<ActivationId, RunOptions>,
    /// Who waits for what they have ordered to be written down.
    waiting: Vec<oneshot::Sender<Result<(), SchedulerError>>>,
    /// When to try to write again, after it has failed.
    write_again: Option<Timestamp>,
}

enum Happened {
    Shutdown,
    Ended(Box<Ended>),
    Ordered(Command),
    TimePassed,
}

impl Rounds {
    pub(super) async fn run(
        scheduler: Scheduler,
        shutdown: impl Future<Output = ()>,
    ) -> Result<Stopped, SchedulerError> {
        let mut shutdown = pin!(shutdown);
        let open = Logbook::open(Arc::clone(&scheduler.store), scheduler.folder.clone());
        let (logbook, record) = tokio::select! {
            biased;
            () = shutdown.as_mut() => return Ok(Stopped::default()),
            opened = open => opened?,
        };
        if let Some(record) = record {
            lock(&scheduler.agenda).resume(record, scheduler.timer.now());
        }
        let mut rounds = Self {
            scheduler,
            logbook,
            runs: JoinSet::new(),
            running: HashMap::new(),
            options: HashMap::new(),
            waiting: Vec::new(),
            write_again: None,
        };
        while rounds.round(shutdown.as_mut()).await? {}
        rounds.stop().await
    }

    /// One round. Tells whether there is to be another.
    async fn round(&mut self, mut shutdown: Pin<&mut impl Future<Output = ()>>) -> Result<bool, SchedulerError> {
        let events = self.agenda().advance(self.now());
        self.tell(events);
        tokio::select! {
            biased;
            () = shutdown.as_mut() => return Ok(false),
            written = self.write() => written?,
        }
        if !self.agenda().is_changed() {
            self.start_runs();
        }
        let happened = self.wait(shutdown).await;
        match happened {
            Happened::Shutdown => return Ok(false),
            Happened::Ended(ended) => self.ended(*ended),
            Happened::Ordered(command) => self.obey(command),
            Happened::TimePassed => {}
        }
        Ok(true)
    }

    /// Waits until there is something to do.
    async fn wait(&mut self, shutdown: Pin<&mut impl Future<Output = ()>>) -> Happened {
        let wake = [self.agenda().wake(self.now()), self.write_again].into_iter().flatten().min();
        let timer = Arc::clone(&self.scheduler.timer);
        tokio::select! {
            biased;
            () = shutdown => Happened::Shutdown,
            Some(ended) = self.runs.join_next_with_id() => Happened::Ended(Box::new(ended)),
            Some(command) = self.scheduler.commands.recv() => Happened::Ordered(command),
            () = async {
                match wake {
                    Some(wake) => timer.sleep_until(wake).await,
                    None => std::future::pending().await,
                }
            } => Happened::TimePassed,
        }
    }

    /// Writes down what has changed. A store that is out of order is tried again later; until then nothing starts.
    async fn write(&mut self) -> Result<(), SchedulerError> {
        let now = self.now();
        if !self.agenda().is_changed() || self.write_again.is_some_and(|again| now < again) {
            return Ok(());
        }
        let record = self.agenda().record(self.logbook.writer());
        match self.logbook.write(&record).await {
            Ok(()) => {
                self.agenda().written();
                for waiting in self.waiting.drain(..) {
                    // Whoever does not wait any more need not be told.
                    drop(waiting.send(Ok(())));
                }
                if self.write_again.take().is_some() {
                    self.tell([SchedulerEvent::StateBack]);
                }
            }
            Err(SchedulerError::State(error)) => {
                if self.write_again.is_none() {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "no run starts until the store works again"
                    );
                    self.tell([SchedulerEvent::StateLost { error: Arc::new(error) }]);
                }
                self.write_again = Some(later(now, STORE_RETRY));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Starts the runs that have been written down.
    fn start_runs(&mut self) {
        let starts = self.agenda().starts();
        for start in starts {
            let Some(activation) = self.scheduler.activations.get(&start.activation) else {
                continue;
            };
            let options = self.options.remove(&start.activation).unwrap_or_default();
            let longest = self.agenda().longest_run(&start.activation);
            let run = run(Arc::clone(activation), options, longest, Arc::clone(&self.scheduler.timer));
            let task = self.runs.spawn(run);
            self.running.insert(task.id(), start.activation.clone());
            let (activation, due, cause) = (start.activation, start.due, start.cause);
            self.tell([SchedulerEvent::Started { activation, due, cause }]);
        }
    }

    fn ended(&mut self, ended: Ended) {
        let (task, result) = match ended {
            Ok(ended) => ended,
            // The panic's message may quote a member's value, so it is not looked at.
            Err(error) => (error.id(), Err(RunFailure::Panicked)),
        };
        let Some(activation) = self.running.remove(&task) else {
            return;
        };
        let now = self.now();
        let ending = match &result {
            Ok(report) => Ending::of_report(report),
            Err(failure) => Ending::of_failure(failure, now),
        };
        let events = self.agenda().ended(&activation, ending, now);
        let retry_at = self.agenda().retry_at(&activation);
        let ended = match result {
            Ok(report) => SchedulerEvent::Finished { activation, report: Arc::new(report), retry_at },
            Err(failure) => SchedulerEvent::Failed { activation, failure: Arc::new(failure), retry_at },
        };
        self.tell([ended]);
        self.tell(events);
    }

    fn obey(&mut self, Command { order, reply }: Command) {
        match self.change(order) {
            Ok(event) => {
                self.tell(event);
                self.waiting.push(reply);
            }
            // Whoever does not wait any more need not be told.
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// Does to the agenda what was ordered. The event to tell, if there is one.
    fn change(&mut self, order: Order) -> Result<Option<SchedulerEvent>, SchedulerError> {
        let now = self.now();
        let mut agenda = lock(&self.scheduler.agenda);
        let (id, known, event) = match order {
            Order::PauseAll => {
                agenda.pause_all(true);
                return Ok(Some(SchedulerEvent::Paused { activation: None }));
            }
            Order::ResumeAll => {
                agenda.pause_all(false);
                return Ok(Some(SchedulerEvent::Resumed { activation: None }));
            }
            Order::Trigger(id, options) => {
                let known = agenda.call(&id, now);
                if known {
                    self.options.insert(id.clone(), options);
                }
                (id, known, None)
            }
            Order::Pause(id) => {
                let known = agenda.pause(&id, true);
                (id.clone(), known, Some(SchedulerEvent::Paused { activation: Some(id) }))
            }
            Order::Resume(id) => {
                let known = agenda.pause(&id, false);
                (id.clone(), known, Some(SchedulerEvent::Resumed { activation: Some(id) }))
            }
        };
        if known { Ok(event) } else { Err(SchedulerError::Unknown { activation: id }) }
    }

    /// Lets the runs that go on end, for as long as they may, and writes down where everything stands.
    async fn stop(mut self) -> Result<Stopped, SchedulerError> {
        // Orders that have not been obeyed are refused, before anybody waits for the runs.
        self.scheduler.commands.close();
        while let Ok(Command { reply, .. }) = self.scheduler.commands.try_recv() {
            drop(reply.send(Err(SchedulerError::Stopped)));
        }
        let timer = Arc::clone(&self.scheduler.timer);
        let mut over = pin!(timer.sleep_until(later(timer.now(), self.scheduler.grace)));
        loop {
            tokio::select! {
                biased;
                ended = self.runs.join_next_with_id() => match ended {
                    Some(ended) => self.ended(ended),
                    None => break,
                },
                () = over.as_mut() => break,
            }
        }
        self.runs.shutdown().await;
        let parked: Vec<ActivationId> = self.running.drain().map(|(_, activation)| activation).collect();
        self.tell(parked.iter().map(|activation| SchedulerEvent::Parked { activation: activation.clone() }));
        self.write_again = None;
        self.write_last().await?;
        Ok(Stopped { parked })
    }

    async fn write_last(&mut self) -> Result<(), SchedulerError> {
        if !self.agenda().is_changed() {
            return Ok(());
        }
        let record = self.agenda().record(self.logbook.writer());
        let timer = Arc::clone(&self.scheduler.timer);
        tokio::select! {
            biased;
            written = self.logbook.write(&record) => written?,
            () = timer.sleep_until(later(timer.now(), LAST_WRITE)) => {
                tracing::warn!("the store has not answered; the next start goes on from an earlier record");
            }
        }
        Ok(())
    }

    /// Tells all listeners. The scheduler goes on whatever they do.
    fn tell(&self, events: impl IntoIterator<Item = SchedulerEvent>) {
        for event in events {
            for listener in &self.scheduler.listeners {
                if catch_unwind(AssertUnwindSafe(|| listener(&event))).is_err() {
                    tracing::warn!("a listener of the scheduler has panicked");
                }
            }
        }
    }

    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        lock(&self.scheduler.agenda)
    }

    fn now(&self) -> Timestamp {
        self.scheduler.timer.now()
    }
}

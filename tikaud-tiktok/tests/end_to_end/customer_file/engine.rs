//! The engine's part, as small as can be: what has to be durable, and when, so that no crash loses an audience made of
//! its first batches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tikaud_core::destination::{
    AudienceId, AudienceSpec, AudienceWriter, Batch, Destination, DestinationError, Finished, Known, Receipt, Stage,
};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::Clock;

use crate::scene::{People, address};

pub(super) const NAME: &str = "Buyers";

/// A clock that tests set. Clones show the same time.
#[derive(Debug, Clone)]
pub(super) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(super) fn new() -> Self {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        Self(Arc::new(AtomicI64::new(start.as_second())))
    }

    pub(super) fn pass_hours(&self, hours: i64) {
        self.0.fetch_add(SignedDuration::from_hours(hours).as_secs(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Everything that outlives a process on our side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) audience: Option<AudienceId>,
    /// An audience was asked for without an answer; these of its name were there before.
    pub(super) pending_create: Option<Vec<AudienceId>>,
    pub(super) notes: Option<String>,
    pub(super) confirmed: People,
    pub(super) possible: People,
}

/// What a run came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) failure: Option<DestinationError>,
    pub(super) requests: u64,
}

impl Ran {
    #[track_caller]
    pub(super) fn done(self) {
        assert!(self.failure.is_none(), "{:?}", self.failure);
    }

    #[track_caller]
    pub(super) fn failed(self) -> DestinationError {
        self.failure.expect("the run should have failed")
    }
}

/// How a run goes about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// The process dies when TikTok has answered, before anything is written down of it.
    pub(super) dies_at_the_end: bool,
    /// All that the audience holds is replaced.
    pub(super) replaces: bool,
    /// Batches of the run have this many identifiers at most.
    pub(super) batch: usize,
}

pub(super) fn ordinary() -> Manner {
    Manner { batch: 300, ..Manner::default() }
}

impl State {
    /// Makes the audience equal these people, as far as it goes.
    pub(super) async fn run(&mut self, destination: &dyn Destination, people: &People, manner: Manner) -> Ran {
        match self.try_run(destination, people, manner).await {
            Ok(ran) => ran,
            Err(failure) => Ran { failure: Some(failure), requests: 0 },
        }
    }

    async fn try_run(
        &mut self,
        destination: &dyn Destination,
        people: &People,
        manner: Manner,
    ) -> Result<Ran, DestinationError> {
        self.find_lost(destination).await?;
        let adds: People = if manner.replaces { people.clone() } else { people - &self.confirmed };
        let removes = &self.possible - people;
        if adds.is_empty() && removes.is_empty() {
            return Ok(Ran { failure: None, requests: 0 });
        }
        let (writer, there_before) = self.open(destination).await?;
        writer.recall(&self.known());
        if manner.replaces {
            writer.begin_replacement()?;
        }
        // The intent is durable before the first batch.
        let before = self.clone();
        self.possible.extend(&adds);
        self.confirmed = &self.confirmed - &removes;

        let mut stages = BTreeMap::new();
        let sent = if manner.replaces {
            vec![(Action::Add, &adds)]
        } else {
            vec![(Action::Remove, &removes), (Action::Add, &adds)]
        };
        let applied = apply(&*writer, sent, manner.batch, &mut stages).await;
        // That an audience is about to be made is durable before it is.
        if writer.audience().is_none() && !stages.is_empty() {
            self.pending_create = Some(there_before);
        }
        let finished = if stages.is_empty() { Finished::default() } else { writer.finish().await };
        if manner.dies_at_the_end {
            let failure = finished.failure.or(applied.err());
            return Ok(Ran { failure, requests: writer.traffic().requests });
        }
        let unclear = finished.failure.as_ref().is_some_and(DestinationError::may_have_happened);
        if !unclear {
            self.pending_create = None;
        }
        if let Some(created) = &finished.created {
            self.audience = Some(created.id.clone());
        }
        self.notes = finished.notes.clone().or(self.notes.take());
        let removed_at_once = manner.replaces && finished.failure.is_none() && applied.is_ok();
        self.settle(&before, &stages, &finished, unclear, removed_at_once.then_some(&removes));
        Ok(Ran { failure: applied.err().or(finished.failure), requests: writer.traffic().requests })
    }

    /// The audience that an unanswered request has made: one of that name that was not there before.
    async fn find_lost(&mut self, destination: &dyn Destination) -> Result<(), DestinationError> {
        if let Some(there_before) = &self.pending_create {
            let found = destination.find_audiences(NAME).await?;
            self.audience = found.into_iter().map(|audience| audience.id).find(|id| !there_before.contains(id));
            self.pending_create = None;
        }
        Ok(())
    }

    async fn open(
        &self,
        destination: &dyn Destination,
    ) -> Result<(Box<dyn AudienceWriter>, Vec<AudienceId>), DestinationError> {
        match &self.audience {
            Some(id) => Ok((destination.open_audience(id).await?, Vec::new())),
            None => {
                let there = destination.find_audiences(NAME).await?.into_iter().map(|audience| audience.id).collect();
                let spec = AudienceSpec { name: NAME.to_owned(), description: None };
                Ok((destination.open_new_audience(&spec).await?, there))
            }
        }
    }

    fn known(&self) -> Known {
        let mut known = Known::default();
        known.identifiers = self.audience.as_ref().map(|_| self.possible.len() as u64);
        known.notes.clone_from(&self.notes);
        known
    }

    /// Who is in for certain and who may be, by what counts, what does not, and what nobody knows.
    fn settle(
        &mut self,
        before: &Self,
        stages: &BTreeMap<Stage, Vec<(Action, People)>>,
        finished: &Finished,
        unclear: bool,
        removed_at_once: Option<&People>,
    ) {
        let mut undone = (&self.possible - &before.possible, &before.confirmed - &self.confirmed);
        for (stage, parts) in stages {
            for (action, people) in parts {
                match (finished.counted.contains(stage), action) {
                    (true, Action::Add) => self.confirmed.extend(people),
                    (true, Action::Remove) => {
                        self.possible = &self.possible - people;
                        undone.1 = &undone.1 - people;
                    }
                    (false, _) if unclear => {
                        undone = (&undone.0 - people, &undone.1 - people);
                    }
                    (false, _) => {}
                }
            }
        }
        if let Some(removes) = removed_at_once {
            self.possible = &self.possible - removes;
            undone.1.clear();
        }
        // What was certainly not carried out is as it was.
        let not_added = &undone.0 - &self.confirmed;
        self.possible = &self.possible - &not_added;
        self.confirmed.extend(undone.1);
    }
}

async fn apply(
    writer: &dyn AudienceWriter,
    sent: Vec<(Action, &People)>,
    limit: usize,
    stages: &mut BTreeMap<Stage, Vec<(Action, People)>>,
) -> Result<(), DestinationError> {
    for (action, people) in sent {
        let people: Vec<u32> = people.iter().copied().collect();
        for part in people.chunks(limit) {
            match writer.apply(&batch(action, part)).await? {
                Receipt::Staged(stage) => {
                    stages.entry(stage).or_default().push((action, part.iter().copied().collect()))
                }
                other => panic!("a batch of a customer file is staged: {other:?}"),
            }
        }
    }
    Ok(())
}

/// The e-mail addresses of these people.
pub(super) fn batch(action: Action, people: &[u32]) -> Batch {
    let digests: Bytes = people.iter().flat_map(|person| Sha256::digest(address(*person)).to_vec()).collect();
    Batch::new(action, IdentifierKind::EmailSha256, digests).unwrap()
}

//! The change log has what the destination has acknowledged, wherever a run was killed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tikaud_core::activation::{
    Activation, ActivationError, ChangeLog, ChangeLogError, ChangeRecorder, LoggedRun, Outcome, RunOptions,
};
use tikaud_core::diff::{Action, IdentifierSet, IdentifierSets};
use tikaud_core::identifier::IdentifierKind;

use crate::faults::{Answering, buyers, refused_batch};
use crate::world::{Fuse, People, World, gathering, identifiers};

type Changes = Vec<(IdentifierKind, Action, IdentifierSet)>;

/// Where a log breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    Nowhere,
    AtBegin,
    AtRecord,
    AtFinish,
}

/// A log in memory, which keeps of each run what was recorded last.
#[derive(Debug, Clone)]
struct MemoryLog {
    runs: Arc<Mutex<BTreeMap<String, Changes>>>,
    breaks: Break,
}

impl MemoryLog {
    fn new(breaks: Break) -> Self {
        Self { runs: Arc::default(), breaks }
    }

    fn check(&self, at: Break) -> Result<(), ChangeLogError> {
        if self.breaks == at { Err(ChangeLogError::new("the log is full")) } else { Ok(()) }
    }

    /// What an audience holds to which all of it was done.
    fn carried_out(&self) -> IdentifierSets {
        let mut held = BTreeMap::new();
        for (kind, action, set) in self.runs.lock().unwrap().values().flatten() {
            for digest in set.iter() {
                match action {
                    Action::Add => held.insert((*kind, digest.to_vec()), ()),
                    Action::Remove => held.remove(&(*kind, digest.to_vec())),
                };
            }
        }
        let digests: Vec<u8> = held.into_keys().flat_map(|(_, digest)| digest).collect();
        IdentifierSets::from_iter([IdentifierSet::from_unsorted(IdentifierKind::EmailSha256, digests)])
    }
}

struct Recorder(MemoryLog, String, Changes);

#[async_trait]
impl ChangeLog for MemoryLog {
    async fn begin(&self, run: &LoggedRun) -> Result<Box<dyn ChangeRecorder>, ChangeLogError> {
        self.check(Break::AtBegin)?;
        Ok(Box::new(Recorder(self.clone(), format!("{} {}", run.run, run.at), Vec::new())))
    }
}

#[async_trait]
impl ChangeRecorder for Recorder {
    async fn record(
        &mut self,
        kind: IdentifierKind,
        action: Action,
        digests: &IdentifierSet,
    ) -> Result<(), ChangeLogError> {
        self.0.check(Break::AtRecord)?;
        self.2.push((kind, action, digests.clone()));
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<(), ChangeLogError> {
        self.0.check(Break::AtFinish)?;
        self.0.runs.lock().unwrap().insert(self.1, self.2);
        Ok(())
    }
}

async fn run(world: &World, log: &MemoryLog, people: People, fuse: &Arc<Fuse>) -> Option<Outcome> {
    let activation = world.fused(&people, fuse).change_log(log.clone()).build().unwrap();
    activation.run(&RunOptions::new()).await.ok().map(|report| report.outcome)
}

#[tokio::test]
async fn the_log_is_what_the_destination_has_acknowledged() {
    let (world, log, never) = (World::new(), MemoryLog::new(Break::Nowhere), Fuse::never());
    for people in [0..10, 5..15, 5..15, 0..7] {
        assert_eq!(run(&world, &log, people.clone().collect(), &never).await, Some(Outcome::Done));
        assert_eq!(log.carried_out(), identifiers(&people.collect()));
    }
    assert_eq!(log.runs.lock().unwrap().len(), 3, "a run without changes leaves nothing");
}

#[tokio::test]
async fn what_was_refused_is_not_in_the_log() {
    let (world, log) = (World::new(), MemoryLog::new(Break::Nowhere));
    let destination = Answering::judging(&world.destination, |batch, _| (batch == 1).then(refused_batch));
    let builder = buyers(&(0..6).collect(), destination, world.store.clone()).change_log(log.clone());
    builder.build().unwrap().run(&RunOptions::new()).await.unwrap();
    assert_eq!(log.carried_out(), world.audience());
}

#[test]
fn a_run_may_be_killed_anywhere_and_the_log_has_its_changes_all_the_same() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for (capabilities, takes_effect) in [
        (gathering(), false),
        (gathering(), true),
        (crate::world::capabilities(), false),
        (crate::world::capabilities(), true),
    ] {
        for operations in 0.. {
            let (world, log) = (World::with(capabilities.clone()), MemoryLog::new(Break::Nowhere));
            runtime.block_on(run(&world, &log, (0..10).collect(), &Fuse::never())).unwrap();
            let fuse = Fuse::new(operations, takes_effect);
            let _ = runtime.block_on(run(&world, &log, (5..15).collect(), &fuse));
            if !fuse.has_blown() {
                break;
            }
            let last = runtime.block_on(run(&world, &log, (3..12).collect(), &Fuse::never()));
            assert_eq!(last, Some(Outcome::Done));
            assert_eq!(log.carried_out(), identifiers(&(3..12).collect()), "{operations}");
        }
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_opened_ends_the_run_before_anything_is_sent() {
    let (world, log) = (World::new(), MemoryLog::new(Break::AtBegin));
    let activation = world.fused(&(0..4).collect(), &Fuse::never()).change_log(log).build().unwrap();
    let error = activation.run(&RunOptions::new()).await.unwrap_err();
    assert!(matches!(error, ActivationError::ChangeLog(_)), "{error:?}");
    assert!(world.destination.audiences().is_empty());
}

#[tokio::test]
async fn a_log_that_breaks_later_is_a_warning() {
    for breaks in [Break::AtRecord, Break::AtFinish] {
        let world = World::new();
        let builder = world.fused(&(0..4).collect(), &Fuse::never()).change_log(MemoryLog::new(breaks));
        let report = builder.build().unwrap().run(&RunOptions::new()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done);
        assert!(
            report.warnings.iter().any(|warning| warning.contains("the change log lacks")),
            "{:?}",
            report.warnings
        );
    }
}

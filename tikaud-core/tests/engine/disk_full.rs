//! A disk that is full, for real: a small file system in memory, which takes an administrator's rights on Linux.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tikaud_core::activation::{Activation, ActivationError, ActivationState, Outcome, RunOptions, SegmentActivation};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::diff::{MINIMUM_MEMORY_BUDGET, ScratchError};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::{LocalStateStore, StateError};

use crate::world::{People, identifiers, mapping, segment};

/// A file system of a given size, gone when it is dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None`, said aloud, where it cannot be had; in CI that is a failure.
    fn mount(kib: u32) -> Option<Self> {
        let disk = Self(tempfile::tempdir().unwrap());
        if disk.command("mount", &["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"]) {
            return Some(disk);
        }
        assert!(std::env::var_os("CI").is_none(), "CI must be able to mount a small file system");
        // Not by a macro, whose output is shown of tests that fail only.
        let mut aloud = std::io::stderr();
        writeln!(aloud, "SKIPPED, not tested: a full disk needs the right to mount a file system").unwrap();
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn grow(&self, mib: u32) {
        assert!(self.command("mount", &["-o", &format!("remount,size={mib}m")]));
    }

    fn command(&self, program: &str, arguments: &[&str]) -> bool {
        let status = Command::new(program).args(arguments).arg(self.path()).status();
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        self.command("umount", &[]);
    }
}

fn activation(people: &People, destination: &MemoryDestination, state: &Path, scratch: &Path) -> SegmentActivation {
    let store = LocalStateStore::open(state).unwrap();
    SegmentActivation::builder("buyers", segment(people), destination.clone(), store)
        .guards(GuardSettings::without_thresholds())
        .mapping(mapping())
        .memory_budget(MINIMUM_MEMORY_BUDGET)
        .scratch_directory(scratch)
        .build()
        .unwrap()
}

async fn run(activation: &SegmentActivation) -> Result<Outcome, ActivationError> {
    activation.run(&RunOptions::new()).await.map(|report| report.outcome)
}

fn is_full(error: &ActivationError) -> bool {
    let full = |source: &std::io::Error| source.kind() == ErrorKind::StorageFull;
    match error {
        ActivationError::Scratch(ScratchError::Io { source, .. })
        | ActivationError::State(StateError::Io { source, .. }) => full(source),
        _ => false,
    }
}

fn chain(error: &ActivationError) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.join(": ")
}

fn assert_holds(destination: &MemoryDestination, people: &People) {
    let audiences = destination.audiences();
    assert_eq!(audiences.len(), 1);
    assert_eq!(destination.identifiers(&audiences[0]).unwrap(), identifiers(people));
}

/// The audience stays as it is while the disk is full, and is brought in line when there is space.
async fn a_full_disk_changes_nothing(state: &Path, scratch: &Path, disk: &SmallDisk) {
    let destination = MemoryDestination::new();
    let few: People = (0..100).collect();
    assert_eq!(run(&activation(&few, &destination, state, scratch)).await.unwrap(), Outcome::Done);

    let many: People = (50..40_000).collect();
    let error = run(&activation(&many, &destination, state, scratch)).await.unwrap_err();
    assert!(is_full(&error), "{error:?}");
    assert!(chain(&error).contains(&disk.path().display().to_string()), "it says where: {}", chain(&error));
    assert_holds(&destination, &few);
    let whole = ActivationState::try_new(LocalStateStore::open(state).unwrap(), "buyers").unwrap();
    whole.verify().await.unwrap();

    disk.grow(64);
    assert_eq!(run(&activation(&many, &destination, state, scratch)).await.unwrap(), Outcome::Done);
    assert_holds(&destination, &many);
    assert_eq!(whole.verify().await.unwrap().leftovers, 0);
}

#[tokio::test]
async fn a_full_disk_for_temporary_files_is_reported_as_such_and_loses_nothing() {
    let (Some(disk), state) = (SmallDisk::mount(512), tempfile::tempdir().unwrap()) else { return };
    a_full_disk_changes_nothing(state.path(), disk.path(), &disk).await;
}

#[tokio::test]
async fn a_full_disk_for_state_is_reported_as_such_and_loses_nothing() {
    let (Some(disk), scratch) = (SmallDisk::mount(512), tempfile::tempdir().unwrap()) else { return };
    a_full_disk_changes_nothing(&disk.path().join("state"), scratch.path(), &disk).await;
}

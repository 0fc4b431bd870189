//! The corpus of the fuzz targets, and mutations of it, without a fuzzer: see `fuzz/README.md`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod mutation;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use tikaud_core::fuzzing::{TARGETS, Target};

use crate::mutation::Mutator;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus")
}

/// The inputs of a target, by name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder().join(target)).unwrap().map(|entry| entry.unwrap().path());
    let mut inputs: Vec<(String, Vec<u8>)> =
        files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "the target {target} has no corpus");
    inputs
}

fn check(target: &str, run: Target, input: &[u8], name: &str) {
    if catch_unwind(|| run(input)).is_err() {
        panic!("{target}: {name} breaks a property; the input is:\n{}", input.escape_ascii());
    }
}

/// Runs a target over its corpus, and over so many mutations of it, the same ones every time.
fn run(target: &str, mutations: usize) {
    let (_, run) = TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let inputs = corpus(target);
    for (name, input) in &inputs {
        check(target, run, input, name);
    }
    let mut mutator = Mutator::new(7);
    for at in 0..mutations {
        let (name, input) = &inputs[at % inputs.len()];
        let (_, other) = &inputs[mutator.below(inputs.len())];
        check(target, run, &mutator.mutated(input, other), &format!("mutation {at} of {name}"));
    }
}

/// A test for each target, with the number of mutations that it can do in a second or two.
macro_rules! targets {
    ($($target:ident: $mutations:literal,)*) => {
        const NAMES: &[&str] = &[$(stringify!($target)),*];

        $(
            #[test]
            fn $target() {
                run(stringify!($target), $mutations);
            }
        )*
    };
}

targets! {
    device_ids: 20_000,
    digest_files: 3_000,
    emails: 20_000,
    extraction: 3_000,
    hashed_columns: 20_000,
    phones: 5_000,
    positions: 500,
    sealed_objects: 20_000,
    state_folders: 500,
}

#[test]
fn no_target_and_no_corpus_is_left_out() {
    assert_eq!(TARGETS.map(|(name, _)| name), NAMES);
    let mut folders: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    folders.sort();
    assert_eq!(folders, NAMES);
    let programs = std::fs::read_to_string(folder().join("../Cargo.toml")).unwrap();
    assert_eq!(programs.matches("[[bin]]").count(), NAMES.len());
    assert!(NAMES.iter().all(|name| programs.contains(&format!("name = \"{name}\""))));
}

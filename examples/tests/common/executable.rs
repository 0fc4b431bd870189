//! Where the executables of the examples are.

use std::env;
use std::fs;
use std::path::PathBuf;

/// An example's executable, which cargo builds for `cargo test`. With `--test`, cargo does not: then one that is older
/// than its sources, by the list that cargo keeps beside it, is an error rather than a test of something else.
pub(crate) fn example(name: &str) -> PathBuf {
    let profile = env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let executable = profile.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let built = fs::metadata(&executable).and_then(|metadata| metadata.modified());
    let built = built.unwrap_or_else(|error| panic!("{}: {error}; run `cargo build --examples`", executable.display()));
    let sources = fs::read_to_string(profile.join(format!("{name}.d"))).unwrap();
    let (_, sources) = sources.split_once(": ").unwrap();
    for source in sources.replace("\\ ", "\0").split_whitespace().map(|path| path.replace('\0', " ")) {
        let changed = fs::metadata(&source).unwrap().modified().unwrap();
        assert!(changed <= built, "{source} is newer than the example; run `cargo build --examples`");
    }
    executable
}

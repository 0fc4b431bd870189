//! The peers in Python: scripts beside this file, packages in an environment of their own below `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A script, and the packages that it needs.
#[derive(Clone, Copy)]
pub(crate) struct Script {
    file: &'static str,
    packages: &'static [&'static str],
}

pub(crate) const DUCKDB: Script = Script { file: "with_duckdb.py", packages: &["duckdb==2.0.0"] };

/// Without the second package the script does its hashing in Python, and says so.
pub(crate) const POLARS: Script = Script { file: "with_polars.py", packages: &["polars==2.1.0", "polars-hash==0.9.3"] };

fn environment() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers-python")
}

/// The script, to be started; with a table and a directory for its state it does its work, with neither it says what it is.
pub(crate) fn command(script: Script) -> Command {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers").join(script.file);
    let mut command = Command::new(environment().join("bin/python"));
    // Nothing is written beside the sources, and no setting of the user's counts.
    command.args(["-B", "-s"]).arg(file);
    command
}

/// Installs what the script needs, unless it is there, and has the script say what it is; `Err` is why it cannot.
pub(crate) fn set_up(script: Script) -> Result<String, String> {
    let pip = environment().join("bin/pip");
    if !pip.exists() {
        output(Command::new("python3").args(["-m", "venv"]).arg(environment()))?;
    }
    let install = |package| {
        let options = ["install", "--quiet", "--disable-pip-version-check", "--retries", "1", "--only-binary", ":all:"];
        output(Command::new(&pip).args(options).arg(package))
    };
    let failures: Vec<String> = script.packages.iter().filter_map(|package| install(package).err()).collect();
    // The script decides: it may do without a package, or have another version of it from before.
    output(&mut command(script)).map_err(|error| failures.into_iter().next().unwrap_or(error))
}

/// What the command prints; `Err` is the last that it says when it fails.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    Err(said.lines().last().unwrap_or("it failed without a word").to_owned())
}

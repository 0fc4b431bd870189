//! Measuring in a process of its own, so that one's memory and processor time are not another's.

use std::error::Error;
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;

/// Runs the command, and reads what it has measured: JSON on its standard output. Its errors go where ours go.
///
/// # Errors
///
/// When it cannot be started, when it fails, and when what it prints is no such JSON.
pub fn measure_apart<T: DeserializeOwned>(command: &mut Command) -> Result<T, Box<dyn Error>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

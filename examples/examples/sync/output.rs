//! Printing: what was asked for to the standard output, everything else to the standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use serde::Serialize;

/// Prints for a program, or for a person.
pub(crate) fn print<T: Serialize + Display>(json: bool, value: &T) -> io::Result<()> {
    if json { print_json(value) } else { write(&value.to_string()) }
}

/// Prints for a program.
pub(crate) fn print_json<T: Serialize>(value: &T) -> io::Result<()> {
    write(&serde_json::to_string_pretty(value)?)
}

fn write(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{text}") {
        // Whoever has closed the pipe has read enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Tells the user something beside the report. There is no other way to tell that this fails.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

//! JSON lines: one object a line, one line a member.
//!
//! Lines are split before they are parsed, so a torn line costs an error with its number and never runs into the next.

mod line;
mod sample;
mod simple;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use tikaud_core::segment::SegmentError;

use self::line::{Object, Problem};
use self::sample::Sample;
use self::simple::Simple;
use super::asked::Asked;
use super::header::Header;
use super::input::Input;
use super::lines::Lines;
use super::reading::Emit;
use crate::batches::Batches;

/// The keys of a file's first lines, as its columns.
pub(super) fn header(input: &Input) -> Result<Header, SegmentError> {
    let mut lines = Lines::open(input)?;
    let mut sample = Sample::default();
    while !sample.is_full() && advance(&mut lines)? {
        let text = text(&lines)?;
        sample.add_line(text).map_err(|problem| malformed(&lines, &problem, &[]))?;
    }
    sample.into_header(input)
}

/// Reads a file's members into batches, until `emit` asks to stop.
pub(super) fn read(
    input: &Input,
    asked: &Asked,
    batch_size: usize,
    emit: Emit<'_>,
) -> Result<ControlFlow<()>, SegmentError> {
    let origins = header(input)?.origins(input, asked)?;
    let columns = asked.columns();
    let mut lines = Lines::open(input)?;
    let mut batches = Batches::new(columns.len(), batch_size);
    let mut simple = Simple::new(columns.len());
    while advance(&mut lines)? {
        let text = text(&lines)?;
        if simple.find(text, columns) {
            simple.push_to(text, &origins, batches.columns())?;
        } else {
            Object::parse(text)
                .and_then(|object| object.push_to(columns, &origins, asked.delivered().len(), batches.columns()))
                .map_err(|problem| malformed(&lines, &problem, columns))?;
        }
        if let Some(batch) = batches.end_member(text.len())?
            && emit(batch).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(batches.take()?.map_or(ControlFlow::Continue(()), emit))
}

/// Goes to the next line that is not blank; `false` when there is none.
fn advance(lines: &mut Lines<'_>) -> Result<bool, SegmentError> {
    while lines.advance()? {
        if !lines.line().iter().all(u8::is_ascii_whitespace) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn text<'a>(lines: &'a Lines<'_>) -> Result<&'a str, SegmentError> {
    str::from_utf8(lines.line()).map(str::trim_ascii_end).map_err(|_| lines.not_utf8())
}

fn malformed(lines: &Lines<'_>, problem: &Problem, columns: &[String]) -> SegmentError {
    let line = lines.line();
    match problem {
        Problem::NotAnObject | Problem::Syntax(_) if line.trim_ascii().starts_with(b"[") => {
            lines.malformed("begins an array; JSON lines have one object on each line, without brackets and commas")
        }
        Problem::NotAnObject => lines.malformed("is not one JSON object; JSON lines have one object on each line"),
        Problem::Syntax(_) if line.contains(&0) => {
            lines.malformed("holds NUL bytes, as UTF-16 does; convert the file to UTF-8")
        }
        Problem::Syntax(column) => lines.malformed(format!(
            "is not one JSON object: it cannot be read on from column {column}; each object is to be on one line, whole"
        )),
        Problem::Twice(at) => lines.malformed(format!("has the key `{}` twice", columns[*at])),
        Problem::NoText(at, json_type) => lines.malformed(format!(
            "has {} {json_type} in the column `{}`; write it as a string",
            if json_type.starts_with(['a', 'o']) { "an" } else { "a" },
            columns[*at]
        )),
        Problem::Full(full) => (*full).into(),
    }
}

//! How a case looks at results: a failure says which clause is violated.

use std::error::Error;
use std::iter::successors;

/// The value; an error violates the clause.
#[track_caller]
pub(super) fn must<T, E: Error + 'static>(outcome: Result<T, E>, clause: &str) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("{clause}; yet it failed: {}", causes(&error).join(": ")),
    }
}

/// The error; a value violates the clause.
#[track_caller]
pub(super) fn must_fail<T, E>(outcome: Result<T, E>, clause: &str) -> E {
    match outcome {
        Ok(_) => panic!("{clause}; yet there was no error"),
        Err(error) => error,
    }
}

/// Everything that an error shows of itself: each cause as a line, and all of it as `Debug`.
pub(super) fn shown(error: &(dyn Error + 'static)) -> String {
    format!("{}\n{error:?}\n{error:#?}", causes(error).join("\n"))
}

fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect()
}

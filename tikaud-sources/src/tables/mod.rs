//! Tables that stay where they are: the diff in the engine that holds them.

#[allow(dead_code, unused_imports, reason = "the statement that asks for it is built on it")]
mod value;

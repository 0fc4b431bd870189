//! The examples are in `examples/`; this library holds the README's code, so that the compiler reads it too.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

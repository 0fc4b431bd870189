//! The diff engine in a database, against the reference in this process: `.ci/with-postgres .ci/with-adbc`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper of tests fails by panicking, too")]

#[cfg(test)]
#[path = "../adbc/engines.rs"]
#[allow(dead_code, reason = "the tests of segments use the rest")]
mod engines;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod crash_moves;
#[cfg(test)]
mod cut;
#[cfg(test)]
mod equality;
#[cfg(test)]
mod fates;
#[cfg(test)]
mod fuse;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod hashed;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod places;
#[cfg(test)]
mod process;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod sail;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod unheard;
#[cfg(test)]
mod world;

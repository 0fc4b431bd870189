//! The examples as their users meet them: as processes.

mod exit_codes;
mod interrupted;
mod output;
mod simulator;
mod support;
mod tables;
mod two_days;

//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Keeps audiences in TikTok Ads equal to their segments, on schedules, and shows what it does at a page and an API.
///
/// Access tokens of ad accounts are read from the environment variables that the configuration names. The token that
/// the page and the API ask for is read from TIKAUD_SERVICE_TOKEN; without it the service listens at a loopback address
/// only.
///
/// It runs until it gets SIGTERM or Ctrl-C; then runs that go on have the time that the configuration gives them to
/// end.
///
/// Exit codes:
///   0  stopped as it was told to
///   1  the state cannot be used, or another service is using it
///   2  a mistake in the options, the configuration or the environment
#[derive(Debug, Parser)]
#[command(name = "service", verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The configuration, a TOML file; paths in it are relative to it.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where to listen, in place of what the configuration says; port 0 takes any free port.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Say whether the configuration can be used, and end.
    #[arg(long)]
    pub(crate) check: bool,
}

//! The main job on your own files: makes an audience in TikTok Ads equal to a segment, and keeps it so.
//!
//! ```text
//! export TIKTOK_ACCESS_TOKEN=…
//! cargo run --release --example sync -- --segment customers.csv --email email --advertiser 7000000000000000001 --state state
//! ```
//!
//! Run it again whenever the files have changed: it sends what has changed. `--help` lists the options and exit codes.

mod arguments;
mod exit;
mod notices;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;
use tikaud_core::activation::{Activation, RunOptions, SegmentActivation, WhenGone};
use tikaud_core::segment::{Segment, SegmentError};
use tikaud_core::state::LocalStateStore;
use tikaud_sources::{CsvOptions, FileSegment};
use tikaud_tiktok::{AccessToken, AdAccountId, RetryPolicy, TikTokClient, TikTokDestination};

use self::arguments::Arguments;
use self::exit::{Failed, Status};

/// One state directory is one activation: it always has this name in it.
const ACTIVATION: &str = "sync";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match sync(&arguments).await {
        Ok(status) => status.into(),
        Err(failed) => {
            failed.print(arguments.json);
            failed.status().into()
        }
    }
}

async fn sync(arguments: &Arguments) -> Result<Status, Failed> {
    // A mistake is told before TikTok is asked for anything.
    let columns = segment(arguments)?.columns().await?;
    arguments.mapping()?.check_columns(&columns)?;
    let activation = activation(arguments).await?;
    let progress = progress::Bar::new();
    notices::show(progress.clone());
    let options = RunOptions::new().allow_all(arguments.allow.iter().copied()).observe(progress.observer());
    if arguments.dry_run {
        let plan = activation.plan(&options).await;
        progress.finish();
        let plan = plan?;
        output::print(arguments.json, &plan)?;
        return Ok(Status::of_plan(&plan, arguments.json));
    }
    if arguments.prepare {
        let prepared = activation.prepare(&options).await;
        progress.finish();
        let prepared = prepared?;
        output::print(arguments.json, &prepared)?;
        return Ok(if prepared.plan.is_blocked() { Status::Blocked } else { Status::Done });
    }
    let report = match &arguments.apply {
        Some(plan) => activation.apply(plan, &options).await,
        None => activation.run(&options).await,
    };
    progress.finish();
    let report = report?;
    output::print(arguments.json, &report)?;
    Ok(Status::of_report(&report, arguments.json))
}

/// The activation that the arguments ask for. An audience that was created before keeps its name, whatever the file is
/// called today; a name that was given and is another's is a mistake, most likely in the state directory.
async fn activation(arguments: &Arguments) -> Result<SegmentActivation, Failed> {
    let known = build(arguments, None)?.state().await?.audience;
    match (&arguments.name, known) {
        (Some(name), Some(audience)) if *name != audience.name => Err(Failed::Usage(format!(
            "the state in `{}` belongs to the audience \"{}\" ({}), not to \"{name}\"; give every audience a --state \
             directory of its own",
            arguments.state.display(),
            audience.name,
            audience.id
        ))),
        (_, Some(audience)) => build(arguments, Some(&audience.name)),
        (name, None) => build(arguments, name.as_deref()),
    }
}

fn segment(arguments: &Arguments) -> Result<FileSegment, SegmentError> {
    let mut csv = CsvOptions::default();
    csv.delimiter = arguments.delimiter;
    FileSegment::builder(&arguments.segment).csv(csv).build()
}

fn build(arguments: &Arguments, name: Option<&str>) -> Result<SegmentActivation, Failed> {
    let segment = segment(arguments)?;
    let mut retry = RetryPolicy::default();
    retry.budget = arguments.give_up_after();
    let client = TikTokClient::builder(AccessToken::new(arguments.token()?))
        .endpoint(&arguments.endpoint)
        .requests_per_second(arguments.requests_per_second)
        .retry(retry)
        .build()?;
    let destination = TikTokDestination::builder(client, AdAccountId::new(&arguments.advertiser))
        .batch_users(arguments.users_per_request)
        .build()?;
    let store = LocalStateStore::open(&arguments.state)?;
    let mut builder = SegmentActivation::builder(ACTIVATION, segment, destination, store).mapping(arguments.mapping()?);
    if let Some(name) = name {
        builder = builder.name(name);
    }
    if let Some(description) = &arguments.description {
        builder = builder.description(description);
    }
    if arguments.create_anew {
        builder = builder.when_gone(WhenGone::CreateAnew);
    }
    Ok(builder.build()?)
}

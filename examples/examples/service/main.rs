//! A service that keeps several audiences equal to their segments, on schedules, for years, and shows a person what it
//! does:
//!
//! ```text
//! cargo run --example tiktok_simulator
//! TIKTOK_ACCESS_TOKEN=act.simulator cargo run --example service -- --config examples/examples/service/service.toml
//! ```
//!
//! Then open <http://127.0.0.1:8090>. Configuration, endpoints and security are in the `README.md` beside this file.
//!
//! ```text
//! configuration.rs ──▶ activations.rs ──▶ the scheduler of tikaud-core, which runs them (reviewed.rs)
//!                                                      ▲
//! page/ in a browser ──▶ access.rs ──▶ api/ ───────────┘ state, history, plans
//! ```

mod access;
mod activations;
mod api;
mod arguments;
mod configuration;
mod error;
mod late_files;
mod log;
mod metrics;
mod page;
mod progress;
mod reviewed;
mod serve;
mod service;
mod shutdown;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tikaud_core::schedule::Scheduler;
use tikaud_core::state::{LocalStateStore, StateStore};

use self::access::Access;
use self::activations::Kept;
use self::arguments::Arguments;
use self::configuration::Configuration;
use self::error::StartError;
use self::service::Service;

#[tokio::main]
async fn main() -> ExitCode {
    log::start();
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::tell(&error.text());
            error.exit_code()
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), StartError> {
    let configuration = Configuration::read(&arguments.config)?;
    let listen = arguments.listen.as_deref().unwrap_or(&configuration.listen);
    let addresses = serve::resolve(listen).await?;
    let access = Access::new(env::var(access::TOKEN).ok(), &addresses)?;
    let store: Arc<dyn StateStore> = Arc::new(LocalStateStore::open(&configuration.state)?);
    let activations = activations::build(&configuration, &store)?;
    let readiness = service::Readiness::default();
    let scheduler = scheduler(&configuration, &store, &activations, &readiness)?;
    if arguments.check {
        log::tell("the configuration can be used");
        return Ok(());
    }
    let metrics = metrics::install()?;
    let service = Service::new(activations, scheduler.handle(), metrics, readiness);
    serve::serve(listen, &addresses, access, service, scheduler).await
}

fn scheduler(
    configuration: &Configuration,
    store: &Arc<dyn StateStore>,
    activations: &[Kept],
    readiness: &service::Readiness,
) -> Result<Scheduler, StartError> {
    let readiness = readiness.clone();
    let mut builder = Scheduler::builder_shared(Arc::clone(store))
        .concurrency(configuration.concurrency)
        .grace(configuration.grace())
        .on_event(move |event| {
            readiness.observe(event);
            log::scheduler_event(event);
        });
    for kept in activations {
        builder = builder.add_shared(Arc::clone(&kept.activation) as _, kept.activation.inner().schedule().clone());
    }
    Ok(builder.build()?)
}

//! Three syncs one after the other, each measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use futures::future;
use tikaud_benches::{BATCH, NothingDestination, Sampler, peak_memory, process_cpu, reset_peak_memory, thread_cpu};
use tikaud_core::activation::{Activation, Outcome as RunOutcome, RunOptions, SegmentActivation};
use tikaud_core::destination::Destination;
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_core::plan::GuardSettings;
use tikaud_core::state::{LocalStateStore, StateStore};
use tikaud_sources::FileSegment;
use tikaud_tiktok::simulator::{Simulator, SimulatorServer, World};
use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};
use tokio::runtime::{Builder, Handle};

use crate::Outcome;
use crate::measurement::Measurement;

/// Requests per second that keep nobody waiting.
pub(crate) const UNPACED: f64 = 10_000.0;

/// The steps, each with the table that it finds.
const STEPS: [(&str, &str); 3] = [("first", "day-1"), ("no_change", "day-1"), ("churn", "day-2")];

/// The path of a table.
pub(crate) fn table(directory: &Path, day: &str) -> PathBuf {
    directory.join(format!("{day}.csv"))
}

/// The columns that are sent.
pub(crate) fn mapping() -> Outcome<FieldMapping> {
    let phone = Field::Phone(PhoneRegion::Column("country".to_owned()));
    Ok(FieldMapping::try_new([("email", Field::Email), ("phone", phone)])?)
}

pub(crate) async fn with_nothing(scenario: &str, tables: &Path, state: &Path) -> Outcome<Vec<Measurement>> {
    steps(scenario, tables, state, Arc::new(NothingDestination::new(BATCH)), None).await
}

pub(crate) async fn with_simulator(
    scenario: &str,
    tables: &Path,
    state: &Path,
    requests_per_second: f64,
) -> Outcome<Vec<Measurement>> {
    let simulator = SimulatorThread::start()?;
    let client = TikTokClient::builder(AccessToken::new("act.simulator"))
        .endpoint(&simulator.url)
        .requests_per_second(requests_per_second)
        .build()?;
    let destination =
        TikTokDestination::builder(client, AdAccountId::new("7000000000000000001")).batch_users(BATCH).build()?;
    steps(scenario, tables, state, Arc::new(destination), Some(&simulator)).await
}

async fn steps(
    scenario: &str,
    tables: &Path,
    state: &Path,
    destination: Arc<dyn Destination>,
    simulator: Option<&SimulatorThread>,
) -> Outcome<Vec<Measurement>> {
    let store: Arc<dyn StateStore> = Arc::new(LocalStateStore::open(state)?);
    let mut measurements = Vec::new();
    for (step, day) in STEPS {
        let segment = Arc::new(FileSegment::builder([table(tables, day)]).name("Customers").build()?);
        let builder =
            SegmentActivation::builder_shared("customers", segment, Arc::clone(&destination), Arc::clone(&store));
        let activation = builder.mapping(mapping()?).guards(GuardSettings::without_thresholds()).build()?;
        measurements.push(run(scenario, step, &activation, simulator).await?);
    }
    Ok(measurements)
}

async fn run(
    scenario: &str,
    step: &str,
    activation: &SegmentActivation,
    simulator: Option<&SimulatorThread>,
) -> Outcome<Measurement> {
    reset_peak_memory()?;
    let sampler = Sampler::start();
    let server_before = simulator_cpu(simulator).await?;
    let (begun, start, cpu) = (SystemTime::now(), Instant::now(), process_cpu());
    let report = activation.run(&RunOptions::new()).await?;
    let (wall, cpu) = (start.elapsed(), process_cpu().saturating_sub(cpu));
    if report.outcome != RunOutcome::Done || report.plan.tally.columns.iter().any(|column| column.rejected() > 0) {
        return Err(format!("the run was not what is to be measured:\n{report}").into());
    }
    let mut measurement = Measurement::of(scenario, step, wall, cpu).with_report(&report, &sampler.stop(), begun);
    measurement.simulator_cpu = simulator_cpu(simulator).await?.saturating_sub(server_before).as_secs_f64();
    measurement.peak_memory = peak_memory()?;
    Ok(measurement)
}

async fn simulator_cpu(simulator: Option<&SimulatorThread>) -> Outcome<Duration> {
    match simulator {
        Some(simulator) => simulator.cpu().await,
        None => Ok(Duration::ZERO),
    }
}

/// The simulator on one thread of its own, whose processor time can be told from ours. It ends with the process.
struct SimulatorThread {
    url: String,
    runtime: Handle,
}

impl SimulatorThread {
    fn start() -> Outcome<Self> {
        let (started, wait) = mpsc::channel();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async {
                let server = SimulatorServer::start(("127.0.0.1", 0), Simulator::new(World::default())).await;
                let _ = started.send(
                    server
                        .as_ref()
                        .map(SimulatorServer::url)
                        .map_err(ToString::to_string)
                        .map(|url| Self { url, runtime: Handle::current() }),
                );
                future::pending::<()>().await;
            });
        });
        Ok(wait.recv()??)
    }

    async fn cpu(&self) -> Outcome<Duration> {
        Ok(self.runtime.spawn(async { thread_cpu() }).await?)
    }
}

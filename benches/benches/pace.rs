//! How much of the rate that TikTok permits is used when there is work, for each level of a developer app: against the
//! simulator, which throttles whoever is faster and answers after a tenth of a second, as over the Internet.
//!
//! ```text
//! cargo bench -p tikaud-benches --bench pace
//! cargo bench -p tikaud-benches --bench pace -- --seconds 60
//! ```
//!
//! Two clients with a token each share the app's pace, as two activations in one process do.

#![expect(clippy::print_stdout, reason = "it prints what it has measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use clap::Parser;
use futures::future::join_all;
use tikaud_core::destination::DestinationError;
use tikaud_tiktok::audiences::Audiences;
use tikaud_tiktok::simulator::{
    Effect, FaultProgram, FaultRule, Level, Role, Simulator, SimulatorServer, TokenGrant, World,
};
use tikaud_tiktok::{AccessToken, AdAccountId, AppLevel, Pace, TikTokClient};

const ACCOUNT: &str = "7000000000000000001";
/// The level that the client is set to, the one that the app has, and what that one permits per second. In the last line
/// the setting is wrong, so that the client has to find out by being throttled.
const LEVELS: [(AppLevel, Level, u32); 5] = [
    (AppLevel::Basic, Level::Basic, 10),
    (AppLevel::Advanced, Level::Advanced, 20),
    (AppLevel::Premium, Level::Premium, 30),
    (AppLevel::Ultimate, Level::Ultimate, 50),
    (AppLevel::Advanced, Level::Basic, 10),
];
/// Requests of each client that may be under way at once.
const IN_FLIGHT: usize = 8;
const LATENCY: Duration = Duration::from_millis(100);

/// The part of the permitted rate that is used.
#[derive(Debug, Parser)]
struct Arguments {
    /// How long each level is kept busy.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Given by cargo when it runs benchmarks; without it this is a test that they work.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let (time, levels) = if arguments.bench {
        (Duration::from_secs(arguments.seconds), &LEVELS[..])
    } else {
        (Duration::from_secs(1), &LEVELS[3..4])
    };
    println!("{:<10}{:<10}{:>12}{:>9}{:>8}{:>11}", "set to", "app is", "permitted/s", "used/s", "part", "throttled");
    for (level, simulated, permitted) in levels.iter().copied() {
        let (used, throttled) = measure(level, simulated, time).await?;
        let part = 100.0 * used / f64::from(permitted);
        let (level, simulated) = (format!("{level:?}"), format!("{simulated:?}"));
        println!("{level:<10}{simulated:<10}{permitted:>12}{used:>9.2}{part:>7.1}%{throttled:>11}");
    }
    Ok(())
}

/// Requests per second that were let through, and how many were not.
async fn measure(level: AppLevel, simulated: Level, time: Duration) -> Result<(f64, usize), Box<dyn Error>> {
    let server = SimulatorServer::start(("127.0.0.1", 0), Simulator::new(world(simulated))).await?;
    let slow = FaultRule::new(Effect::delay(LATENCY)).times(u64::MAX);
    server.simulator().inject(FaultProgram::new([slow]));
    let pace = Pace::new(level);
    let client = |token| {
        let client =
            TikTokClient::builder(AccessToken::new(token)).endpoint(server.url()).pace(pace.clone()).build()?;
        client.audiences(&AdAccountId::new(ACCOUNT))
    };
    let (first, second) = (client("act.first")?, client("act.second")?);
    let start = Instant::now();
    let workers = (0..2 * IN_FLIGHT).map(|at| work(if at % 2 == 0 { &first } else { &second }, start, time));
    for result in join_all(workers).await {
        result?;
    }
    let elapsed = (start.elapsed() - LATENCY).as_secs_f64();
    let simulator = server.simulator();
    let with = |code: i64| simulator.requests().iter().filter(|request| request.code == Some(code)).count();
    // The first request goes at once: so many intervals lie between them.
    let intervals = u32::try_from(with(0).saturating_sub(1))?;
    Ok((f64::from(intervals) / elapsed, with(40100)))
}

/// Asks for the list of no audiences again and again.
async fn work(audiences: &Audiences, start: Instant, time: Duration) -> Result<(), DestinationError> {
    while start.elapsed() < time {
        audiences.list().await?;
    }
    Ok(())
}

fn world(level: Level) -> World {
    let mut world = World::default();
    world.tokens =
        ["act.first", "act.second"].map(|token| TokenGrant::new(token).with_account(ACCOUNT, Role::Admin)).to_vec();
    world.limits.level = Some(level);
    world
}

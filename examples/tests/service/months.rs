//! A service with a past: activations that have run every day for a month, made in moments by setting clocks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tikaud_core::activation::{Activation, ActivationError, Report, RunOptions, SegmentActivation};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::state::{Clock, LocalStateStore};
use tikaud_sources::FileSegment;
use tikaud_tiktok::simulator::{Effect, HttpBody, Simulator, SimulatorServer, World as SimulatedWorld};
use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};

use super::world::{ACCESS_TOKEN, ACCOUNT, World, activation};

const DAYS: i64 = 30;

/// The days that have passed of the month before now. Ends at the true time.
#[derive(Clone, Default)]
struct Month(Arc<AtomicI64>);

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Month")
    }
}

impl Clock for Month {
    fn now(&self) -> Timestamp {
        let left = DAYS - self.0.load(Ordering::Relaxed);
        // Runs begin at a minute of their own each day.
        Timestamp::now() - SignedDuration::from_hours(24 * left) + SignedDuration::from_mins(left * 7 % 31)
    }
}

/// The world after a month: buyers who become more, fans of whom many leave with the file as it is now, and visitors
/// whose file is not there any more.
pub(crate) async fn a_month() -> World {
    let month = Month::default();
    // TikTok's own clock has no minutes of its own.
    let clock = month.clone();
    let simulated = Simulator::new(SimulatedWorld::default());
    let simulator = SimulatorServer::start_with_clock(("127.0.0.1", 0), simulated, move || {
        Timestamp::now() - SignedDuration::from_hours(24 * (DAYS - clock.0.load(Ordering::Relaxed)))
    });
    let world = World { directory: tempfile::tempdir().unwrap(), simulator: simulator.await.unwrap() };
    let settings = "segment.description = \"Everybody who has bought something in the last year\"\n\
        settings.schedule.schedule = { cron = \"30 6 * * *\", time_zone = \"Europe/Berlin\" }";
    let fans = "segment.description = \"Signed up for the newsletter, and opened it\"\n\
        settings.schedule.schedule = { every = \"1 day\" }";
    let visitors = "segment.description = \"Looked at a product, and bought nothing\"\n\
        settings.schedule.schedule = { every = \"12 hours\" }";
    world.configure(&(activation("buyers", settings) + &activation("fans", fans) + &activation("visitors", visitors)));
    for day in 0..DAYS {
        month.0.store(day, Ordering::Relaxed);
        // A day on which TikTok is out of order.
        if day == 17 {
            world.answer_everything(Effect::Http { status: 502, body: HttpBody::Html });
        }
        for (id, members) in members_on(day) {
            world.table(id, members);
            assert_eq!(run(&world, id, &month).await.is_err(), day == 17);
        }
        world.answer_as_ever();
    }
    month.0.store(DAYS, Ordering::Relaxed);
    world.table("fans", 1_300..2_450);
    std::fs::remove_file(world.path("visitors.csv")).unwrap();
    world
}

fn members_on(day: i64) -> [(&'static str, std::ops::Range<u32>); 3] {
    let day = u32::try_from(day).unwrap();
    let week = [0, 40, 90, 120, 60, 10, 5][day as usize % 7];
    [
        ("buyers", day * 6..1_480 + day * 34 + week),
        ("fans", day * 3..2_050 + day * 13 + week),
        ("visitors", day * 60..2_900 + day * 52 + week * 2),
    ]
}

async fn run(world: &World, id: &str, month: &Month) -> Result<Report, ActivationError> {
    let mut retry = tikaud_tiktok::RetryPolicy::default();
    retry.budget = Duration::ZERO;
    let client = TikTokClient::builder(AccessToken::new(ACCESS_TOKEN)).endpoint(world.simulator.url());
    let client = client.requests_per_second(1_000.0).retry(retry).build().unwrap();
    let destination = TikTokDestination::builder(client, AdAccountId::new(ACCOUNT)).build().unwrap();
    let name = id[..1].to_uppercase() + &id[1..];
    let segment = FileSegment::builder([world.path(&format!("{id}.csv"))]).name(name).build().unwrap();
    let store = LocalStateStore::open(world.state()).unwrap();
    let activation = SegmentActivation::builder(id, segment, destination, store)
        .mapping(FieldMapping::try_new([("email", Field::Email)]).unwrap())
        .clock(Arc::new(month.clone()))
        .build()
        .unwrap();
    activation.run(&RunOptions::new()).await
}

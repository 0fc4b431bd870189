//! Runs that do not come to their end, and what the next one makes of it.

use std::thread;
use std::time::Duration;

use fastrand::Rng;
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, HttpBody, IdType};

use super::support::{Ended, Sync, TikTok, data};
use super::two_days::COLUMNS;

const EMAIL: [&str; 2] = ["--email", "email"];

#[test]
fn a_run_that_tiktok_breaks_off_is_finished_by_the_next() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    let out_of_order = Effect::Http { status: 502, body: HttpBody::Html };
    tiktok.inject([FaultRule::new(out_of_order).on_endpoint(Endpoint::SegmentMapping).skip(1).times(u64::MAX)]);
    let arguments = ["--email", "email", "--give-up-after", "1", "--users-per-request", "500"];
    let first = sync.run(&arguments, &table).expect(5);
    assert!(first.stdout.contains("500 added") && first.stdout.contains("500 left to do"), "{}", first.stdout);
    assert!(first.stderr.contains("s, then sent again: HTTP status 502"), "{}", first.stderr);
    tiktok.inject([]);
    sync.run(&EMAIL, &table).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 1_000);
}

#[test]
fn a_quota_of_the_day_ends_the_run_at_once_and_says_when_to_come_back() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let used_up = Effect::Answer { code: 40100, message: "Requests per day (QPD) exceeded".to_owned() };
    tiktok.inject([FaultRule::new(used_up).on_endpoint(Endpoint::SegmentMapping)]);
    let ended = sync.run(&EMAIL, sync.table(1_000)).expect(5);
    assert!(ended.stdout.contains("next: run it again, in "), "{}", ended.stdout);
}

#[test]
fn two_runs_at_once_are_one_run() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    tiktok.delay(Endpoint::SegmentMapping, Duration::from_secs(3));
    let first = sync.spawn(&EMAIL, &table);
    super::support::wait_until("the first run is sending", || tiktok.requests_to(Endpoint::SegmentMapping) > 0);
    let requests = tiktok.requests();
    let second = sync.run(&EMAIL, &table).expect(1);
    assert!(second.stderr.contains("is being run by another process"), "{}", second.stderr);
    assert_eq!(tiktok.requests(), requests);
    Ended::from(first.wait_with_output().unwrap()).expect(0);
}

#[test]
fn a_run_that_is_killed_at_any_moment_is_set_right_by_a_later_one() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = Rng::with_seed(seed);
    tiktok.inject([FaultRule::new(Effect::delay(Duration::from_millis(15))).times(u64::MAX)]);
    let arguments = [&COLUMNS[..], &["--name", "Buyers", "--users-per-request", "40"]].concat();
    // Some runs end before they are to be killed, so it is those that were killed that count.
    let (mut runs, mut killed) = (0, 0);
    while killed < 36 {
        assert!(runs < 200, "only {killed} of {runs} runs were still going when they were to be killed");
        let table = data(["customers_day1.csv", "customers_day2.csv"][runs % 2]);
        let mut run = sync.spawn(&arguments, table);
        // Some before the audience is there, most while identifiers are on their way.
        let requests = tiktok.requests() + random.usize(0..20 + 2 * killed);
        while tiktok.requests() < requests && run.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(random.u64(0..20)));
        run.kill().unwrap();
        killed += usize::from(!run.wait().unwrap().success());
        runs += 1;
    }
    tiktok.inject([]);
    sync.run(&arguments, data("customers_day2.csv")).expect(0);
    assert_eq!(tiktok.audiences(), 1);
    tiktok.assert_holds("day2");
}

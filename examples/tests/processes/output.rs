//! What is printed, where, and what never is.

use std::fs;
use std::process::Command;

use serde_json::Value;
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule};

use super::support::{Ended, Sync, TikTok, data, example, files};
use super::two_days::COLUMNS;

const EMAIL: [&str; 2] = ["--email", "email"];

#[test]
fn a_dry_run_sends_nothing_and_writes_nothing() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    let mut command = sync.command(&["--email", "email", "--dry-run"], &table);
    let ended = Ended::from(command.env_remove("TIKTOK_ACCESS_TOKEN").output().unwrap()).expect(0);
    insta::assert_snapshot!(ended.stdout, @r#"
    Plan for audience "buyers", to be created
      read 1,000 members
        column `email`: 1,000 values as email_sha256
      email_sha256: 1,000 to add, 0 to remove, 0 unchanged
      a run would send 1 mapping request; nothing was sent now
    "#);
    assert!(!sync.state().exists());

    sync.run(&EMAIL, &table).expect(0);
    let (requests, before) = (tiktok.requests(), files(&sync.state()));
    let ended = sync.run(&["--email", "email", "--dry-run"], sync.table(1_010)).expect(0);
    assert!(ended.stdout.contains("email_sha256: 10 to add, 0 to remove, 1,000 unchanged"), "{}", ended.stdout);
    assert_eq!((tiktok.requests(), files(&sync.state())), (requests, before));
    sync.run(&["--email", "email", "--dry-run"], sync.table(10)).expect(3);
}

fn keys(json: &Value) -> Vec<&str> {
    json.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn json_has_the_report_the_plan_or_the_error() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    let json = |arguments: &[&str], code| -> Value {
        let ended = sync.run(&[&EMAIL[..], &["--json"], arguments].concat(), &table).expect(code);
        assert_eq!(ended.stderr, "");
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let plan = json(&["--dry-run"], 0);
    assert_eq!(plan["kinds"][0]["adds"], 1_000);
    assert_eq!(plan["guards"][0]["verdict"], "passed");
    let report = json(&[], 0);
    let fields = [
        "activation",
        "applied_within_seconds",
        "audience",
        "destination",
        "ended",
        "failures",
        "generation",
        "kinds",
        "outcome",
        "plan",
        "resume_at",
        "run",
        "spilled_bytes",
        "started",
        "timings",
        "traffic",
        "warnings",
    ];
    let mut found = keys(&report);
    found.sort_unstable();
    assert_eq!(found, fields);
    assert_eq!(report["outcome"], "done");
    assert_eq!(report["kinds"][0]["added"], 1_000);
    assert_eq!(report["audience"]["created"], true);
    let failed = json(&["--name", "Others"], 2);
    assert_eq!(failed["outcome"], "failed");
    assert!(failed["error"][0].as_str().unwrap().contains("Others"));
}

#[test]
fn a_reader_that_closes_the_pipe_does_not_break_the_run() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let mut run = sync.spawn(&EMAIL, sync.table(1_000));
    drop(run.stdout.take());
    Ended::from(run.wait_with_output().unwrap()).expect(0);
}

/// Values that occur nowhere else, good and bad.
const CANARIES: [&str; 5] = ["canarymail", "canaryjunk", "5550123", "99887766", "canarytoken"];

#[test]
fn no_raw_value_and_no_token_is_printed_or_written() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok).token("act.canarytoken");
    let good = sync.file("good.csv", "email,phone\ncanarymail@example.com,+12025550123\ncanaryjunk,99887766\n");
    let torn = sync.file("torn.csv", "email,phone\ncanarymail@example.com,+12025550123\ncanaryjunk\n");
    let broken = sync.file("broken.jsonl", "{\"email\": \"canarymail@example.com\", \"phone\": 99887766,\n");
    let columns = ["--email", "email", "--phone", "phone", "--allow", "minimum-size", "--name", "Buyers"];
    let mut texts = Vec::new();
    let mut run = |sync: &Sync, arguments: &[&str], table, code| {
        let ended = sync.run(&[&columns[..], arguments].concat(), table).expect(code);
        texts.extend([ended.stdout, ended.stderr]);
    };
    run(&sync, &[], &good, 4);
    let sync = sync.token("act.simulator");
    run(&sync, &[], &torn, 2);
    run(&sync, &["--json"], &broken, 2);
    tiktok.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::SegmentMapping)]);
    run(&sync, &[], &good, 0);
    run(&sync, &["--json"], &good, 0);
    let state = files(&sync.state());
    assert!(state.len() > 3, "the state is not where it was searched for");
    texts.extend(state.iter().map(|file| String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned()));
    for text in &texts {
        for canary in CANARIES.iter().chain(&["act.simulator"]) {
            assert!(!text.contains(canary), "{canary} in {text}");
        }
    }
}

#[test]
fn a_pipe_gets_no_progress_bar() {
    let tiktok = TikTok::start();
    let ended = Sync::with(&tiktok).run(&COLUMNS, data("customers_day1.csv")).expect(0);
    assert_eq!(ended.stderr, "");
    assert!(!ended.stdout.contains('\x1b'));
}

/// `script`, of every Linux, runs a command on a terminal and writes down what it shows.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_a_progress_bar_and_hears_of_waits() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let throttle = FaultRule::new(Effect::Throttle).on_endpoint(Endpoint::SegmentMapping).skip(1);
    tiktok.inject([throttle]);
    let command = sync.command(&["--email", "email", "--users-per-request", "500"], sync.table(1_000));
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let line: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut script = Command::new("script");
    script
        .args(["-qec", &line.join(" "), "/dev/null"])
        .env("TIKTOK_ACCESS_TOKEN", "act.simulator")
        .env("TERM", "xterm");
    let shown = Ended::from(script.output().expect("this test needs `script`, of util-linux")).expect(0).stdout;
    for expected in ["asking TikTok", "of 1,000 identifiers sent", "warning: waiting ", "s, then sent again:", "done:"]
    {
        assert!(shown.contains(expected), "{expected} is not in {shown:?}");
    }
}

#[test]
fn the_quickstart_adds_then_changes_then_has_nothing_to_do() {
    let ended = Ended::from(Command::new(example("quickstart")).output().unwrap()).expect(0);
    let counts: Vec<&str> =
        ended.stdout.lines().filter_map(|line| line.trim().strip_prefix("email_sha256: ")).collect();
    assert_eq!(
        counts,
        [
            "1,440 added, 0 removed, 0 unchanged",
            "29 added, 43 removed, 1,397 unchanged",
            "0 added, 0 removed, 1,426 unchanged"
        ]
    );
}

#[test]
fn the_custom_segment_sends_those_who_have_consented() {
    let ended = Ended::from(Command::new(example("custom_segment")).output().unwrap()).expect(0);
    assert!(ended.stdout.contains("email_sha256: 2 added"), "{}", ended.stdout);
}

#[test]
fn a_name_that_tiktok_will_cut_is_told_before_the_audience_is_created() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let name = "x".repeat(71);
    let ended = sync.run(&["--email", "email", "--name", &name], sync.table(1_000)).expect(0);
    let expected = format!("will cut its name (shown \"{}...\")", "x".repeat(67));
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
}

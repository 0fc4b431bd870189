//! Exit codes, and what is said with them.

use std::fs;
use std::path::Path;

use tikaud_tiktok::simulator::{Endpoint, IdType};

use super::support::{ACCOUNT, Ended, Sync, TikTok, files};

const EMAIL: [&str; 2] = ["--email", "email"];

/// Runs what cannot work: nothing reaches TikTok, nothing is written, and the message names the matter.
#[track_caller]
fn usage_error(arguments: &[&str], segment: &str, named: &[&str]) -> Ended {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    let segment = if segment.is_empty() { table } else { sync.directory.path().join(segment) };
    let ended = sync.run(arguments, segment).expect(2);
    assert_eq!(tiktok.requests(), 0);
    assert!(files(&sync.state()).is_empty());
    for name in named {
        assert!(ended.stderr.contains(name), "{name} is not named:\n{}", ended.stderr);
    }
    assert_eq!(ended.stdout, "");
    ended
}

#[test]
fn a_missing_token_is_asked_for_by_the_name_of_its_variable() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let mut command = sync.command(&EMAIL, sync.table(1_000));
    let ended = Ended::from(command.env_remove("TIKTOK_ACCESS_TOKEN").output().unwrap()).expect(2);
    insta::assert_snapshot!(ended.stderr, @"error: there is no access token: set the environment variable TIKTOK_ACCESS_TOKEN to the one that TikTok gave for this ad account");
    assert_eq!(tiktok.requests(), 0);
}

#[test]
fn an_unknown_column_is_answered_with_the_columns_there_are() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.file("buyers.csv", "id,e_mail,phone\n1,ada@example.com,\n");
    let ended = sync.run(&EMAIL, table).expect(2);
    insta::assert_snapshot!(ended.stderr, @r"
    error: the columns cannot be used
      because: the segment has no column `email` that can be read as text; it has: `id`, `e_mail`, `phone`
    ");
    assert_eq!(tiktok.requests(), 0);
}

#[test]
fn wrong_files_are_named() {
    usage_error(&EMAIL, "nowhere.csv", &["nowhere.csv"]);
    usage_error(&EMAIL, "buyers-*.csv", &["buyers-*.csv", "no file matches"]);
    usage_error(&EMAIL, "buyers.xlsx", &["buyers.xlsx"]);
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let ended = sync.run(&EMAIL, sync.file("buyers.txt", "email\n")).expect(2);
    assert!(ended.stderr.contains("buyers.txt") && ended.stderr.contains("parquet"), "{}", ended.stderr);
}

#[test]
fn options_that_do_not_go_together_are_named() {
    usage_error(&[], "", &["--email", "--phone"]);
    usage_error(&["--email", "email", "--email-sha256", "hash"], "", &["--email", "--email-sha256"]);
    usage_error(&["--phone", "p", "--phone-region", "DE", "--phone-region-column", "c"], "", &["--phone-region"]);
    usage_error(&["--email", "email", "--phone-region", "DE"], "", &["--phone"]);
    usage_error(&["--phone", "email", "--phone-region", "XX"], "", &["--phone-region XX", "ISO 3166-1"]);
    usage_error(&["--email", "x", "--phone", "x"], "", &["`x`", "twice"]);
    usage_error(&["--email", "email", "--users-per-request", "10001"], "", &["10001"]);
}

#[test]
fn the_token_does_not_travel_in_clear() {
    let sync = Sync::at("http://tiktok.example.com");
    let ended = sync.run(&EMAIL, sync.table(1_000)).expect(2);
    insta::assert_snapshot!(ended.stderr, @r"
    error: the destination cannot be used
      because: the endpoint http://tiktok.example.com would have the access token travel in clear: use https
    ");
}

#[test]
fn the_state_of_another_audience_is_not_used() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(1_000);
    sync.run(&["--email", "email", "--name", "Buyers"], &table).expect(0);
    let before = tiktok.requests();
    let ended = sync.run(&["--email", "email", "--name", "Leads"], &table).expect(2);
    for named in ["\"Buyers\"", "\"Leads\"", "--state"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
    let other = sync.account("7000000000000000002");
    let ended = other.run(&EMAIL, &table).expect(2);
    for named in [ACCOUNT, "7000000000000000002", "state of its own"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
    assert_eq!(tiktok.requests(), before);
}

#[test]
fn a_segment_below_the_minimum_is_blocked_until_it_is_allowed_by_name() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let table = sync.table(999);
    let blocked = sync.run(&EMAIL, &table).expect(3);
    insta::assert_snapshot!(blocked.stderr, @"To go on with so small an audience, run this once with --allow minimum-size.");
    assert!(blocked.stdout.contains("the segment has 999 identifiers of 999 members; 1,000 are needed at least"));
    sync.run(&["--email", "email", "--allow", "empty-segment"], &table).expect(3);
    assert_eq!(tiktok.audiences(), 0);
    sync.run(&["--email", "email", "--allow", "minimum-size"], &table).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 999);
}

#[test]
fn an_empty_segment_is_blocked_until_it_is_allowed_by_name() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    sync.run(&EMAIL, sync.table(1_000)).expect(0);
    let empty = sync.table(0);
    let blocked = sync.run(&EMAIL, &empty).expect(3);
    insta::assert_snapshot!(blocked.stderr, @"To empty the audience all the same, run this once with --allow empty-segment.");
    sync.run(&["--email", "email", "--allow", "minimum-size"], &empty).expect(3);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 1_000);
    sync.run(&["--email", "email", "--allow", "empty-segment"], &empty).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256), "");
}

#[test]
fn a_token_that_tiktok_does_not_know_is_refused_with_what_to_do() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok).token("act.canarytoken");
    let ended = sync.run(&EMAIL, sync.table(1_000)).expect(4);
    assert!(ended.stderr.contains(ACCOUNT) && ended.stderr.contains("connect again"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("canarytoken"));
}

#[test]
fn an_account_without_permission_is_refused_with_its_id_and_what_to_do() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok).account("7000000000000000003");
    let ended = sync.run(&EMAIL, sync.table(1_000)).expect(4);
    for named in ["7000000000000000003", "Admin or Operator"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
    assert_eq!(tiktok.audiences(), 0);
}

#[test]
fn a_tiktok_out_of_reach_is_a_reason_to_come_back_later() {
    let sync = Sync::at("http://127.0.0.1:9");
    let ended = sync.run(&["--email", "email", "--give-up-after", "0"], sync.table(1_000)).expect(5);
    for named in [ACCOUNT, "run it again later", "no connection to TikTok"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
}

/// Flips one bit in the middle of a file.
fn damage(file: &Path) {
    let mut content = fs::read(file).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(file, content).unwrap();
}

#[test]
fn damaged_state_stops_the_run_before_anything_is_sent() {
    for part in ["generations", "snapshots"] {
        let tiktok = TikTok::start();
        let sync = Sync::with(&tiktok);
        let table = sync.table(1_000);
        sync.run(&EMAIL, &table).expect(0);
        let last = files(&sync.state().join("sync").join(part)).pop().unwrap();
        damage(&last);
        let before = tiktok.requests_to(Endpoint::SegmentMapping);
        let ended = sync.run(&EMAIL, &table).expect(1);
        let name = last.file_name().unwrap().to_str().unwrap();
        assert!(ended.stderr.contains(name) && ended.stderr.contains("restore"), "{}", ended.stderr);
        assert_eq!(tiktok.requests_to(Endpoint::SegmentMapping), before);
    }
}

#[test]
fn a_blocked_plan_is_kept_by_one_process_and_applied_by_another() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    sync.run(&EMAIL, sync.table(3_000)).expect(0);
    let shrunk = sync.table(1_500);
    let kept = sync.run(&["--email", "email", "--prepare"], &shrunk).expect(3).stdout;
    let last = kept.lines().last().unwrap();
    let id = last.split("apply ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(last.ends_with("and allow too-many-removals"), "{kept}");
    sync.run(&["--email", "email", "--apply", id], &shrunk).expect(3);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 3_000);
    sync.run(&["--email", "email", "--apply", id, "--allow", "too-many-removals"], &shrunk).expect(0);
    assert_eq!(tiktok.identifiers(IdType::EmailSha256).lines().count(), 1_500);
    let stale = sync.run(&["--email", "email", "--apply", id], &shrunk).expect(2);
    assert!(stale.stderr.contains("nothing was sent. Prepare it anew"), "{}", stale.stderr);
}

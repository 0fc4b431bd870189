//! The main job: a customer table of two days, and the audiences that an independent implementation made of it.

use tikaud_tiktok::simulator::Endpoint;

use super::support::{Sync, TikTok, data};

pub(super) const COLUMNS: [&str; 6] = ["--email", "email", "--phone", "phone", "--phone-region-column", "country"];

#[test]
fn the_audience_follows_the_table_from_day_to_day() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);

    let first = sync.run(&COLUMNS, data("customers_day1.csv")).expect(0);
    tiktok.assert_holds("day1");
    assert!(first.stdout.contains("email_sha256: 1,509 added, 0 removed"), "{}", first.stdout);
    assert!(first.stdout.contains("phone_sha256: 1,200 added, 0 removed"), "{}", first.stdout);

    let second = sync.run(&COLUMNS, data("customers_day2.csv")).expect(0);
    tiktok.assert_holds("day2");
    assert!(second.stdout.contains("email_sha256: 160 added, 135 removed, 1,374 unchanged"), "{}", second.stdout);
    assert!(second.stdout.contains("phone_sha256: 110 added, 94 removed, 1,106 unchanged"), "{}", second.stdout);

    let mappings = tiktok.requests_to(Endpoint::SegmentMapping);
    let third = sync.run(&COLUMNS, data("customers_day2.csv")).expect(0);
    assert_eq!(tiktok.requests_to(Endpoint::SegmentMapping), mappings);
    assert!(third.stdout.contains("email_sha256: 0 added, 0 removed, 1,534 unchanged"), "{}", third.stdout);
    tiktok.assert_holds("day2");
}

#[test]
fn a_table_that_was_hashed_beforehand_gives_the_same_sets() {
    let tiktok = TikTok::start();
    let hashed = ["--email-sha256", "email", "--phone-sha256", "phone"];
    Sync::with(&tiktok).run(&hashed, data("customers_day1_hashed.csv")).expect(0);
    tiktok.assert_holds("day1");
}

#[test]
fn going_over_from_hashed_columns_to_plain_ones_changes_nothing_in_the_audience() {
    let tiktok = TikTok::start();
    let sync = Sync::with(&tiktok);
    let hashed = ["--name", "Buyers", "--email-sha256", "email", "--phone-sha256", "phone"];
    sync.run(&hashed, data("customers_day1_hashed.csv")).expect(0);
    let plain = sync.run(&COLUMNS, data("customers_day1.csv")).expect(0);
    assert!(plain.stdout.contains("email_sha256: 0 added, 0 removed, 1,509 unchanged"), "{}", plain.stdout);
    tiktok.assert_holds("day1");
}

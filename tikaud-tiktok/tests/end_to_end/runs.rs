//! What a run sends, and what the audience holds after it.

use tikaud_core::activation::{Activation, Outcome, RunOptions};
use tikaud_core::identifier::{Field, FieldMapping, PhoneRegion};
use tikaud_core::segment::MemorySegment;
use tikaud_tiktok::simulator::IdType;

use crate::scene::{People, Scene, buyers, by_email, email_digests, options, sorted_hex};
use sha2::{Digest, Sha256};

/// A run of these people with every guard in force, in batches of 500.
async fn run(scene: &Scene, people: &People) -> tikaud_core::activation::Report {
    let destination = scene.destination().batch_users(500);
    let activation = scene.activation(buyers(people), by_email(), destination).build().unwrap();
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
    scene.assert_holds(people);
    report
}

#[tokio::test]
async fn a_first_run_proves_the_account_creates_the_audience_and_fills_it() {
    let scene = Scene::new().await;
    let report = run(&scene, &(0..1200).collect()).await;
    assert_eq!(report.plan.warnings, [""; 0]);
    assert_eq!(report.warnings, [""; 0]);
    let audience = report.audience.unwrap();
    assert_eq!((audience.id.as_str(), audience.created), (scene.audience().id(), true));
    assert_eq!(scene.audience().name(), "Buyers");
    insta::assert_snapshot!(scene.log_after(0), @r"
    advertiser/info/: 0
    dmp/custom_audience/list/: 0
    dmp/custom_audience/list/: 0
    segment/audience/ create: 0
    dmp/custom_audience/get/: 0
    segment/mapping/ add of 500: 0
    segment/mapping/ add of 500: 0
    segment/mapping/ add of 200: 0
    ");
}

#[tokio::test]
async fn a_later_run_sends_who_left_and_who_came_and_nothing_else() {
    let scene = Scene::new().await;
    run(&scene, &(0..1200).collect()).await;
    let first = scene.requests();
    let report = run(&scene, &(100..1300).collect()).await;
    assert_eq!((report.kinds[0].added, report.kinds[0].removed), (100, 100));
    assert_eq!(report.traffic.requests, 2);
    insta::assert_snapshot!(scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    segment/mapping/ delete of 100: 0
    segment/mapping/ add of 100: 0
    ");
}

#[tokio::test]
async fn a_run_that_finds_no_change_asks_once_whether_the_audience_is_there() {
    let scene = Scene::new().await;
    let people = (0..1200).collect();
    let generation = run(&scene, &people).await.generation;
    let first = scene.requests();
    assert_eq!(run(&scene, &people).await.generation, generation);
    insta::assert_snapshot!(scene.log_after(first), @"dmp/custom_audience/get/: 0");
}

#[tokio::test]
async fn batches_in_flight_together_all_arrive() {
    let scene = Scene::new().await;
    let people: People = (0..1200).collect();
    let destination = scene.destination().batch_users(50).max_in_flight(8);
    let activation = scene.activation(buyers(&people), by_email(), destination).build().unwrap();
    assert_eq!(activation.run(&RunOptions::new()).await.unwrap().outcome, Outcome::Done);
    scene.assert_holds(&people);
    assert_eq!(scene.users_taken(), [50; 24]);
}

/// Runs over rows of an address and a phone number.
async fn run_rows(scene: &Scene, rows: &[[&str; 2]]) {
    let rows = rows.iter().map(|row| row.map(|cell| Some(cell).filter(|cell| !cell.is_empty())));
    let segment = MemorySegment::try_new("Buyers", ["email", "phone"], rows).unwrap();
    let fields = [("email", Field::Email), ("phone", Field::Phone(PhoneRegion::Fixed("GB".parse().unwrap())))];
    let mapping = FieldMapping::try_new(fields).unwrap();
    let activation = scene.activation(segment, mapping, scene.destination()).build().unwrap();
    let report = activation.run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done, "{report}");
}

fn digests<const N: usize>(values: [&str; N]) -> Vec<String> {
    sorted_hex(values.map(Sha256::digest))
}

#[tokio::test]
async fn a_phone_that_two_members_share_stays_until_the_last_of_them_leaves() {
    let scene = Scene::new().await;
    let (ada, grace) = (["ada@example.com", "020 7183 8750"], ["grace@example.com", "+44 20 7183 8750"]);
    let linus = ["linus@example.com", ""];
    run_rows(&scene, &[ada, grace, linus]).await;
    assert_eq!(scene.held(IdType::PhoneSha256), digests(["+442071838750"]));

    run_rows(&scene, &[grace, linus]).await;
    assert_eq!(scene.held(IdType::EmailSha256), digests(["grace@example.com", "linus@example.com"]));
    assert_eq!(scene.held(IdType::PhoneSha256), digests(["+442071838750"]));

    run_rows(&scene, &[linus]).await;
    assert_eq!(scene.held(IdType::EmailSha256), digests(["linus@example.com"]));
    assert_eq!(scene.held(IdType::PhoneSha256), digests([]));
}

#[tokio::test]
async fn an_address_that_changes_takes_the_old_one_out() {
    let scene = Scene::new().await;
    run_rows(&scene, &[["ada@example.com", "+442071838750"]]).await;
    let first = scene.requests();
    run_rows(&scene, &[["ada.lovelace@example.com", "+442071838750"]]).await;
    assert_eq!(scene.held(IdType::EmailSha256), digests(["ada.lovelace@example.com"]));
    assert_eq!(scene.held(IdType::PhoneSha256), digests(["+442071838750"]));
    insta::assert_snapshot!(scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    segment/mapping/ delete of 1: 0
    segment/mapping/ add of 1: 0
    ");
}

#[tokio::test]
async fn what_others_put_into_the_audience_is_left_alone() {
    let scene = Scene::new().await;
    scene.run(&(0..9).collect()).await;
    let stranger = email_digests(&People::from([1000]));
    let body = serde_json::json!({
        "advertiser_ids": [crate::scene::ACCOUNT], "action": "add", "id_schema": ["EMAIL_SHA256"],
        "batch_data": [[{"id": stranger[0], "audience_ids": [scene.audience().id()]}]],
    });
    crate::scene::post(&mut scene.server.simulator(), tikaud_tiktok::simulator::Endpoint::SegmentMapping, &body);
    scene.try_run(&(3..6).collect(), &scene.client).await.unwrap();
    scene.assert_holds(&People::from([3, 4, 5, 1000]));
}

#[tokio::test]
async fn a_segment_too_small_for_ads_sends_nothing_and_says_so() {
    let scene = Scene::new().await;
    let destination = scene.destination();
    let activation = scene.activation(buyers(&(0..999).collect()), by_email(), destination).build().unwrap();
    let report = activation.run(&RunOptions::new()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Blocked);
    assert!(scene.server.simulator().audiences().is_empty());
    let reason = &report.plan.blocked_by().next().unwrap().reason;
    insta::assert_snapshot!(reason, @"the segment has 999 identifiers of 999 members; 1,000 are needed at least");
}

//! Activations whose audiences are customer files: the engine itself, day by day.

use std::sync::Arc;

use tikaud_core::activation::{Activation, Outcome, Report, RunOptions};
use tikaud_core::plan::Guard;
use tikaud_tiktok::AudienceKind;
use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule};

use super::runs::Story;
use crate::scene::{People, buyers, by_email};

impl Story {
    /// A run of the engine, however it ends.
    async fn activate(&self, people: &People, options: &RunOptions) -> Report {
        let destination = self.scene.destination().audience_kind(AudienceKind::CustomerFile).clock(self.clock.clone());
        let activation = self.scene.activation(buyers(people), by_email(), destination);
        activation.clock(Arc::new(self.clock.clone())).build().unwrap().run(options).await.unwrap()
    }

    /// Runs, two days apart, until one is done; how often the audience was busy.
    async fn activate_in_time(&self, people: &People) -> u32 {
        for waited in 0..4 {
            let report = self.activate(people, &RunOptions::new()).await;
            if report.outcome == Outcome::Done {
                self.scene.assert_holds(people);
                return waited;
            }
            assert_eq!(report.outcome, Outcome::Pending, "{report}");
            self.clock.pass_hours(49);
        }
        panic!("four runs were not enough");
    }
}

#[tokio::test]
async fn an_audience_is_made_with_its_first_file_and_kept_equal_by_files() {
    let story = Story::new().await;
    let first = story.activate(&(0..1_200).collect(), &RunOptions::new()).await;
    assert_eq!(first.outcome, Outcome::Done, "{first}");
    assert!(first.audience.as_ref().unwrap().created, "{first}");
    assert_eq!((first.kinds[0].added, first.kinds[0].pending), (1_200, 0));
    story.scene.assert_holds(&(0..1_200).collect());

    story.clock.pass_hours(49);
    assert_eq!(story.activate_in_time(&(0..1_500).collect()).await, 0);
    let requests = story.scene.requests();
    assert_eq!(story.activate_in_time(&(0..1_500).collect()).await, 0);
    // Proving that the audience is there is all that a run without changes does.
    assert_eq!(story.scene.requests(), requests + 1);
}

#[tokio::test]
async fn while_the_audience_is_busy_a_run_ends_pending_and_the_next_carries_on() {
    let story = Story::new().await;
    story.activate_in_time(&(0..1_500).collect()).await;
    story.clock.pass_hours(49);
    let report = story.activate(&(200..1_700).collect(), &RunOptions::new()).await;
    assert_eq!(report.outcome, Outcome::Pending, "{report}");
    // Leavers went first; entrants wait until TikTok has processed that.
    assert_eq!((report.kinds[0].removed, report.kinds[0].added, report.kinds[0].pending), (200, 0, 200));
    assert!(report.resume_at.is_some_and(|at| at > report.started), "{report}");
    story.clock.pass_hours(49);
    assert_eq!(story.activate_in_time(&(200..1_700).collect()).await, 0);
}

#[tokio::test]
async fn an_audience_that_would_be_too_small_is_refused_before_tiktok_is_asked() {
    let story = Story::new().await;
    let report = story.activate(&(0..999).collect(), &RunOptions::new()).await;
    assert_eq!(report.outcome, Outcome::Blocked, "{report}");
    // Passing the guard over is not enough: TikTok would refuse.
    let report = story.activate(&(0..999).collect(), &RunOptions::new().allow(Guard::MinimumSize)).await;
    assert_eq!(report.outcome, Outcome::Refused, "{report}");
    assert!(!story.scene.log_after(0).contains("create"), "{}", story.scene.log_after(0));
    story.activate_in_time(&(0..1_000).collect()).await;
}

#[tokio::test]
async fn an_audience_whose_making_lost_its_reply_is_found_again_and_not_made_twice() {
    let story = Story::new().await;
    story.scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::CustomAudienceCreate).times(9)]);
    let report = story.activate(&(0..1_200).collect(), &RunOptions::new()).await;
    assert_ne!(report.outcome, Outcome::Done, "{report}");
    story.scene.inject([]);
    story.clock.pass_hours(49);
    // Who has left meanwhile, and may be in it, is taken out.
    story.activate_in_time(&(100..1_300).collect()).await;
    story.scene.audience();
}

#[tokio::test]
async fn a_resync_replaces_the_audience_once_a_day() {
    let story = Story::new().await;
    story.activate_in_time(&(0..1_500).collect()).await;
    story.clock.pass_hours(49);
    let first = story.scene.requests();
    let report = story.activate(&(100..1_600).collect(), &RunOptions::new().resync()).await;
    assert_eq!(
        (report.outcome, report.kinds[0].added, report.kinds[0].removed),
        (Outcome::Done, 1_500, 100),
        "{report}"
    );
    assert!(story.scene.log_after(first).contains("replace"), "{}", story.scene.log_after(first));
    story.scene.assert_holds(&(100..1_600).collect());

    // Not so soon again: the changes go instead, when the audience can take them.
    story.clock.pass_hours(1);
    let report = story.activate(&(200..1_700).collect(), &RunOptions::new().resync()).await;
    assert_eq!(report.outcome, Outcome::Pending, "{report}");
    story.clock.pass_hours(49);
    story.activate_in_time(&(200..1_700).collect()).await;
}

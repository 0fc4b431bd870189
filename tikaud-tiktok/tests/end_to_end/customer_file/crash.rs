//! A run may end at any request: runs that come later make audience and segment equal, in one audience.

use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, HttpBody};
use tikaud_tiktok::{AudienceKind, TikTokDestination};

use super::engine::{Manner, ordinary};
use super::runs::Story;
use crate::scene::People;

/// What keeps a request from being carried out.
fn before_it_takes_effect() -> Vec<Effect> {
    vec![
        Effect::DropRequest,
        Effect::Http { status: 502, body: HttpBody::Html },
        Effect::Answer { code: 50000, message: "System error".to_owned() },
        Effect::Answer { code: 40910, message: "The file has expired".to_owned() },
        Effect::PermissionError,
    ]
}

/// What keeps the caller from hearing that it was.
fn after_it_took_effect() -> Vec<Effect> {
    vec![Effect::LoseReply, Effect::TruncateBody]
}

/// A destination that sends nothing again: a request that fails is a run that fails.
fn resigned(story: &Story) -> TikTokDestination {
    let destination = story.scene.destination_by(&story.scene.resigned_client());
    destination.audience_kind(AudienceKind::CustomerFile).clock(story.clock.clone()).build().unwrap()
}

/// Lets the n-th request of the second run go wrong, then completes a third. False when it had no n-th request.
async fn survives(people: &[People; 3], nth: u64, effect: Effect, manner: Manner) -> bool {
    let [before, broken, after] = people;
    let mut story = Story::new().await;
    if !before.is_empty() {
        story.complete(before).await;
        story.clock.pass_hours(49);
    }
    story.scene.inject([FaultRule::new(effect).skip(nth)]);
    let destination = resigned(&story);
    // However it ends.
    let _ = story.state.run(&destination, broken, manner).await;
    let hit = story.scene.server.simulator().requests().iter().any(|request| request.fault.is_some());
    story.scene.inject([]);
    story.complete_in_time(after).await;
    hit
}

async fn survives_everywhere(people: [People; 3], effects: Vec<Effect>, manner: Manner, requests: u64) {
    for effect in effects {
        let mut nth = 0;
        while survives(&people, nth, effect.clone(), manner).await {
            nth += 1;
        }
        assert!(nth >= requests, "{effect:?} struck {nth} requests only");
    }
}

/// The run writes down what came of it.
async fn lives(people: [People; 3], effects: Vec<Effect>, requests: u64) {
    survives_everywhere(people, effects, ordinary(), requests).await;
}

/// The run ends before it has written anything down of what came of it.
async fn dies(people: [People; 3], effects: Vec<Effect>, requests: u64) {
    survives_everywhere(people, effects, Manner { dies_at_the_end: true, ..ordinary() }, requests).await;
}

fn first_run() -> [People; 3] {
    [People::new(), (0..1_200).collect(), (100..1_300).collect()]
}

fn later_run() -> [People; 3] {
    [(0..1_500).collect(), (300..1_700).collect(), (100..1_600).collect()]
}

/// Looking for namesakes, the upload, the creation.
#[tokio::test]
async fn a_first_run_may_end_before_any_request_takes_effect() {
    lives(first_run(), before_it_takes_effect(), 3).await;
}

#[tokio::test]
async fn a_first_run_may_end_after_any_request_took_effect() {
    lives(first_run(), after_it_took_effect(), 3).await;
}

/// Opening, two uploads, two changes of which the second is refused, and looking why.
#[tokio::test]
async fn a_run_that_adds_and_removes_may_end_before_any_request_takes_effect() {
    lives(later_run(), before_it_takes_effect(), 6).await;
}

#[tokio::test]
async fn a_run_that_adds_and_removes_may_end_after_any_request_took_effect() {
    lives(later_run(), after_it_took_effect(), 6).await;
}

#[tokio::test]
async fn a_process_may_die_after_any_request_of_a_first_run_took_effect() {
    dies(first_run(), vec![Effect::LoseReply], 3).await;
}

#[tokio::test]
async fn a_process_may_die_after_any_request_of_a_run_that_adds_and_removes_took_effect() {
    dies(later_run(), vec![Effect::LoseReply], 6).await;
}

#[tokio::test]
async fn a_create_whose_reply_is_lost_is_found_again_by_name_and_not_repeated() {
    let mut story = Story::new().await;
    story.scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::CustomAudienceCreate).times(9)]);
    let error = story.run(&(0..1_200).collect()).await.failed();
    assert!(error.may_have_happened());
    assert!(story.state.pending_create.is_some() && story.state.audience.is_none());
    story.scene.inject([]);
    story.complete_in_time(&(50..1_300).collect()).await;
    let creates = |request: &&tikaud_tiktok::simulator::LoggedRequest| request.path.ends_with("/create/");
    assert_eq!(story.scene.server.simulator().requests().iter().filter(creates).count(), 1);
}

#[tokio::test]
async fn an_update_whose_reply_is_lost_finds_the_audience_busy_and_nobody_is_taken_for_certain() {
    let mut story = Story::new().await;
    story.complete(&(0..1_500).collect()).await;
    story.clock.pass_hours(49);
    story.scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::CustomAudienceUpdate)]);
    let first = story.scene.requests();
    let error = story.run(&(0..1_600).collect()).await.failed();
    assert_eq!(error.kind(), tikaud_core::destination::DestinationErrorKind::Busy);
    assert!(error.may_have_happened());
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 100: 0
    dmp/custom_audience/update/ append: 0 (lose_reply)
    dmp/custom_audience/update/ append: 40002
    dmp/custom_audience/get/: 0
    ");
    assert_eq!(story.state.confirmed, (0..1_500).collect());
    assert_eq!(story.state.possible, (0..1_600).collect());
    // Who left meanwhile is taken out all the same.
    story.complete_in_time(&(0..1_550).collect()).await;
}

//! A run may end at any request: the next one that completes makes audience and segment equal, in one audience.

use tikaud_tiktok::TikTokClient;
use tikaud_tiktok::simulator::{DescriptionRule, Effect, FaultRule, HttpBody, World};

use crate::scene::{People, Scene};

/// What keeps a request from being carried out.
fn before_it_takes_effect() -> Vec<Effect> {
    vec![
        Effect::DropRequest,
        Effect::Http { status: 502, body: HttpBody::Html },
        Effect::Answer { code: 50000, message: "System error".to_owned() },
        Effect::PermissionError,
        Effect::TokenError,
    ]
}

/// What keeps the caller from hearing that it was.
fn after_it_took_effect() -> Vec<Effect> {
    vec![Effect::LoseReply, Effect::TruncateBody]
}

/// Runs of these people one after the other, of which the second is broken off.
struct Story {
    scene: Scene,
    resigned: TikTokClient,
    people: [People; 3],
    /// Requests that the second run has at least.
    requests: u64,
}

impl Story {
    async fn new(rule: DescriptionRule, people: [People; 3], requests: u64) -> Self {
        let mut world = World::default();
        world.description = rule;
        let scene = Scene::of(world).await;
        Self { resigned: scene.resigned_client(), scene, people, requests }
    }

    /// Lets the n-th request of the second run go wrong, then completes a third. False when it had no n-th request.
    async fn survives(&mut self, nth: u64, effect: Effect) -> bool {
        let (scene, [before, broken, after]) = (&mut self.scene, &self.people);
        scene.begin_again();
        if !before.is_empty() {
            scene.run(before).await;
        }
        scene.inject([FaultRule::new(effect).skip(nth)]);
        // However it ends.
        let _ = scene.try_run(broken, &self.resigned).await;
        let hit = scene.server.simulator().requests().iter().any(|request| request.fault.is_some());
        scene.inject([]);
        scene.run(after).await;

        let first = scene.requests();
        scene.run(after).await;
        assert_eq!(scene.log_after(first), "dmp/custom_audience/get/: 0", "a run without changes has sent something");
        hit
    }

    async fn survives_everywhere(mut self, effects: Vec<Effect>) {
        for effect in effects {
            let mut nth = 0;
            while self.survives(nth, effect.clone()).await {
                nth += 1;
            }
            assert!(nth >= self.requests, "{effect:?} struck {nth} requests only");
        }
    }
}

/// Connecting takes two requests, looking for namesakes, creating and opening one each.
async fn first_run() -> Story {
    let people = [People::new(), (0..9).collect(), (4..12).collect()];
    Story::new(DescriptionRule::Accept, people, 2 + 3 + 3).await
}

/// The same with a second create.
async fn first_run_without_description() -> Story {
    let people = [People::new(), (0..3).collect(), (2..5).collect()];
    Story::new(DescriptionRule::Refuse, people, 2 + 4 + 1).await
}

/// Connecting is opening.
async fn later_run() -> Story {
    let people = [(0..9).collect(), (5..14).collect(), (0..7).collect()];
    Story::new(DescriptionRule::Accept, people, 1 + 2 + 2).await
}

/// Four requests at a time: what is under way when one fails is answered all the same.
async fn run_with_requests_in_flight() -> Story {
    let people = [(0..12).collect(), (5..24).collect(), (3..18).collect()];
    let mut story = Story::new(DescriptionRule::Accept, people, 1 + 2 + 4).await;
    story.scene.in_flight = 4;
    story
}

#[tokio::test]
async fn a_first_run_may_end_before_any_request_takes_effect() {
    first_run().await.survives_everywhere(before_it_takes_effect()).await;
}

#[tokio::test]
async fn a_first_run_may_end_after_any_request_took_effect() {
    first_run().await.survives_everywhere(after_it_took_effect()).await;
}

#[tokio::test]
async fn a_first_run_whose_description_is_refused_may_end_before_any_request_takes_effect() {
    first_run_without_description().await.survives_everywhere(before_it_takes_effect()).await;
}

#[tokio::test]
async fn a_first_run_whose_description_is_refused_may_end_after_any_request_took_effect() {
    first_run_without_description().await.survives_everywhere(after_it_took_effect()).await;
}

#[tokio::test]
async fn a_run_that_adds_and_removes_may_end_before_any_request_takes_effect() {
    later_run().await.survives_everywhere(before_it_takes_effect()).await;
}

#[tokio::test]
async fn a_run_that_adds_and_removes_may_end_after_any_request_took_effect() {
    later_run().await.survives_everywhere(after_it_took_effect()).await;
}

#[tokio::test]
async fn a_run_with_requests_in_flight_may_end_before_any_of_them_takes_effect() {
    run_with_requests_in_flight().await.survives_everywhere(before_it_takes_effect()).await;
}

#[tokio::test]
async fn a_run_with_requests_in_flight_may_end_after_any_of_them_took_effect() {
    run_with_requests_in_flight().await.survives_everywhere(after_it_took_effect()).await;
}

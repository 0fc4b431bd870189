//! A run may end at any request: the next one that completes makes audience and segment equal, in one audience.

use tikaud_tiktok::TikTokClient;
use tikaud_tiktok::simulator::{DescriptionRule, Effect, FaultRule, HttpBody, World};

use crate::scene::{People, Scene};

/// Every way in which a request can go wrong, before it is carried out and after.
fn effects() -> Vec<Effect> {
    vec![
        Effect::DropRequest,
        Effect::LoseReply,
        Effect::TruncateBody,
        Effect::Http { status: 502, body: HttpBody::Html },
        Effect::Answer { code: 50000, message: "System error".to_owned() },
        Effect::PermissionError,
        Effect::TokenError,
    ]
}

/// Runs of these people one after the other, of which the second is broken off.
struct Story {
    scene: Scene,
    resigned: TikTokClient,
    people: [People; 3],
}

impl Story {
    async fn new(rule: DescriptionRule, people: [People; 3]) -> Self {
        let mut world = World::default();
        world.description = rule;
        let scene = Scene::of(world).await;
        Self { resigned: scene.resigned_client(), scene, people }
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

    async fn survives_everywhere(mut self, least: u64) {
        for effect in effects() {
            let mut nth = 0;
            while self.survives(nth, effect.clone()).await {
                nth += 1;
            }
            assert!(nth >= least, "{effect:?} struck {nth} requests only");
        }
    }
}

#[tokio::test]
async fn a_first_run_may_end_at_any_request() {
    let people = [People::new(), (0..9).collect(), (4..12).collect()];
    Story::new(DescriptionRule::Accept, people).await.survives_everywhere(2 + 1 + 1 + 1 + 3).await;
}

#[tokio::test]
async fn a_first_run_whose_description_is_refused_may_end_at_any_request() {
    let people = [People::new(), (0..3).collect(), (2..5).collect()];
    Story::new(DescriptionRule::Refuse, people).await.survives_everywhere(2 + 1 + 2 + 1 + 1).await;
}

#[tokio::test]
async fn a_run_that_adds_and_removes_may_end_at_any_request() {
    let people = [(0..9).collect(), (5..14).collect(), (0..7).collect()];
    Story::new(DescriptionRule::Accept, people).await.survives_everywhere(1 + 2 + 2).await;
}

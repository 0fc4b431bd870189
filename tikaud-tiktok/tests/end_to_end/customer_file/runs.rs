//! Runs of an audience of customer files, day by day.

use tikaud_core::destination::{Destination, DestinationErrorKind as Kind, Retry};
use tikaud_tiktok::simulator::{Endpoint, World};
use tikaud_tiktok::{AudienceKind, CustomerFiles, TikTokDestination};

use super::engine::{Manner, Ran, State, TestClock, ordinary};
use crate::scene::{People, Scene, chain};

/// A simulated TikTok, our state, and the time of both.
pub(super) struct Story {
    pub(super) scene: Scene,
    pub(super) state: State,
    pub(super) clock: TestClock,
}

impl Story {
    pub(super) async fn new() -> Self {
        Self::of(World::default()).await
    }

    pub(super) async fn of(world: World) -> Self {
        let clock = TestClock::new();
        let theirs = clock.clone();
        let scene = Scene::at(world, move || tikaud_core::state::Clock::now(&theirs)).await;
        Self { scene, state: State::default(), clock }
    }

    pub(super) fn destination(&self) -> TikTokDestination {
        self.destination_with(CustomerFiles::default())
    }

    fn destination_with(&self, files: CustomerFiles) -> TikTokDestination {
        let destination = self.scene.destination().audience_kind(AudienceKind::CustomerFile).customer_files(files);
        destination.clock(self.clock.clone()).build().unwrap()
    }

    /// A run that may end in whatever way.
    pub(super) async fn run(&mut self, people: &People) -> Ran {
        let destination = self.destination();
        self.state.run(&destination, people, ordinary()).await
    }

    /// A run that has to make the audience equal these people.
    pub(super) async fn complete(&mut self, people: &People) {
        self.run(people).await.done();
        self.scene.assert_holds(people);
        assert_eq!((&self.state.confirmed, &self.state.possible), (people, people));
    }

    /// Runs, two days apart, until the audience equals these people: three at most, for leavers, entrants, and what was
    /// lost before.
    pub(super) async fn complete_in_time(&mut self, people: &People) {
        for _ in 0..3 {
            self.clock.pass_hours(49);
            if self.run(people).await.failure.is_none() {
                break;
            }
        }
        self.scene.assert_holds(people);
        assert_eq!((&self.state.confirmed, &self.state.possible), (people, people));
    }
}

#[tokio::test]
async fn a_first_load_appends_and_removals_go_by_files() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    insta::assert_snapshot!(story.scene.log_after(0), @r"
    dmp/custom_audience/list/: 0
    dmp/custom_audience/file/upload/ of 1200: 0
    dmp/custom_audience/create/: 0
    ");
    assert_eq!(story.scene.audience().name(), "Buyers");

    story.clock.pass_hours(24);
    let first = story.scene.requests();
    story.complete(&(0..1_500).collect()).await;
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 300: 0
    dmp/custom_audience/update/ append: 0
    ");

    story.clock.pass_hours(24);
    let first = story.scene.requests();
    story.complete(&(100..1_500).collect()).await;
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 100: 0
    dmp/custom_audience/update/ remove: 0
    ");

    // Without a change nothing is sent.
    let first = story.scene.requests();
    story.complete(&(100..1_500).collect()).await;
    assert_eq!(story.scene.requests(), first);
}

#[tokio::test]
async fn leavers_go_first_and_entrants_wait_until_tiktok_is_done() {
    let mut story = Story::new().await;
    story.complete(&(0..1_500).collect()).await;
    story.clock.pass_hours(24);
    let (after, first) = ((200..1_700).collect::<People>(), story.scene.requests());
    let busy = story.run(&after).await.failed();
    assert_eq!((busy.kind(), busy.may_have_happened()), (Kind::Busy, false));
    assert!(matches!(busy.retry(), Retry::After(wait) if !wait.is_zero()), "{busy:?}");
    insta::assert_snapshot!(chain(&busy), @r#"
    audience 7100000000000000001 of ad account 7000000000000000001 is being processed, for 48 hours at most, and TikTok takes no change meanwhile; the next run carries on (code 40002, request SIM0000000000000008)
    TikTok answered: "Audience is not editable, please check audience status."
    "#);
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 200: 0
    dmp/custom_audience/update/ remove: 0
    dmp/custom_audience/file/upload/ of 200: 0
    dmp/custom_audience/update/ append: 40002
    dmp/custom_audience/get/: 0
    ");
    story.scene.assert_holds(&(200..1_500).collect());
    assert_eq!(story.state.confirmed, (200..1_500).collect());

    story.clock.pass_hours(24);
    story.complete(&after).await;
}

#[tokio::test]
async fn where_tiktok_is_done_at_once_one_run_does_both() {
    let mut world = World::default();
    world.applied_after_seconds = 0;
    let mut story = Story::of(world).await;
    story.complete(&(0..1_500).collect()).await;
    story.complete(&(200..1_700).collect()).await;
}

#[tokio::test]
async fn an_audience_that_is_still_being_made_takes_no_upload() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    story.clock.pass_hours(1);
    let first = story.scene.requests();
    let ran = story.run(&(0..1_300).collect()).await;
    assert_eq!(ran.requests, 0);
    let busy = ran.failed();
    assert_eq!(busy.kind(), Kind::Busy);
    insta::assert_snapshot!(busy, @"audience 7100000000000000001 of ad account 7000000000000000001 is being processed, for 48 hours at most, and TikTok takes no change meanwhile; the next run carries on");
    assert_eq!(story.scene.log_after(first), "dmp/custom_audience/get/: 0");
    assert_eq!(story.state.possible, (0..1_200).collect(), "nobody is taken for a member who was not sent");
}

#[tokio::test]
async fn entrants_go_first_where_too_few_would_be_left_without_them() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    story.clock.pass_hours(24);
    let first = story.scene.requests();
    let busy = story.run(&(1_200..2_400).collect()).await.failed();
    assert_eq!(busy.kind(), Kind::Busy);
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 1200: 0
    dmp/custom_audience/update/ append: 0
    dmp/custom_audience/file/upload/ of 1200: 0
    dmp/custom_audience/update/ remove: 40002
    dmp/custom_audience/get/: 0
    ");
    story.scene.assert_holds(&(0..2_400).collect());

    story.clock.pass_hours(24);
    story.complete(&(1_200..2_400).collect()).await;
}

#[tokio::test]
async fn a_new_audience_of_too_few_people_is_not_asked_for() {
    let mut story = Story::new().await;
    let error = story.run(&(0..999).collect()).await.failed();
    assert_eq!((error.kind(), error.retry()), (Kind::InvalidInput, Retry::Never));
    insta::assert_snapshot!(error, @"a new audience of ad account 7000000000000000001 would have 999 people at most, and TikTok takes no customer file audience of fewer than 1000; nothing was asked for");
    assert_eq!(story.scene.log_after(0), "dmp/custom_audience/list/: 0");
    assert_eq!(story.state, State::default());
}

#[tokio::test]
async fn a_change_that_leaves_too_few_people_is_not_asked_for() {
    let mut story = Story::new().await;
    let people: People = (0..1_200).collect();
    story.complete(&people).await;
    story.clock.pass_hours(24);
    let first = story.scene.requests();
    let error = story.run(&(0..999).collect()).await.failed();
    assert_eq!((error.kind(), error.retry()), (Kind::InvalidInput, Retry::Never));
    insta::assert_snapshot!(error, @"audience 7100000000000000001 of ad account 7000000000000000001 would have 999 people at most, and TikTok takes no customer file audience of fewer than 1000; nothing was asked for");
    assert_eq!(story.scene.log_after(first), "dmp/custom_audience/get/: 0");
    story.scene.assert_holds(&people);
    assert_eq!((&story.state.confirmed, &story.state.possible), (&people, &people));
}

/// TikTok counts the people that it has matched, who may be fewer than the identifiers that we know of.
#[tokio::test]
async fn a_removal_that_tiktok_finds_too_large_waits_until_the_entrants_are_in() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    story.clock.pass_hours(72);
    // Somebody else has taken people out meanwhile.
    let held = story.state.clone();
    story.run(&(0..1_001).collect()).await.done();
    story.state = held;
    story.clock.pass_hours(72);

    let (after, first) = ((50..1_150).chain(5_000..5_100).collect::<People>(), story.scene.requests());
    let error = story.run(&after).await.failed();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert!(matches!(error.retry(), Retry::After(_)), "it is worth asking again: {error:?}");
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 100: 0
    dmp/custom_audience/update/ remove: 40002
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 100: 0
    dmp/custom_audience/update/ append: 0
    ");
    story.clock.pass_hours(49);
    story.run(&after).await.done();
    assert_eq!(story.scene.held(tikaud_tiktok::simulator::IdType::EmailSha256).len(), 1_001 - 50 + 100);
}

#[tokio::test]
async fn all_is_replaced_once_a_day_and_the_next_time_is_known_without_asking() {
    let mut story = Story::new().await;
    story.complete(&(0..1_500).collect()).await;
    story.clock.pass_hours(24);
    let replacing = Manner { replaces: true, ..ordinary() };
    let (after, first) = ((1_000..2_500).collect::<People>(), story.scene.requests());
    let destination = story.destination();
    story.state.run(&destination, &after, replacing).await.done();
    story.scene.assert_holds(&after);
    assert_eq!((&story.state.confirmed, &story.state.possible), (&after, &after));
    insta::assert_snapshot!(story.scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/file/upload/ of 1500: 0
    dmp/custom_audience/update/ replace: 0
    ");

    story.clock.pass_hours(23);
    let first = story.scene.requests();
    let error = story.state.run(&destination, &(0..1_500).collect(), replacing).await.failed();
    assert_eq!((error.kind(), error.retry()), (Kind::Busy, Retry::After(std::time::Duration::from_secs(3_600))));
    assert_eq!(story.scene.log_after(first), "dmp/custom_audience/get/: 0");

    story.clock.pass_hours(1);
    story.state.run(&destination, &(0..1_500).collect(), replacing).await.done();
    story.scene.assert_holds(&(0..1_500).collect());
}

#[tokio::test]
async fn many_files_go_in_one_request_and_the_rest_of_a_new_audience_waits() {
    let mut story = Story::new().await;
    let mut files = CustomerFiles::default();
    files.file_bytes = 1_000_000;
    let destination = story.destination_with(files);
    let people: People = (0..50_000).collect();
    let large = Manner { batch: 5_000, ..ordinary() };
    story.state.run(&destination, &people, large).await.done();
    story.scene.assert_holds(&people);
    insta::assert_snapshot!(story.scene.log_after(0), @r"
    dmp/custom_audience/list/: 0
    dmp/custom_audience/file/upload/ of 15000: 0
    dmp/custom_audience/file/upload/ of 15000: 0
    dmp/custom_audience/file/upload/ of 15000: 0
    dmp/custom_audience/file/upload/ of 5000: 0
    dmp/custom_audience/create/: 0
    ");
}

#[tokio::test]
async fn an_audience_is_renamed() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    let (destination, id) = (story.destination(), story.state.audience.clone().unwrap());
    let busy = destination.rename_audience(&id, "Buyers of May").await.unwrap_err();
    assert_eq!(busy.kind(), Kind::InvalidInput);
    story.clock.pass_hours(24);
    destination.rename_audience(&id, "Buyers of May").await.unwrap();
    assert_eq!(story.scene.audience().name(), "Buyers of May");
    assert_eq!(destination.find_audiences("Buyers of May").await.unwrap().len(), 1);
    let long = "x".repeat(200);
    destination.rename_audience(&id, &long).await.unwrap();
    assert_eq!(story.scene.audience().name(), "x".repeat(125) + "...");
}

#[tokio::test]
async fn an_audience_of_one_kind_is_not_opened_as_one_of_the_other() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    let streaming = story.scene.destination().build().unwrap();
    let id = story.state.audience.clone().unwrap();
    let error = streaming.open_audience(&id).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Configuration);
    assert_eq!(streaming.find_audiences("Buyers").await.unwrap(), []);
    let body = serde_json::json!({"advertiser_id": crate::scene::ACCOUNT, "custom_audience_name": "Streamed"});
    crate::scene::post(&mut story.scene.server.simulator(), Endpoint::SegmentAudience, &body);
    let destination = story.destination();
    assert_eq!(destination.find_audiences("Streamed").await.unwrap(), []);
    let streamed = streaming.find_audiences("Streamed").await.unwrap()[0].id.clone();
    assert_eq!(destination.open_audience(&streamed).await.unwrap_err().kind(), Kind::Configuration);
}

#[tokio::test]
async fn an_expired_audience_is_as_good_as_gone() {
    let mut story = Story::new().await;
    story.complete(&(0..1_200).collect()).await;
    story.clock.pass_hours(366 * 24);
    let error = story.run(&(0..1_300).collect()).await.failed();
    assert_eq!(error.kind(), Kind::NotFound);
    insta::assert_snapshot!(error, @"audience 7100000000000000001 of ad account 7000000000000000001 has expired and can only be deleted; have a new one created");
}

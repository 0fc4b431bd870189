//! Names and descriptions: what is asked for, what TikTok shows, what the report says.

use serde_json::json;
use tikaud_core::activation::{Activation, Outcome, Report, SegmentActivation};
use tikaud_core::destination::Destination;
use tikaud_tiktok::simulator::{DescriptionRule, Effect, Endpoint, FaultRule, World};

use crate::scene::{ACCOUNT, Scene, buyers, by_email, options, post};

const DESCRIPTION: &str = "Bought something in the last 90 days";

fn named(scene: &Scene, name: &str) -> SegmentActivation {
    let activation = scene.activation(buyers(&(0..5).collect()), by_email(), scene.destination());
    activation.name(name).description(DESCRIPTION).build().unwrap()
}

/// A name of so many characters, one of them of two bytes.
fn name_of(characters: usize) -> String {
    format!("É{}", "x".repeat(characters - 1))
}

#[tokio::test]
async fn a_name_of_71_characters_is_cut_and_the_report_says_how() {
    let scene = Scene::new().await;
    let report = named(&scene, &name_of(71)).run(&options()).await.unwrap();
    let shown = format!("{}...", name_of(67));
    assert_eq!(scene.audience().name(), shown);
    let warning = format!(
        "the audience's name has 71 characters, of which the destination keeps no more than 70: it will show `{shown}`; \
         choose a shorter name"
    );
    assert!(report.warnings.contains(&warning), "{report}");
    assert_eq!(report.audience.unwrap().name, name_of(71));
}

#[tokio::test]
async fn a_name_of_70_characters_stays_whole() {
    let scene = Scene::new().await;
    let report = named(&scene, &name_of(70)).run(&options()).await.unwrap();
    assert_eq!(scene.audience().name(), name_of(70));
    assert!(!report.warnings.iter().any(|warning| warning.contains("characters")), "{report}");
}

/// A first run with a description, in a world that treats it like this.
async fn described(rule: DescriptionRule) -> (Scene, Report) {
    let mut world = World::default();
    world.description = rule;
    let scene = Scene::of(world).await;
    let activation = named(&scene, "Buyers");
    let report = activation.run(&options()).await.unwrap();
    // Whatever TikTok does with it, it stays in the state.
    let kept = activation.state().await.unwrap().audience.unwrap().description;
    assert_eq!(kept.as_deref(), Some(DESCRIPTION));
    assert_eq!(report.audience.as_ref().unwrap().description.as_deref(), Some(DESCRIPTION));
    (scene, report)
}

#[tokio::test]
async fn a_description_that_is_taken_is_shown() {
    let (scene, report) = described(DescriptionRule::Accept).await;
    assert_eq!(scene.audience().description(), Some(DESCRIPTION));
    insta::assert_snapshot!(report.warnings.join("\n"), @"the destination's documents name no description of an audience: it is sent all the same, and kept in the state");
}

#[tokio::test]
async fn a_description_that_is_dropped_is_kept_in_the_state() {
    let (scene, _) = described(DescriptionRule::Drop).await;
    assert_eq!(scene.audience().description(), None);
    assert_eq!(scene.log_after(3).lines().next(), Some("segment/audience/ create: 0"));
}

#[tokio::test]
async fn a_description_that_is_refused_is_left_out_once_and_the_report_says_so() {
    let (scene, report) = described(DescriptionRule::Refuse).await;
    assert_eq!(scene.audience().description(), None);
    insta::assert_snapshot!(scene.log_after(2), @r"
    dmp/custom_audience/list/: 0
    segment/audience/ create: 40002
    segment/audience/ create: 0
    dmp/custom_audience/get/: 0
    segment/mapping/ add of 5: 0
    ");
    insta::assert_snapshot!(report.warnings.join("\n"), @r"
    TikTok refused the description (code 40002, request SIM0000000000000004): the audience was created without it
    the destination's documents name no description of an audience: it is sent all the same, and kept in the state
    ");
}

#[tokio::test]
async fn audiences_of_a_name_are_found_on_every_page() {
    let scene = Scene::new().await;
    for number in 0..250 {
        let name = if number % 50 == 7 { "Buyers" } else { "Others" };
        let body = json!({"advertiser_id": ACCOUNT, "action": "create", "custom_audience_name": name});
        post(&mut scene.server.simulator(), Endpoint::SegmentAudience, &body);
    }
    let first = scene.requests();
    let destination = scene.destination().build().unwrap();
    let found = destination.find_audiences("Buyers").await.unwrap();
    let expected: Vec<String> = {
        let simulator = scene.server.simulator();
        let named = simulator.audiences().iter().rev().filter(|audience| audience.name() == "Buyers");
        named.map(|audience| audience.id().to_owned()).collect()
    };
    assert_eq!(found.iter().map(|audience| audience.id.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(expected.len(), 5);
    assert_eq!(scene.requests() - first, 3);
}

#[tokio::test]
async fn an_audience_whose_name_was_cut_is_found_by_its_full_name() {
    let scene = Scene::new().await;
    named(&scene, &name_of(90)).run(&options()).await.unwrap();
    let destination = scene.destination().build().unwrap();
    let found = destination.find_audiences(&name_of(90)).await.unwrap();
    assert_eq!(found.iter().map(|audience| audience.id.as_str()).collect::<Vec<_>>(), [scene.audience().id()]);
    assert_eq!(destination.find_audiences(&name_of(66)).await.unwrap(), []);
}

#[tokio::test]
async fn an_audience_found_after_a_lost_reply_has_the_name_it_was_asked_for_by() {
    let scene = Scene::new().await;
    scene.inject([FaultRule::new(Effect::LoseReply).on_endpoint(Endpoint::SegmentAudience).times(9)]);
    named(&scene, "Buyers").run(&options()).await.unwrap_err();
    scene.inject([]);
    let report = named(&scene, "Buyers").run(&options()).await.unwrap();
    assert_eq!(report.audience.unwrap().name, "Buyers");
    assert_eq!(scene.audience().name(), "Buyers");
}

#[tokio::test]
async fn the_audience_follows_the_activations_name() {
    let scene = Scene::new().await;
    named(&scene, "Buyers").run(&options()).await.unwrap();
    let (first, id) = (scene.requests(), scene.audience().id().to_owned());
    let report = named(&scene, &name_of(90)).run(&options()).await.unwrap();
    assert_eq!(report.audience.unwrap().name, name_of(90));
    assert_eq!((scene.audience().id(), scene.audience().name()), (id.as_str(), (name_of(67) + "...").as_str()));
    insta::assert_snapshot!(scene.log_after(first), @r"
    dmp/custom_audience/get/: 0
    dmp/custom_audience/update/: 0
    ");
    named(&scene, &name_of(90)).run(&options()).await.unwrap();
    named(&scene, "Buyers").run(&options()).await.unwrap();
    assert_eq!(scene.audience().name(), "Buyers");
}

#[tokio::test]
async fn a_name_that_tiktok_refuses_is_a_warning_and_the_run_goes_on() {
    let scene = Scene::new().await;
    named(&scene, "Buyers").run(&options()).await.unwrap();
    scene.inject([FaultRule::new(Effect::Answer { code: 40002, message: "custom_audience_name: not now".to_owned() })
        .on_endpoint(Endpoint::CustomAudienceUpdate)]);
    let report = named(&scene, "Renamed").run(&options()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Done);
    insta::assert_snapshot!(report.warnings.join("\n"), @r"
    the audience could not be renamed and is still called `Buyers`: cannot rename audience 7100000000000000001 of ad account 7000000000000000001: a parameter is wrong, or the audience cannot be edited now; mend the input that TikTok's message names (code 40002, request SIM0000000000000008)
    the activation is now called `Renamed`, and the audience, which was called `Buyers`, is renamed
    ");
}

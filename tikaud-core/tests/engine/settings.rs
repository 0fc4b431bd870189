//! A destination's defaults, and what an activation makes of them.

use std::sync::Arc;

use tikaud_core::activation::{
    Activation, ActivationSettings, ConfiguredDestination, RunOptions, SettingsError, WhenGone,
};
use tikaud_core::destination::MemoryDestination;
use tikaud_core::plan::{Guard, GuardAction, GuardSettings, Verdict};
use tikaud_core::segment::{MemorySegment, Segment};
use tikaud_core::state::MemoryStateStore;

use crate::world::mapping;

fn buyers() -> MemorySegment {
    MemorySegment::try_new("Buyers", ["email"], [[Some("ada@example.com")]]).unwrap().with_description("Who has bought")
}

fn settings() -> ActivationSettings {
    ActivationSettings {
        name: Some("Shop: {segment}".parse().unwrap()),
        description: Some("{description}, kept by the shop".parse().unwrap()),
        mapping: Some(mapping()),
        guards: Some(GuardSettings::default().with(Guard::MinimumSize, GuardAction::Off)),
        ..ActivationSettings::default()
    }
}

fn configured(destination: &MemoryDestination) -> ConfiguredDestination {
    ConfiguredDestination::new(destination.clone(), MemoryStateStore::new()).with_defaults(settings())
}

#[tokio::test]
async fn a_segment_is_activated_by_one_call() {
    let destination = MemoryDestination::new();
    let report = configured(&destination).activate("buyers", buyers()).unwrap().run(&RunOptions::new()).await.unwrap();
    let audience = report.audience.unwrap();
    assert_eq!(audience.name, "Shop: Buyers");
    assert_eq!(audience.description.as_deref(), Some("Who has bought, kept by the shop"));
    assert!(report.plan.guards.iter().all(|verdict| verdict.guard != Guard::MinimumSize));
}

#[tokio::test]
async fn an_activation_says_otherwise_setting_by_setting() {
    let own = ActivationSettings { description: Some("Other".parse().unwrap()), ..ActivationSettings::default() };
    let builder = configured(&MemoryDestination::new()).builder("buyers", buyers(), own).unwrap();
    let plan = builder.name("VIPs").build().unwrap().plan(&RunOptions::new()).await.unwrap();
    assert_eq!((plan.name.as_str(), plan.description.as_deref()), ("VIPs", Some("Other")));
    assert!(plan.guards.iter().all(|verdict| verdict.verdict == Verdict::Passed));
}

#[tokio::test]
async fn without_defaults_name_and_description_are_the_segments_and_a_mapping_is_asked_for() {
    let bare = ConfiguredDestination::new(MemoryDestination::new(), MemoryStateStore::new());
    assert!(matches!(bare.activate("buyers", buyers()), Err(SettingsError::NoMapping)));
    let builder = bare.builder("buyers", buyers(), ActivationSettings::default()).unwrap().mapping(mapping());
    let plan = builder.build().unwrap().plan(&RunOptions::new()).await.unwrap();
    assert_eq!((plan.name.as_str(), plan.description.as_deref()), ("Buyers", Some("Who has bought")));
}

#[tokio::test]
async fn one_segment_goes_to_several_accounts_and_one_that_is_down_holds_back_none() {
    let segment: Arc<dyn Segment> = Arc::new(buyers());
    let destinations = [MemoryDestination::new(), MemoryDestination::new(), MemoryDestination::new()];
    let mut activations = Vec::new();
    for destination in &destinations {
        activations.push(configured(destination).activate("buyers", Arc::clone(&segment)).unwrap());
    }
    let first = activations[0].run(&RunOptions::new()).await.unwrap();
    destinations[0].delete(&first.audience.unwrap().id);
    let mut outcomes = Vec::new();
    for activation in &activations {
        outcomes.push(activation.run(&RunOptions::new()).await.is_ok());
    }
    assert_eq!(outcomes, [false, true, true]);
}

#[test]
fn a_destination_of_one_kind_takes_no_other() {
    let mut settings = settings();
    settings.audience_kind = Some("streaming".to_owned());
    let bare = ConfiguredDestination::new(MemoryDestination::new(), MemoryStateStore::new()).with_defaults(settings);
    let error = bare.activate("buyers", buyers()).unwrap_err();
    assert!(
        matches!(&error, SettingsError::AudienceKind(cause) if cause.to_string().contains("`streaming`")),
        "{error:?}"
    );
}

#[test]
fn settings_are_plain_data_and_a_mistake_names_the_field() {
    let mut settings = settings();
    (settings.when_gone, settings.memory_budget) = (Some(WhenGone::CreateAnew), Some(64 << 20));
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<ActivationSettings>(&json).unwrap(), settings);
    assert_eq!(serde_json::from_str::<ActivationSettings>("{}").unwrap(), ActivationSettings::default());
    for (wrong, named) in [
        (r#"{ "nmae": "x" }"#, "nmae"),
        (r#"{ "name": "{x}" }"#, "{x}"),
        (r#"{ "guards": { "removals": { "action": "stop" } } }"#, "stop"),
        (r#"{ "guards": { "removal": "off" } }"#, "removal"),
        (r#"{ "when_gone": "sometimes" }"#, "sometimes"),
        (r#"{ "mapping": { "fields": [] } }"#, "map at least one"),
    ] {
        let error = serde_json::from_str::<ActivationSettings>(wrong).unwrap_err().to_string();
        assert!(error.contains(named), "{wrong}: {error}");
    }
}

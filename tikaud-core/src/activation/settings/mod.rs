//! An activation's settings as plain data, and the defaults of a destination.

mod configured;
mod template;

pub use configured::ConfiguredDestination;
pub use template::{Template, TemplateError};

use serde::{Deserialize, Serialize};

use super::WhenGone;
use crate::identifier::FieldMapping;
use crate::plan::GuardSettings;
#[cfg(feature = "scheduler")]
use crate::schedule::ScheduleSettings;

/// The settings of an activation, or the defaults for those of a destination: plain data, which a service can keep as JSON or
/// TOML. What is `None` is as the destination's defaults say, and otherwise as [`SegmentActivationBuilder`] does.
///
/// ```
/// use tikaud_core::activation::ActivationSettings;
///
/// let settings: ActivationSettings = serde_json::from_str(r#"{
///     "name": "Shop: {segment}",
///     "mapping": { "fields": [{ "column": "email", "field": "email" }] },
///     "guards": { "removals": { "action": "block", "percent": 10.0 } }
/// }"#)?;
/// assert_eq!(settings.name.unwrap().to_string(), "Shop: {segment}");
///
/// let error = serde_json::from_str::<ActivationSettings>(r#"{ "name": "Shop: {sgement}" }"#).unwrap_err();
/// assert!(error.to_string().contains("`{sgement}`"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [`SegmentActivationBuilder`]: super::SegmentActivationBuilder
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActivationSettings {
    /// The audience's name. Default: the segment's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Template>,
    /// The audience's description. Default: the segment's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Template>,
    /// Which columns are sent, and as what. There is no default beyond the destination's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<FieldMapping>,
    /// The kind of audience, by the destination's name for it. Default: as the destination was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_kind: Option<String>,
    /// When it runs: see [`SegmentActivation::schedule`](super::SegmentActivation::schedule). Default: by call only.
    #[cfg(feature = "scheduler")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleSettings>,
    /// How strict the guards are, all of them together. Default: [`GuardSettings::default`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guards: Option<GuardSettings>,
    /// What happens when the audience is no longer there. Default: [`WhenGone::Stop`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when_gone: Option<WhenGone>,
    /// Memory that comparing may use, in bytes. Default: 256 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_budget: Option<usize>,
}

impl ActivationSettings {
    /// These settings, and where they say nothing, those.
    ///
    /// ```
    /// use tikaud_core::activation::{ActivationSettings, WhenGone};
    ///
    /// let defaults = ActivationSettings {
    ///     when_gone: Some(WhenGone::CreateAnew),
    ///     memory_budget: Some(64 << 20),
    ///     ..ActivationSettings::default()
    /// };
    /// let own = ActivationSettings { when_gone: Some(WhenGone::Stop), ..ActivationSettings::default() };
    /// let settings = own.over(&defaults);
    /// assert_eq!((settings.when_gone, settings.memory_budget), (Some(WhenGone::Stop), Some(64 << 20)));
    /// ```
    #[must_use]
    pub fn over(self, defaults: &Self) -> Self {
        let defaults = defaults.clone();
        Self {
            name: self.name.or(defaults.name),
            description: self.description.or(defaults.description),
            mapping: self.mapping.or(defaults.mapping),
            audience_kind: self.audience_kind.or(defaults.audience_kind),
            #[cfg(feature = "scheduler")]
            schedule: self.schedule.or(defaults.schedule),
            guards: self.guards.or(defaults.guards),
            when_gone: self.when_gone.or(defaults.when_gone),
            memory_budget: self.memory_budget.or(defaults.memory_budget),
        }
    }
}

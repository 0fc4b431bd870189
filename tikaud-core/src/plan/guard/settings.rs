//! How strict the guards are.

use serde::{Deserialize, Serialize};

use super::Guard;

/// What a guard does with a plan that it has something against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GuardAction {
    /// It stops the plan, until it is allowed by name: see [`RunOptions::allow`](crate::activation::RunOptions::allow).
    Block,
    /// It says so, in the plan's warnings, and lets it pass.
    Warn,
    /// It is not asked.
    Off,
}

/// How strict the guards are: plain data, which a service can keep as JSON or TOML. What is left out is as in the default.
///
/// ```
/// use tikaud_core::plan::{GuardAction, GuardSettings};
///
/// let mut settings = GuardSettings::default();
/// settings.removals.percent = Some(10.0);
/// settings.schema = GuardAction::Block;
///
/// let same: GuardSettings = serde_json::from_str(r#"{
///     "removals": { "action": "block", "percent": 10.0 },
///     "schema": "block"
/// }"#)?;
/// assert_eq!(same, settings);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardSettings {
    /// [`Guard::MinimumSize`]. Default: blocks. How large that is says the destination.
    pub minimum_size: GuardAction,
    /// [`Guard::EmptySegment`]. Default: blocks.
    pub empty_segment: GuardAction,
    /// [`Guard::EmptySuppression`]. Default: blocks.
    pub empty_suppression: GuardAction,
    /// [`Guard::TooManyRemovals`], of the identifiers that are held. Default: blocks above 25 %.
    pub removals: Threshold,
    /// [`Guard::SuddenGrowth`], of the identifiers that are held, from the second run on. Default: blocks above 100 %, that
    /// is, when the audience would more than double.
    pub growth: Threshold,
    /// [`Guard::SourceShrank`], of the members that the last run read. Default: blocks above 50 %.
    pub shrinkage: Threshold,
    /// [`Guard::TooManyRejects`], of the values of a column, empty ones aside. Default: blocks above 50 %.
    pub rejects: Threshold,
    /// [`Guard::SchemaChanged`]. Default: warns.
    pub schema: GuardAction,
    /// [`Guard::MappingChanged`]. Default: warns, for what would change is exact, and counts as removals and growth too.
    pub mapping: GuardAction,
    /// [`Guard::EmailAndPhone`]. Default: warns.
    pub email_and_phone: GuardAction,
}

/// A guard on how much something changes. Either limit is enough to have something against a plan; one that is `None` is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// What the guard does above a limit.
    pub action: GuardAction,
    /// How many per cent are still good: 25.0 is a quarter. Not negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<f64>,
    /// How many are still good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// A guard's setting that cannot be meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("`{field}` is {value}; give the per cent that are still good, such as 25.0, or leave it out")]
#[non_exhaustive]
pub struct InvalidGuard {
    /// The setting, as a path: `removals.percent`.
    pub field: &'static str,
    /// What it is.
    pub value: f64,
}

impl Threshold {
    /// Blocks above so many per cent.
    #[must_use]
    pub const fn block_above_percent(percent: f64) -> Self {
        Self { action: GuardAction::Block, percent: Some(percent), count: None }
    }
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            minimum_size: GuardAction::Block,
            empty_segment: GuardAction::Block,
            empty_suppression: GuardAction::Block,
            removals: Threshold::block_above_percent(25.0),
            growth: Threshold::block_above_percent(100.0),
            shrinkage: Threshold::block_above_percent(50.0),
            rejects: Threshold::block_above_percent(50.0),
            schema: GuardAction::Warn,
            mapping: GuardAction::Warn,
            email_and_phone: GuardAction::Warn,
        }
    }
}

impl GuardSettings {
    /// The same with one guard doing something else, its limits aside.
    #[must_use]
    pub fn with(mut self, guard: Guard, action: GuardAction) -> Self {
        *match guard {
            Guard::MinimumSize => &mut self.minimum_size,
            Guard::EmptySegment => &mut self.empty_segment,
            Guard::EmptySuppression => &mut self.empty_suppression,
            Guard::TooManyRemovals => &mut self.removals.action,
            Guard::SuddenGrowth => &mut self.growth.action,
            Guard::SourceShrank => &mut self.shrinkage.action,
            Guard::TooManyRejects => &mut self.rejects.action,
            Guard::SchemaChanged => &mut self.schema,
            Guard::MappingChanged => &mut self.mapping,
            Guard::EmailAndPhone => &mut self.email_and_phone,
        } = action;
        self
    }

    /// The default without the guards on how much changes, which object to most of what happens to a handful of people: for
    /// tests.
    #[must_use]
    pub fn without_thresholds() -> Self {
        let guards = [Guard::TooManyRemovals, Guard::SuddenGrowth, Guard::SourceShrank, Guard::TooManyRejects];
        guards.into_iter().fold(Self::default(), |settings, guard| settings.with(guard, GuardAction::Off))
    }

    /// Whether the settings can be meant.
    ///
    /// # Errors
    ///
    /// [`InvalidGuard`] with the setting whose percentage is negative or no number.
    pub fn check(&self) -> Result<(), InvalidGuard> {
        let thresholds = [
            ("removals.percent", self.removals),
            ("growth.percent", self.growth),
            ("shrinkage.percent", self.shrinkage),
            ("rejects.percent", self.rejects),
        ];
        let invalid = thresholds.iter().find_map(|(field, threshold)| {
            let value = threshold.percent.filter(|percent| !percent.is_finite() || *percent < 0.0)?;
            Some(InvalidGuard { field, value })
        });
        invalid.map_or(Ok(()), Err)
    }
}

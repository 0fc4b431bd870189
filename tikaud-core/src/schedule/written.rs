//! How a schedule is written down, in JSON, TOML or any other format.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::times::{Cron, DEFAULT_ANCHOR, Every, Interval, Zone};
use super::{AfterWhen, Schedule, ScheduleError};

/// How a schedule is written down.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScheduleData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manual: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

impl From<Schedule> for ScheduleData {
    fn from(schedule: Schedule) -> Self {
        match schedule {
            Schedule::Manual => Self { manual: Some(true), ..Self::default() },
            Schedule::Every(every) => Self {
                every: Some(every.interval().to_string()),
                anchor: (every.anchor() != DEFAULT_ANCHOR).then(|| every.anchor().to_string()),
                time_zone: Some(every.time_zone().to_owned()),
                ..Self::default()
            },
            Schedule::Cron(cron) => Self {
                cron: Some(cron.pattern().to_owned()),
                time_zone: Some(cron.time_zone().to_owned()),
                ..Self::default()
            },
            Schedule::After { activation, when } => Self {
                after: Some(activation.into()),
                when: Some(if when == AfterWhen::Done { "done" } else { "ended" }.to_owned()),
                ..Self::default()
            },
        }
    }
}

impl TryFrom<ScheduleData> for Schedule {
    type Error = ScheduleError;

    fn try_from(data: ScheduleData) -> Result<Self, ScheduleError> {
        data.only_one_kind()?;
        let zone = || data.time_zone.as_deref().map_or_else(|| Ok(Zone::utc()), Zone::named);
        if let Some(interval) = &data.every {
            let interval: Interval = interval.parse()?;
            let anchor = data.anchor.as_deref().map_or(Ok(DEFAULT_ANCHOR), parse_anchor)?;
            return Every::try_new(interval, anchor, zone()?).map(Self::Every);
        }
        if let Some(pattern) = &data.cron {
            return Cron::try_new(pattern, zone()?).map(Self::Cron);
        }
        if let Some(activation) = data.after {
            let activation = activation.parse().map_err(|error| ScheduleError::new("after", format!("{error}")))?;
            return Ok(Self::After { activation, when: data.when.as_deref().map_or(Ok(AfterWhen::Done), parse_when)? });
        }
        Ok(Self::Manual)
    }
}

impl ScheduleData {
    /// One kind of schedule is given, and nothing that belongs to another.
    fn only_one_kind(&self) -> Result<(), ScheduleError> {
        if self.manual == Some(false) {
            return Err(ScheduleError::new(
                "manual",
                "it is true or left out; give `every`, `cron` or `after` instead",
            ));
        }
        let given = [
            ("manual", self.manual.is_some()),
            ("every", self.every.is_some()),
            ("cron", self.cron.is_some()),
            ("after", self.after.is_some()),
        ];
        let mut given = given.into_iter().filter_map(|(field, given)| given.then_some(field));
        let kind = given
            .next()
            .ok_or_else(|| ScheduleError::new("schedule", "give one of `manual`, `every`, `cron` and `after`"))?;
        if let Some(other) = given.next() {
            return Err(ScheduleError::new(other, format!("there is `{kind}` already; give one of them")));
        }
        let details = [
            ("anchor", self.anchor.is_some(), "`every`", kind == "every"),
            ("time_zone", self.time_zone.is_some(), "`every` and `cron`", matches!(kind, "every" | "cron")),
            ("when", self.when.is_some(), "`after`", kind == "after"),
        ];
        for (field, given, owners, fits) in details {
            if given && !fits {
                return Err(ScheduleError::new(field, format!("it goes with {owners}, not with `{kind}`")));
            }
        }
        Ok(())
    }
}

fn parse_anchor(text: &str) -> Result<DateTime, ScheduleError> {
    text.parse().map_err(|error| {
        ScheduleError::new("anchor", format!("it is no date and time such as `2026-01-01T02:30`: {error}"))
    })
}

fn parse_when(text: &str) -> Result<AfterWhen, ScheduleError> {
    match text {
        "done" => Ok(AfterWhen::Done),
        "ended" => Ok(AfterWhen::Ended),
        _ => Err(ScheduleError::new("when", "it is `done` or `ended`")),
    }
}

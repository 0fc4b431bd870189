//! What is kept of an audience from one run to the next.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// TikTok recommends no more than one replacement a day, and refuses the next one while the last is unfinished.
pub(crate) const REPLACEMENT_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is kept of an audience from one run to the next, by whoever keeps its state: two times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Notes {
    /// When its content was last changed by us.
    pub(super) changed: Option<Timestamp>,
    /// When all of it was last replaced by us.
    pub(super) replaced: Option<Timestamp>,
}

impl Notes {
    /// What was kept. Notes that cannot be read are as good as none: TikTok itself refuses what comes too early.
    pub(super) fn read(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The text to keep; `None` when there is nothing to tell.
    pub(super) fn to_text(self) -> Option<String> {
        (self != Self::default()).then(|| serde_json::to_string(&self).ok()).flatten()
    }

    /// How long the next replacement has to wait.
    pub(super) fn replacement_wait(self, now: Timestamp) -> Option<Duration> {
        let since = Duration::try_from(now.duration_since(self.replaced?)).unwrap_or_default();
        REPLACEMENT_EVERY.checked_sub(since).filter(|wait| !wait.is_zero())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn notes_are_read_as_they_were_written() {
        let notes = Notes { changed: Some(hour(5)), replaced: None };
        let text = notes.to_text().unwrap();
        insta::assert_snapshot!(text, @r#"{"changed":"1970-01-01T05:00:00Z","replaced":null}"#);
        assert_eq!(Notes::read(Some(&text)), notes);
        assert_eq!(Notes::default().to_text(), None);
    }

    #[test]
    fn what_cannot_be_read_is_as_good_as_nothing() {
        for text in [None, Some(""), Some("{"), Some(r#"{"replaced":"yesterday"}"#)] {
            assert_eq!(Notes::read(text), Notes::default(), "{text:?}");
        }
    }

    #[test]
    fn a_replacement_waits_until_24_hours_after_the_last_one() {
        let notes = Notes { replaced: Some(hour(10)), ..Notes::default() };
        let hours = |now| notes.replacement_wait(hour(now)).map(|wait| wait.as_secs() / 3600);
        assert_eq!([9, 10, 33, 34, 50].map(hours), [Some(24), Some(24), Some(1), None, None]);
        assert_eq!(Notes::default().replacement_wait(hour(0)), None);
    }
}

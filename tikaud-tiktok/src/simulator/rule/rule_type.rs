//! The types of audiences that are made of rules.

use super::events;

/// A type by its name in the field `audience_type` of `/dmp/custom_audience/rule/create/`.
/// <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_rule_create.yml>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleType {
    /// People who saw or clicked ads.
    Engagement,
    /// People who saw a public video.
    OrganicVideo,
    /// People who saw a live video.
    LiveVideo,
    App,
    /// People who visited a website.
    Pixel,
    LeadGeneration,
    BusinessAccount,
    Shop,
    Offline,
}

/// Each by its name.
const NAMES: [(&str, RuleType); 9] = [
    ("ENGAGEMENT", RuleType::Engagement),
    ("ENGAGEMENT_ORGANIC_VIDEO", RuleType::OrganicVideo),
    ("ENGAGEMENT_LIVE_VIDEO", RuleType::LiveVideo),
    ("APP", RuleType::App),
    ("PIXEL", RuleType::Pixel),
    ("LEAD_GENERATION", RuleType::LeadGeneration),
    ("BUSINESS_ACCOUNT", RuleType::BusinessAccount),
    ("TIKTOK_SHOP", RuleType::Shop),
    ("OFFLINE", RuleType::Offline),
];

/// The windows that the specification itself names, for some types and events.
const SHORT_WINDOWS: &[u16] = &[7, 14, 30];
/// TikTok's page of windows is not public. Of the numbers that are in use, these are the ones that every source has.
const WINDOWS: &[u16] = &[7, 14, 30, 60, 90, 180];

impl RuleType {
    /// Every name.
    pub(crate) fn names() -> [&'static str; 9] {
        NAMES.map(|(name, _)| name)
    }

    /// The type of this name. The enum is strict.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, rule_type)| *rule_type)
    }

    /// What `get` and `list` call it. For a live or a public video, and for offline events, no source shows the name.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::Engagement | Self::OrganicVideo | Self::LiveVideo => "Engagement Audience",
            Self::App => "App Activity Audience",
            Self::Pixel => "Website Audience",
            Self::LeadGeneration => "Lead Generation",
            Self::BusinessAccount => "Rule Business Account",
            Self::Shop => "Rule ad shop",
            Self::Offline => "Offline Activity Audience",
        }
    }

    /// Whether the people engaged with a video, which must be named with who published it.
    pub(crate) const fn is_of_videos(self) -> bool {
        matches!(self, Self::OrganicVideo | Self::LiveVideo)
    }

    /// TikTok's list of what can be shared has engagement, app activity and website traffic, and none of the others.
    pub(crate) const fn is_shareable(self) -> bool {
        matches!(self, Self::Engagement | Self::OrganicVideo | Self::LiveVideo | Self::App | Self::Pixel)
    }

    /// The events that a filter may name.
    pub(crate) const fn events(self) -> &'static [&'static str] {
        match self {
            Self::Engagement => events::ENGAGEMENT,
            Self::OrganicVideo => events::ORGANIC_VIDEO,
            Self::LiveVideo => events::LIVE_VIDEO,
            Self::App => events::APP,
            Self::Pixel => events::PIXEL,
            Self::LeadGeneration => events::LEAD_GENERATION,
            Self::BusinessAccount => events::BUSINESS_ACCOUNT,
            Self::Shop => events::SHOP,
            Self::Offline => events::OFFLINE,
        }
    }

    /// The days back from today within which the event must have happened.
    pub(crate) fn windows(self, event: &str) -> &'static [u16] {
        match self {
            Self::OrganicVideo | Self::LiveVideo => SHORT_WINDOWS,
            Self::BusinessAccount if event != events::FOLLOW => SHORT_WINDOWS,
            _ => WINDOWS,
        }
    }
}

//! A set of rules: whoever one of them is true of is in the audience, or is not.

use super::filter;
use crate::simulator::AdGroup;
use crate::simulator::body::Body;
use crate::simulator::query::at_most;
use crate::simulator::refusal::Refusal;
use crate::simulator::rule::RuleType;

/// Rules that a set may have.
const MOST_RULES: usize = 5;
/// Videos that a rule may name.
const MOST_VIDEOS: usize = 10;

/// Checks the rules of one type of audience.
pub(super) struct RuleReader<'r> {
    pub(super) rule_type: RuleType,
    /// Those of the ad account, for people who engaged with its ads.
    pub(super) ad_groups: &'r [AdGroup],
    /// By the text of TikTok's specification only inclusions must name their sources.
    pub(super) are_exclusions: bool,
}

impl RuleReader<'_> {
    pub(super) fn check(&self, set: &Body<'_>) -> Result<(), Refusal> {
        set.required_name("operator", &["OR"])?;
        let rules = set.required_objects("rules")?;
        if rules.len() > MOST_RULES {
            return Err(set.invalid("rules", &format!("Longer than maximum length {MOST_RULES}")));
        }
        rules.iter().try_for_each(|rule| self.check_rule(rule))
    }

    fn check_rule(&self, rule: &Body<'_>) -> Result<(), Refusal> {
        let event = filter::event(&rule.required_object("filter_set")?, self.rule_type)?;
        rule.required_number("retention_days", self.rule_type.windows(event))?;
        self.check_sources(rule)
    }

    /// Where the event happened: ad groups, videos, apps, pixels and so on, of which the world has ad groups alone.
    fn check_sources(&self, rule: &Body<'_>) -> Result<(), Refusal> {
        let field = "event_source_ids";
        let sources = rule.list(field)?;
        match (self.rule_type, sources) {
            (RuleType::LeadGeneration, Some(_)) => Err(rule.invalid(field, "Must not be given for this audience_type")),
            (RuleType::LeadGeneration | RuleType::Engagement, None) => Ok(()),
            (_, None) if self.are_exclusions => Ok(()),
            (_, None) => Err(rule.missing(field)),
            (RuleType::Engagement, Some(ids)) if !ids.iter().all(|id| self.is_ad_group(id)) => {
                Err(rule.invalid(field, "Must be ad groups of the ad account"))
            }
            (RuleType::OrganicVideo | RuleType::LiveVideo, Some(ids)) => {
                at_most(MOST_VIDEOS, ids, &rule.name(field)).map(|_| ())
            }
            (_, Some(_)) => Ok(()),
        }
    }

    fn is_ad_group(&self, id: &str) -> bool {
        self.ad_groups.iter().any(|ad_group| ad_group.adgroup_id == id)
    }
}

//! One rule: which requests, how many of them, and what happens to them.

use serde::Deserialize;

use super::Effect;
use crate::simulator::{Endpoint, RequestAction};

/// Which requests a rule is about: those for which everything that is given here is so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Match {
    method: Option<String>,
    path: Option<Endpoint>,
    action: Option<RequestAction>,
}

/// One rule of a [`FaultProgram`](super::FaultProgram): which requests, how many of them, and what happens to them.
///
/// ```
/// use tikaud_tiktok::simulator::{Effect, Endpoint, FaultRule, RequestAction};
///
/// // The second and the third request that adds identifiers are carried out, and their replies are lost.
/// let rule = FaultRule::new(Effect::LoseReply)
///     .on_endpoint(Endpoint::SegmentMapping)
///     .on_action(RequestAction::Add)
///     .skip(1)
///     .times(2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    #[serde(default, rename = "match")]
    matches: Match,
    #[serde(default)]
    skip: u64,
    #[serde(default = "once")]
    times: u64,
    #[serde(rename = "do")]
    effect: Effect,
}

impl FaultRule {
    /// A rule about every request of the API, for one time.
    #[must_use]
    pub fn new(effect: Effect) -> Self {
        Self { matches: Match::default(), skip: 0, times: once(), effect }
    }

    /// The same for requests to one endpoint.
    #[must_use]
    pub fn on_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.matches.path = Some(endpoint);
        self
    }

    /// The same for requests with one method.
    #[must_use]
    pub fn on_method(mut self, method: impl Into<String>) -> Self {
        self.matches.method = Some(method.into());
        self
    }

    /// The same for requests with one action.
    #[must_use]
    pub fn on_action(mut self, action: RequestAction) -> Self {
        self.matches.action = Some(action);
        self
    }

    /// The same after so many requests have been let through.
    #[must_use]
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// The same for so many requests.
    #[must_use]
    pub fn times(mut self, requests: u64) -> Self {
        self.times = requests;
        self
    }

    /// Whether the rule is about such requests and is not spent.
    pub(super) fn matches(&self, method: &str, endpoint: Option<Endpoint>, action: Option<RequestAction>) -> bool {
        self.times > 0
            && self.matches.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.matches.path.is_none_or(|wanted| Some(wanted) == endpoint)
            && self.matches.action.is_none_or(|wanted| Some(wanted) == action)
    }

    /// Counts a request that it matches, and says what happens to it; `None` when it is to be skipped.
    pub(super) fn fire(&mut self) -> Option<Effect> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.times = self.times.saturating_sub(1);
        Some(self.effect.clone())
    }

    /// What the JSON form cannot rule out.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if matches!(self.effect, Effect::Http { status, .. } if !(200..600).contains(&status)) {
            return Some("do.http.status: give a status from 200 to 599");
        }
        let known = self.matches.method.as_deref().is_none_or(|method| matches!(method, "GET" | "POST"));
        (!known).then_some("match.method: give GET or POST")
    }
}

fn once() -> u64 {
    1
}

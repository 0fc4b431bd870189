//! The limits on requests.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Endpoint;
use super::refusal::{Refusal, TOO_MANY_REQUESTS, TOO_MANY_REQUESTS_FOR_ACCOUNT, TOO_MANY_REQUESTS_TO_ENDPOINT};
use super::world::World;

/// TikTok: "stop for 5 minutes" when a minute's quota is used up.
const AFTER_A_MINUTES_QUOTA: SignedDuration = SignedDuration::from_mins(5);

/// In seconds.
const DAY: i64 = 86_400;

/// The requests so far.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    endpoints: BTreeMap<Endpoint, Counts>,
    accounts: BTreeMap<String, Window>,
}

/// The requests to one endpoint.
#[derive(Debug, Default)]
struct Counts {
    second: Window,
    minute: Window,
    day: Window,
    /// Nothing is let through before.
    blocked_until: Option<Timestamp>,
}

/// The requests of the second, minute or day that is running.
#[derive(Debug, Default)]
struct Window {
    number: i64,
    requests: u32,
}

impl Window {
    /// How many there were before, in the window of this number.
    fn so_far(&mut self, number: i64) -> u32 {
        if self.number != number {
            *self = Self { number, requests: 0 };
        }
        self.requests
    }
}

impl Quota {
    /// Counts a request and refuses it when there were enough. `account` is the ad account that it is about.
    pub(crate) fn admit(
        &mut self,
        endpoint: Endpoint,
        account: Option<&str>,
        world: &World,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (limits, second) = (&world.limits, now.as_second());
        let [per_second, per_minute, per_day] = limits.requests();
        let is_used_up = |so_far: u32, limit: Option<u32>| limit.is_some_and(|limit| so_far >= limit);
        let counts = self.endpoints.entry(endpoint).or_default();
        let in_second = counts.second.so_far(second);
        let in_minute = counts.minute.so_far(second.div_euclid(60));
        let in_day = counts.day.so_far(second.div_euclid(DAY));
        if counts.blocked_until.is_some_and(|until| now < until) {
            return Err(restricted(world));
        }
        if is_used_up(in_day, per_day) {
            counts.blocked_until = end_of_day(now);
            return Err(restricted(world));
        }
        if is_used_up(in_minute, per_minute) {
            counts.blocked_until = now.checked_add(AFTER_A_MINUTES_QUOTA).ok();
            return Err(restricted(world));
        }
        if is_used_up(in_second, per_second) {
            return Err(Refusal::too_many_requests());
        }
        if is_used_up(in_second, limits.endpoint_requests_per_second) {
            let message = "Too many requests to this endpoint. Please retry in some time.";
            return Err(Refusal::new(TOO_MANY_REQUESTS_TO_ENDPOINT, message));
        }
        if let (Some(account), Some(limit)) = (account, limits.account_requests_per_second) {
            let of_account = self.accounts.entry(account.to_owned()).or_default();
            let so_far = of_account.so_far(second);
            if so_far >= limit {
                return Err(too_many_for(account, so_far, limit));
            }
            of_account.requests += 1;
        }
        for window in [&mut counts.second, &mut counts.minute, &mut counts.day] {
            window.requests += 1;
        }
        Ok(())
    }
}

/// The text that was seen for a quota that lasts longer than a second (`airbytehq/airbyte`, issue 70992).
fn restricted(world: &World) -> Refusal {
    let app = &world.app.app_id;
    let message = format!("Due to too many requests, requests from App {app} are temporarily restricted.");
    Refusal::new(TOO_MANY_REQUESTS, message)
}

fn too_many_for(account: &str, so_far: u32, limit: u32) -> Refusal {
    // An id that is none is not repeated.
    let is_id = account.len() <= 20 && account.bytes().all(|byte| byte.is_ascii_digit());
    let account = if is_id { account } else { "" };
    let message =
        format!("Requests for advertiser {account} are too frequent: current QPS {}, limit {limit}.", so_far + 1);
    Refusal::new(TOO_MANY_REQUESTS_FOR_ACCOUNT, message)
}

/// Quotas of the day begin anew at 00:00 UTC.
fn end_of_day(now: Timestamp) -> Option<Timestamp> {
    Timestamp::from_second((now.as_second().div_euclid(DAY) + 1) * DAY).ok()
}

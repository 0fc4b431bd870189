//! Limits on requests and audiences.

use serde::Deserialize;

/// The level of the developer app, which says how many requests TikTok lets through, for each endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Level {
    /// 10 a second, 600 a minute, 864,000 a day.
    Basic,
    /// 20 a second, 1,200 a minute, 1,728,000 a day.
    Advanced,
    /// 30 a second, 1,800 a minute, 2,592,000 a day.
    Premium,
    /// 50 a second, 3,000 a minute, 4,320,000 a day.
    Ultimate,
}

impl Level {
    const fn requests_per_second(self) -> u32 {
        match self {
            Self::Basic => 10,
            Self::Advanced => 20,
            Self::Premium => 30,
            Self::Ultimate => 50,
        }
    }
}

/// Limits on requests and audiences. Limits on requests are `null`, which is none, unless they are given.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Limits {
    /// Users that one mapping request may hold: 10,000.
    pub users_per_request: usize,
    /// Audiences that one ad account may have: 400.
    pub audiences_per_account: usize,
    /// Saved audiences that one ad account may have: 100.
    pub saved_audiences_per_account: usize,
    /// Bytes that a customer file may have: 250,000,000.
    pub file_bytes: usize,
    /// Customer files that one request may name: 500.
    pub files_per_request: usize,
    /// The app's level, which gives the three limits after it where they are not given themselves.
    pub level: Option<Level>,
    /// Requests that are let through in each second of the clock, counted for each endpoint; more are answered with
    /// code 40100 until the next second.
    pub requests_per_second: Option<u32>,
    /// The same in each minute of the clock; more are answered with code 40100 for five minutes.
    pub requests_per_minute: Option<u32>,
    /// The same on each day, in UTC; more are answered with code 40100 until its end.
    pub requests_per_day: Option<u32>,
    /// The same in each second, and more are answered with code 40016, which is what TikTok calls a limit of the endpoint.
    pub endpoint_requests_per_second: Option<u32>,
    /// Requests about one ad account that are let through in each second of the clock, of all endpoints together; more
    /// are answered with code 40133, which names account, rate and limit.
    pub account_requests_per_second: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            users_per_request: 10_000,
            audiences_per_account: 400,
            saved_audiences_per_account: 100,
            file_bytes: 250_000_000,
            files_per_request: 500,
            level: None,
            requests_per_second: None,
            requests_per_minute: None,
            requests_per_day: None,
            endpoint_requests_per_second: None,
            account_requests_per_second: None,
        }
    }
}

impl Limits {
    /// Requests a second, a minute and a day.
    pub(crate) fn requests(&self) -> [Option<u32>; 3] {
        let of_level = |seconds| self.level.map(|level| level.requests_per_second() * seconds);
        [
            self.requests_per_second.or(of_level(1)),
            self.requests_per_minute.or(of_level(60)),
            self.requests_per_day.or(of_level(86_400)),
        ]
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let [second, minute, day] = self.requests();
        let rates = [second, minute, day, self.endpoint_requests_per_second, self.account_requests_per_second];
        let sizes = [self.users_per_request, self.file_bytes, self.files_per_request];
        if sizes.contains(&0) || rates.contains(&Some(0)) {
            return Err("limits: give numbers above 0, or `null` for no limit on requests".to_owned());
        }
        Ok(())
    }
}

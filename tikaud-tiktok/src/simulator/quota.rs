//! The limit on requests in each second of the clock, counted for each endpoint.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Endpoint;
use super::refusal::Refusal;

/// The requests of the second that is running.
#[derive(Debug, Default)]
pub(crate) struct Quota {
    second: i64,
    requests: BTreeMap<Endpoint, u32>,
}

impl Quota {
    /// Counts a request and refuses it when there were enough in this second.
    pub(crate) fn admit(&mut self, endpoint: Endpoint, limit: Option<u32>, now: Timestamp) -> Result<(), Refusal> {
        let Some(limit) = limit else { return Ok(()) };
        if self.second != now.as_second() {
            *self = Self { second: now.as_second(), requests: BTreeMap::new() };
        }
        let requests = self.requests.entry(endpoint).or_default();
        if *requests >= limit {
            return Err(Refusal::too_many_requests());
        }
        *requests += 1;
        Ok(())
    }
}

//! The simulator itself: from a request to a response, without I/O, clock or randomness.

use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::audiences::Audiences;
use super::call::{Answer, Call};
use super::context::{AppContext, Context, authorize};
use super::fault::strike;
use super::files::Files;
use super::grants::Grants;
use super::log::bounded;
use super::quota::Quota;
use super::refusal::{self, Refusal};
use super::saved_audiences::SavedAudiences;
use super::{
    Audience, Delivery, Effect, Endpoint, FaultProgram, IdType, LoggedRequest, Request, Response, TokenGrant, World,
    control, endpoints, portal,
};

/// A TikTok Ads server as a plain value. See the [module](super) for what it does.
///
/// The same requests at the same times give the same responses, ids included.
///
/// ```
/// use jiff::Timestamp;
/// use tikaud_tiktok::simulator::{Request, Simulator, World};
///
/// let mut simulator = Simulator::new(World::default());
/// let request = Request::new("POST", "/open_api/v1.3/segment/audience/")
///     .with_header("Access-Token", "act.simulator")
///     .with_header("Content-Type", "application/json")
///     .with_body(
///         r#"{"advertiser_id": "7000000000000000001", "action": "create", "custom_audience_name": "Buyers"}"#,
///     );
/// let response = simulator.handle(&request, Timestamp::UNIX_EPOCH);
/// assert_eq!(response.status, 200);
/// assert_eq!(simulator.audiences()[0].name(), "Buyers");
/// ```
pub struct Simulator {
    world: World,
    audiences: Audiences,
    files: Files,
    saved_audiences: SavedAudiences,
    log: Vec<LoggedRequest>,
    faults: FaultProgram,
    quota: Quota,
    grants: Grants,
    /// How far its clock is before the one of whoever calls.
    ahead: SignedDuration,
}

impl Simulator {
    /// A simulator of this world, without audiences.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self {
            grants: Grants::new(&world),
            world,
            audiences: Audiences::default(),
            files: Files::default(),
            saved_audiences: SavedAudiences::default(),
            log: Vec::new(),
            faults: FaultProgram::default(),
            quota: Quota::default(),
            ahead: SignedDuration::ZERO,
        }
    }

    /// Answers a request that arrives at `now`, by the clock of whoever calls. What TikTok refuses is a response as well.
    pub fn handle(&mut self, request: &Request<'_>, now: Timestamp) -> Response {
        if request.path().starts_with("/simulator/") {
            return control::handle(self, request, now);
        }
        let now = self.clock(now);
        if (request.method(), request.path()) == ("GET", portal::PATH) {
            return portal::handle(self, request, now);
        }
        let call = Call::read(request, self.log.len() + 1);
        let effect = self.faults.fire(request.method(), call.endpoint, call.action);
        let mut answer = match effect.as_ref().and_then(|effect| strike::instead(effect, &call)) {
            Some(answer) => answer,
            None => self.carry_out(&call, now),
        };
        if let Some(effect) = &effect {
            strike::disturb(effect, &mut answer.response);
        }
        self.log.push(logged(&call, &answer, effect.as_ref()));
        answer.response
    }

    /// The audiences in the order of their creation, deleted ones included.
    #[must_use]
    pub fn audiences(&self) -> &[Audience] {
        self.audiences.all()
    }

    /// The identifiers of one type in an audience, as lower-case hex, sorted; `None` when the audience never was.
    #[must_use]
    pub fn identifiers(&self, audience_id: &str, id_type: IdType) -> Option<Vec<String>> {
        self.audiences.get(audience_id).map(|audience| audience.identifiers(id_type))
    }

    /// Every request of the API so far. An entry has a bounded size; their number grows until [`reset`](Self::reset).
    #[must_use]
    pub fn requests(&self) -> &[LoggedRequest] {
        &self.log
    }

    /// What its clock shows when the one of whoever calls shows `now`.
    #[must_use]
    pub fn clock(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.ahead).unwrap_or(Timestamp::MAX)
    }

    /// Puts its clock forward, for good: audiences are computed and expire, codes go stale, quotas begin anew.
    pub fn advance(&mut self, time: Duration) {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        self.ahead = self.ahead.saturating_add(time);
    }

    /// A user agrees: an authorization code for a token of this grant, whose own `access_token` is not looked at, or,
    /// without one, of the world's first token. It works once, and for an hour of the simulator's clock from `now`, by
    /// that clock, on. `None` when the world has no token.
    pub fn give_auth_code(&mut self, grant: Option<TokenGrant>, now: Timestamp) -> Option<String> {
        let grant = grant.or_else(|| self.grants.first().cloned())?;
        Some(self.grants.give_code(grant, now))
    }

    /// A user withdraws a token, as they can at TikTok. Whether there was such a token.
    pub fn withdraw(&mut self, access_token: &str) -> bool {
        self.grants.revoke(access_token).is_ok()
    }

    /// The world that was given.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Puts a fault program in the place of the present one.
    pub fn inject(&mut self, program: FaultProgram) {
        self.faults = program;
    }

    /// Forgets audiences, saved ones, files, requests, faults, codes and tokens that were given, and sets the clock
    /// back; keeps the world. Ids begin anew.
    pub fn reset(&mut self) {
        *self = Self::new(self.world.clone());
    }

    fn carry_out(&mut self, call: &Call<'_>, now: Timestamp) -> Answer {
        let Some(endpoint) = call.endpoint else {
            return Answer::gateway(Response::text(404, "404 page not found"));
        };
        if call.request.method() != endpoint.method() {
            return Answer::gateway(Response::text(405, "405 method not allowed"));
        }
        let mut users = None;
        match self.answer(call, endpoint, now, &mut users) {
            Ok(data) => Answer { users, ..call.envelope(refusal::OK, "OK", &data) },
            Err(refusal) => Answer { users, ..call.refuse(&refusal) },
        }
    }

    fn answer(
        &mut self,
        call: &Call<'_>,
        endpoint: Endpoint,
        now: Timestamp,
        users: &mut Option<u64>,
    ) -> Result<Value, Refusal> {
        self.quota.admit(endpoint, call.account().as_deref(), &self.world, now)?;
        if !endpoint.takes_token() {
            let mut context = AppContext { world: &self.world, grants: &mut self.grants, now };
            return endpoints::answer_app(endpoint, &mut context, call.json()?);
        }
        let grant = authorize(&self.grants, call.request, endpoint)?;
        let mut context = Context {
            world: &self.world,
            grant,
            audiences: &mut self.audiences,
            files: &mut self.files,
            saved_audiences: &mut self.saved_audiences,
            now,
            users: None,
        };
        let data = endpoints::answer(endpoint, &mut context, call);
        *users = context.users;
        data
    }
}

/// Shows counts only.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator")
            .field("audiences", &self.audiences.all().len())
            .field("requests", &self.log.len())
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

fn logged(call: &Call<'_>, answer: &Answer, effect: Option<&Effect>) -> LoggedRequest {
    let answered = answer.response.delivery != Delivery::DropConnection;
    LoggedRequest {
        method: method(call.request.method()),
        path: call.endpoint.map_or_else(|| bounded(call.request.path()).into(), |endpoint| endpoint.path().into()),
        action: call.action,
        users: answer.users.or_else(|| call.count_users()),
        status: answered.then_some(answer.response.status),
        code: answer.code,
        request_id: answer.code.map(|_| call.request_id.clone()),
        fault: effect.map(Effect::as_str),
    }
}

fn method(method: &str) -> std::borrow::Cow<'static, str> {
    match method {
        "GET" => "GET".into(),
        "POST" => "POST".into(),
        other => bounded(other).into(),
    }
}

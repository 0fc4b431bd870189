//! What the tests run against: a simulated TikTok Ads behind a port, a state store, and segments of e-mail addresses.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use tikaud_core::activation::{
    Activation, ActivationError, Outcome, Report, RunOptions, SegmentActivation, SegmentActivationBuilder,
};
use tikaud_core::identifier::{Field, FieldMapping};
use tikaud_core::plan::{Guard, GuardSettings};
use tikaud_core::segment::MemorySegment;
use tikaud_core::state::MemoryStateStore;
use tikaud_tiktok::simulator::{
    Audience, Endpoint, FaultProgram, FaultRule, IdType, LoggedRequest, Request, Simulator, SimulatorServer, World,
};
use tikaud_tiktok::{
    AccessToken, AdAccountId, RetryPolicy, TikTokClient, TikTokClientBuilder, TikTokDestination,
    TikTokDestinationBuilder,
};

pub(crate) const ACCOUNT: &str = "7000000000000000001";
pub(crate) const SECOND_ACCOUNT: &str = "7000000000000000002";
pub(crate) const FORBIDDEN_ACCOUNT: &str = "7000000000000000003";
pub(crate) const TOKEN: &str = "act.simulator";

pub(crate) type People = BTreeSet<u32>;

/// These people, one e-mail address each.
pub(crate) fn buyers(people: &People) -> MemorySegment {
    MemorySegment::try_new("Buyers", ["email"], people.iter().map(|person| [Some(address(*person))])).unwrap()
}

pub(crate) fn address(person: u32) -> String {
    format!("person{person}@example.com")
}

pub(crate) fn by_email() -> FieldMapping {
    FieldMapping::try_new([("email", Field::Email)]).unwrap()
}

/// The identifiers of these people as TikTok holds them, made without the engine.
pub(crate) fn email_digests(people: &People) -> Vec<String> {
    sorted_hex(people.iter().map(|person| Sha256::digest(address(*person))))
}

pub(crate) fn sorted_hex(digests: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<String> {
    let mut digests: Vec<String> = digests.into_iter().map(const_hex::encode).collect();
    digests.sort();
    digests
}

/// Few people are enough.
pub(crate) fn options() -> RunOptions {
    RunOptions::new().allow(Guard::MinimumSize)
}

/// The error and its causes, a line each.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut lines = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        lines.push(error.to_string());
        cause = error.source();
    }
    lines.join("\n")
}

/// A client of this server that sends again soon, so that tests are quick.
fn client(server: &SimulatorServer) -> TikTokClientBuilder {
    let mut policy = RetryPolicy::default();
    policy.attempts = 3;
    policy.first_delay = Duration::from_millis(5);
    policy.longest_delay = Duration::from_millis(20);
    TikTokClient::builder(AccessToken::new(TOKEN)).endpoint(server.url()).requests_per_second(10_000.0).retry(policy)
}

/// What outlives a process: TikTok and the state.
pub(crate) struct Scene {
    pub(crate) server: SimulatorServer,
    pub(crate) store: MemoryStateStore,
    /// Sends again soon.
    pub(crate) client: TikTokClient,
    /// Requests of a run that may be under way at once. One at a time, so that the log is the same every time.
    pub(crate) in_flight: usize,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::of(World::default()).await
    }

    pub(crate) async fn of(world: World) -> Self {
        Self::at(world, Timestamp::now).await
    }

    /// The same at the times that a clock tells.
    pub(crate) async fn at(world: World, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let simulator = Simulator::new(world);
        let server = SimulatorServer::start_with_clock(("127.0.0.1", 0), simulator, clock).await.unwrap();
        let client = client(&server).build().unwrap();
        Self { server, store: MemoryStateStore::new(), client, in_flight: 1 }
    }

    /// Forgets all that happened, and keeps the world, the port and the connections.
    pub(crate) fn begin_again(&mut self) {
        self.server.simulator().reset();
        self.store = MemoryStateStore::new();
    }

    /// A client that sends nothing again: a request that fails is a run that fails.
    pub(crate) fn resigned_client(&self) -> TikTokClient {
        let mut policy = RetryPolicy::default();
        policy.attempts = 1;
        client(&self.server).retry(policy).build().unwrap()
    }

    /// A client that waits for no reply longer than this.
    pub(crate) fn impatient_client(&self, attempt_timeout: Duration) -> TikTokClient {
        client(&self.server).attempt_timeout(attempt_timeout).build().unwrap()
    }

    pub(crate) fn destination(&self) -> TikTokDestinationBuilder {
        self.destination_by(&self.client)
    }

    pub(crate) fn destination_by(&self, client: &TikTokClient) -> TikTokDestinationBuilder {
        TikTokDestination::builder(client.clone(), AdAccountId::new(ACCOUNT)).max_in_flight(self.in_flight)
    }

    /// An activation that lives in the scene's state.
    pub(crate) fn activation(
        &self,
        segment: MemorySegment,
        mapping: FieldMapping,
        destination: TikTokDestinationBuilder,
    ) -> SegmentActivationBuilder {
        SegmentActivation::builder("buyers", segment, destination.build().unwrap(), self.store.clone())
            .guards(GuardSettings::without_thresholds())
            .mapping(mapping)
    }

    /// A run of these people in batches of three, however it ends.
    pub(crate) async fn try_run(&self, people: &People, client: &TikTokClient) -> Result<Report, ActivationError> {
        let activation = self.activation(buyers(people), by_email(), self.destination_by(client).batch_users(3));
        activation.description("Bought something").build().unwrap().run(&options()).await
    }

    /// A run that has to succeed, and to leave one audience that equals the segment.
    pub(crate) async fn run(&self, people: &People) -> Report {
        let report = self.try_run(people, &self.client).await.unwrap();
        assert_eq!(report.outcome, Outcome::Done, "{report}");
        self.assert_holds(people);
        report
    }

    /// There is one audience, and it holds exactly these people.
    #[track_caller]
    pub(crate) fn assert_holds(&self, people: &People) {
        assert!(self.held(IdType::EmailSha256) == email_digests(people), "the audience is not the segment");
    }

    /// The one audience that there is.
    #[track_caller]
    pub(crate) fn audience(&self) -> Audience {
        let simulator = self.server.simulator();
        let there: Vec<&Audience> = simulator.audiences().iter().filter(|audience| !audience.is_deleted()).collect();
        assert_eq!(there.len(), 1, "{there:?}");
        there[0].clone()
    }

    /// What the one audience holds of a type.
    #[track_caller]
    pub(crate) fn held(&self, id_type: IdType) -> Vec<String> {
        self.audience().identifiers(id_type)
    }

    pub(crate) fn inject(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.server.simulator().inject(FaultProgram::new(rules));
    }

    /// How many requests there were so far.
    pub(crate) fn requests(&self) -> usize {
        self.server.simulator().requests().len()
    }

    /// The requests after the first so many, a line each: endpoint, action, users, code; `-` where no code was given.
    pub(crate) fn log_after(&self, first: usize) -> String {
        let lines: Vec<String> = self.server.simulator().requests()[first..].iter().map(line).collect();
        lines.join("\n")
    }

    /// The users of each request that added identifiers or deleted them, and was carried out.
    pub(crate) fn users_taken(&self) -> Vec<u64> {
        let simulator = self.server.simulator();
        simulator
            .requests()
            .iter()
            .filter(|request| request.code == Some(0))
            .filter_map(|request| request.users)
            .collect()
    }

    /// Deletes the one audience behind everybody's back, as somebody in Ads Manager would.
    pub(crate) fn delete_audience(&self) {
        let body = json!({"advertiser_id": ACCOUNT, "action": "delete", "delete_audience_id": self.audience().id()});
        post(&mut self.server.simulator(), Endpoint::SegmentAudience, &body);
    }
}

/// A request that somebody else sends, without a socket.
pub(crate) fn post(simulator: &mut Simulator, endpoint: Endpoint, body: &serde_json::Value) {
    let request = Request::new("POST", endpoint.path())
        .with_header("Access-Token", TOKEN)
        .with_header("Content-Type", "application/json")
        .with_body(body.to_string());
    simulator.handle(&request, Timestamp::now());
    assert_eq!(simulator.requests().last().unwrap().code, Some(0));
}

fn line(request: &LoggedRequest) -> String {
    let path = request.path.strip_prefix("/open_api/v1.3/").unwrap();
    let action = request.action.map_or_else(String::new, |action| format!(" {action:?}").to_lowercase());
    let users = request.users.map_or_else(String::new, |users| format!(" of {users}"));
    let code = request.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
    let fault = request.fault.map_or_else(String::new, |fault| format!(" ({fault})"));
    format!("{path}{action}{users}: {code}{fault}")
}

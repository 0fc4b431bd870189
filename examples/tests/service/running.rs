//! A service that runs, and how it is asked.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

use super::executable::example;
use super::world::{ACCESS_TOKEN, World};

/// Longer than anything here takes, also on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A service as a process. It ends with the test.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: String,
    client: reqwest::Client,
    token: Option<String>,
    pub(crate) log: PathBuf,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// The command of a service of this world, without a token of its own.
pub(crate) fn command(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(example("service"));
    command.arg("--config").arg(world.path("service.toml")).args(arguments);
    command.env("TIKTOK_ACCESS_TOKEN", ACCESS_TOKEN).env_remove("TIKAUD_SERVICE_TOKEN").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

impl Service {
    /// Starts it on a free port.
    pub(crate) fn start(world: &World) -> Self {
        Self::start_with(world, None)
    }

    pub(crate) fn start_with(world: &World, token: Option<&str>) -> Self {
        let log = world.path("log.txt");
        let mut command = command(world, &["--listen", "127.0.0.1:0"]);
        if let Some(token) = token {
            command.env("TIKAUD_SERVICE_TOKEN", token);
        }
        let file = File::options().create(true).append(true).open(&log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("tikaud service at http://");
        let address = address.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(&log).unwrap())).to_owned();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { child, address, client, token: token.map(str::to_owned), log }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request as it is, without a token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url()))
    }

    async fn ask(&self, method: Method, path: &str) -> Answer {
        let request = self.request(method, path);
        let request = self.token.iter().fold(request, |request, token| request.bearer_auth(token));
        send(request).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.ask(Method::POST, path).await
    }

    /// Asks, and expects this status.
    #[track_caller]
    pub(crate) fn order(&self, path: &str, status: StatusCode) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            let answer = self.post(path).await;
            assert_eq!(answer.status, status, "{path} at {caller}: {}", answer.text);
            answer.json()
        }
    }

    pub(crate) async fn activation(&self, id: &str) -> Value {
        self.get(&format!("/api/activations/{id}")).await.json()
    }

    /// Has it run, and waits until the run has ended: the activation after it.
    pub(crate) async fn run(&self, id: &str) -> Value {
        let before = runs_of(&self.activation(id).await);
        self.order(&format!("/api/activations/{id}/trigger"), StatusCode::ACCEPTED).await;
        self.until(id, "a run has ended", |activation| runs_of(activation) > before && is_idle(activation)).await
    }

    /// Waits until an activation is so.
    pub(crate) async fn until(&self, id: &str, what: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let activation = self.activation(id).await;
            if is_so(&activation) {
                return activation;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}: {activation:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends SIGTERM, as a service manager does, and waits for the end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.child.wait().unwrap()
    }

    pub(crate) fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer { status: response.status(), headers: response.headers().clone(), text: response.text().await.unwrap() }
}

/// Runs have growing numbers.
fn runs_of(activation: &Value) -> Option<u64> {
    activation["last_run"]["number"].as_u64()
}

pub(crate) fn is_idle(activation: &Value) -> bool {
    activation["standing"] != "running" && activation["status"]["queued"] == false
}

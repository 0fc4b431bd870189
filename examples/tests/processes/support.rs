//! Where the executables are, how they are run, and a TikTok for them to talk to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tikaud_tiktok::simulator::{
    Audience, Effect, Endpoint, FaultProgram, FaultRule, IdType, Simulator, SimulatorServer, World,
};
use tokio::runtime::Runtime;

pub(crate) use super::executable::example;

pub(crate) const ACCOUNT: &str = "7000000000000000001";
pub(crate) const TOKEN: &str = "act.simulator";

/// A file of this folder's data.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A simulator in this process.
pub(crate) struct TikTok {
    // Dropped before the runtime that it runs on.
    server: SimulatorServer,
    _runtime: Runtime,
}

impl TikTok {
    pub(crate) fn start() -> Self {
        Self::with_world(World::default())
    }

    pub(crate) fn with_world(world: World) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(SimulatorServer::start(("127.0.0.1", 0), Simulator::new(world))).unwrap();
        Self { server, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn inject(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.server.simulator().inject(FaultProgram::new(rules));
    }

    /// Every request to an endpoint is answered so much later.
    pub(crate) fn delay(&self, endpoint: Endpoint, time: Duration) {
        self.inject([FaultRule::new(Effect::delay(time)).on_endpoint(endpoint).times(u64::MAX)]);
    }

    pub(crate) fn requests(&self) -> usize {
        self.server.simulator().requests().len()
    }

    /// How many requests to an endpoint there were.
    pub(crate) fn requests_to(&self, endpoint: Endpoint) -> usize {
        self.server.simulator().requests().iter().filter(|request| request.path == endpoint.path()).count()
    }

    pub(crate) fn audiences(&self) -> usize {
        self.server.simulator().audiences().len()
    }

    /// Names and descriptions.
    pub(crate) fn labels(&self) -> Vec<(String, Option<String>)> {
        let simulator = self.server.simulator();
        let labels = |audience: &Audience| (audience.name().to_owned(), audience.description().map(str::to_owned));
        simulator.audiences().iter().map(labels).collect()
    }

    /// What the only audience holds, as the expected files have it: sorted, one a line.
    pub(crate) fn identifiers(&self, id_type: IdType) -> String {
        let simulator = self.server.simulator();
        let [audience] = simulator.audiences() else { panic!("there is not one audience") };
        let lines = simulator.identifiers(audience.id(), id_type).unwrap();
        lines.into_iter().fold(String::new(), |text, line| text + &line + "\n")
    }

    /// Compares the only audience with the expected files of a day.
    #[track_caller]
    pub(crate) fn assert_holds(&self, day: &str) {
        for (id_type, kind) in [(IdType::EmailSha256, "email_sha256"), (IdType::PhoneSha256, "phone_sha256")] {
            let expected = fs::read_to_string(data(&format!("expected_{day}_{kind}.txt"))).unwrap();
            assert!(self.identifiers(id_type) == expected, "{kind} of {day} differ");
        }
    }
}

/// A command line of `sync`, with a directory of its own.
pub(crate) struct Sync {
    pub(crate) directory: TempDir,
    endpoint: String,
    account: &'static str,
    token: &'static str,
}

/// How a process ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sync {
    pub(crate) fn with(tiktok: &TikTok) -> Self {
        Self::at(tiktok.url())
    }

    pub(crate) fn at(endpoint: impl Into<String>) -> Self {
        Self { directory: tempfile::tempdir().unwrap(), endpoint: endpoint.into(), account: ACCOUNT, token: TOKEN }
    }

    pub(crate) fn account(mut self, account: &'static str) -> Self {
        self.account = account;
        self
    }

    pub(crate) fn token(mut self, token: &'static str) -> Self {
        self.token = token;
        self
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// Writes a file beside the state.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// A table with so many e-mail addresses.
    pub(crate) fn table(&self, members: usize) -> PathBuf {
        let rows = (0..members).map(|member| format!("customer{member}@example.com\n"));
        self.file("buyers.csv", "email\n".to_owned() + &rows.collect::<String>())
    }

    pub(crate) fn command(&self, arguments: &[&str], segment: impl AsRef<Path>) -> Command {
        let mut command = Command::new(example("sync"));
        command.args(["--state", self.state().to_str().unwrap(), "--advertiser", self.account]);
        command.args(["--endpoint", &self.endpoint, "--requests-per-second", "1000"]).args(arguments);
        command.arg("--segment").arg(segment.as_ref());
        command.env("TIKTOK_ACCESS_TOKEN", self.token).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, arguments: &[&str], segment: impl AsRef<Path>) -> Ended {
        self.command(arguments, segment).output().unwrap().into()
    }

    /// Runs beside the test.
    pub(crate) fn spawn(&self, arguments: &[&str], segment: impl AsRef<Path>) -> Child {
        self.command(arguments, segment).spawn().unwrap()
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// Checks the exit code, and gives both outputs.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// Every file below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Waits for something that another process is about to do.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

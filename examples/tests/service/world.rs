//! A simulated TikTok, tables, and configurations of services that know both.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tikaud_tiktok::simulator::{
    Effect, Endpoint, FaultProgram, FaultRule, IdType, Simulator, SimulatorServer, World as SimulatedWorld,
};

pub(crate) const ACCOUNT: &str = "7000000000000000001";
pub(crate) const ACCESS_TOKEN: &str = "act.simulator";

/// A simulated TikTok, and a directory with tables, a configuration and state.
pub(crate) struct World {
    pub(crate) directory: TempDir,
    pub(crate) simulator: SimulatorServer,
}

impl World {
    pub(crate) async fn new() -> Self {
        let simulator = Simulator::new(SimulatedWorld::default());
        let simulator = SimulatorServer::start(("127.0.0.1", 0), simulator).await.unwrap();
        Self { directory: tempfile::tempdir().unwrap(), simulator }
    }

    /// With one activation, `buyers`, of so many members.
    pub(crate) async fn of_buyers(members: u32) -> Self {
        let world = Self::new().await;
        world.table("buyers", 0..members);
        world.configure(&activation("buyers", ""));
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes `<name>.csv` with these members.
    pub(crate) fn table(&self, name: &str, members: Range<u32>) {
        write_table(&self.path(&format!("{name}.csv")), members);
    }

    /// Writes the configuration with these activations.
    pub(crate) fn configure(&self, activations: &str) {
        self.configure_with("grace = \"20 seconds\"", activations);
    }

    /// The same with settings of the service.
    pub(crate) fn configure_with(&self, settings: &str, activations: &str) {
        let endpoint = self.simulator.url();
        let text = format!(
            "state = \"state\"\n{settings}\n\n[accounts.shop]\nadvertiser = \"{ACCOUNT}\"\nendpoint = \"{endpoint}\"\n\
             requests_per_second = 1000\n\n{activations}"
        );
        fs::write(self.path("service.toml"), text).unwrap();
    }

    /// The e-mail digests of the audience of this name.
    pub(crate) fn emails(&self, name: &str) -> usize {
        let simulator = self.simulator.simulator();
        let audience = simulator.audiences().iter().find(|audience| audience.name() == name);
        audience.map_or(0, |audience| simulator.identifiers(audience.id(), IdType::EmailSha256).unwrap().len())
    }

    pub(crate) fn requests_to(&self, endpoint: Endpoint) -> usize {
        self.simulator.simulator().requests().iter().filter(|request| request.path == endpoint.path()).count()
    }

    /// Every request that changes an audience is answered so.
    pub(crate) fn answer_changes(&self, effect: Effect) {
        let rule = FaultRule::new(effect).on_endpoint(Endpoint::SegmentMapping).times(u64::MAX);
        self.simulator.simulator().inject(FaultProgram::new([rule]));
    }

    /// Every request is answered so.
    pub(crate) fn answer_everything(&self, effect: Effect) {
        self.simulator.simulator().inject(FaultProgram::new([FaultRule::new(effect).times(u64::MAX)]));
    }

    /// Nothing goes wrong any more.
    pub(crate) fn answer_as_ever(&self) {
        self.simulator.simulator().inject(FaultProgram::new([]));
    }
}

/// An `[[activations]]` table: the file `<id>.csv`, under the name of the id with a capital letter, when it is called.
pub(crate) fn activation(id: &str, settings: &str) -> String {
    let (first, rest) = id.split_at(1);
    format!(
        "[[activations]]\nid = \"{id}\"\naccount = \"shop\"\nsegment.name = \"{}{rest}\"\nsegment.files = [\"{id}.csv\"]\n\
         settings.mapping.fields = [{{ column = \"email\", field = \"email\" }}]\n{settings}\n\n",
        first.to_uppercase()
    )
}

pub(crate) fn write_table(path: &Path, members: Range<u32>) {
    let rows = members.map(|member| format!("customer{member}@example.com\n"));
    fs::write(path, "email\n".to_owned() + &rows.collect::<String>()).unwrap();
}

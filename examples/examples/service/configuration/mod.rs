//! The configuration: one TOML file of plain data.

mod check;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;
use tikaud_core::activation::ActivationSettings;
use tikaud_core::identifier::FieldMapping;

use crate::error::StartError;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// Where to listen.
    #[serde(default = "default_listen")]
    pub(crate) listen: String,
    /// The directory that remembers what is in the audiences.
    pub(crate) state: PathBuf,
    /// How many runs may go on at once.
    #[serde(default = "default_concurrency")]
    pub(crate) concurrency: usize,
    /// How long runs have to end when the service is stopped.
    #[serde(default = "default_grace")]
    grace: SignedDuration,
    /// Ad accounts, by the names that activations use for them.
    pub(crate) accounts: BTreeMap<String, Account>,
    /// What is kept equal to what.
    pub(crate) activations: Vec<ActivationEntry>,
}

/// An ad account at TikTok.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    /// Its id, as Ads Manager shows it in its address line as `aadvid`.
    pub(crate) advertiser: String,
    /// The environment variable with the access token: a file is read by more people than it should be.
    #[serde(default = "default_token_variable")]
    pub(crate) access_token_env: String,
    /// Where TikTok's API is; a simulator, for one.
    pub(crate) endpoint: Option<String>,
    /// Requests a second that the app's level at TikTok permits.
    pub(crate) requests_per_second: Option<f64>,
    /// The settings of its activations that are not told otherwise.
    #[serde(default)]
    pub(crate) defaults: ActivationSettings,
}

/// A segment that is kept in an audience.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivationEntry {
    /// Its name in the state and in addresses, for ever.
    pub(crate) id: String,
    /// One of the accounts.
    pub(crate) account: String,
    /// Who should be in.
    pub(crate) segment: SegmentEntry,
    /// How: what differs from the account's defaults.
    #[serde(default)]
    pub(crate) settings: ActivationSettings,
    /// Who must not be in, whatever the segment says.
    #[serde(default)]
    pub(crate) suppression: Vec<Suppression>,
}

/// A segment in files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentEntry {
    /// What it is called; if left out, as the first file.
    pub(crate) name: Option<String>,
    /// What it is, in words.
    pub(crate) description: Option<String>,
    /// Paths and patterns: CSV, JSON lines or Parquet.
    pub(crate) files: Vec<PathBuf>,
    /// What separates the fields of CSV files; if left out, a comma, and a tab in `.tsv` files.
    pub(crate) delimiter: Option<char>,
}

/// A segment of people who are kept out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suppression {
    /// Who.
    pub(crate) segment: SegmentEntry,
    /// Which of their columns are looked at, and as what.
    pub(crate) mapping: FieldMapping,
}

impl Configuration {
    /// Reads and checks it. Paths become relative to the process instead of the file.
    pub(crate) fn read(path: &Path) -> Result<Self, StartError> {
        let text = fs::read_to_string(path).map_err(|source| StartError::Read { path: path.to_owned(), source })?;
        let mut configuration: Self = toml::from_str(&text)
            .map_err(|source| StartError::Toml { path: path.to_owned(), source: Box::new(source) })?;
        configuration.check()?;
        configuration.make_relative_to(path.parent().unwrap_or(Path::new("")));
        Ok(configuration)
    }

    /// How long runs have to end when the service is stopped.
    pub(crate) fn grace(&self) -> Duration {
        self.grace.unsigned_abs()
    }

    fn make_relative_to(&mut self, directory: &Path) {
        self.state = directory.join(&self.state);
        for entry in &mut self.activations {
            let suppressed = entry.suppression.iter_mut().flat_map(|suppression| &mut suppression.segment.files);
            entry.segment.files.iter_mut().chain(suppressed).for_each(|path| *path = directory.join(&*path));
        }
    }
}

fn default_listen() -> String {
    "127.0.0.1:8090".to_owned()
}

fn default_concurrency() -> usize {
    2
}

fn default_grace() -> SignedDuration {
    SignedDuration::from_secs(20)
}

fn default_token_variable() -> String {
    "TIKTOK_ACCESS_TOKEN".to_owned()
}

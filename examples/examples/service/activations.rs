//! From the configuration to activations.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use tikaud_core::activation::{ConfiguredDestination, Template};
use tikaud_core::segment::Segment;
use tikaud_core::state::StateStore;
use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};

use crate::configuration::{Account, ActivationEntry, Configuration};
use crate::error::StartError;
use crate::late_files::LateFiles;
use crate::log;
use crate::progress::Progress;
use crate::reviewed::Reviewed;

/// An activation that the service keeps, and what the page says about it.
pub(crate) struct Kept {
    pub(crate) activation: Arc<Reviewed>,
    /// The audience's name and description.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The account, as the configuration calls it, and its id.
    pub(crate) account: String,
    pub(crate) advertiser: String,
    /// The segment's paths and patterns.
    pub(crate) files: Vec<String>,
    /// What the run that goes on is doing.
    pub(crate) progress: Progress,
}

pub(crate) fn build(configuration: &Configuration, store: &Arc<dyn StateStore>) -> Result<Vec<Kept>, StartError> {
    let mut destinations = BTreeMap::new();
    for (name, account) in &configuration.accounts {
        let destination = ConfiguredDestination::new_shared(Arc::new(destination(name, account)?), Arc::clone(store));
        destinations.insert(name, (account, destination.with_defaults(account.defaults.clone())));
    }
    let mut activations = Vec::new();
    for entry in &configuration.activations {
        // The configuration was checked: there is one of each.
        if let Some((account, destination)) = destinations.get(&entry.account) {
            activations.push(kept(entry, account, destination)?);
        }
    }
    Ok(activations)
}

/// One client an account, so that its activations share the pace that TikTok permits.
fn destination(name: &str, account: &Account) -> Result<TikTokDestination, StartError> {
    let variable = &account.access_token_env;
    let token = env::var(variable).ok().filter(|token| !token.trim().is_empty()).ok_or_else(|| {
        let problem =
            format!("set the environment variable {variable} to the access token that TikTok gave for the account");
        StartError::field(format!("accounts.{name}.access_token_env"), problem)
    })?;
    let mut client = TikTokClient::builder(AccessToken::new(token.trim()));
    if let Some(endpoint) = &account.endpoint {
        client = client.endpoint(endpoint);
    }
    if let Some(requests) = account.requests_per_second {
        client = client.requests_per_second(requests);
    }
    let destination = client
        .build()
        .and_then(|client| TikTokDestination::builder(client, AdAccountId::new(account.advertiser.trim())).build());
    destination.map_err(|source| StartError::Account { account: name.to_owned(), source })
}

fn kept(entry: &ActivationEntry, account: &Account, destination: &ConfiguredDestination) -> Result<Kept, StartError> {
    let open = |segment| {
        LateFiles::try_new(segment).map_err(|source| StartError::Files { activation: entry.id.clone(), source })
    };
    let failed = |source| StartError::Activation { activation: entry.id.clone(), source };
    let segment = Arc::new(open(&entry.segment)?);
    let settings = entry.settings.clone().over(destination.defaults());
    let fill = |template: Template| template.fill(&*segment);
    let progress = Progress::default();
    let observed = progress.clone();
    let mut builder = destination
        .builder(&entry.id, Arc::clone(&segment), entry.settings.clone())
        .map_err(failed)?
        .on_event(move |event| {
            observed.observe(event);
            log::run_event(event);
        });
    for suppression in &entry.suppression {
        builder = builder.suppress(open(&suppression.segment)?, suppression.mapping.clone());
    }
    Ok(Kept {
        activation: Arc::new(Reviewed::new(builder.build().map_err(failed)?)),
        name: settings.name.map_or_else(|| segment.name().to_owned(), fill),
        description: settings.description.map(fill).or_else(|| segment.description().map(str::to_owned)),
        account: entry.account.clone(),
        advertiser: account.advertiser.trim().to_owned(),
        files: entry.segment.files.iter().map(|path| path.display().to_string()).collect(),
        progress,
    })
}

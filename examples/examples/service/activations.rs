//! From the configuration to activations.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;

use tikaud_core::activation::SegmentActivation;
use tikaud_core::destination::Destination;
use tikaud_core::schedule::ScheduleSettings;
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
    pub(crate) schedule: ScheduleSettings,
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
    let destinations = configuration.accounts.iter().map(|(name, account)| {
        let destination: Arc<dyn Destination> = Arc::new(destination(name, account)?);
        Ok((name.as_str(), destination))
    });
    let destinations: BTreeMap<&str, Arc<dyn Destination>> = destinations.collect::<Result<_, StartError>>()?;
    let mut activations = Vec::new();
    for entry in &configuration.activations {
        // The configuration was checked: there is one of each.
        let account = configuration.accounts.get(&entry.account).zip(destinations.get(entry.account.as_str()));
        if let Some((account, destination)) = account {
            activations.push(kept(entry, account, destination, store)?);
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

fn kept(
    entry: &ActivationEntry,
    account: &Account,
    destination: &Arc<dyn Destination>,
    store: &Arc<dyn StateStore>,
) -> Result<Kept, StartError> {
    let files = |name, files| {
        LateFiles::try_new(name, files).map_err(|source| StartError::Files { activation: entry.id.clone(), source })
    };
    let segment = files(entry.name.as_deref(), &entry.segment)?;
    let name = tikaud_core::segment::Segment::name(&segment).to_owned();
    let progress = Progress::default();
    let observed = progress.clone();
    let mut builder =
        SegmentActivation::builder_shared(&entry.id, Arc::new(segment), Arc::clone(destination), Arc::clone(store))
            .mapping(entry.mapping.clone())
            .guards(entry.guards.clone())
            .on_event(move |event| {
                observed.observe(event);
                log::run_event(event);
            });
    if let Some(description) = &entry.description {
        builder = builder.description(description);
    }
    for suppression in &entry.suppression {
        let segment = files(suppression.name.as_deref(), &suppression.segment)?;
        builder = builder.suppress(segment, suppression.mapping.clone());
    }
    let activation =
        builder.build().map_err(|source| StartError::Activation { activation: entry.id.clone(), source })?;
    Ok(Kept {
        activation: Arc::new(Reviewed::new(activation)),
        schedule: entry.schedule(),
        name,
        description: entry.description.clone(),
        account: entry.account.clone(),
        advertiser: account.advertiser.trim().to_owned(),
        files: entry.segment.files.iter().map(|path| path.display().to_string()).collect(),
        progress,
    })
}

//! One ad account as a destination.

mod builder;
mod streaming;

pub use builder::TikTokDestinationBuilder;

use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Capabilities, Connection, CreatedAudience, Destination,
    DestinationError, DestinationErrorKind as Kind, DestinationId,
};
use tikaud_core::state::Clock;

use crate::account::{self, AdAccountId};
use crate::audience_kind::{AudienceKind, CustomerFiles, FileContent};
use crate::audience_writer::{StreamingAudience, find};
use crate::audiences::list;
use crate::client::TikTokClient;
use crate::customer_file::{CustomerFileAudience, Files};
use crate::explain::{attach, explain};
use crate::token::AppCredentials;
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{AudienceDetails, CalculateType, CreateSegmentAudience, ReturnCode};

/// An ad account in TikTok Ads, with audiences of one [kind](AudienceKind).
///
/// Streaming audiences (TikTok calls them `Partner`) take changes in any number and size; customer file audiences take
/// one change at a time. Either shows within 48 hours, and can be used in ads from 1,000 matched people on.
///
/// ```
/// use tikaud_core::destination::Destination;
/// use tikaud_tiktok::{AccessToken, AdAccountId, TikTokClient, TikTokDestination};
///
/// let client = TikTokClient::builder(AccessToken::new("0a1b2c")).build()?;
/// let destination = TikTokDestination::builder(client, AdAccountId::new("7000000000000000001"))
///     .batch_users(10_000)
///     .build()?;
/// assert_eq!(destination.capabilities().batch_limit, 10_000);
/// # Ok::<(), tikaud_core::destination::DestinationError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TikTokDestination {
    id: DestinationId,
    account: AdAccountId,
    client: TikTokClient,
    credentials: Option<AppCredentials>,
    capabilities: Capabilities,
    kind: AudienceKind,
    files: CustomerFiles,
    clock: Arc<dyn Clock>,
}

impl TikTokDestination {
    /// The destination for this ad account, to be configured.
    pub fn builder(client: TikTokClient, account: AdAccountId) -> TikTokDestinationBuilder {
        TikTokDestinationBuilder::new(client, account)
    }

    /// The ad account.
    #[must_use]
    pub fn account(&self) -> &AdAccountId {
        &self.account
    }

    pub(crate) fn client(&self) -> &TikTokClient {
        &self.client
    }
}

impl TikTokDestination {
    async fn create(&self, name: &str, description: Option<&str>) -> Result<CreatedAudience, Failed> {
        let request = CreateSegmentAudience { advertiser_id: self.account.as_str(), name, description };
        let answer = self.client.transport.send(&request, &TrafficCounter::default()).await?;
        let warnings = answer.partial.map(|message| format!("TikTok calls the creation partly successful: {message}"));
        Ok(CreatedAudience { id: AudienceId::new(answer.data.audience_id), warnings: warnings.into_iter().collect() })
    }

    /// The files of one customer file audience.
    fn files(&self) -> Files {
        let new_type = match self.files.content {
            FileContent::Only(kind) => CalculateType::of_kind(kind),
            FileContent::Several => None,
        };
        Files {
            client: self.client.clone(),
            account: self.account.clone(),
            clock: Arc::clone(&self.clock),
            new_type: new_type.unwrap_or(CalculateType::MultipleTypes),
            file_bytes: self.files.file_bytes,
            traffic: TrafficCounter::default(),
        }
    }
}

/// Whether TikTok refused the request for one of its fields.
fn is_refused_field(failed: &Failed) -> bool {
    let code = failed.failure.code();
    code == Some(ReturnCode::INVALID_PARAMETERS) || code == Some(ReturnCode::PARAMETER_ERROR)
}

#[async_trait]
impl Destination for TikTokDestination {
    fn id(&self) -> &DestinationId {
        &self.id
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// By [`AudienceKind::as_str`]; everything else as this destination has it.
    fn with_audience_kind(&self, kind: &str) -> Result<Arc<dyn Destination>, DestinationError> {
        let Some(known) = AudienceKind::ALL.into_iter().find(|known| known.as_str() == kind) else {
            let names = AudienceKind::ALL.map(AudienceKind::as_str).join("`, `");
            let message = format!("TikTok has no audience kind `{kind}`; there are `{names}`");
            return Err(DestinationError::new(Kind::Configuration, message));
        };
        let mut capabilities = builder::capabilities(known, &self.client, &self.files);
        capabilities.batch_limit = self.capabilities.batch_limit;
        capabilities.max_in_flight = self.capabilities.max_in_flight;
        Ok(Arc::new(Self { kind: known, capabilities, ..self.clone() }))
    }

    async fn check(&self) -> Result<Connection, DestinationError> {
        account::check(&self.client, &self.account, self.credentials.as_ref()).await
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        if self.kind == AudienceKind::CustomerFile {
            let message = "TikTok makes a customer file audience with its first files only: open a new one";
            return Err(DestinationError::new(Kind::Unsupported, message));
        }
        let doing = format!("create an audience in ad account {}", self.account);
        let description = spec.description.as_deref().filter(|description| !description.is_empty());
        let refused = match self.create(&spec.name, description).await {
            Ok(created) => return Ok(created),
            Err(failed) if description.is_some() && is_refused_field(&failed) => failed,
            Err(failed) => return Err(explain(&doing, failed)),
        };
        // No document names the field. Whether it was what TikTok minded shows when it is left out.
        let mut created = self.create(&spec.name, None).await.map_err(|failed| explain(&doing, failed))?;
        let refusal = attach(DestinationError::new(Kind::InvalidInput, "TikTok refused the description"), refused);
        created.warnings.push(format!("{refusal}: the audience was created without it"));
        Ok(created)
    }

    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        if self.kind == AudienceKind::Streaming {
            let message = "TikTok makes a streaming audience empty, not with its first batches: create one";
            return Err(DestinationError::new(Kind::Unsupported, message));
        }
        let name = self.capabilities.shown_name(&spec.name).unwrap_or_else(|| spec.name.clone());
        Ok(Box::new(CustomerFileAudience::to_be_made(self.files(), name, self.capabilities.batch_limit)))
    }

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        let shown = self.capabilities.shown_name(name);
        let goes_by = |found: &AudienceDetails| {
            found.name.as_deref().is_some_and(|found| found == name || shown.as_deref() == Some(found))
        };
        let there = list::all(&self.client, &self.account).await?;
        let found = there.into_iter().filter(|it| goes_by(it) && it.may_be_own(self.kind));
        Ok(found.filter_map(AudienceDetails::into_audience).collect())
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let batch_limit = self.capabilities.batch_limit;
        if self.kind == AudienceKind::CustomerFile {
            let files = self.files();
            let opened = files.open(id, &TrafficCounter::default()).await?;
            return Ok(Box::new(CustomerFileAudience::of(files, opened, batch_limit)));
        }
        let (client, account, clock) = (self.client.clone(), self.account.clone(), Arc::clone(&self.clock));
        let audience = find(&client, &account, id, clock.now(), &TrafficCounter::default()).await?;
        Ok(Box::new(StreamingAudience::new(client, account, audience, batch_limit, clock)))
    }

    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        self.rename(id, name).await
    }

    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        match self.client.audiences(&self.account)?.delete(std::slice::from_ref(id)).await {
            Err(error) if error.kind() == Kind::NotFound => Ok(()),
            outcome => outcome,
        }
    }
}

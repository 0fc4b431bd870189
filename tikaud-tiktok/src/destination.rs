//! One ad account as a destination.

use std::time::Duration;

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Capabilities, Connection, CreatedAudience, DescriptionSupport,
    Destination, DestinationError, DestinationErrorKind as Kind, DestinationId, NameLimit,
};
use tikaud_core::identifier::IdentifierKind;

use crate::account::{self, AdAccountId};
use crate::audience_writer::{StreamingAudience, find};
use crate::audiences::list;
use crate::client::TikTokClient;
use crate::explain::{attach, explain};
use crate::token::AppCredentials;
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{AudienceDetails, CreateSegmentAudience, ReturnCode, accepted_kinds};

/// Users that TikTok takes in one request at most.
const LARGEST_BATCH: usize = 10_000;

/// An ad account in TikTok Ads, with streaming audiences (TikTok calls them `Partner`).
///
/// Changes are taken in any number and size, and show within 48 hours. An audience can be used in ads from 1,000
/// matched people on.
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
}

impl TikTokDestination {
    /// The destination for this ad account, to be configured.
    pub fn builder(client: TikTokClient, account: AdAccountId) -> TikTokDestinationBuilder {
        TikTokDestinationBuilder { client, account, credentials: None, batch_users: 5_000, max_in_flight: 4 }
    }

    /// The ad account.
    #[must_use]
    pub fn account(&self) -> &AdAccountId {
        &self.account
    }
}

/// Configures a [`TikTokDestination`].
#[derive(Debug)]
#[must_use]
pub struct TikTokDestinationBuilder {
    client: TikTokClient,
    account: AdAccountId,
    credentials: Option<AppCredentials>,
    batch_users: usize,
    max_in_flight: usize,
}

impl TikTokDestinationBuilder {
    /// The developer app. With it, [`check`](Destination::check) can tell an account on which the user has no
    /// permission from one that is not there.
    pub fn app_credentials(mut self, credentials: AppCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Users in one request at most. 5,000 by default, which makes bodies of 0.6 MB; 10,000 is TikTok's limit.
    pub fn batch_users(mut self, users: usize) -> Self {
        self.batch_users = users;
        self
    }

    /// Requests that may be under way at once. 4 by default, which keeps 10 requests per second busy as long as TikTok
    /// answers within 0.4 seconds.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = requests;
        self
    }

    /// Makes the destination. No request is sent.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`](Kind::Configuration), naming the setting that is wrong.
    pub fn build(self) -> Result<TikTokDestination, DestinationError> {
        let wrong = |message: String| Err(DestinationError::new(Kind::Configuration, message));
        if !self.account.is_plausible() {
            return wrong(
                "the ad account's id must be a number of up to 20 digits, as Ads Manager shows it".to_owned(),
            );
        }
        if !(1..=LARGEST_BATCH).contains(&self.batch_users) {
            return wrong(format!("batch_users is {}; it must be 1 to {LARGEST_BATCH}", self.batch_users));
        }
        if self.max_in_flight == 0 {
            return wrong("max_in_flight must be at least 1".to_owned());
        }
        let mut capabilities = capabilities();
        capabilities.batch_limit = self.batch_users;
        capabilities.max_in_flight = self.max_in_flight;
        capabilities.requests_per_second = Some(self.client.pace().requests_per_second());
        Ok(TikTokDestination {
            id: DestinationId::new(format!("tiktok/{}", self.account)),
            account: self.account,
            client: self.client,
            credentials: self.credentials,
            capabilities,
        })
    }
}

/// What streaming audiences can do.
fn capabilities() -> Capabilities {
    let undocumented = IdentifierKind::EmailSha512;
    let documented = accepted_kinds().into_iter().filter(|&kind| kind != undocumented);
    let mut capabilities = Capabilities::new(documented.collect());
    capabilities.undocumented_kinds = vec![(
        undocumented,
        "TikTok's published v1.3 id schema names SHA-256 as the only hash for e-mails; TikTok may refuse e-mails hashed \
         with SHA-512, or take them and match nobody"
            .to_owned(),
    )];
    capabilities.exclusive_kinds = vec![
        vec![IdentifierKind::IdfaSha256, IdentifierKind::IdfaMd5],
        vec![IdentifierKind::AaidSha256, IdentifierKind::AaidMd5],
    ];
    capabilities.email_and_phone_warning = Some(
        "TikTok's API has been seen to fail on e-mails and phone numbers in one call, so each kind goes in requests of \
         its own; prefer mapping one of the two"
            .to_owned(),
    );
    capabilities.minimum_audience = 1_000;
    capabilities.name_limit = Some(NameLimit { characters: 70, kept: 67 });
    capabilities.description = DescriptionSupport::Undocumented;
    capabilities.applied_within = Some(Duration::from_secs(48 * 60 * 60));
    capabilities
}

impl TikTokDestination {
    async fn create(&self, name: &str, description: Option<&str>) -> Result<CreatedAudience, Failed> {
        let request = CreateSegmentAudience { advertiser_id: self.account.as_str(), name, description };
        let answer = self.client.transport.send(&request, &TrafficCounter::default()).await?;
        let warnings = answer.partial.map(|message| format!("TikTok calls the creation partly successful: {message}"));
        Ok(CreatedAudience { id: AudienceId::new(answer.data.audience_id), warnings: warnings.into_iter().collect() })
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

    async fn check(&self) -> Result<Connection, DestinationError> {
        account::check(&self.client, &self.account, self.credentials.as_ref()).await
    }

    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
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

    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        let shown = self.capabilities.shown_name(name);
        let goes_by = |found: &AudienceDetails| {
            found.name.as_deref().is_some_and(|found| found == name || shown.as_deref() == Some(found))
        };
        let there = list::all(&self.client, &self.account).await?;
        let found = there.into_iter().filter(|it| goes_by(it) && it.may_be_own_streaming());
        Ok(found.filter_map(AudienceDetails::into_audience).collect())
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let audience = find(&self.client, &self.account, id, &TrafficCounter::default()).await?;
        let (client, account) = (self.client.clone(), self.account.clone());
        Ok(Box::new(StreamingAudience::new(client, account, audience, self.capabilities.batch_limit)))
    }
}

//! One ad account as a destination.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceSpec, AudienceWriter, Capabilities, Connection, CreatedAudience, DescriptionSupport,
    Destination, DestinationError, DestinationErrorKind as Kind, DestinationId, NameLimit,
};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::{Clock, SystemClock};

use crate::account::{self, AdAccountId};
use crate::audience_kind::{AudienceKind, CustomerFiles, FileContent};
use crate::audience_writer::{StreamingAudience, find};
use crate::client::TikTokClient;
use crate::customer_file::{self, CustomerFileAudience, Files};
use crate::explain::{attach, explain};
use crate::token::AppCredentials;
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{
    AudienceDetails, CalculateType, CreateSegmentAudience, CustomAudienceList, ReturnCode, UploadFile, accepted_kinds,
};

/// Users that TikTok takes in one request at most.
const LARGEST_BATCH: usize = 10_000;
/// Smaller files would make many requests of few people; it also holds the largest batch.
const SMALLEST_FILE: usize = 1_000_000;
/// Pages of audiences that are read at most: an account may have 400 audiences, which is four pages.
const MOST_PAGES: u32 = 100;

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
        TikTokDestinationBuilder {
            client,
            account,
            credentials: None,
            batch_users: 5_000,
            max_in_flight: 4,
            kind: AudienceKind::default(),
            files: CustomerFiles::default(),
            clock: Arc::new(SystemClock),
        }
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

/// Configures a [`TikTokDestination`].
#[derive(Debug)]
#[must_use]
pub struct TikTokDestinationBuilder {
    client: TikTokClient,
    account: AdAccountId,
    credentials: Option<AppCredentials>,
    batch_users: usize,
    max_in_flight: usize,
    kind: AudienceKind,
    files: CustomerFiles,
    clock: Arc<dyn Clock>,
}

impl TikTokDestinationBuilder {
    /// The developer app. With it, [`check`](Destination::check) can tell an account on which the user has no
    /// permission from one that is not there.
    pub fn app_credentials(mut self, credentials: AppCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The kind of audience. [`Streaming`](AudienceKind::Streaming) by default; [`AudienceKind::by_access`] is the rule.
    pub fn audience_kind(mut self, kind: AudienceKind) -> Self {
        self.kind = kind;
        self
    }

    /// The files of customer file audiences; without meaning for streaming ones.
    pub fn customer_files(mut self, files: CustomerFiles) -> Self {
        self.files = files;
        self
    }

    /// What tells the time, by which customer file audiences are told to be busy. Default: the system's clock.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Users in one batch at most, which is one request of a streaming audience. 5,000 by default, which makes bodies
    /// of 0.6 MB; 10,000 is TikTok's limit.
    pub fn batch_users(mut self, users: usize) -> Self {
        self.batch_users = users;
        self
    }

    /// Batches that may be under way at once. 4 by default, which keeps 10 requests per second busy as long as TikTok
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
        if !(SMALLEST_FILE..=UploadFile::LARGEST).contains(&self.files.file_bytes) {
            let (bytes, largest) = (self.files.file_bytes, UploadFile::LARGEST);
            return wrong(format!("file_bytes is {bytes}; it must be {SMALLEST_FILE} to {largest}"));
        }
        if let FileContent::Only(kind) = self.files.content
            && CalculateType::of_kind(kind).is_none()
        {
            return wrong(format!("TikTok has no customer files of {kind} identifiers; choose another content"));
        }
        let mut capabilities = match self.kind {
            AudienceKind::Streaming => streaming_capabilities(self.client.requests_per_second),
            AudienceKind::CustomerFile => customer_file::capabilities(self.files.content),
        };
        capabilities.batch_limit = self.batch_users;
        capabilities.max_in_flight = self.max_in_flight;
        Ok(TikTokDestination {
            id: DestinationId::new(format!("tiktok/{}", self.account)),
            account: self.account,
            client: self.client,
            credentials: self.credentials,
            capabilities,
            kind: self.kind,
            files: self.files,
            clock: self.clock,
        })
    }
}

/// What streaming audiences can do.
fn streaming_capabilities(requests_per_second: f64) -> Capabilities {
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
    capabilities.requests_per_second = Some(requests_per_second);
    capabilities
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

    /// The audiences on one page, and whether it is the last.
    async fn page(&self, page: u32) -> Result<(Vec<AudienceDetails>, bool), DestinationError> {
        let request = CustomAudienceList {
            advertiser_id: self.account.as_str(),
            page,
            page_size: CustomAudienceList::LARGEST_PAGE,
        };
        let answer = self.client.transport.send(&request, &TrafficCounter::default()).await;
        let doing = || format!("list the audiences of ad account {} (page {page})", self.account);
        let data = answer.map_err(|failed| explain(&doing(), failed))?.data;
        let last = data.is_last(page);
        Ok((data.list, last))
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
        let mut audiences: Vec<Audience> = Vec::new();
        for page in 1..=MOST_PAGES {
            let (found, last) = self.page(page).await?;
            let found = found.into_iter().filter(|it| goes_by(it) && it.may_be_own(self.kind));
            for audience in found.filter_map(AudienceDetails::into_audience) {
                // An audience moves to the next page when another is created meanwhile.
                if audiences.iter().all(|known| known.id != audience.id) {
                    audiences.push(audience);
                }
            }
            if last {
                return Ok(audiences);
            }
        }
        let message = format!("ad account {} has more than {MOST_PAGES} pages of audiences", self.account);
        Err(DestinationError::new(Kind::Protocol, format!("{message}; delete those that are not needed any more")))
    }

    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let batch_limit = self.capabilities.batch_limit;
        if self.kind == AudienceKind::CustomerFile {
            let files = self.files();
            let opened = files.open(id, &TrafficCounter::default()).await?;
            return Ok(Box::new(CustomerFileAudience::of(files, opened, batch_limit)));
        }
        let audience = find(&self.client, &self.account, id, &TrafficCounter::default()).await?;
        let (client, account) = (self.client.clone(), self.account.clone());
        Ok(Box::new(StreamingAudience::new(client, account, audience, batch_limit)))
    }
}

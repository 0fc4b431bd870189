//! The settings of a destination.

use std::sync::Arc;

#[cfg(doc)]
use tikaud_core::destination::Destination;
use tikaud_core::destination::{Capabilities, DestinationError, DestinationErrorKind as Kind, DestinationId};
use tikaud_core::state::{Clock, SystemClock};

use super::{TikTokDestination, streaming};
use crate::account::AdAccountId;
use crate::audience_kind::{AudienceKind, CustomerFiles, FileContent};
use crate::client::TikTokClient;
use crate::customer_file;
use crate::token::AppCredentials;
use crate::wire::{CalculateType, UploadFile};

/// Users that TikTok takes in one request at most.
const LARGEST_BATCH: usize = 10_000;
/// Smaller files would make many requests of few people; it also holds the largest batch.
const SMALLEST_FILE: usize = 1_000_000;

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
    /// What holds unless it is set.
    pub(super) fn new(client: TikTokClient, account: AdAccountId) -> Self {
        Self {
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
        let mut capabilities = capabilities(self.kind, &self.client, &self.files);
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

/// What an account can do with audiences of a kind.
pub(super) fn capabilities(kind: AudienceKind, client: &TikTokClient, files: &CustomerFiles) -> Capabilities {
    match kind {
        AudienceKind::Streaming => streaming::capabilities(client.pace().requests_per_second()),
        AudienceKind::CustomerFile => customer_file::capabilities(files.content),
    }
}

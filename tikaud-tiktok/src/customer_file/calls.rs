//! The requests about one customer file audience, and what their failures mean.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tikaud_core::destination::{
    Audience, AudienceId, CreatedAudience, DestinationError, DestinationErrorKind as Kind, Retry,
};
use tikaud_core::state::Clock;

use super::file::CompleteFile;
use super::standing::Standing;
use crate::account::AdAccountId;
use crate::audience_kind::AudienceKind;
use crate::client::TikTokClient;
use crate::explain::{attach, explain};
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{
    AudienceChange, AudienceDetails, CalculateType, CreateCustomAudience, CustomAudienceGet, FileAction, Outcome,
    ReturnCode, UpdateCustomAudience, UploadFile,
};

/// The earliest that TikTok has been seen to be done with a change.
pub(super) const LOOK_AGAIN: Retry = Retry::After(Duration::from_secs(60 * 60));

/// The customer files of one ad account, for one audience.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) client: TikTokClient,
    pub(crate) account: AdAccountId,
    pub(crate) clock: Arc<dyn Clock>,
    /// What the files of a new audience hold.
    pub(crate) new_type: CalculateType,
    pub(crate) file_bytes: usize,
    pub(crate) traffic: TrafficCounter,
}

/// An audience as it was found.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(super) audience: Audience,
    pub(super) calculate_type: CalculateType,
    found: Found,
}

/// What decides whether TikTok takes changes.
#[derive(Debug, Clone, Copy)]
struct Found {
    is_valid: Option<bool>,
    expires: Option<Timestamp>,
    last_change: Option<Timestamp>,
}

impl Opened {
    /// Where the audience stands. `changed` is when we changed it last, as far as we know.
    pub(super) fn standing(&self, changed: Option<Timestamp>, now: Timestamp) -> Standing {
        Standing::of(self.found.is_valid, self.found.expires, self.found.last_change.max(changed), now)
    }
}

impl Files {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Finds the audience.
    ///
    /// # Errors
    ///
    /// `NotFound` when it is gone or has expired, `Configuration` when it is of another kind.
    pub(crate) async fn open(&self, id: &AudienceId, traffic: &TrafficCounter) -> Result<Opened, DestinationError> {
        let account = &self.account;
        // Which entry of the history comes first is not documented, and the latest one is needed.
        let request = CustomAudienceGet {
            advertiser_id: account.as_str(),
            audience_ids: &[id.as_str()],
            history_size: CustomAudienceGet::LONGEST_HISTORY,
        };
        let answer = self.client.transport.send(&request, traffic).await;
        let answer =
            answer.map_err(|failed| explain(&format!("find audience {id} in ad account {account}"), failed))?;
        let details = answer.data.into_details(id.as_str()).ok_or_else(|| {
            let message = format!(
                "audience {id} is not in ad account {account}; it was deleted, or it belongs to another account: have a new \
                 one created"
            );
            DestinationError::new(Kind::NotFound, message)
        })?;
        if !details.may_be(AudienceKind::CustomerFile) {
            let message = format!(
                "audience {id} of ad account {account} is not made of customer files; choose AudienceKind::Streaming for \
                 it, or begin a new audience"
            );
            return Err(DestinationError::new(Kind::Configuration, message));
        }
        let opened = self.opened(id, details);
        if opened.standing(None, self.now()) == Standing::Expired {
            return Err(self.not_open(id, Standing::Expired));
        }
        Ok(opened)
    }

    fn opened(&self, id: &AudienceId, details: AudienceDetails) -> Opened {
        let found =
            Found { is_valid: details.is_valid, expires: details.expired_time, last_change: details.last_change };
        let calculate_type = details.calculate_type().unwrap_or(self.new_type);
        let without_id = || Audience { id: id.clone(), name: None, matched: None, ready: None, warnings: Vec::new() };
        Opened { audience: details.into_audience().unwrap_or_else(without_id), calculate_type, found }
    }

    /// Uploads a file and gives its path.
    pub(super) async fn upload(
        &self,
        calculate_type: CalculateType,
        file: &CompleteFile,
    ) -> Result<String, DestinationError> {
        let (content, signature) = (&file.content, file.signature.as_str());
        let request = UploadFile { advertiser_id: self.account.as_str(), calculate_type, content, signature };
        let mut answer = self.client.transport.send(&request, &self.traffic).await;
        if answer.as_ref().is_err_and(|failed| failed.failure.code() == Some(ReturnCode::SIGNATURE_MISMATCH)) {
            // The file was damaged on its way: once more is sane.
            answer = self.client.transport.send(&request, &self.traffic).await;
        }
        match answer {
            Ok(answer) => Ok(answer.data.file_path),
            Err(mut failed) => {
                // A file that no audience refers to changes nothing.
                failed.may_have_happened = false;
                let (identifiers, account) = (file.identifiers, &self.account);
                Err(explain(&format!("upload a file of {identifiers} identifiers to ad account {account}"), failed))
            }
        }
    }

    /// Makes an audience of files. Not idempotent.
    pub(super) async fn create(
        &self,
        calculate_type: CalculateType,
        name: &str,
        file_paths: &[&str],
    ) -> Result<CreatedAudience, DestinationError> {
        let request = CreateCustomAudience { advertiser_id: self.account.as_str(), name, file_paths, calculate_type };
        let answer = self.client.transport.send(&request, &self.traffic).await.map_err(|failed| {
            let doing = format!("create an audience of {} files in ad account {}", file_paths.len(), self.account);
            self.explain_files(&doing, failed)
        })?;
        let warnings = answer.partial.map(|message| format!("TikTok calls the creation partly successful: {message}"));
        let id = AudienceId::new(answer.data.custom_audience_id);
        Ok(CreatedAudience { id, warnings: warnings.into_iter().collect() })
    }

    /// Changes who is in an audience.
    ///
    /// # Errors
    ///
    /// `Busy` when TikTok is still at work on the audience, as the audience itself shows; never by TikTok's text.
    pub(super) async fn change(
        &self,
        opened: &Opened,
        action: FileAction,
        file_paths: &[&str],
        changed: Option<Timestamp>,
    ) -> Result<(), DestinationError> {
        let (id, account) = (&opened.audience.id, &self.account);
        let change = AudienceChange::Files { action, file_paths };
        let request = UpdateCustomAudience { advertiser_id: account.as_str(), audience_id: id.as_str(), change };
        let failed = match self.client.transport.send(&request, &self.traffic).await {
            Ok(answer) => {
                if let Some(message) = answer.partial {
                    let audience = id.as_str();
                    tracing::warn!(audience, ?action, request_id = answer.request_id, "partly taken: {message}");
                }
                return Ok(());
            }
            Err(failed) if failed.failure.outcome() == Outcome::NothingToDo => return Ok(()),
            Err(failed) => failed,
        };
        let doing = format!("{} audience {id} of ad account {account} by {} files", verb(action), file_paths.len());
        if failed.failure.code() != Some(ReturnCode::PARAMETER_ERROR) {
            return Err(self.explain_files(&doing, failed));
        }
        let lost_reply = failed.may_have_happened;
        let error = match self.open(id, &self.traffic).await {
            Ok(found) => match found.standing(changed, self.now()) {
                Standing::Ready => explain(&doing, failed),
                standing => attach(self.not_open(id, standing), failed).with_retry(retry_of(standing)),
            },
            Err(error) => error,
        };
        // An earlier attempt may be what TikTok is at work on.
        Err(if lost_reply { error.with_lost_reply() } else { error })
    }

    fn explain_files(&self, doing: &str, failed: Failed) -> DestinationError {
        match failed.failure.code() {
            Some(ReturnCode::FILE_MISSING | ReturnCode::FILE_EXPIRED) => {
                let message =
                    format!("cannot {doing}: TikTok no longer has an uploaded file; the next run uploads it again");
                let error = attach(DestinationError::new(Kind::Unavailable, message), failed);
                error.with_retry(Retry::After(Duration::ZERO))
            }
            _ => explain(doing, failed),
        }
    }

    /// Whether changes make sense at all.
    ///
    /// # Errors
    ///
    /// Why TikTok takes none.
    pub(super) fn check_standing(&self, id: &AudienceId, standing: Standing) -> Result<(), DestinationError> {
        match standing {
            Standing::Ready | Standing::Unsettled => Ok(()),
            Standing::Processing | Standing::TooSmall | Standing::Expired => Err(self.not_open(id, standing)),
        }
    }

    /// The error for an audience of which TikTok takes no change.
    fn not_open(&self, id: &AudienceId, standing: Standing) -> DestinationError {
        let (kind, why) = match standing {
            Standing::Ready | Standing::Unsettled | Standing::Processing => (
                Kind::Busy,
                "is being processed, for 48 hours at most, and TikTok takes no change meanwhile; the next run carries on",
            ),
            Standing::TooSmall => (
                Kind::InvalidInput,
                "has fewer than 1,000 matched people, and TikTok takes no change of such an audience; delete it and have a \
                 new one created of more people",
            ),
            Standing::Expired => (Kind::NotFound, "has expired and can only be deleted; have a new one created"),
        };
        let message = format!("audience {id} of ad account {} {why}", self.account);
        DestinationError::new(kind, message).with_retry(retry_of(standing))
    }
}

/// When it makes sense to come back.
fn retry_of(standing: Standing) -> Retry {
    match standing {
        Standing::Ready | Standing::Unsettled | Standing::Processing => LOOK_AGAIN,
        Standing::TooSmall | Standing::Expired => Retry::Never,
    }
}

fn verb(action: FileAction) -> &'static str {
    match action {
        FileAction::Append => "add to",
        FileAction::Remove => "remove from",
        FileAction::Replace => "replace what is in",
    }
}

//! An open streaming audience.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use jiff::Timestamp;
use tikaud_core::destination::{
    Audience, AudienceId, AudienceWriter, Batch, DestinationError, DestinationErrorKind as Kind, Finished, Receipt,
    Refusal, RefusalScope, Traffic,
};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::Clock;

use crate::account::AdAccountId;
use crate::audience_kind::AudienceKind;
use crate::client::TikTokClient;
use crate::explain::{attach, explain};
use crate::transport::{Failed, TrafficCounter};
use crate::wire::{AudienceDetails, CustomAudienceGet, Outcome, RetryClass, ReturnCode, SegmentMapping};

/// Requests are not made smaller than this when TikTok calls them too large: something else is wrong then.
const SMALLEST_PART: usize = 50;

/// Finds an audience.
///
/// # Errors
///
/// `NotFound` when it is gone, `Configuration` when it is of another kind.
pub(crate) async fn find(
    client: &TikTokClient,
    account: &AdAccountId,
    id: &AudienceId,
    now: Timestamp,
    traffic: &TrafficCounter,
) -> Result<Audience, DestinationError> {
    let request = CustomAudienceGet { advertiser_id: account.as_str(), audience_ids: &[id.as_str()], history_size: 1 };
    let answer = client.transport.send(&request, traffic).await;
    let answer = answer.map_err(|failed| explain(&format!("find audience {id} in ad account {account}"), failed))?;
    // For an unknown id TikTok answers an empty list.
    let details = answer.data.into_details(id.as_str());
    if details.as_ref().is_some_and(|details| !details.may_be(AudienceKind::Streaming)) {
        let message = format!(
            "audience {id} of ad account {account} is not a streaming audience; choose the kind that it is of, or begin a new \
             audience"
        );
        return Err(DestinationError::new(Kind::Configuration, message));
    }
    if details.as_ref().and_then(|details| details.expired_time).is_some_and(|expired| expired <= now) {
        let message = format!(
            "audience {id} of ad account {account} has expired and can only be deleted; have a new one created"
        );
        return Err(DestinationError::new(Kind::NotFound, message));
    }
    details.and_then(AudienceDetails::into_audience).ok_or_else(|| {
        let message = format!(
            "audience {id} is not in ad account {account}; it was deleted, or it belongs to another account: have a \
             new one created"
        );
        DestinationError::new(Kind::NotFound, message)
    })
}

/// A streaming audience, open for changes.
#[derive(Debug)]
pub(crate) struct StreamingAudience {
    client: TikTokClient,
    account: AdAccountId,
    audience: Audience,
    batch_limit: usize,
    /// Users in one request at most: the batch limit at first. It falls when TikTok calls a request too large.
    largest_part: AtomicUsize,
    traffic: TrafficCounter,
    clock: Arc<dyn Clock>,
}

impl StreamingAudience {
    pub(crate) fn new(
        client: TikTokClient,
        account: AdAccountId,
        audience: Audience,
        batch_limit: usize,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let largest_part = AtomicUsize::new(batch_limit);
        Self { client, account, audience, batch_limit, largest_part, traffic: TrafficCounter::default(), clock }
    }

    /// What a batch's failure means for it, and for the others.
    async fn judge(&self, batch: &Batch, failed: Failed) -> Result<Receipt, DestinationError> {
        if failed.failure.kind() != Kind::InvalidInput {
            return Err(explain(&self.doing(batch), failed));
        }
        if failed.failure.outcome() == Outcome::Unclear && failed.failure.retry_class() == RetryClass::Never {
            return Ok(Receipt::Unknown(explain(&self.doing(batch), failed)));
        }
        // The same code is used for a wrong hash and for an audience that is gone.
        if failed.failure.code() == Some(ReturnCode::PARAMETER_ERROR) {
            find(&self.client, &self.account, &self.audience.id, self.clock.now(), &self.traffic).await?;
        }
        let dislikes_column = matches!(
            failed.failure.code(),
            Some(ReturnCode::INVALID_PARAMETERS | ReturnCode::PARAMETER_ERROR | ReturnCode::NOT_HASHED)
        );
        let (scope, error) = if batch.kind() == IdentifierKind::EmailSha512 && dislikes_column {
            (RefusalScope::Kind, self.sha512_refused(failed))
        } else {
            (RefusalScope::Batch, explain(&self.doing(batch), failed))
        };
        Ok(Receipt::Refused(Refusal { scope, error }))
    }

    fn sha512_refused(&self, failed: Failed) -> DestinationError {
        let message = format!(
            "TikTok refuses e-mails hashed with SHA-512 for audience {}: its published id schema names SHA-256 only; \
             map a column of plain e-mails, or of e-mails hashed with SHA-256",
            self.audience.id
        );
        attach(DestinationError::new(Kind::InvalidInput, message), failed)
    }

    fn doing(&self, batch: &Batch) -> String {
        let (verb, preposition) = match batch.action() {
            Action::Add => ("add", "to"),
            Action::Remove => ("remove", "from"),
        };
        let (len, kind, audience) = (batch.len(), batch.kind(), &self.audience.id);
        format!("{verb} {len} {kind} identifiers {preposition} audience {audience} of ad account {}", self.account)
    }
}

#[async_trait]
impl AudienceWriter for StreamingAudience {
    fn audience(&self) -> Option<&Audience> {
        Some(&self.audience)
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        if batch.len() > self.batch_limit {
            let (len, limit) = (batch.len(), self.batch_limit);
            let message = format!("a batch of {len} identifiers is above the limit of {limit}; make smaller ones");
            let error = DestinationError::new(Kind::InvalidInput, message);
            return Ok(Receipt::Refused(Refusal { scope: RefusalScope::Batch, error }));
        }
        let mut done = 0;
        while done < batch.len() {
            let part = done..batch.len().min(done + self.largest_part.load(Ordering::Relaxed));
            let (account, audience, users) = (self.account.as_str(), self.audience.id.as_str(), part.len());
            let Some(request) = SegmentMapping::try_new(account, audience, batch, part.clone()) else {
                let message = format!("TikTok has no audiences of {} identifiers; map another column", batch.kind());
                let error = DestinationError::new(Kind::Unsupported, message);
                return Ok(Receipt::Refused(Refusal { scope: RefusalScope::Kind, error }));
            };
            match self.client.transport.send(&request, &self.traffic).await {
                Ok(answer) => {
                    if let Some(message) = answer.partial {
                        tracing::warn!(audience, users, request_id = answer.request_id, "partly taken: {message}");
                    }
                    tracing::debug!(audience, users, kind = %batch.kind(), action = %batch.action(), "taken");
                    done = part.end;
                }
                Err(failed) if failed.failure.outcome() == Outcome::NothingToDo => done = part.end,
                Err(failed) if failed.failure.retry_class() == RetryClass::Split && users > SMALLEST_PART => {
                    tracing::warn!(audience, users, code = failed.failure.code(), "the request is too large: halved");
                    self.largest_part.fetch_min(users.div_ceil(2), Ordering::Relaxed);
                }
                Err(mut failed) => {
                    // The parts before this one were taken.
                    failed.may_have_happened |= done > 0;
                    return self.judge(batch, failed).await;
                }
            }
        }
        Ok(Receipt::Accepted)
    }

    async fn finish(&self) -> Finished {
        Finished::default()
    }

    fn traffic(&self) -> Traffic {
        self.traffic.so_far()
    }
}

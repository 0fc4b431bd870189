//! Where the audience is: the [`Destination`] trait, its [`Capabilities`] as data, and the receipts that it gives.

mod batch;
mod capabilities;
mod error;
mod finished;
mod memory;

pub use batch::{Batch, Receipt, Refusal, RefusalScope, Stage};
pub use capabilities::{Acknowledgement, Capabilities, Creation, DescriptionSupport, NameLimit};
pub use error::{DestinationError, DestinationErrorKind, Retry};
pub use finished::{Finished, Known};
pub use memory::MemoryDestination;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Which destination it is, for ever: the platform and the account, such as `tiktok/7000000000000000001`.
///
/// State is bound to it, so that the state of one account is never applied to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DestinationId(String);

impl DestinationId {
    /// The identity of a destination.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DestinationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The destination's own identifier of an audience: opaque text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AudienceId(String);

impl AudienceId {
    /// An audience's identifier.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AudienceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an audience is to be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceSpec {
    /// Its name, as the user gave it.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
}

/// An audience as the destination knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// Its identifier.
    pub id: AudienceId,
    /// Its name there, which may be a shortened form of the one asked for; `None` when the destination does not say.
    pub name: Option<String>,
    /// People matched, as the destination counts them, when it says so. It lags behind by a day or two at TikTok.
    pub matched: Option<u64>,
    /// Whether the destination calls it ready to be used; `None` when it does not say.
    pub ready: Option<bool>,
    /// Things that the user should know, such as that it is about to expire.
    pub warnings: Vec<String>,
}

/// What came of asking for a new audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedAudience {
    /// The new audience.
    pub id: AudienceId,
    /// Things that the user should know, such as that the description was refused.
    pub warnings: Vec<String>,
}

/// What [`Destination::check`] found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// What the account is called there, when the destination says so.
    pub account_name: Option<String>,
    /// Things that the user should know, such as that the account is about to be closed.
    pub warnings: Vec<String>,
}

/// What the batches of one writer have cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Requests sent, retries included.
    pub requests: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Bytes of request bodies, retries included.
    pub bytes: u64,
    /// Time spent waiting for the pace and before retries, summed over requests in flight.
    #[serde(rename = "waited_seconds", with = "crate::seconds")]
    pub waited: Duration,
    /// Requests that the destination answered with "too many".
    #[serde(default)]
    pub throttled: u64,
}

/// An account at an advertising platform that holds audiences.
///
/// # Contract
///
/// * [`capabilities`](Self::capabilities) is the truth: what it does not declare is answered with
///   [`DestinationErrorKind::Unsupported`], never ignored.
/// * An audience is a set of (kind, digest). Adding what is there and removing what is not are no errors.
/// * Creating an audience is **not** idempotent. When the reply was lost, the error says so
///   ([`DestinationError::may_have_happened`]), and the caller looks with [`find_audiences`](Self::find_audiences)
///   before it asks again; implementors never repeat a create on their own after a lost reply. Where an audience is
///   [made with its first batches](Creation::WithFirstBatches) all this goes for the `finish` that makes it.
/// * Retrying, pacing and time-outs of single requests are the implementor's business, within a bound.
///
/// # Errors
///
/// Every error says what was being done, to what, and what to do, with the platform's own code and request id, and
/// never holds an identifier or a token.
///
/// # For implementors
///
/// Run `tikaud_core::destination_conformance!` (feature `conformance`) over your implementation.
/// [`MemoryDestination`] is the reference.
#[async_trait]
pub trait Destination: fmt::Debug + Send + Sync {
    /// Which destination this is.
    fn id(&self) -> &DestinationId;

    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// The same account with audiences of another kind, by the kind's name in settings.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Configuration`] when there is no such kind, or one kind only, which is what happens unless it
    /// is implemented.
    fn with_audience_kind(&self, kind: &str) -> Result<Arc<dyn Destination>, DestinationError> {
        let message = format!("{} has audiences of one kind only, and no kind `{kind}`: leave the kind out", self.id());
        Err(DestinationError::new(DestinationErrorKind::Configuration, message))
    }

    /// Proves that the account can be used, and changes nothing.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Authorization`] or [`DestinationErrorKind::Permission`], naming the account and the
    /// permission that is missing; otherwise as for the trait.
    async fn check(&self) -> Result<Connection, DestinationError>;

    /// Makes a new, empty audience. Not idempotent.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Unsupported`] where an audience is [made with its first
    /// batches](Creation::WithFirstBatches); otherwise as for the trait.
    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError>;

    /// Opens an audience that is yet to be made: its first [`finish`](AudienceWriter::finish) makes it, of the batches
    /// that were applied until then. Changes nothing by itself.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Unsupported`] where audiences are [made empty](Creation::Empty), which is what happens
    /// unless it is implemented; otherwise as for the trait.
    async fn open_new_audience(&self, spec: &AudienceSpec) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let message =
            format!("audience `{}` cannot be made with its first batches at {}: make it empty", spec.name, self.id());
        Err(DestinationError::new(DestinationErrorKind::Unsupported, message))
    }

    /// Every audience of the account that goes by this name there, shortened as the destination shortens it.
    ///
    /// # Errors
    ///
    /// As for the trait.
    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError>;

    /// Proves that an audience is there and opens it for changes.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::NotFound`] when it is gone for good: deleted, expired, or taken away from the account;
    /// otherwise as for the trait.
    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError>;

    /// Gives an audience another name, shortened as the destination shortens it. Idempotent.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Unsupported`] unless the [capabilities](Capabilities::renames) have it, which is what
    /// happens unless it is implemented; [`DestinationErrorKind::NotFound`] when it is gone; otherwise as for the trait.
    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        let message = format!("audience {id} at {} cannot be called `{name}`: its name stays", self.id());
        Err(DestinationError::new(DestinationErrorKind::Unsupported, message))
    }

    /// Deletes an audience with everybody in it, whoever put them there. Idempotent: one that is gone is deleted.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Unsupported`] unless the [capabilities](Capabilities::deletes) have it, which is what
    /// happens unless it is implemented; otherwise as for the trait.
    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        let message = format!("audience {id} cannot be deleted at {} from here: delete it there", self.id());
        Err(DestinationError::new(DestinationErrorKind::Unsupported, message))
    }
}

/// An open audience, to which batches are applied. Several batches may be in flight at once.
#[async_trait]
pub trait AudienceWriter: fmt::Debug + Send + Sync {
    /// The audience as it was found when it was opened; `None` while it is yet to be made.
    fn audience(&self) -> Option<&Audience>;

    /// Tells what is known of the audience beforehand. Called before the first batch, if at all; a destination that has
    /// no use for it has nothing to do.
    fn recall(&self, known: &Known) {
        let _ = known;
    }

    /// From here on the batches, which are adds only, are all that the audience is to hold: [`finish`](Self::finish)
    /// puts them in the place of what it holds. Called before the first batch. Changes nothing by itself.
    ///
    /// # Errors
    ///
    /// [`DestinationErrorKind::Unsupported`] unless the [capabilities](Capabilities::replacement_every) have it, which
    /// is what happens unless it is implemented; [`DestinationErrorKind::Busy`] with the time to wait when the last
    /// replacement was not long enough ago.
    fn begin_replacement(&self) -> Result<(), DestinationError> {
        let message = "what the audience holds cannot be replaced as a whole: apply the changes";
        Err(DestinationError::new(DestinationErrorKind::Unsupported, message))
    }

    /// Applies one batch and says what became of it. Idempotent.
    ///
    /// # Errors
    ///
    /// When no batch can succeed until somebody or something outside changes: authorisation, permission, the audience
    /// gone or being worked on, the platform out of reach after all retries. What concerns this batch alone is a
    /// [`Receipt`].
    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError>;

    /// Makes staged batches count, and makes the audience of them where it is yet to be made. A destination that
    /// acknowledges each batch has nothing to do here, and without a staged batch there is nothing to do.
    ///
    /// What failed is part of what came of it: some stages may count, and the audience may have been made, all the
    /// same. Called once.
    async fn finish(&self) -> Finished;

    /// What this writer's batches have cost so far.
    fn traffic(&self) -> Traffic;
}

const _: fn(&dyn Destination, &dyn AudienceWriter) = |_, _| {};

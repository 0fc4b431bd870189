//! TikTok's protocol as values: what is sent, and what the answer means. No I/O.
//!
//! One file for each endpoint; [`envelope`] opens every reply, [`return_code`] says what its code means,
//! [`safe_text`] keeps personal data out of what is quoted from it.

mod access_token;
mod advertiser_get;
mod advertiser_info;
mod audience_details;
mod calculate_type;
mod custom_audience_apply;
mod custom_audience_apply_log;
mod custom_audience_create;
mod custom_audience_delete;
mod custom_audience_get;
mod custom_audience_list;
mod custom_audience_share;
mod custom_audience_share_cancel;
mod custom_audience_share_log;
mod custom_audience_update;
mod envelope;
mod file_upload;
mod lenient;
mod lookalike_create;
mod lookalike_update;
mod page_info;
mod return_code;
mod revoke_token;
mod safe_text;
mod segment_audience;
mod segment_mapping;

pub(crate) use access_token::GetAccessToken;
pub(crate) use advertiser_get::AdvertiserGet;
pub(crate) use advertiser_info::{AdvertiserDetails, AdvertiserInfo};
pub(crate) use audience_details::{AudienceDetails, expiring_warning, failed_warning, is_customer_file};
pub(crate) use calculate_type::{CalculateType, Column};
pub(crate) use custom_audience_apply::ApplyAudience;
pub(crate) use custom_audience_apply_log::{ApplyLog, ApplyLogEntry};
pub(crate) use custom_audience_create::{CreateCustomAudience, MOST_FILES};
pub(crate) use custom_audience_delete::DeleteAudiences;
pub(crate) use custom_audience_get::{AudienceEvent, CustomAudienceGet, GotAudience};
pub(crate) use custom_audience_list::CustomAudienceList;
pub(crate) use custom_audience_share::ShareAudiences;
pub(crate) use custom_audience_share_cancel::StopSharing;
pub(crate) use custom_audience_share_log::{ShareLog, ShareLogEntry};
pub(crate) use custom_audience_update::{AudienceChange, FileAction, UpdateCustomAudience};
pub(crate) use envelope::{Answer, Defect, RawReply, ReplyError, decode};
pub(crate) use file_upload::UploadFile;
pub(crate) use lookalike_create::CreateLookalike;
pub(crate) use lookalike_update::RefreshLookalikes;
pub(crate) use return_code::{Outcome, RetryClass, ReturnCode};
pub(crate) use revoke_token::RevokeToken;
pub(crate) use safe_text::safe_message;
pub(crate) use segment_audience::CreateSegmentAudience;
pub(crate) use segment_mapping::{SegmentMapping, accepted_kinds};

use bytes::Bytes;
use serde::de::DeserializeOwned;

/// Every path starts with it.
pub(crate) const PATH_PREFIX: &str = "/open_api/v1.3/";

/// One request to one endpoint.
pub(crate) trait Request: Send + Sync {
    /// The path after [`PATH_PREFIX`]. It ends in a slash: without one TikTok answers 404.
    const PATH: &'static str;
    /// Whether sending it twice does what sending it once does. If not, it is never sent again unless TikTok has
    /// certainly not carried it out.
    const IDEMPOTENT: bool;
    /// What comes back in the envelope's `data`.
    type Data: DeserializeOwned + Send;

    /// What is sent.
    fn payload(&self) -> Payload;

    /// Ids in the request that are no personal data, so that they stay readable in quoted messages.
    fn known_ids(&self) -> Vec<&str>;

    /// How many things it is about, for the trace: identifiers, audiences, accounts, files.
    fn items(&self) -> usize {
        1
    }
}

/// What is sent: a query by GET, or a JSON body or a form by POST. It may hold a secret or identifiers, hence no `Debug`.
pub(crate) enum Payload {
    Query(Vec<(&'static str, String)>),
    Body(Bytes),
    Form(Form),
}

/// Fields and a file, to be sent as `multipart/form-data`.
pub(crate) struct Form {
    pub(crate) fields: Vec<(&'static str, String)>,
    /// The field that the file is.
    pub(crate) file: &'static str,
    pub(crate) file_name: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) content: Bytes,
}

impl Payload {
    /// A body of these JSON fields.
    fn json(value: &serde_json::Value) -> Self {
        Self::Body(Bytes::from(value.to_string()))
    }

    /// A body as text.
    #[cfg(test)]
    fn text(&self) -> String {
        match self {
            Self::Body(body) => String::from_utf8_lossy(body).into_owned(),
            Self::Query(_) | Self::Form(_) => panic!("it has no JSON body"),
        }
    }
}

/// A list in a query: TikTok wants it as JSON in one value.
fn query_list(items: &[&str]) -> String {
    serde_json::Value::from(items).to_string()
}

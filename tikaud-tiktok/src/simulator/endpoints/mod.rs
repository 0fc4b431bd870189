//! The endpoints, one file each.

mod advertiser_get;
mod advertiser_info;
mod custom_audience_create;
mod custom_audience_delete;
mod custom_audience_file_upload;
mod custom_audience_get;
mod custom_audience_list;
mod custom_audience_update;
mod details;
mod file_fields;
mod segment_audience;
mod segment_mapping;
mod user_info;

use serde_json::Value;

use super::body::Body;
use super::context::Context;
use super::form::Form;
use super::query::Query;
use super::refusal::Refusal;
use super::{Endpoint, Request};

/// Carries out a request whose token is good for the endpoint, and gives the `data` of the answer.
pub(crate) fn answer(
    endpoint: Endpoint,
    context: &mut Context<'_>,
    request: &Request<'_>,
    body: Result<&Body<'_>, Refusal>,
) -> Result<Value, Refusal> {
    let query = Query::read(request.query());
    match endpoint {
        Endpoint::SegmentAudience => segment_audience::answer(context, body?),
        Endpoint::SegmentMapping => segment_mapping::answer(context, body?),
        Endpoint::AdvertiserGet => advertiser_get::answer(context, &query),
        Endpoint::AdvertiserInfo => advertiser_info::answer(context, &query),
        Endpoint::UserInfo => Ok(user_info::answer(context)),
        Endpoint::CustomAudienceGet => custom_audience_get::answer(context, &query),
        Endpoint::CustomAudienceList => custom_audience_list::answer(context, &query),
        Endpoint::CustomAudienceDelete => custom_audience_delete::answer(context, body?),
        Endpoint::CustomAudienceFileUpload => custom_audience_file_upload::answer(context, &Form::read(request)?),
        Endpoint::CustomAudienceCreate => custom_audience_create::answer(context, body?),
        Endpoint::CustomAudienceUpdate => custom_audience_update::answer(context, body?),
    }
}

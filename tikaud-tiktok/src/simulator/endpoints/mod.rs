//! The endpoints, one file each.

mod access_token;
mod advertiser_get;
mod advertiser_info;
mod audience_fields;
mod audience_insight_overlap;
mod custom_audience_apply;
mod custom_audience_apply_log;
mod custom_audience_create;
mod custom_audience_delete;
mod custom_audience_file_upload;
mod custom_audience_get;
mod custom_audience_list;
mod custom_audience_share;
mod custom_audience_share_cancel;
mod custom_audience_share_log;
mod custom_audience_update;
mod details;
mod file_fields;
mod lookalike_create;
mod lookalike_update;
mod revoke_token;
mod rule_create;
mod saved_audience_create;
mod saved_audience_delete;
mod saved_audience_list;
mod segment_audience;
mod segment_mapping;
mod user_info;

use serde_json::Value;

use super::Endpoint;
use super::body::Body;
use super::call::Call;
use super::context::{AppContext, Context};
use super::query::Query;
use super::refusal::Refusal;

/// Carries out a request whose token is good for the endpoint, and gives the `data` of the answer.
pub(crate) fn answer(endpoint: Endpoint, context: &mut Context<'_>, call: &Call<'_>) -> Result<Value, Refusal> {
    let query = Query::read(call.request.query());
    match endpoint {
        Endpoint::SegmentAudience => segment_audience::answer(context, call.json()?),
        Endpoint::SegmentMapping => segment_mapping::answer(context, call.json()?),
        Endpoint::AdvertiserGet => advertiser_get::answer(context, &query),
        Endpoint::AdvertiserInfo => advertiser_info::answer(context, &query),
        Endpoint::UserInfo => Ok(user_info::answer(context)),
        Endpoint::CustomAudienceGet => custom_audience_get::answer(context, &query),
        Endpoint::CustomAudienceList => custom_audience_list::answer(context, &query),
        Endpoint::CustomAudienceDelete => custom_audience_delete::answer(context, call.json()?),
        Endpoint::CustomAudienceFileUpload => custom_audience_file_upload::answer(context, call.form()?),
        Endpoint::CustomAudienceCreate => custom_audience_create::answer(context, call.json()?),
        Endpoint::CustomAudienceUpdate => custom_audience_update::answer(context, call.json()?),
        Endpoint::CustomAudienceShare => custom_audience_share::answer(context, call.json()?),
        Endpoint::CustomAudienceShareCancel => custom_audience_share_cancel::answer(context, call.json()?),
        Endpoint::CustomAudienceShareLog => custom_audience_share_log::answer(context, &query),
        Endpoint::CustomAudienceApply => custom_audience_apply::answer(context, call.json()?),
        Endpoint::CustomAudienceApplyLog => custom_audience_apply_log::answer(context, &query),
        Endpoint::LookalikeCreate => lookalike_create::answer(context, call.json()?),
        Endpoint::LookalikeUpdate => lookalike_update::answer(context, call.json()?),
        Endpoint::RuleCreate => rule_create::answer(context, call.json()?),
        Endpoint::SavedAudienceCreate => saved_audience_create::answer(context, call.json()?),
        Endpoint::SavedAudienceDelete => saved_audience_delete::answer(context, call.json()?),
        Endpoint::SavedAudienceList => saved_audience_list::answer(context, &query),
        Endpoint::AudienceInsightOverlap => audience_insight_overlap::answer(context, &query),
        // They take no token, and are carried out by `answer_app`.
        Endpoint::AccessToken | Endpoint::RevokeToken => Err(Refusal::wrong_app()),
    }
}

/// Carries out a request that needs no token.
pub(crate) fn answer_app(endpoint: Endpoint, context: &mut AppContext<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    match endpoint {
        Endpoint::RevokeToken => revoke_token::answer(context, body),
        _ => access_token::answer(context, body),
    }
}

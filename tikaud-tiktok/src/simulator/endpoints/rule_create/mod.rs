//! `POST /dmp/custom_audience/rule/create/`: makes an audience of rules.

mod filter;
mod rule_set;

use serde_json::{Value, json};

use rule_set::RuleReader;

use super::audience_fields;
use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::kind::Kind;
use crate::simulator::refusal::Refusal;
use crate::simulator::rule::{RuleAudience, RuleType};

/// There are no events here that people could be counted by: every such audience has as many as the world says.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let name = audience_fields::required_name(body)?;
    let rule_type = RuleType::parse(&body.required_string("audience_type")?)
        .ok_or_else(|| Refusal::not_one_of("audience_type", &RuleType::names()))?;
    check_identity(body, rule_type)?;
    body.bool("audience_enhancement")?;
    let (inclusions, exclusions) = rule_sets(context, &advertiser_id, body, rule_type)?;
    let rule = RuleAudience {
        rule_type,
        sub_type: audience_fields::sub_type(body)?,
        retention: audience_fields::retention(body)?,
        is_auto_refresh: body.bool("is_auto_refresh")?.unwrap_or(true),
        inclusions,
        exclusions,
    };
    context.check_room(&advertiser_id)?;
    let audience = context.audiences.create_of_kind(&advertiser_id, name, Kind::Rule(rule), context.now);
    let lag = context.world.lag_of(&audience.id);
    audience.set_size(context.now, context.world.rule_audience_people, lag);
    Ok(json!({ "custom_audience_id": audience.id }))
}

/// Whose videos they are, which must be said for audiences of videos. Of the six types of identity in the enum of
/// TikTok's specification its text allows two.
fn check_identity(body: &Body<'_>, rule_type: RuleType) -> Result<(), Refusal> {
    if rule_type.is_of_videos() {
        body.required_string("identity_id")?;
        body.required("identity_type")?;
    }
    let identity_type = body.optional_name("identity_type", &["TT_USER", "BC_AUTH_TT"])?;
    if identity_type == Some("BC_AUTH_TT") {
        body.required_string("identity_authorized_bc_id")?;
    }
    Ok(())
}

/// The rules by which people are in, and those by which they are not or `null`, as they were given.
fn rule_sets(
    context: &Context<'_>,
    advertiser_id: &str,
    body: &Body<'_>,
    rule_type: RuleType,
) -> Result<(Value, Value), Refusal> {
    let spec = body.required_object("rule_spec")?;
    let account = context.world.account(advertiser_id);
    let ad_groups = account.map(|account| account.ad_groups.as_slice()).unwrap_or_default();
    let (inclusions, exclusions) = ("inclusion_rule_set", "exclusion_rule_set");
    let reader = RuleReader { rule_type, ad_groups, are_exclusions: false };
    reader.check(&spec.required_object(inclusions)?)?;
    if spec.raw(exclusions).is_some() {
        RuleReader { are_exclusions: true, ..reader }.check(&spec.required_object(exclusions)?)?;
    }
    let given = |field| spec.raw(field).and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
    Ok((given(inclusions), given(exclusions)))
}

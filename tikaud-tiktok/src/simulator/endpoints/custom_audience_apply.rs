//! `POST /dmp/custom_audience/apply/`: applies an audience to ad groups, or disconnects it.

use serde_json::{Value, json};

use crate::simulator::Audience;
use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::refusal::Refusal;
use crate::simulator::sharing::Application;
use crate::simulator::world::AdGroup;

/// All ad groups or none.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let field = "custom_audience_id";
    let advertiser_id = body.required_string("advertiser_id")?;
    let id = body.required_string(field)?;
    let adgroup_ids = body.required_list("adgroup_ids")?;
    let action = body.required_name("action_mode", &["Apply", "Disconnect"])?;
    let usage = match action {
        "Apply" => Some(body.required_name("usage_mode", &["Include", "Exclude"])?),
        _ => None,
    };
    context.check_write(&advertiser_id)?;
    let place =
        context.audiences.visible_place(&id, &advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let audience = context.audiences.at(place);
    adgroup_ids.iter().try_for_each(|id| {
        let adgroup = ad_group(context, id, &advertiser_id)?;
        if usage.is_some() { check_suits(audience, adgroup) } else { Ok(()) }
    })?;
    match usage {
        Some(usage) => apply(context, place, &advertiser_id, adgroup_ids, usage)?,
        None => disconnect(context, place, &adgroup_ids)?,
    }
    Ok(json!({}))
}

/// Ad groups and audience must be of the same ad account.
fn ad_group<'a>(context: &'a Context<'_>, id: &str, advertiser_id: &str) -> Result<&'a AdGroup, Refusal> {
    context
        .world
        .ad_group(id, advertiser_id)
        .ok_or_else(|| Refusal::invalid("adgroup_ids", "Must be ad groups of the same ad account"))
}

/// TikTok: a lookalike audience in a Reach & Frequency ad group is an error.
fn check_suits(audience: &Audience, ad_group: &AdGroup) -> Result<(), Refusal> {
    if ad_group.reach_frequency && audience.kind.lookalike().is_some() {
        return Err(Refusal::invalid("adgroup_ids", "A Lookalike Audience cannot be used in Reach & Frequency ads"));
    }
    Ok(())
}

/// TikTok: only valid audiences can be used. It puts off their expiry.
fn apply(
    context: &mut Context<'_>,
    place: usize,
    advertiser_id: &str,
    adgroup_ids: Vec<String>,
    usage_mode: &'static str,
) -> Result<(), Refusal> {
    let (now, lag) = (context.now, context.world.lag_of(&context.audiences.at(place).id));
    let audience = context.audiences.at_mut(place);
    if !audience.is_valid(now, lag) {
        return Err(Refusal::not_editable());
    }
    audience.touch(now);
    for adgroup_id in adgroup_ids {
        end(&mut audience.applications, &adgroup_id);
        let advertiser_id = advertiser_id.to_owned();
        audience.applications.push(Application { advertiser_id, adgroup_id, usage_mode, at: now, ended: false });
    }
    Ok(())
}

fn disconnect(context: &mut Context<'_>, place: usize, adgroup_ids: &[String]) -> Result<(), Refusal> {
    let applications = &mut context.audiences.at_mut(place).applications;
    let is_applied = |id: &String| applications.iter().any(|known| known.adgroup_id == *id && !known.ended);
    if !adgroup_ids.iter().all(is_applied) {
        return Err(Refusal::invalid("adgroup_ids", "The audience is not applied to all of them"));
    }
    adgroup_ids.iter().for_each(|id| end(applications, id));
    Ok(())
}

fn end(applications: &mut [Application], adgroup_id: &str) {
    applications.iter_mut().filter(|known| known.adgroup_id == adgroup_id).for_each(|known| known.ended = true);
}

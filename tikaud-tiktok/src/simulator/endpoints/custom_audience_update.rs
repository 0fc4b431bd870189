//! `POST /dmp/custom_audience/update/`: changes an audience of customer files, or the name of any audience.

use serde_json::{Value, json};

use super::{audience_fields, file_fields};
use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::file_audience::FileChange;
use crate::simulator::refusal::Refusal;
use crate::simulator::{Endpoint, RequestAction};

/// All of a request is done, or nothing.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let field = "custom_audience_id";
    let id = body.required_string(field)?;
    let place = context.audiences.own_place(&id, &advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    context.audiences.at(place).check_editable(context.now, context.world.lag_of(&id))?;
    if body.raw("audience_sub_type").is_some() {
        return change_sub_type(context, body, place);
    }
    let name = audience_fields::name(body)?;
    let has_files = body.raw("file_paths").is_some();
    if name.is_none() && !has_files {
        return Err(Refusal::missing("custom_audience_name or file_paths"));
    }
    if has_files {
        change_files(context, body, &advertiser_id, place)?;
    } else {
        // Without files it is not used, and TikTok's own SDK sends it with every change of a name; a wrong one is wrong
        // all the same.
        action(body)?;
    }
    if let Some(name) = name {
        context.audiences.at_mut(place).rename(name, context.now);
    }
    Ok(json!({}))
}

/// One way, and it makes TikTok ignore everything else in the request.
fn change_sub_type(context: &mut Context<'_>, body: &Body<'_>, place: usize) -> Result<Value, Refusal> {
    let field = "audience_sub_type";
    match (body.string(field)?.as_deref(), context.audiences.at_mut(place).kind.sub_type_mut()) {
        (Some("REACH_FREQUENCY"), Some(sub_type)) => {
            *sub_type = "REACH_FREQUENCY";
            Ok(json!({}))
        }
        _ => Err(Refusal::not_one_of(field, &["REACH_FREQUENCY"])),
    }
}

fn change_files(context: &mut Context<'_>, body: &Body<'_>, advertiser_id: &str, place: usize) -> Result<(), Refusal> {
    let change = action(body)?;
    let Some(files) = context.audiences.at(place).kind.files() else {
        return Err(Refusal::invalid("file_paths", "The audience is not made of customer files"));
    };
    if change == FileChange::Replace {
        files.check_replaceable(context.now)?;
    }
    let given = file_fields::identifiers(context, advertiser_id, body, files.calculate_type)?;
    let lag = context.world.lag_of(&context.audiences.at(place).id);
    context.audiences.at_mut(place).change(change, &given, context.now, lag)
}

/// Without a name it is a replacement.
fn action(body: &Body<'_>) -> Result<FileChange, Refusal> {
    match RequestAction::read(Endpoint::CustomAudienceUpdate, body.string("action")?.as_deref()) {
        Some(RequestAction::Append) => Ok(FileChange::Append),
        Some(RequestAction::Remove) => Ok(FileChange::Remove),
        Some(RequestAction::Replace) => Ok(FileChange::Replace),
        _ => Err(Refusal::not_one_of("action", &["APPEND", "REMOVE", "REPLACE"])),
    }
}

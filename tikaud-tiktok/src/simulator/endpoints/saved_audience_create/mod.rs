//! `POST /dmp/saved_audience/create/`: saves a choice of people under a name.

mod actions;
mod choices;

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::refusal::{PARAMETER_ERROR, Refusal};

/// Characters of a name.
const LONGEST_NAME: usize = 512;

/// Names are not unique: nothing says that they are.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let name = name(body)?;
    let choices = choices::read(body)?;
    for field in [choices::AUDIENCES, choices::EXCLUDED_AUDIENCES] {
        check_visible(context, &advertiser_id, choices.get(field), field)?;
    }
    check_room(context, &advertiser_id)?;
    let id = context.saved_audiences.save(&advertiser_id, name, choices);
    Ok(json!({ "saved_audience_id": id }))
}

fn name(body: &Body<'_>) -> Result<String, Refusal> {
    let field = "saved_audience_name";
    let name = body.required_string(field)?;
    if name.chars().count() > LONGEST_NAME {
        return Err(Refusal::invalid(field, &format!("Longer than maximum length {LONGEST_NAME}")));
    }
    if name.chars().any(is_emoji) {
        return Err(Refusal::invalid(field, "Cannot contain emoji"));
    }
    Ok(name.into_owned())
}

/// The blocks of Unicode that are all but only emoji. Where TikTok draws the line is not known.
const fn is_emoji(character: char) -> bool {
    matches!(character, '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// The account must see the audiences, as it must in order to apply them.
fn check_visible(context: &Context<'_>, advertiser_id: &str, ids: Option<&Value>, field: &str) -> Result<(), Refusal> {
    let mut ids = ids.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if ids.all(|id| context.audiences.visible_place(id, advertiser_id).is_some()) {
        return Ok(());
    }
    Err(Refusal::audience_not_found(field))
}

fn check_room(context: &Context<'_>, advertiser_id: &str) -> Result<(), Refusal> {
    let limit = context.world.limits.saved_audiences_per_account;
    if context.saved_audiences.of_account(advertiser_id).count() < limit {
        return Ok(());
    }
    let message = format!("The ad account has {limit} saved audiences, which is the limit. Delete some first.");
    Err(Refusal::new(PARAMETER_ERROR, message))
}

//! `POST /dmp/custom_audience/share/`: lets other ad accounts use audiences.

use serde_json::{Value, json};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::query::at_most;
use crate::simulator::refusal::Refusal;

/// Audiences, and ad accounts, that one request may name.
const MOST: usize = 10;

/// All of it or nothing. Sharing what is shared is no error.
pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let (ids_field, accounts_field) = ("custom_audience_ids", "shared_advertiser_ids");
    let advertiser_id = body.required_string("advertiser_id")?;
    context.check_write(&advertiser_id)?;
    let ids = at_most(MOST, body.required_list(ids_field)?, ids_field)?;
    let accounts = at_most(MOST, body.required_list(accounts_field)?, accounts_field)?;
    let places = ids.iter().map(|id| shareable(context, id, &advertiser_id)).collect::<Result<Vec<usize>, _>>()?;
    accounts.iter().try_for_each(|account| check_recipient(context, account, &advertiser_id))?;
    for place in places {
        let audience = context.audiences.at_mut(place);
        audience.touch(context.now);
        accounts.iter().for_each(|account| audience.shares.begin(account));
    }
    Ok(json!({}))
}

/// Recipients may not share any further. TikTok says of audiences of customer files that only valid ones can be operated
/// on.
fn shareable(context: &Context<'_>, id: &str, advertiser_id: &str) -> Result<usize, Refusal> {
    let field = "custom_audience_ids";
    let place = context.audiences.own_place(id, advertiser_id).ok_or_else(|| Refusal::audience_not_found(field))?;
    let audience = context.audiences.at(place);
    if !audience.kind.is_shareable() {
        return Err(Refusal::invalid(field, "Audiences of this type cannot be shared"));
    }
    let is_ready = !audience.is_of_files() || audience.is_valid(context.now, context.world.lag_of(id));
    if audience.is_expired(context.now) || !is_ready { Err(Refusal::not_editable()) } else { Ok(place) }
}

fn check_recipient(context: &Context<'_>, account: &str, advertiser_id: &str) -> Result<(), Refusal> {
    let owner = |id: &str| context.world.account(id).map(|account| account.business_center_id.as_str());
    let recipient = owner(account).filter(|_| account != advertiser_id);
    if recipient.is_some() && recipient == owner(advertiser_id) {
        return Ok(());
    }
    Err(Refusal::invalid("shared_advertiser_ids", "Must be other ad accounts of the same Business Center"))
}

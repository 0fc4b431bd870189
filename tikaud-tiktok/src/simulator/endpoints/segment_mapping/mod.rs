//! `POST /segment/mapping/`: adds identifiers to audiences, or deletes them. All of a request is done, or nothing.

mod batch_data;
mod digest;
mod shape;

use serde_json::{Value, json};

use batch_data::{BatchData, Column};

use crate::simulator::body::Body;
use crate::simulator::context::Context;
use crate::simulator::kind::Kind;
use crate::simulator::refusal::Refusal;
use crate::simulator::{Endpoint, IdType, RequestAction};

/// The types that TikTok's published enum has.
const DOCUMENTED: [IdType; 6] = [
    IdType::IdfaMd5,
    IdType::AaidMd5,
    IdType::IdfaSha256,
    IdType::AaidSha256,
    IdType::EmailSha256,
    IdType::PhoneSha256,
];

pub(super) fn answer(context: &mut Context<'_>, body: &Body<'_>) -> Result<Value, Refusal> {
    let advertiser_ids = body.required_list("advertiser_ids")?;
    let action = RequestAction::read(Endpoint::SegmentMapping, body.string("action")?.as_deref());
    let action = action.ok_or_else(|| Refusal::not_one_of("action", &["add", "delete"]))?;
    let schema = id_schema(context, &body.required_list("id_schema")?)?;
    check_accounts(context, &advertiser_ids)?;

    let raw = body.raw("batch_data").ok_or_else(|| Refusal::missing("batch_data"))?;
    let find = |id: &str| editable_audience(context, &advertiser_ids, id);
    let batch = BatchData::read(raw, &schema, context.world.limits.users_per_request, &find)?;
    context.users = Some(batch.users as u64);

    if action == RequestAction::Add {
        batch.columns.iter().try_for_each(|column| check_mixing(context, &batch, column))?;
    }
    apply(context, action, &batch);
    Ok(json!({}))
}

/// The types of the columns. Each may be there once.
fn id_schema(context: &Context<'_>, names: &[String]) -> Result<Vec<IdType>, Refusal> {
    let undocumented = |id_type: &IdType| *id_type == IdType::EmailSha512 && context.world.accept_email_sha512;
    let accepted = |id_type: &IdType| DOCUMENTED.contains(id_type) || undocumented(id_type);
    let schema: Vec<IdType> = names
        .iter()
        .map(|name| IdType::parse(name).filter(accepted))
        .collect::<Option<_>>()
        .ok_or_else(|| Refusal::not_one_of("id_schema", &DOCUMENTED.map(IdType::as_str)))?;
    match schema.iter().enumerate().find(|(at, id_type)| schema[..*at].contains(id_type)) {
        Some((_, id_type)) => Err(Refusal::invalid("id_schema", &format!("{id_type} is there more than once"))),
        None => Ok(schema),
    }
}

/// The token's user may change audiences of every account, and all belong to one business account.
fn check_accounts(context: &Context<'_>, advertiser_ids: &[String]) -> Result<(), Refusal> {
    advertiser_ids.iter().try_for_each(|id| context.check_write(id))?;
    let mut owners = advertiser_ids
        .iter()
        .filter_map(|id| context.world.account(id))
        .map(|account| account.business_center_id.as_str());
    let first = owners.next();
    if owners.any(|owner| Some(owner) != first) {
        return Err(Refusal::invalid("advertiser_ids", "All must belong to the same business account"));
    }
    Ok(())
}

/// The place of a streaming audience of one of these accounts; `Ok(None)` when there is none.
fn editable_audience(context: &Context<'_>, advertiser_ids: &[String], id: &str) -> Result<Option<usize>, Refusal> {
    let Some(place) = context.audiences.place(id) else { return Ok(None) };
    let audience = context.audiences.at(place);
    if !advertiser_ids.contains(&audience.advertiser_id) || audience.kind != Kind::Streaming {
        return Ok(None);
    }
    if audience.is_expired(context.now) {
        return Err(Refusal::not_editable());
    }
    Ok(Some(place))
}

/// One audience holds the ids of one kind of device in one hash only, for its whole life.
fn check_mixing(context: &Context<'_>, batch: &BatchData, column: &Column) -> Result<(), Refusal> {
    let Some(rival) = column.id_type.rival() else { return Ok(()) };
    let beside = batch.columns.iter().find(|column| column.id_type == rival).map(|column| batch.audiences(column));
    let mixed = batch.audiences(column).into_iter().any(|place| {
        context.audiences.at(place).has_known(rival) || beside.as_ref().is_some_and(|beside| beside.contains(&place))
    });
    if mixed {
        let message = format!("{} and {rival} cannot be mixed in one audience", column.id_type);
        return Err(Refusal::invalid("id_schema", &message));
    }
    Ok(())
}

fn apply(context: &mut Context<'_>, action: RequestAction, batch: &BatchData) {
    for column in &batch.columns {
        for place in batch.audiences(column) {
            let lag = context.world.lag_of(&context.audiences.at(place).id);
            let audience = context.audiences.at_mut(place);
            let digests = batch.digests(column, place);
            match action {
                RequestAction::Delete => audience.remove(column.id_type, digests),
                _ => audience.add(column.id_type, digests),
            }
            audience.record_size(context.now, lag);
        }
    }
}

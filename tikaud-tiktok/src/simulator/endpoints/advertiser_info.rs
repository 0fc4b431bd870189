//! `GET /advertiser/info/`: details of ad accounts.

use serde_json::{Map, Value, json};

use crate::simulator::context::Context;
use crate::simulator::query::Query;
use crate::simulator::refusal::Refusal;
use crate::simulator::world::AdAccount;

/// The field that is given alone, and only when it is asked for.
const EDITABLE: &str = "company_name_editable";

/// The fields that can be asked for. Some accounts show more; those are not part of the published list.
const FIELDS: [&str; 24] = [
    "telephone_number",
    "contacter",
    "currency",
    "cellphone_number",
    "timezone",
    "advertiser_id",
    "role",
    "company",
    "status",
    "description",
    "rejection_reason",
    "address",
    "name",
    "language",
    "industry",
    "license_no",
    "email",
    "license_url",
    "country",
    "balance",
    "create_time",
    "display_timezone",
    "owner_bc_id",
    EDITABLE,
];

pub(super) fn answer(context: &Context<'_>, query: &Query<'_>) -> Result<Value, Refusal> {
    let ids = query.list("advertiser_ids")?.ok_or_else(|| Refusal::missing("advertiser_ids"))?;
    let fields = query.list("fields")?;
    if fields.iter().flatten().any(|field| !FIELDS.contains(&field.as_str())) {
        return Err(Refusal::not_one_of("fields", &FIELDS));
    }
    ids.iter().try_for_each(|id| context.check_read(id))?;
    let list: Vec<Value> = ids
        .iter()
        .filter_map(|id| context.world.account(id))
        .map(|account| Value::Object(shown(account, fields.as_deref())))
        .collect();
    Ok(json!({ "list": list }))
}

fn shown(account: &AdAccount, fields: Option<&[String]>) -> Map<String, Value> {
    let mut details = details(account);
    match fields {
        Some(fields) if fields.iter().any(|field| field == EDITABLE) => {
            details.retain(|name, _| name == "advertiser_id");
            details.insert(EDITABLE.to_owned(), Value::Bool(true));
        }
        Some(fields) => details.retain(|name, _| fields.contains(name)),
        None => {}
    }
    details
}

/// Personal details are masked at TikTok, and many fields are null; so they are here.
fn details(account: &AdAccount) -> Map<String, Value> {
    let nothing = ["description", "license_url", "contacter", "cellphone_number"];
    let mut details: Map<String, Value> = nothing.map(|name| (name.to_owned(), Value::Null)).into_iter().collect();
    let texts = [
        ("advertiser_id", account.advertiser_id.as_str()),
        ("name", &account.name),
        ("status", &account.status),
        ("owner_bc_id", &account.business_center_id),
        ("company", &account.company),
        ("currency", &account.currency),
        ("country", &account.country),
        ("role", "ROLE_ADVERTISER"),
        ("rejection_reason", "-"),
        ("timezone", "Etc/GMT"),
        ("display_timezone", "Etc/GMT"),
        ("industry", "292801"),
        ("email", "s*********@***********"),
        ("telephone_number", "+10000****00"),
        ("address", ""),
        ("language", ""),
        ("license_no", ""),
    ];
    details.extend(texts.map(|(name, text)| (name.to_owned(), Value::from(text))));
    details.insert("balance".to_owned(), json!(0.0));
    details.insert("create_time".to_owned(), json!(1_672_341_876));
    details
}

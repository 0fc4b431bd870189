//! Who is chosen: every field is one more condition.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_saved_audience_create.yml>
//!
//! Enums that TikTok's specification leaves to a page which is not public are taken from a client that transcribes it
//! (`bububa/tiktok-business`). Where the specification's enum has values that its text does not have, such as `PC`, the
//! text is followed.

use serde_json::{Map, Value};

use super::actions;
use crate::simulator::body::Body;
use crate::simulator::refusal::Refusal;

pub(super) const AUDIENCES: &str = "audience_ids";
pub(super) const EXCLUDED_AUDIENCES: &str = "excluded_audience_ids";
const LOCATIONS: &str = "location_ids";
const DEVICE_MODELS: &str = "device_model_ids";
const DEVICE_PRICES: &str = "device_price_ranges";

/// Lists of ids besides the locations, which are the one condition that must be there.
const IDS: [&str; 6] =
    [AUDIENCES, EXCLUDED_AUDIENCES, "interest_category_ids", "interest_keyword_ids", DEVICE_MODELS, "carrier_ids"];
const GENDERS: [&str; 3] = ["GENDER_FEMALE", "GENDER_MALE", "GENDER_UNLIMITED"];
const AGE_GROUPS: [&str; 6] = ["AGE_13_17", "AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54", "AGE_55_100"];
const NETWORK_TYPES: [&str; 5] = ["WIFI", "2G", "3G", "4G", "5G"];
const OPERATING_SYSTEMS: [&str; 2] = ["ANDROID", "IOS"];
/// A price is a multiple of this, up to the highest one; `OPEN_END` stands for more.
const PRICE_STEP: u64 = 50;
const HIGHEST_PRICE: u64 = 1_000;
const OPEN_END: u64 = 10_000;

/// Every field, in the form in which the list shows it; `null` where it was not given.
pub(super) fn read(body: &Body<'_>) -> Result<Map<String, Value>, Refusal> {
    let mut choices = Map::new();
    let mut put = |field: &str, value: Option<Value>| choices.insert(field.to_owned(), value.unwrap_or_default());
    body.required(LOCATIONS)?;
    for field in [LOCATIONS].into_iter().chain(IDS) {
        put(field, ids(body, field)?.map(Value::from));
    }
    check_apart(body)?;
    put("gender", body.optional_name("gender", &GENDERS)?.map(Value::from));
    put("age_groups", names(body, "age_groups", &AGE_GROUPS)?);
    put("network_types", names(body, "network_types", &NETWORK_TYPES)?);
    put("operating_systems", operating_system(body)?);
    put("languages", languages(body)?);
    for field in ["min_android_version", "min_ios_version"] {
        put(field, version(body, field)?);
    }
    put(DEVICE_PRICES, device_prices(body)?);
    put("actions", actions::read(body)?);
    Ok(choices)
}

/// A list of ids: text on the wire, and 64-bit numbers to TikTok.
pub(super) fn ids(body: &Body<'_>, field: &str) -> Result<Option<Vec<String>>, Refusal> {
    let ids = body.list(field)?;
    let is_id = |id: &String| id.bytes().all(|byte| byte.is_ascii_digit()) && id.parse::<i64>().is_ok();
    match ids {
        Some(ids) if !ids.iter().all(is_id) => Err(body.invalid(field, "Not a valid list of ids")),
        ids => Ok(ids),
    }
}

/// Whoever is chosen by an audience cannot be left out by it: a guess. Models and prices exclude each other by the
/// specification.
fn check_apart(body: &Body<'_>) -> Result<(), Refusal> {
    let excluded = ids(body, EXCLUDED_AUDIENCES)?.unwrap_or_default();
    if ids(body, AUDIENCES)?.unwrap_or_default().iter().any(|id| excluded.contains(id)) {
        return Err(body.invalid(EXCLUDED_AUDIENCES, "Cannot be in audience_ids as well"));
    }
    if body.raw(DEVICE_MODELS).is_some() && body.raw(DEVICE_PRICES).is_some() {
        return Err(body.invalid(DEVICE_PRICES, "Cannot be set together with device_model_ids"));
    }
    Ok(())
}

fn names(body: &Body<'_>, field: &str, allowed: &[&str]) -> Result<Option<Value>, Refusal> {
    match body.list(field)? {
        Some(names) if !names.iter().all(|name| allowed.contains(&name.as_str())) => {
            Err(Refusal::not_one_of(&body.name(field), allowed))
        }
        names => Ok(names.map(Value::from)),
    }
}

fn operating_system(body: &Body<'_>) -> Result<Option<Value>, Refusal> {
    let field = "operating_systems";
    let systems = names(body, field, &OPERATING_SYSTEMS)?;
    if systems.as_ref().and_then(Value::as_array).is_some_and(|systems| systems.len() > 1) {
        return Err(body.invalid(field, "Only one value is allowed"));
    }
    Ok(systems)
}

/// The one list that may be empty, which stands for every language. Codes are not checked: TikTok gives them out by
/// another endpoint.
fn languages(body: &Body<'_>) -> Result<Option<Value>, Refusal> {
    let field = "languages";
    match body.raw(field) {
        Some("[]") => Ok(Some(Value::Array(Vec::new()))),
        _ => Ok(body.list(field)?.map(Value::from)),
    }
}

/// The versions themselves are on a page that is not public; that they are two numbers with a dot is a guess.
fn version(body: &Body<'_>, field: &str) -> Result<Option<Value>, Refusal> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match body.string(field)? {
        Some(text) => match text.split_once('.') {
            Some((major, minor)) if is_number(major) && is_number(minor) => Ok(Some(Value::from(text))),
            _ => Err(body.invalid(field, "Must be a version such as 10.0")),
        },
        None => Ok(None),
    }
}

/// From one price to a higher one.
fn device_prices(body: &Body<'_>) -> Result<Option<Value>, Refusal> {
    let Some(raw) = body.raw(DEVICE_PRICES) else { return Ok(None) };
    let is_price = |price: u64| price == OPEN_END || (price <= HIGHEST_PRICE && price.is_multiple_of(PRICE_STEP));
    match serde_json::from_str::<[u64; 2]>(raw) {
        Ok([from, to]) if from < to && is_price(from) && is_price(to) => Ok(Some(Value::from(vec![from, to]))),
        _ => Err(body.invalid(DEVICE_PRICES, "Must be two rising multiples of 50 up to 1000, or 10000 for more")),
    }
}

//! `GET /advertiser/info/`: what ad accounts are called and whether they are in good standing.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/advertiser_info.yml>

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};

use super::safe_text::safe_message;
use super::{Payload, Request, lenient, query_list};

/// Asks about ad accounts, and for no personal data: the endpoint also knows addresses and phone numbers.
pub(crate) struct AdvertiserInfo<'a> {
    pub(crate) advertiser_ids: &'a [&'a str],
}

/// What is asked for.
const FIELDS: [&str; 10] = [
    "advertiser_id",
    "name",
    "status",
    "rejection_reason",
    "role",
    "owner_bc_id",
    "company",
    "country",
    "currency",
    "timezone",
];

/// The ad accounts asked for, as far as the token may see them.
#[derive(Deserialize)]
pub(crate) struct AdvertiserInfoData {
    #[serde(default)]
    list: Vec<AdvertiserDetails>,
}

/// One ad account.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AdvertiserDetails {
    #[serde(deserialize_with = "lenient::id")]
    pub(crate) advertiser_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) name: Option<String>,
    /// Such as `STATUS_ENABLE`.
    #[serde(deserialize_with = "text")]
    pub(crate) status: Option<String>,
    /// Free text, which may quote what the account's owner has entered.
    #[serde(deserialize_with = "free_text")]
    pub(crate) rejection_reason: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) role: Option<String>,
    #[serde(deserialize_with = "lenient::id")]
    pub(crate) owner_bc_id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) company: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) country: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) currency: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) timezone: Option<String>,
}

/// A text; null, `-` and nothing are none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !matches!(text.trim(), "" | "-")))
}

fn free_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(text(deserializer)?.map(|text| safe_message(&text, &[])))
}

impl AdvertiserInfoData {
    /// The accounts by id.
    pub(crate) fn into_accounts(self) -> HashMap<String, AdvertiserDetails> {
        self.list.into_iter().filter_map(|mut details| Some((details.advertiser_id.take()?, details))).collect()
    }
}

impl Request for AdvertiserInfo<'_> {
    const PATH: &'static str = "advertiser/info/";
    const IDEMPOTENT: bool = true;
    type Data = AdvertiserInfoData;

    fn payload(&self) -> Payload {
        Payload::Query(vec![("advertiser_ids", query_list(self.advertiser_ids)), ("fields", query_list(&FIELDS))])
    }

    fn known_ids(&self) -> Vec<&str> {
        self.advertiser_ids.to_vec()
    }

    fn items(&self) -> usize {
        self.advertiser_ids.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_may_have_gaps_and_its_rejection_is_quoted_safely() {
        let json = r#"{"list":[
            {"advertiser_id":"7001","name":null,"status":"STATUS_CONFIRM_FAIL","rejection_reason":"call ada@example.com",
             "email":"a***@e***","balance":0.0,"create_time":1672341876},
            {"advertiser_id":7002,"name":"Shop","rejection_reason":"-"},
            {"name":"nobody"}
        ]}"#;
        let mut accounts = serde_json::from_str::<AdvertiserInfoData>(json).unwrap().into_accounts();
        assert_eq!(accounts.len(), 2);
        let first = accounts.remove("7001").unwrap();
        assert_eq!(first.rejection_reason.as_deref(), Some("call [masked]"));
        let second = accounts.remove("7002").unwrap();
        assert_eq!((second.name.as_deref(), second.rejection_reason), (Some("Shop"), None));
    }
}

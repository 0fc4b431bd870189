//! `POST /oauth2/access_token/`: an access token in exchange for an authorization code.
//! <https://business-api.tiktok.com/portal/docs?id=1739965703387137>

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Payload, Request, lenient};
use crate::oauth::AuthCode;
use crate::token::AppCredentials;

/// Exchanges an authorization code. A code works once, so a second request is refused.
pub(crate) struct GetAccessToken<'a> {
    pub(crate) credentials: &'a AppCredentials,
    pub(crate) code: &'a AuthCode,
    /// Whether to name the ad accounts that the token may use: a user who reaches thousands of them may have TikTok run
    /// out of time over it.
    pub(crate) return_advertiser_ids: bool,
}

/// What was granted. It holds a token, hence no `Debug`.
#[derive(Deserialize)]
pub(crate) struct AccessTokenData {
    pub(crate) access_token: String,
    #[serde(default, deserialize_with = "lenient::ids")]
    pub(crate) advertiser_ids: Vec<String>,
    #[serde(default, deserialize_with = "scopes")]
    pub(crate) scope: Vec<u32>,
}

/// Numbers, as TikTok sends them, or numbers as text. What is neither is no scope that could be asked for.
fn scopes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    let values = Option::<Vec<Value>>::deserialize(deserializer)?.unwrap_or_default();
    let scope = |value: Value| match value {
        Value::Number(number) => u32::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    Ok(values.into_iter().filter_map(scope).collect())
}

impl Request for GetAccessToken<'_> {
    const PATH: &'static str = "oauth2/access_token/";
    const IDEMPOTENT: bool = false;
    type Data = AccessTokenData;

    fn payload(&self) -> Payload {
        let mut body = self.credentials.to_json();
        body["auth_code"] = self.code.to_json();
        body["return_advertiser_ids"] = json!(self.return_advertiser_ids);
        Payload::json(&body)
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.credentials.app_id()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_goes_with_the_app_and_its_secret() {
        let (credentials, code) = (AppCredentials::new("7009", "hush"), AuthCode::new("c0de"));
        let request = GetAccessToken { credentials: &credentials, code: &code, return_advertiser_ids: false };
        let Payload::Body(body) = request.payload() else { panic!("a code is sent by POST") };
        insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap(), @r#"{"app_id":"7009","auth_code":"c0de","return_advertiser_ids":false,"secret":"hush"}"#);
    }

    #[test]
    fn scopes_and_ids_may_come_as_text_or_as_numbers() {
        let data: AccessTokenData =
            serde_json::from_str(r#"{"access_token":"t","scope":[3,"100",null,-1],"advertiser_ids":["7001",7002]}"#)
                .unwrap();
        assert_eq!(data.scope, [3, 100]);
        assert_eq!(data.advertiser_ids, ["7001", "7002"]);
        let bare: AccessTokenData = serde_json::from_str(r#"{"access_token":"t","scope":null}"#).unwrap();
        assert!(bare.scope.is_empty() && bare.advertiser_ids.is_empty());
    }

    #[test]
    fn fields_of_other_flows_are_tolerated() {
        let json = r#"{"access_token":"t","expires_in":86400,"refresh_token":"r","refresh_token_expires_in":1}"#;
        assert!(serde_json::from_str::<AccessTokenData>(json).is_ok());
        assert!(serde_json::from_str::<AccessTokenData>("{}").is_err());
    }
}

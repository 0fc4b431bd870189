//! `POST /oauth2/revoke_token/`: ends an access token.
//! <https://business-api.tiktok.com/portal/docs?id=1739965703387137>

use serde::Deserialize;

use super::{Payload, Request, lenient};
use crate::token::{AccessToken, AppCredentials};

/// Ends an access token. A second request meets a token that is revoked, which is refused and changes nothing.
pub(crate) struct RevokeToken<'a> {
    pub(crate) credentials: &'a AppCredentials,
    pub(crate) token: &'a AccessToken,
}

/// What the app can no longer reach.
#[derive(Default, Deserialize)]
pub(crate) struct RevokeTokenData {
    #[serde(default, deserialize_with = "lenient::ids")]
    pub(crate) advertiser_ids: Vec<String>,
}

impl Request for RevokeToken<'_> {
    const PATH: &'static str = "oauth2/revoke_token/";
    const IDEMPOTENT: bool = true;
    type Data = Option<RevokeTokenData>;

    fn payload(&self) -> Payload {
        let mut body = self.credentials.to_json();
        body["access_token"] = self.token.to_json();
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
    fn the_token_goes_with_the_app_and_its_secret() {
        let (credentials, token) = (AppCredentials::new("7009", "hush"), AccessToken::new("t0ken"));
        let Payload::Body(body) = (RevokeToken { credentials: &credentials, token: &token }).payload() else {
            panic!("a token is revoked by POST")
        };
        insta::assert_snapshot!(String::from_utf8(body.to_vec()).unwrap(), @r#"{"access_token":"t0ken","app_id":"7009","secret":"hush"}"#);
    }
}

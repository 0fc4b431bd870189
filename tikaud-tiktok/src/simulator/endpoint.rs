//! The endpoints that are simulated: where they are, how they are called and what they need.

use serde::{Deserialize, Serialize};

/// An endpoint of TikTok's API for Business, version 1.3. Its JSON form is its path, such as `/segment/mapping/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Endpoint {
    /// `POST /segment/audience/`: creates or deletes an audience.
    #[serde(rename = "/segment/audience/")]
    SegmentAudience,
    /// `POST /segment/mapping/`: adds identifiers to audiences, or deletes them.
    #[serde(rename = "/segment/mapping/")]
    SegmentMapping,
    /// `POST /oauth2/access_token/`: an access token for an authorization code.
    #[serde(rename = "/oauth2/access_token/")]
    AccessToken,
    /// `POST /oauth2/revoke_token/`: ends an access token.
    #[serde(rename = "/oauth2/revoke_token/")]
    RevokeToken,
    /// `GET /oauth2/advertiser/get/`: the ad accounts that a token may use.
    #[serde(rename = "/oauth2/advertiser/get/")]
    AdvertiserGet,
    /// `GET /advertiser/info/`: details of ad accounts.
    #[serde(rename = "/advertiser/info/")]
    AdvertiserInfo,
    /// `GET /user/info/`: whose token it is.
    #[serde(rename = "/user/info/")]
    UserInfo,
    /// `GET /dmp/custom_audience/get/`: details of audiences.
    #[serde(rename = "/dmp/custom_audience/get/")]
    CustomAudienceGet,
    /// `GET /dmp/custom_audience/list/`: the audiences of an ad account, in pages.
    #[serde(rename = "/dmp/custom_audience/list/")]
    CustomAudienceList,
    /// `POST /dmp/custom_audience/delete/`: deletes audiences.
    #[serde(rename = "/dmp/custom_audience/delete/")]
    CustomAudienceDelete,
    /// `POST /dmp/custom_audience/file/upload/`: takes a customer file.
    #[serde(rename = "/dmp/custom_audience/file/upload/")]
    CustomAudienceFileUpload,
    /// `POST /dmp/custom_audience/create/`: makes an audience of customer files.
    #[serde(rename = "/dmp/custom_audience/create/")]
    CustomAudienceCreate,
    /// `POST /dmp/custom_audience/update/`: changes one, or the name of any audience.
    #[serde(rename = "/dmp/custom_audience/update/")]
    CustomAudienceUpdate,
    /// `POST /dmp/custom_audience/share/`: lets other ad accounts use audiences.
    #[serde(rename = "/dmp/custom_audience/share/")]
    CustomAudienceShare,
    /// `POST /dmp/custom_audience/share/cancel/`: ends that.
    #[serde(rename = "/dmp/custom_audience/share/cancel/")]
    CustomAudienceShareCancel,
    /// `GET /dmp/custom_audience/share/log/`: with whom an audience has been shared.
    #[serde(rename = "/dmp/custom_audience/share/log/")]
    CustomAudienceShareLog,
    /// `POST /dmp/custom_audience/apply/`: applies an audience to ad groups, or disconnects it.
    #[serde(rename = "/dmp/custom_audience/apply/")]
    CustomAudienceApply,
    /// `GET /dmp/custom_audience/apply/log/`: the ad groups that audiences have been applied to.
    #[serde(rename = "/dmp/custom_audience/apply/log/")]
    CustomAudienceApplyLog,
    /// `POST /dmp/custom_audience/lookalike/create/`: makes a lookalike audience.
    #[serde(rename = "/dmp/custom_audience/lookalike/create/")]
    LookalikeCreate,
    /// `POST /dmp/custom_audience/lookalike/update/`: computes lookalike audiences anew.
    #[serde(rename = "/dmp/custom_audience/lookalike/update/")]
    LookalikeUpdate,
    /// `POST /dmp/custom_audience/rule/create/`: makes an audience of rules.
    #[serde(rename = "/dmp/custom_audience/rule/create/")]
    RuleCreate,
    /// `POST /dmp/saved_audience/create/`: saves a choice of people under a name.
    #[serde(rename = "/dmp/saved_audience/create/")]
    SavedAudienceCreate,
    /// `POST /dmp/saved_audience/delete/`: deletes saved audiences.
    #[serde(rename = "/dmp/saved_audience/delete/")]
    SavedAudienceDelete,
    /// `GET /dmp/saved_audience/list/`: the saved audiences of an ad account, in pages.
    #[serde(rename = "/dmp/saved_audience/list/")]
    SavedAudienceList,
    /// `GET /audience/insight/overlap/`: how many people audiences have in common.
    #[serde(rename = "/audience/insight/overlap/")]
    AudienceInsightOverlap,
}

impl Endpoint {
    /// Every endpoint.
    pub const ALL: [Self; 25] = [
        Self::SegmentAudience,
        Self::SegmentMapping,
        Self::AccessToken,
        Self::RevokeToken,
        Self::AdvertiserGet,
        Self::AdvertiserInfo,
        Self::UserInfo,
        Self::CustomAudienceGet,
        Self::CustomAudienceList,
        Self::CustomAudienceDelete,
        Self::CustomAudienceFileUpload,
        Self::CustomAudienceCreate,
        Self::CustomAudienceUpdate,
        Self::CustomAudienceShare,
        Self::CustomAudienceShareCancel,
        Self::CustomAudienceShareLog,
        Self::CustomAudienceApply,
        Self::CustomAudienceApplyLog,
        Self::LookalikeCreate,
        Self::LookalikeUpdate,
        Self::RuleCreate,
        Self::SavedAudienceCreate,
        Self::SavedAudienceDelete,
        Self::SavedAudienceList,
        Self::AudienceInsightOverlap,
    ];

    /// The whole path, such as `/open_api/v1.3/segment/mapping/`.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::SegmentAudience => "/open_api/v1.3/segment/audience/",
            Self::SegmentMapping => "/open_api/v1.3/segment/mapping/",
            Self::AccessToken => "/open_api/v1.3/oauth2/access_token/",
            Self::RevokeToken => "/open_api/v1.3/oauth2/revoke_token/",
            Self::AdvertiserGet => "/open_api/v1.3/oauth2/advertiser/get/",
            Self::AdvertiserInfo => "/open_api/v1.3/advertiser/info/",
            Self::UserInfo => "/open_api/v1.3/user/info/",
            Self::CustomAudienceGet => "/open_api/v1.3/dmp/custom_audience/get/",
            Self::CustomAudienceList => "/open_api/v1.3/dmp/custom_audience/list/",
            Self::CustomAudienceDelete => "/open_api/v1.3/dmp/custom_audience/delete/",
            Self::CustomAudienceFileUpload => "/open_api/v1.3/dmp/custom_audience/file/upload/",
            Self::CustomAudienceCreate => "/open_api/v1.3/dmp/custom_audience/create/",
            Self::CustomAudienceUpdate => "/open_api/v1.3/dmp/custom_audience/update/",
            Self::CustomAudienceShare => "/open_api/v1.3/dmp/custom_audience/share/",
            Self::CustomAudienceShareCancel => "/open_api/v1.3/dmp/custom_audience/share/cancel/",
            Self::CustomAudienceShareLog => "/open_api/v1.3/dmp/custom_audience/share/log/",
            Self::CustomAudienceApply => "/open_api/v1.3/dmp/custom_audience/apply/",
            Self::CustomAudienceApplyLog => "/open_api/v1.3/dmp/custom_audience/apply/log/",
            Self::LookalikeCreate => "/open_api/v1.3/dmp/custom_audience/lookalike/create/",
            Self::LookalikeUpdate => "/open_api/v1.3/dmp/custom_audience/lookalike/update/",
            Self::RuleCreate => "/open_api/v1.3/dmp/custom_audience/rule/create/",
            Self::SavedAudienceCreate => "/open_api/v1.3/dmp/saved_audience/create/",
            Self::SavedAudienceDelete => "/open_api/v1.3/dmp/saved_audience/delete/",
            Self::SavedAudienceList => "/open_api/v1.3/dmp/saved_audience/list/",
            Self::AudienceInsightOverlap => "/open_api/v1.3/audience/insight/overlap/",
        }
    }

    /// The endpoint at a path. The trailing slash matters, as it does at TikTok.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    /// The one method that it takes.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::AdvertiserGet
            | Self::AdvertiserInfo
            | Self::UserInfo
            | Self::CustomAudienceGet
            | Self::CustomAudienceList
            | Self::CustomAudienceShareLog
            | Self::CustomAudienceApplyLog
            | Self::SavedAudienceList
            | Self::AudienceInsightOverlap => "GET",
            _ => "POST",
        }
    }

    /// Whether it takes an access token. Those that give and end one take the app's secret instead.
    #[must_use]
    pub const fn takes_token(self) -> bool {
        !matches!(self, Self::AccessToken | Self::RevokeToken)
    }

    /// The scope that a token needs for it; `None` when any token will do.
    pub(crate) const fn scope(self) -> Option<u32> {
        match self {
            // For the overlap no published table names a scope: to read audiences is the guess.
            Self::CustomAudienceGet
            | Self::CustomAudienceList
            | Self::SavedAudienceList
            | Self::AudienceInsightOverlap => Some(30),
            Self::CustomAudienceShare | Self::CustomAudienceShareCancel | Self::CustomAudienceShareLog => Some(32),
            Self::AdvertiserGet | Self::AdvertiserInfo => Some(100),
            Self::UserInfo | Self::AccessToken | Self::RevokeToken => None,
            _ => Some(31),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_the_path() {
        for endpoint in Endpoint::ALL {
            let path = serde_json::to_value(endpoint).unwrap();
            assert_eq!(endpoint.path(), format!("/open_api/v1.3{}", path.as_str().unwrap()));
        }
    }
}

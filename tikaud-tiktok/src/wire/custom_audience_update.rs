//! `POST /dmp/custom_audience/update/`: changes what an audience holds by uploaded files, or its name.
//! <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_update.yml>

use serde::de::IgnoredAny;
use serde_json::json;

use super::{Payload, Request};

/// What is done with the identifiers in the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAction {
    Append,
    Remove,
    /// They are put in the place of all that there is.
    Replace,
}

impl FileAction {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Append => "APPEND",
            Self::Remove => "REMOVE",
            Self::Replace => "REPLACE",
        }
    }
}

/// What is changed.
pub(crate) enum AudienceChange<'a> {
    /// Who is in it, by 1 to [`MOST_FILES`](super::MOST_FILES) files.
    Files { action: FileAction, file_paths: &'a [&'a str] },
    /// Its name: 1 to 128 characters.
    Name(&'a str),
}

/// Changes an audience. To append, remove or replace the same once more changes nothing more; but while a change is being
/// processed, the next one is refused, also when it is the same.
pub(crate) struct UpdateCustomAudience<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) audience_id: &'a str,
    pub(crate) change: AudienceChange<'a>,
}

impl Request for UpdateCustomAudience<'_> {
    const PATH: &'static str = "dmp/custom_audience/update/";
    const IDEMPOTENT: bool = true;
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        let mut body = json!({"advertiser_id": self.advertiser_id, "custom_audience_id": self.audience_id});
        match &self.change {
            AudienceChange::Files { action, file_paths } => {
                // Without it TikTok takes REPLACE to be meant.
                body["action"] = json!(action.as_str());
                body["file_paths"] = json!(file_paths);
            }
            AudienceChange::Name(name) => body["custom_audience_name"] = json!(name),
        }
        Payload::json(&body)
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id, self.audience_id]
    }

    fn items(&self) -> usize {
        match &self.change {
            AudienceChange::Name(_) => 1,
            AudienceChange::Files { file_paths, .. } => file_paths.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(change: AudienceChange<'_>) -> String {
        UpdateCustomAudience { advertiser_id: "7001", audience_id: "42", change }.payload().text()
    }

    #[test]
    fn the_action_always_goes_with_files() {
        let body = |action| body(AudienceChange::Files { action, file_paths: &["AbCd0123AbCd0123"] });
        insta::assert_snapshot!(body(FileAction::Append), @r#"{"action":"APPEND","advertiser_id":"7001","custom_audience_id":"42","file_paths":["AbCd0123AbCd0123"]}"#);
        insta::assert_snapshot!(body(FileAction::Remove), @r#"{"action":"REMOVE","advertiser_id":"7001","custom_audience_id":"42","file_paths":["AbCd0123AbCd0123"]}"#);
        insta::assert_snapshot!(body(FileAction::Replace), @r#"{"action":"REPLACE","advertiser_id":"7001","custom_audience_id":"42","file_paths":["AbCd0123AbCd0123"]}"#);
    }

    #[test]
    fn a_new_name_goes_without_files_and_action() {
        insta::assert_snapshot!(body(AudienceChange::Name("Buyers of May")), @r#"{"advertiser_id":"7001","custom_audience_id":"42","custom_audience_name":"Buyers of May"}"#);
    }
}

//! `POST /dmp/custom_audience/file/upload/`: takes a file, for [`create`](super::custom_audience_create) and
//! [`update`](super::custom_audience_update) to refer to.
//! <https://business-api.tiktok.com/portal/docs?id=1739940567842818>

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::{CalculateType, Form, Payload, Request};

/// Uploads one file. Until an audience refers to it, nothing has changed, so a second upload does no harm.
pub(crate) struct UploadFile<'a> {
    pub(crate) advertiser_id: &'a str,
    pub(crate) calculate_type: CalculateType,
    pub(crate) content: &'a Bytes,
    /// The MD5 of the content, in hex.
    pub(crate) signature: &'a str,
}

impl UploadFile<'_> {
    /// TikTok takes no larger file. Older pages and clients name 50 MB and 1 GB; the API's own page says this.
    pub(crate) const LARGEST: usize = 250_000_000;
}

/// Where the file is.
#[derive(Deserialize)]
pub(crate) struct UploadFileData {
    /// Opaque; good for the ad account that has uploaded it, for some time that no document names.
    #[serde(deserialize_with = "path")]
    pub(crate) file_path: String,
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let path = String::deserialize(deserializer)?;
    if path.is_empty() { Err(D::Error::custom("a file has a path")) } else { Ok(path) }
}

impl Request for UploadFile<'_> {
    const PATH: &'static str = "dmp/custom_audience/file/upload/";
    const IDEMPOTENT: bool = true;
    type Data = UploadFileData;

    fn payload(&self) -> Payload {
        Payload::Form(Form {
            fields: vec![
                ("advertiser_id", self.advertiser_id.to_owned()),
                ("file_signature", self.signature.to_owned()),
                ("calculate_type", self.calculate_type.as_str().to_owned()),
            ],
            file: "file",
            // TikTok takes only names that end in `.csv` or `.txt`.
            file_name: "identifiers.csv",
            media_type: "text/csv",
            content: self.content.clone(),
        })
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_has_what_tiktok_wants_beside_the_file() {
        let content = Bytes::from_static(b"ab\n");
        let request = UploadFile {
            advertiser_id: "7001",
            calculate_type: CalculateType::GaidMd5,
            content: &content,
            signature: "65b50b04a6af50bb2f174db30a8c6dad",
        };
        let Payload::Form(form) = request.payload() else { panic!("a file is uploaded as a form") };
        assert_eq!(form.content, content);
        insta::assert_debug_snapshot!((form.fields, form.file, form.file_name), @r#"
        (
            [
                (
                    "advertiser_id",
                    "7001",
                ),
                (
                    "file_signature",
                    "65b50b04a6af50bb2f174db30a8c6dad",
                ),
                (
                    "calculate_type",
                    "GAID_MD5",
                ),
            ],
            "file",
            "identifiers.csv",
        )
        "#);
    }

    #[test]
    fn an_answer_without_a_path_is_not_understood() {
        let data = |json: &str| serde_json::from_str::<UploadFileData>(json);
        assert_eq!(data(r#"{"file_path":"AbCd0123AbCd0123"}"#).unwrap().file_path, "AbCd0123AbCd0123");
        for json in ["{}", r#"{"file_path":""}"#, r#"{"file_path":null}"#, r#"{"file_path":7}"#] {
            assert!(data(json).is_err(), "{json}");
        }
    }
}

//! Audiences of customer files: uploads, creation, changes, and every rule that they can break.

mod life;
mod rules;
mod uploads;
mod using;

use jiff::Timestamp;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tikaud_tiktok::simulator::{IdType, Request, Simulator, World};

use crate::support::{
    ACCOUNT, FORBIDDEN_ACCOUNT, SECOND_ACCOUNT, TOKEN, assert_code, create, digests, envelope, get, get_as, hours,
    mapping, post_at, simulator, start,
};

const UPLOAD: &str = "/dmp/custom_audience/file/upload/";
const CREATE: &str = "/dmp/custom_audience/create/";
const UPDATE: &str = "/dmp/custom_audience/update/";
const GET: &str = "/dmp/custom_audience/get/";
const LIST: &str = "/dmp/custom_audience/list/";

/// An upload that is good until one of its parts is changed.
struct Upload {
    advertiser_id: &'static str,
    calculate_type: &'static str,
    file_name: &'static str,
    content: String,
    /// `None` for the right one.
    signature: Option<&'static str>,
}

impl Upload {
    fn emails(ids: &[String]) -> Self {
        Self {
            advertiser_id: ACCOUNT,
            calculate_type: "EMAIL_SHA256",
            file_name: "emails.csv",
            content: ids.iter().fold(String::new(), |text, id| text + id + "\n"),
            signature: None,
        }
    }

    fn send(&self, simulator: &mut Simulator, now: Timestamp) -> Value {
        let signature = const_hex::encode(Md5::digest(&self.content));
        let signature = self.signature.unwrap_or(&signature);
        let fields = [
            ("advertiser_id", self.advertiser_id),
            ("file_signature", signature),
            ("calculate_type", self.calculate_type),
        ];
        let mut body = String::new();
        for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            body += &format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        if !self.file_name.is_empty() {
            let (name, content) = (self.file_name, &self.content);
            body += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n"
            );
        }
        let path = format!("/open_api/v1.3{UPLOAD}");
        let request = Request::new("POST", &path)
            .with_header("Access-Token", TOKEN)
            .with_header("Content-Type", "multipart/form-data; boundary=b")
            .with_body(body + "--b--\r\n");
        envelope(&simulator.handle(&request, now))
    }

    /// Its path, once it has been taken.
    fn path(&self, simulator: &mut Simulator, now: Timestamp) -> String {
        let reply = self.send(simulator, now);
        assert_code(&reply, 0);
        reply["data"]["file_path"].as_str().unwrap().to_owned()
    }
}

/// Uploads e-mails and gives the path.
fn upload(simulator: &mut Simulator, ids: &[String], now: Timestamp) -> String {
    Upload::emails(ids).path(simulator, now)
}

fn create_body(path: &str) -> Value {
    json!({
        "advertiser_id": ACCOUNT,
        "custom_audience_name": "Buyers",
        "file_paths": [path],
        "calculate_type": "EMAIL_SHA256",
    })
}

/// Makes an audience of the first so many e-mails and gives its id.
fn audience(simulator: &mut Simulator, people: usize) -> String {
    let path = upload(simulator, &digests(people), start());
    let reply = post_at(simulator, CREATE, &create_body(&path), start());
    assert_code(&reply, 0);
    reply["data"]["custom_audience_id"].as_str().unwrap().to_owned()
}

fn update_body(id: &str, action: &str, path: &str) -> Value {
    json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "action": action, "file_paths": [path]})
}

/// Uploads and changes at some hour after the start.
fn change(simulator: &mut Simulator, id: &str, action: &str, ids: &[String], hour: i64) -> Value {
    let path = upload(simulator, ids, hours(hour));
    post_at(simulator, UPDATE, &update_body(id, action, &path), hours(hour))
}

fn details(simulator: &mut Simulator, id: &str, hour: i64) -> Value {
    let ids = json!([id]).to_string();
    let query = [("advertiser_id", ACCOUNT), ("custom_audience_ids", ids.as_str())];
    get_as(simulator, TOKEN, GET, &query, hours(hour))["data"]["list"][0].clone()
}

fn held(simulator: &Simulator, id: &str) -> Vec<String> {
    simulator.identifiers(id, IdType::EmailSha256).unwrap()
}

//! Audiences of customer files: uploads, creation, changes, and every rule that they can break.

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

#[test]
fn an_upload_gives_a_path_of_sixteen_characters_and_is_logged_with_its_rows() {
    let mut simulator = simulator();
    let path = upload(&mut simulator, &digests(3), start());
    assert_eq!(path.len(), 16);
    let logged = simulator.requests().last().unwrap();
    assert_eq!((logged.users, logged.code), (Some(3), Some(0)));
    assert!(simulator.audiences().is_empty());
}

#[test]
fn an_upload_that_breaks_a_rule_is_refused_by_its_code() {
    let good = || Upload::emails(&digests(2));
    let cases = [
        (Upload { advertiser_id: "", ..good() }, 40002),
        (Upload { advertiser_id: FORBIDDEN_ACCOUNT, ..good() }, 40001),
        (Upload { calculate_type: "", ..good() }, 40002),
        (Upload { calculate_type: "EMAIL_SHA512", ..good() }, 40909),
        (Upload { calculate_type: "email_sha256", ..good() }, 40909),
        (Upload { calculate_type: "FIRST_NORMAL", ..good() }, 40909),
        (Upload { calculate_type: "GAID_MD5", ..good() }, 40914),
        (Upload { calculate_type: "MULTIPLE_TYPES", ..good() }, 40914),
        (Upload { file_name: "", ..good() }, 40905),
        (Upload { file_name: "emails.CSV", ..good() }, 40908),
        (Upload { file_name: "emails.zip", ..good() }, 40908),
        (Upload { content: String::new(), ..good() }, 40906),
        (Upload { content: "ada@example.com\n".to_owned(), ..good() }, 40914),
        (Upload { signature: Some("d41d8cd98f00b204e9800998ecf8427e"), ..good() }, 40900),
    ];
    for (case, code) in cases {
        let mut simulator = simulator();
        let reply = case.send(&mut simulator, start());
        assert_code(&reply, code);
        assert!(!reply.to_string().contains("ada@"), "{reply}");
    }
    for calculate_type in ["MAID_SHA256", "FIRST_SHA256", "IDFA_SHA256", "GAID_SHA256", "PHONE_SHA256"] {
        assert_code(&Upload { calculate_type, ..good() }.send(&mut simulator(), start()), 0);
    }
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let mut world = World::default();
    world.limits.file_bytes = 129;
    let mut simulator = Simulator::new(world);
    assert_code(&Upload::emails(&digests(2)).send(&mut simulator, start()), 40907);
    assert_code(&Upload::emails(&digests(1)).send(&mut simulator, start()), 0);
}

#[test]
fn get_and_list_show_an_audience_of_files_as_what_it_is() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_000);
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_500), 24), 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&details(&mut simulator, &id, 25)).unwrap(), @r#"
    {
      "audience_details": {
        "audience_id": "7100000000000000001",
        "audience_sub_type": "NORMAL",
        "calculate_type": "EMAIL_SHA256",
        "cover_num": 1000,
        "create_time": "2026-11-23 10:00:00",
        "error_msg": null,
        "expired_time": "2027-11-24 10:00:00",
        "is_auto_refresh": false,
        "is_creator": true,
        "is_expiring": false,
        "is_valid": true,
        "msg": null,
        "name": "Buyers",
        "rule": null,
        "shared": false,
        "type": "Customer File Audience"
      },
      "audience_history": [
        {
          "action": "append",
          "action_detail": "0",
          "editor": "open_api",
          "msg": null,
          "opt_time": "2026-11-24 10:00:00"
        },
        {
          "action": "create",
          "action_detail": "0",
          "editor": "open_api",
          "msg": null,
          "opt_time": "2026-11-23 10:00:00"
        }
      ]
    }
    "#);
    let query = [("advertiser_id", ACCOUNT)];
    let list = get_as(&mut simulator, TOKEN, LIST, &query, hours(25))["data"]["list"][0].clone();
    assert_eq!(
        (&list["audience_type"], &list["calculate_type"]),
        (&json!("Customer File Audience"), &json!("EMAIL_SHA256"))
    );
    assert!(list.get("type").is_none());
}

#[test]
fn an_audience_is_processed_for_a_day_after_each_change_and_not_editable_meanwhile() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let early = change(&mut simulator, &id, "APPEND", &digests(1_300), 23);
    assert_code(&early, 40002);
    assert_eq!(early["message"], "Audience is not editable, please check audience status.");
    assert_eq!(details(&mut simulator, &id, 23)["audience_details"]["is_valid"], false);
    assert_eq!(held(&simulator, &id).len(), 1_200);

    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_300), 24), 0);
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(10), 47), 40002);
    // It stays usable while a later change is processed.
    let shown = |simulator: &mut Simulator, hour| {
        let details = details(simulator, &id, hour)["audience_details"].clone();
        (details["is_valid"].clone(), details["cover_num"].clone())
    };
    assert_eq!(shown(&mut simulator, 47), (json!(true), json!(1_200)));
    assert_eq!(shown(&mut simulator, 48), (json!(true), json!(1_300)));
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(10), 48), 0);
    assert_eq!(held(&simulator, &id), digests(1_300)[10..]);
}

#[test]
fn without_an_action_all_that_there_was_is_replaced() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_500);
    let others = digests(3_000)[2_000..].to_vec();
    let path = upload(&mut simulator, &others, hours(24));
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "file_paths": [path]});
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!(held(&simulator, &id), others);
}

#[test]
fn all_is_replaced_once_in_24_hours_at_most() {
    let mut world = World::default();
    world.applied_after_seconds = 3_600;
    let mut simulator = Simulator::new(world);
    let id = audience(&mut simulator, 1_500);
    assert_code(&change(&mut simulator, &id, "REPLACE", &digests(1_600), 1), 0);
    let early = change(&mut simulator, &id, "REPLACE", &digests(1_700), 24);
    assert_code(&early, 40002);
    assert!(early["message"].as_str().unwrap().contains("unfinished replace"), "{early}");
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(1_700), 24), 0);
    assert_code(&change(&mut simulator, &id, "REPLACE", &digests(1_100), 25), 0);
    assert_eq!(held(&simulator, &id).len(), 1_100);
}

#[test]
fn an_audience_made_of_too_few_people_stays_empty_and_cannot_be_changed() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 999);
    assert_eq!(held(&simulator, &id), [""; 0]);
    let details = details(&mut simulator, &id, 400)["audience_details"].clone();
    assert_eq!((&details["is_valid"], &details["cover_num"]), (&json!(false), &json!(0)));
    assert_code(&change(&mut simulator, &id, "APPEND", &digests(5_000), 400), 40002);
}

#[test]
fn a_change_that_would_leave_too_few_people_is_refused_and_changes_nothing() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    for (action, ids) in [("REMOVE", digests(201)), ("REPLACE", digests(999))] {
        assert_code(&change(&mut simulator, &id, action, &ids, 24), 40002);
    }
    assert_eq!(held(&simulator, &id).len(), 1_200);
    // What was refused is not processed either.
    assert_code(&change(&mut simulator, &id, "REMOVE", &digests(200), 24), 0);
    assert_eq!(held(&simulator, &id).len(), 1_000);
}

#[test]
fn the_type_of_an_audience_is_that_of_its_first_file() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let phones = Upload { calculate_type: "PHONE_SHA256", ..Upload::emails(&digests(5)) };
    let path = phones.path(&mut simulator, hours(24));
    assert_code(&post_at(&mut simulator, UPDATE, &update_body(&id, "APPEND", &path), hours(24)), 40002);
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(24)), 40002);
    // At upload, MAID is another name for FIRST.
    let maids = Upload { calculate_type: "MAID_SHA256", ..Upload::emails(&digests(1_000)) };
    let path = maids.path(&mut simulator, hours(24));
    let mut body = create_body(&path);
    body["calculate_type"] = json!("MAID_SHA256");
    assert_code(&post_at(&mut simulator, CREATE, &body, hours(24)), 40002);
    body["calculate_type"] = json!("FIRST_SHA256");
    assert_code(&post_at(&mut simulator, CREATE, &body, hours(24)), 0);
    assert_eq!(simulator.audiences().last().unwrap().count(IdType::MaidSha256), 1_000);
}

#[test]
fn a_file_of_several_types_fills_its_columns() {
    let mut simulator = simulator();
    let ids = digests(1_000);
    let rows = ids.iter().map(|id| format!("{id},\n,{id}\n")).collect::<String>();
    let content = format!("email_SHA256,phone_SHA256\n{rows}");
    let file = Upload { calculate_type: "MULTIPLE_TYPES", content, ..Upload::emails(&[]) };
    let mut body = create_body(&file.path(&mut simulator, start()));
    body["calculate_type"] = json!("MULTIPLE_TYPES");
    assert_code(&post_at(&mut simulator, CREATE, &body, start()), 0);
    let audience = simulator.audiences().last().unwrap();
    assert!(audience.is_of_files());
    assert_eq!(
        [IdType::EmailSha256, IdType::PhoneSha256].map(|id_type| audience.identifiers(id_type)),
        [ids.clone(), ids]
    );
}

#[test]
fn a_create_that_breaks_a_rule_is_refused_and_makes_nothing() {
    let cases = [
        ("/advertiser_id", json!(null), 40002),
        ("/advertiser_id", json!(SECOND_ACCOUNT), 40905),
        ("/advertiser_id", json!(FORBIDDEN_ACCOUNT), 40001),
        ("/custom_audience_name", json!(null), 40002),
        ("/custom_audience_name", json!(""), 40002),
        ("/custom_audience_name", json!("n".repeat(129)), 40002),
        ("/file_paths", json!(null), 40002),
        ("/file_paths", json!([]), 40002),
        ("/file_paths", json!(["short"]), 40002),
        ("/file_paths", json!(["SIM0000000000099"]), 40905),
        ("/file_paths", json!(vec!["SIM0000000000001"; 501]), 40002),
        ("/calculate_type", json!(null), 40002),
        ("/calculate_type", json!("MAID_SHA256"), 40002),
        ("/calculate_type", json!("PHONE_SHA256"), 40002),
        ("/audience_sub_type", json!("OTHER"), 40002),
        ("/retention_in_days", json!(0), 40002),
        ("/retention_in_days", json!(366), 40002),
        ("/retention_in_days", json!("30"), 40002),
    ];
    for (pointer, value, code) in cases {
        let mut simulator = simulator();
        let mut body = create_body(&upload(&mut simulator, &digests(1_000), start()));
        body[&pointer[1..]] = value.clone();
        let reply = post_at(&mut simulator, CREATE, &body, start());
        assert_eq!(reply["code"], code, "{pointer} = {value}: {reply}");
        assert!(simulator.audiences().is_empty(), "{pointer} = {value}");
    }
}

#[test]
fn an_update_that_breaks_a_rule_is_refused_and_changes_nothing() {
    let cases = [
        ("advertiser_id", json!(SECOND_ACCOUNT), 40007),
        ("custom_audience_id", json!("42"), 40007),
        ("custom_audience_id", json!(null), 40002),
        ("action", json!("append"), 40002),
        ("action", json!("DELETE"), 40002),
        ("file_paths", json!([]), 40002),
        ("file_paths", json!(null), 40002),
        ("file_paths", json!(["SIM0000000000099"]), 40905),
        ("custom_audience_name", json!("n".repeat(129)), 40002),
        ("audience_sub_type", json!("NORMAL"), 40002),
    ];
    for (field, value, code) in cases {
        let mut simulator = simulator();
        let id = audience(&mut simulator, 1_200);
        let path = upload(&mut simulator, &digests(1_300), hours(24));
        let mut body = update_body(&id, "APPEND", &path);
        body[field] = value.clone();
        let reply = post_at(&mut simulator, UPDATE, &body, hours(24));
        assert_eq!(reply["code"], code, "{field} = {value}: {reply}");
        assert_eq!((held(&simulator, &id).len(), simulator.audiences()[0].name()), (1_200, "Buyers"));
    }
}

#[test]
fn a_name_is_changed_alone_or_with_files_and_is_not_cut() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let name = "n".repeat(128);
    let body = json!({"advertiser_id": ACCOUNT, "custom_audience_id": id, "custom_audience_name": name});
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(23)), 40002);
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!(simulator.audiences()[0].name(), name);
    assert_eq!(simulator.requests().last().unwrap().action, None);

    let path = upload(&mut simulator, &digests(1_300), hours(24));
    let mut body = update_body(&id, "APPEND", &path);
    body["custom_audience_name"] = json!("Both");
    assert_code(&post_at(&mut simulator, UPDATE, &body, hours(24)), 0);
    assert_eq!((simulator.audiences()[0].name(), held(&simulator, &id).len()), ("Both", 1_300));
}

#[test]
fn a_path_is_good_for_a_day() {
    let mut simulator = simulator();
    let path = upload(&mut simulator, &digests(1_000), start());
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(23)), 0);
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(24)), 40910);
    // One that has expired is not held any longer, and still known to have been there.
    upload(&mut simulator, &digests(1), hours(24));
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), hours(25)), 40910);
}

#[test]
fn a_change_puts_the_expiry_off_unless_a_retention_was_given() {
    let mut simulator = simulator();
    let id = audience(&mut simulator, 1_200);
    let path = upload(&mut simulator, &digests(1_200), start());
    let mut body = create_body(&path);
    body["retention_in_days"] = json!(30);
    let reply = post_at(&mut simulator, CREATE, &body, start());
    let kept = reply["data"]["custom_audience_id"].as_str().unwrap().to_owned();
    for id in [&id, &kept] {
        assert_code(&change(&mut simulator, id, "APPEND", &digests(1_300), 10 * 24), 0);
    }
    let mut expires = |id| details(&mut simulator, id, 10 * 24)["audience_details"]["expired_time"].clone();
    assert_eq!(expires(&id), "2027-12-03 10:00:00");
    assert_eq!(expires(&kept), "2026-12-23 10:00:00");
    assert_code(&change(&mut simulator, &kept, "APPEND", &digests(1_400), 30 * 24), 40002);
}

#[test]
fn each_kind_of_audience_is_changed_in_its_own_way_only() {
    let mut simulator = simulator();
    let (of_files, streaming) = (audience(&mut simulator, 1_200), create(&mut simulator, ACCOUNT, "Streaming"));
    let path = upload(&mut simulator, &digests(1_300), hours(24));
    assert_code(&post_at(&mut simulator, UPDATE, &update_body(&streaming, "APPEND", &path), hours(24)), 40002);
    let request = mapping("add", "EMAIL_SHA256", &digests(3), &of_files);
    assert_code(&post_at(&mut simulator, "/segment/mapping/", &request, hours(24)), 40002);
    let audience_ids = json!([of_files, streaming]).to_string();
    let both = get(&mut simulator, GET, &[("advertiser_id", ACCOUNT), ("custom_audience_ids", &audience_ids)]);
    let types: Vec<&Value> =
        both["data"]["list"].as_array().unwrap().iter().map(|it| &it["audience_details"]["type"]).collect();
    assert_eq!(types, [&json!("Customer File Audience"), &json!("Partner")]);
}

#[test]
fn an_audience_of_files_counts_among_the_audiences_of_its_account() {
    let mut world = World::default();
    world.limits.audiences_per_account = 1;
    let mut simulator = Simulator::new(world);
    audience(&mut simulator, 1_000);
    let path = upload(&mut simulator, &digests(1_000), start());
    assert_code(&post_at(&mut simulator, CREATE, &create_body(&path), start()), 40002);
}

#[test]
fn no_debug_shows_a_file() {
    let mut simulator = simulator();
    let canary = vec!["cafe".repeat(16); 1];
    upload(&mut simulator, &canary, start());
    assert!(!format!("{simulator:?} {simulator:#?}").contains("cafe"));
}

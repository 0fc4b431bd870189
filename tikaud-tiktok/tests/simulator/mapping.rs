//! What an audience holds after mapping requests.

use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use tikaud_tiktok::simulator::{IdType, Simulator, World};

use crate::support::{ACCOUNT, SECOND_ACCOUNT, assert_code, create, digests, mapping, post, post_at, simulator, start};

#[test]
fn adding_twice_and_deleting_twice_is_no_error() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let ids = digests(3);
    for (action, held) in [("add", 3), ("add", 3), ("delete", 0), ("delete", 0)] {
        assert_code(&post(&mut simulator, "/segment/mapping/", &mapping(action, "PHONE_SHA256", &ids, &audience)), 0);
        assert_eq!(simulator.identifiers(&audience, IdType::PhoneSha256).unwrap().len(), held, "{action}");
    }
}

#[test]
fn the_same_digest_under_two_types_is_two_identifiers() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    for (action, id_type) in [("add", "EMAIL_SHA256"), ("add", "PHONE_SHA256"), ("delete", "EMAIL_SHA256")] {
        assert_code(&post(&mut simulator, "/segment/mapping/", &mapping(action, id_type, &digests(1), &audience)), 0);
    }
    assert_eq!(simulator.audiences()[0].count(IdType::EmailSha256), 0);
    assert_eq!(simulator.audiences()[0].count(IdType::PhoneSha256), 1);
}

#[test]
fn hex_in_either_case_is_the_same_identifier_and_is_shown_in_lower_case() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    for hex in ["AB".repeat(32), "ab".repeat(32)] {
        assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("add", "email_sha256", &[hex], &audience)), 0);
    }
    assert_eq!(simulator.identifiers(&audience, IdType::EmailSha256).unwrap(), ["ab".repeat(32)]);
}

#[test]
fn each_slot_goes_to_its_own_column_and_its_own_audiences() {
    let mut simulator = simulator();
    let first = create(&mut simulator, ACCOUNT, "A");
    let second = create(&mut simulator, SECOND_ACCOUNT, "B");
    let ids = digests(4);
    let body = json!({
        "batch_data": [
            [{"id": ids[0], "audience_ids": [first], "unknown": [1]}, {"id": ids[1], "audience_ids": [first, second]}],
            [{}, {"audience_ids": [second], "id": ids[2]}],
            [{"id": ids[3], "audience_ids": [first]}, {"unknown": 1}],
        ],
        "id_schema": ["PHONE_SHA256", "EMAIL_SHA256"],
        "advertiser_ids": [ACCOUNT, SECOND_ACCOUNT],
        "unknown": {"field": true},
    });
    assert_code(&post(&mut simulator, "/segment/mapping/", &body), 0);
    let held = |audience: &str, id_type| simulator.identifiers(audience, id_type).unwrap();
    assert_eq!(held(&first, IdType::PhoneSha256), [ids[0].clone(), ids[3].clone()]);
    assert_eq!(held(&first, IdType::EmailSha256), [ids[1].clone()]);
    assert_eq!(held(&second, IdType::PhoneSha256), [""; 0]);
    assert_eq!(held(&second, IdType::EmailSha256), [ids[1].clone(), ids[2].clone()]);
}

#[test]
fn one_bad_user_refuses_the_whole_request() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let mut ids = digests(5);
    ids[3] = "ada@example.com".to_owned();
    let reply = post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &ids, &audience));
    insta::assert_snapshot!(reply, @r#"{"code":40062,"data":{},"message":"batch_data[3][0].id: not hashed.","request_id":"SIM0000000000000002"}"#);
    assert_eq!(simulator.audiences()[0].count(IdType::EmailSha256), 0);
}

#[test]
fn email_sha512_is_taken_only_in_a_world_that_says_so() {
    let mut world = World::default();
    world.accept_email_sha512 = true;
    let mut simulator = Simulator::new(world);
    let audience = create(&mut simulator, ACCOUNT, "A");
    let ids = ["cd".repeat(64)];
    assert_code(&post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA512", &ids, &audience)), 0);
    assert_eq!(simulator.identifiers(&audience, IdType::EmailSha512).unwrap(), ids);
}

#[test]
fn two_hashes_of_one_kind_of_device_do_not_mix_even_after_the_first_is_gone() {
    let mut simulator = simulator();
    let audience = create(&mut simulator, ACCOUNT, "A");
    let (md5, sha256) = (["ab".repeat(16)], ["ab".repeat(32)]);
    let mut send = |action, id_type, ids: &[String]| {
        post(&mut simulator, "/segment/mapping/", &mapping(action, id_type, ids, &audience))["code"].clone()
    };
    assert_eq!(send("add", "IDFA_MD5", &md5), 0);
    assert_eq!(send("add", "AAID_SHA256", &sha256), 0);
    assert_eq!(send("add", "IDFA_SHA256", &sha256), 40002);
    assert_eq!(send("delete", "IDFA_MD5", &md5), 0);
    assert_eq!(send("add", "IDFA_SHA256", &sha256), 40002);
    assert_eq!(send("delete", "IDFA_SHA256", &sha256), 0);
}

#[test]
fn two_hashes_of_one_kind_of_device_do_not_mix_within_a_request() {
    let mut simulator = simulator();
    let (first, second) = (create(&mut simulator, ACCOUNT, "A"), create(&mut simulator, ACCOUNT, "B"));
    let mut send = |audience: &String| {
        let slots = json!([{"id": "ab".repeat(16), "audience_ids": [first]}, {"id": "ab".repeat(32), "audience_ids": [audience]}]);
        let schema = ["AAID_MD5", "AAID_SHA256"];
        let body = json!({"advertiser_ids": [ACCOUNT], "id_schema": schema, "batch_data": [slots]});
        post(&mut simulator, "/segment/mapping/", &body)["code"].clone()
    };
    assert_eq!(send(&first), 40002);
    assert_eq!(send(&second), 0);
}

#[test]
fn an_audience_that_is_deleted_or_expired_takes_nothing() {
    let mut simulator = simulator();
    let (deleted, kept) = (create(&mut simulator, ACCOUNT, "A"), create(&mut simulator, ACCOUNT, "B"));
    let delete = json!({"advertiser_id": ACCOUNT, "action": "delete", "delete_audience_id": deleted});
    assert_code(&post(&mut simulator, "/segment/audience/", &delete), 0);
    assert_code(&post(&mut simulator, "/segment/audience/", &delete), 40007);
    let reply = post(&mut simulator, "/segment/mapping/", &mapping("add", "EMAIL_SHA256", &digests(1), &deleted));
    assert_code(&reply, 40002);
    let year = start() + jiff::SignedDuration::from_hours(365 * 24);
    let late = mapping("add", "EMAIL_SHA256", &digests(1), &kept);
    assert_code(&post_at(&mut simulator, "/segment/mapping/", &late, year), 40002);
}

#[test]
fn accounts_of_two_business_centers_cannot_be_named_together() {
    let mut world = World::default();
    world.accounts[1].business_center_id = "6900000000000000002".to_owned();
    let mut simulator = Simulator::new(world);
    let audience = create(&mut simulator, ACCOUNT, "A");
    let mut body = mapping("add", "EMAIL_SHA256", &digests(1), &audience);
    body["advertiser_ids"] = json!([ACCOUNT, SECOND_ACCOUNT]);
    assert_code(&post(&mut simulator, "/segment/mapping/", &body), 40002);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_audience_is_the_set_that_the_requests_describe(
        requests in prop::collection::vec((any::<bool>(), prop::collection::vec(0_u8..12, 1..8)), 0..12),
    ) {
        let mut simulator = simulator();
        let audience = create(&mut simulator, ACCOUNT, "A");
        let mut expected = BTreeSet::new();
        for (add, members) in requests {
            let ids: Vec<String> = members.iter().map(|member| format!("{member:02x}").repeat(32)).collect();
            let action = if add { "add" } else { "delete" };
            assert_code(&post(&mut simulator, "/segment/mapping/", &mapping(action, "EMAIL_SHA256", &ids, &audience)), 0);
            for id in ids {
                if add { expected.insert(id); } else { expected.remove(&id); }
            }
        }
        let held = simulator.identifiers(&audience, IdType::EmailSha256).unwrap();
        prop_assert_eq!(held, expected.into_iter().collect::<Vec<_>>());
    }
}

use proptest::prelude::*;
use tikaud_core::destination::Batch;
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;

use super::*;

fn text(advertiser: &str, audience: &str, batch: &Batch, part: Range<usize>) -> String {
    let body = SegmentMapping::try_new(advertiser, audience, batch, part).unwrap().encode();
    String::from_utf8(body).unwrap()
}

#[test]
fn an_add_of_two_emails_is_two_users_of_one_column() {
    let batch = Batch::new(Action::Add, IdentifierKind::EmailSha256, Bytes::from([[0xAB; 32], [0x01; 32]].concat()));
    insta::assert_snapshot!(text("7001", "42", &batch.unwrap(), 0..2), @r#"{"advertiser_ids":["7001"],"action":"add","id_schema":["EMAIL_SHA256"],"batch_data":[[{"id":"abababababababababababababababababababababababababababababababab","audience_ids":["42"]}],[{"id":"0101010101010101010101010101010101010101010101010101010101010101","audience_ids":["42"]}]]}"#);
}

#[test]
fn a_removal_is_called_delete() {
    let batch = Batch::new(Action::Remove, IdentifierKind::AaidMd5, Bytes::from_static(&[0xF0; 16])).unwrap();
    insta::assert_snapshot!(text("7001", "42", &batch, 0..1), @r#"{"advertiser_ids":["7001"],"action":"delete","id_schema":["AAID_MD5"],"batch_data":[[{"id":"f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0","audience_ids":["42"]}]]}"#);
}

#[test]
fn the_buffer_is_as_large_as_the_body() {
    let batch = Batch::new(Action::Add, IdentifierKind::EmailSha512, Bytes::from(vec![7; 64 * 100])).unwrap();
    let body = SegmentMapping::try_new("7001", "42", &batch, 0..100).unwrap().encode();
    // A separator for the last user is reserved too: the buffer never grows.
    assert_eq!(body.capacity(), body.len() + 1);
}

#[test]
fn every_kind_that_core_knows_has_a_schema_name_of_its_own() {
    let mut names: Vec<_> = IdentifierKind::ALL.into_iter().filter_map(schema_name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), IdentifierKind::ALL.len());
}

proptest! {
    #[test]
    fn decoding_the_body_gives_the_batch(
        kind in proptest::sample::select(&IdentifierKind::ALL[..]),
        remove in any::<bool>(),
        seed in any::<u8>(),
        len in 0_usize..20,
        cut in (0_usize..20, 0_usize..20),
        audience in "\\PC{1,12}",
    ) {
        let action = if remove { Action::Remove } else { Action::Add };
        let digests: Vec<u8> =
            (0..len * kind.digest_len()).map(|at| seed.wrapping_add(u8::try_from(at % 251).unwrap())).collect();
        let batch = Batch::new(action, kind, Bytes::from(digests.clone())).unwrap();
        let part = cut.0.min(len)..cut.1.max(cut.0).min(len);
        let body: serde_json::Value =
            serde_json::from_slice(&SegmentMapping::try_new("7001", &audience, &batch, part.clone()).unwrap().encode())
                .unwrap();

        prop_assert_eq!(&body["advertiser_ids"], &serde_json::json!(["7001"]));
        prop_assert_eq!(&body["action"], if remove { "delete" } else { "add" });
        prop_assert_eq!(&body["id_schema"], &serde_json::json!([kind.as_str().to_uppercase()]));
        let rows = body["batch_data"].as_array().unwrap();
        let mut sent = Vec::new();
        for row in rows {
            prop_assert_eq!(row.as_array().unwrap().len(), 1);
            prop_assert_eq!(&row[0]["audience_ids"], &serde_json::json!([audience]));
            let hex = row[0]["id"].as_str().unwrap();
            prop_assert!(!hex.chars().any(char::is_uppercase));
            sent.extend(const_hex::decode(hex).unwrap());
        }
        prop_assert_eq!(&sent[..], &digests[part.start * kind.digest_len()..part.end * kind.digest_len()]);
    }
}

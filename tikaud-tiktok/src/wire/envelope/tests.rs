use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::*;

fn reply(status: u16, content_type: &str, body: &[u8]) -> RawReply {
    RawReply { status, content_type: Some(content_type.to_owned()), log_id: None, body: Bytes::copy_from_slice(body) }
}

fn error(status: u16, content_type: &str, body: &[u8]) -> ReplyError {
    decode::<Vec<u64>>(&reply(status, content_type, body), &["7001"]).err().unwrap()
}

const JSON: &str = "application/json; charset=utf-8";

#[test]
fn code_0_gives_the_data_and_the_request_id() {
    let body = br#"{"code":0,"message":"OK","request_id":"20230726","data":[1,2]}"#;
    let answer = decode::<Vec<u64>>(&reply(200, JSON, body), &[]).unwrap();
    assert_eq!(answer.data, [1, 2]);
    assert_eq!(answer.request_id.as_deref(), Some("20230726"));
    assert_eq!(answer.partial, None);
}

#[test]
fn an_endpoint_without_a_result_may_send_anything_as_data() {
    for body in [r#"{"code":0}"#, r#"{"code":0,"data":null}"#, r#"{"code":0,"data":{}}"#] {
        assert!(decode::<IgnoredAny>(&reply(200, JSON, body.as_bytes()), &[]).is_ok(), "{body}");
    }
}

#[test]
fn code_20001_is_a_success_with_a_message() {
    let body = br#"{"code":20001,"message":"Partially successful","data":[]}"#;
    let answer = decode::<Vec<u64>>(&reply(200, JSON, body), &[]).unwrap();
    assert_eq!(answer.partial.as_deref(), Some("Partially successful"));
}

#[test]
fn another_code_is_a_refusal_whatever_the_http_status_and_the_data() {
    let body = br#"{"code":40002,"message":"Param error for 7001: ada@example.com","request_id":"R1","data":{}}"#;
    for status in [200, 400, 500] {
        let error = error(status, JSON, body);
        assert!(matches!(&error, ReplyError::Refused { code: 40002, request_id: Some(id), .. } if id == "R1"));
        assert_eq!(error.to_string(), r#"TikTok answered: "Param error for 7001: [masked]""#);
    }
}

#[test]
fn what_is_not_the_protocol_is_summed_up_and_never_quoted() {
    let cases: [(u16, &str, &[u8]); 11] = [
        (200, "text/html", b"<html>ada@example.com</html>"),
        (200, JSON, br#"{"code":0,"message":"OK","da"#),
        (200, JSON, b"\xff\xfe"),
        (200, JSON, br#"{"message":"OK"}"#),
        (200, JSON, br#"{"code":"zero"}"#),
        (200, JSON, br#"{"code":0,"request_id":"R1","data":{"ada@example.com":1}}"#),
        (200, JSON, b""),
        (404, "text/plain", b"404 page not found"),
        (502, "text/html", b"<html>bad gateway</html>"),
        (302, "text/html", b"moved"),
        (500, JSON, br#"{"code":0}"#),
    ];
    let told: Vec<String> = cases.iter().map(|(status, kind, body)| error(*status, kind, body).to_string()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    the reply is not JSON, from line 1 column 1 on (HTTP status 200, 28 bytes of text/html)
    the reply's JSON ends too early (HTTP status 200, 28 bytes of application/json)
    the reply is not UTF-8 (HTTP status 200, 2 bytes of application/json)
    the reply has no envelope with a numeric `code` (HTTP status 200, 16 bytes of application/json)
    the reply has no envelope with a numeric `code` (HTTP status 200, 15 bytes of application/json)
    the reply's `data` is not of the shape that the endpoint has (HTTP status 200, 57 bytes of application/json)
    the reply's JSON ends too early (HTTP status 200, 0 bytes of application/json)
    HTTP status 404 without TikTok's JSON (18 bytes of text/plain)
    HTTP status 502 without TikTok's JSON (24 bytes of text/html)
    HTTP status 302, a redirect, which is not followed (5 bytes of text/html)
    the reply's code is 0 although its HTTP status is an error (HTTP status 500, 10 bytes of application/json)
    "#);
}

#[test]
fn a_content_type_that_is_no_media_type_is_not_quoted() {
    let summary = reply(200, "ada@example.com", b"x").summary().to_string();
    assert_eq!(summary, "1 byte of unknown type");
}

#[test]
fn a_reply_without_a_request_id_in_its_body_has_the_one_of_its_header() {
    let cases: [(u16, &[u8]); 5] = [
        (502, b"<html>"),
        (302, b""),
        (200, b"<html>"),
        (200, br#"{"code":40002,"message":""}"#),
        (200, br#"{"code":0,"data":"ada@example.com"}"#),
    ];
    for (status, body) in cases {
        let mut reply = reply(status, JSON, body);
        reply.log_id = Some("20261101LOG".to_owned());
        let error = decode::<Vec<u64>>(&reply, &[]).err().unwrap();
        assert_eq!(error.request_id(), Some("20261101LOG"), "{error}");
        reply.log_id = Some("ada@example.com".to_owned());
        assert_eq!(decode::<Vec<u64>>(&reply, &[]).err().unwrap().request_id(), None);
    }
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode::<Vec<u64>>(&reply(status, JSON, &body), &[]);
    }

    #[test]
    fn a_reply_cut_short_anywhere_is_an_error(cut in 0_usize..62) {
        let body = br#"{"code":0,"message":"OK","request_id":"20230726","data":[1,2]}"#;
        prop_assert!(decode::<Vec<u64>>(&reply(200, JSON, &body[..cut]), &[]).is_err());
    }
}

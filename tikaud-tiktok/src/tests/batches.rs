use std::collections::BTreeSet;

use serde_json::json;
use tikaud_core::destination::{DestinationError, DestinationErrorKind as Kind, Receipt, Refusal, RefusalScope};
use tikaud_core::identifier::IdentifierKind;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;

/// What becomes of a batch of this kind when TikTok gives this answer and the audience is there.
async fn receipt(kind: IdentifierKind, answer: ResponseTemplate) -> Result<Receipt, DestinationError> {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(answer).mount(&server).await;
    Mock::given(path(GET)).respond_with(ok(&audience_details())).mount(&server).await;
    writer.apply(&batch(kind, 2)).await
}

fn refusal(receipt: Result<Receipt, DestinationError>) -> Refusal {
    match receipt {
        Ok(Receipt::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_batch_is_one_request_of_one_kind() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(ok(&json!({}))).expect(1).mount(&server).await;
    assert!(matches!(writer.apply(&batch(IdentifierKind::IdfaMd5, 2)).await, Ok(Receipt::Accepted)));
    assert!(writer.finish().await.failure.is_none());
    insta::assert_snapshot!(seen(&server).await.lines().last().unwrap(), @r#"POST /open_api/v1.3/segment/mapping/ {"advertiser_ids":["7000000000000000001"],"action":"add","id_schema":["IDFA_MD5"],"batch_data":[[{"id":"00000000000000000000000000000000","audience_ids":["7000000000000000042"]}],[{"id":"00000000000000010000000000000000","audience_ids":["7000000000000000042"]}]]}"#);
}

#[tokio::test]
async fn an_empty_batch_costs_no_request() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    assert!(matches!(writer.apply(&emails(0)).await, Ok(Receipt::Accepted)));
    assert_eq!(writer.traffic().requests, 0);
}

#[tokio::test]
async fn partly_successful_and_nothing_to_update_count_as_taken() {
    for code in [20001, 40012] {
        let receipt = receipt(IdentifierKind::EmailSha256, refused(code, "")).await;
        assert!(matches!(receipt, Ok(Receipt::Accepted)), "{code}: {receipt:?}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_is_halved_until_it_fits_and_stays_so() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping()
        .respond_with(|request: &Request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            if body["batch_data"].as_array().unwrap().len() > 300 { refused(40061, "") } else { ok(&json!({})) }
        })
        .mount(&server)
        .await;
    assert!(matches!(writer.apply(&emails(1001)).await, Ok(Receipt::Accepted)));
    // 1001 and 501 are refused; four parts of 251 and less are taken.
    assert_eq!(writer.traffic().requests, 2 + 4);
    assert!(matches!(writer.apply(&emails(251)).await, Ok(Receipt::Accepted)));
    assert_eq!(writer.traffic().requests, 2 + 4 + 1);

    let taken: Vec<String> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .filter_map(|request| serde_json::from_slice::<Value>(&request.body).ok())
        .map(|body| body["batch_data"].as_array().unwrap().clone())
        .filter(|rows| rows.len() <= 300)
        .take(4)
        .flatten()
        .map(|row| row[0]["id"].as_str().unwrap().to_owned())
        .collect();
    let all: BTreeSet<String> = emails(1001).digests().map(const_hex::encode).collect();
    assert_eq!(taken.len(), 1001);
    assert_eq!(taken.into_iter().collect::<BTreeSet<_>>(), all);
}

#[tokio::test]
async fn a_request_that_is_too_large_however_small_is_refused_in_the_end() {
    for answer in [refused(40011, ""), ResponseTemplate::new(413)] {
        let refusal = refusal(receipt(IdentifierKind::EmailSha256, answer).await);
        assert_eq!(refusal.scope, RefusalScope::Batch);
    }
}

#[tokio::test]
async fn a_batch_that_is_refused_after_parts_of_it_were_taken_may_have_happened() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    Mock::given(path(GET)).respond_with(ok(&audience_details())).mount(&server).await;
    // The whole is too large, the first half is taken, the second is not.
    for answer in [refused(40061, ""), ok(&json!({})), refused(40002, "")] {
        mapping().respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    let refusal = refusal(writer.apply(&emails(100)).await);
    assert!(refusal.error.may_have_happened());
    let whole = self::refusal(receipt(IdentifierKind::EmailSha256, refused(40002, "")).await);
    assert!(!whole.error.may_have_happened());
}

#[tokio::test]
async fn a_wrong_parameter_concerns_this_batch_alone() {
    let answer = refused(40002, "Param error: invalid id ada@example.com");
    let refusal = refusal(receipt(IdentifierKind::PhoneSha256, answer).await);
    assert_eq!(refusal.scope, RefusalScope::Batch);
    insta::assert_snapshot!(chain(&refusal.error), @r#"
    cannot add 2 phone_sha256 identifiers to audience 7000000000000000042 of ad account 7000000000000000001: a parameter is wrong, or the audience cannot be edited now; mend the input that TikTok's message names (code 40002, request 20261101REQ)
    TikTok answered: "Param error: invalid id [masked]"
    "#);
}

#[tokio::test]
async fn a_wrong_parameter_is_an_error_when_the_audience_is_gone() {
    let server = MockServer::start().await;
    let writer = open(&server, client(server.uri())).await;
    mapping().respond_with(refused(40002, "Invalid audience id")).mount(&server).await;
    Mock::given(path(GET)).respond_with(ok(&json!({"list": []}))).mount(&server).await;
    assert_eq!(writer.apply(&emails(2)).await.unwrap_err().kind(), Kind::NotFound);
}

#[tokio::test]
async fn emails_hashed_with_sha512_are_refused_as_a_kind() {
    let answer = refused(40002, "id_schema: Unsupported value EMAIL_SHA512");
    let refusal = refusal(receipt(IdentifierKind::EmailSha512, answer).await);
    assert_eq!(refusal.scope, RefusalScope::Kind);
    let other = self::refusal(receipt(IdentifierKind::EmailSha512, refused(40062, "PII not hashed")).await);
    assert_eq!(other.scope, RefusalScope::Kind);
    insta::assert_snapshot!(chain(&refusal.error), @r#"
    TikTok refuses e-mails hashed with SHA-512 for audience 7000000000000000042: its published id schema names SHA-256 only; map a column of plain e-mails, or of e-mails hashed with SHA-256 (code 40002, request 20261101REQ)
    TikTok answered: "id_schema: Unsupported value EMAIL_SHA512"
    "#);
}

#[tokio::test]
async fn a_duplicate_is_neither_taken_nor_refused() {
    let receipt = receipt(IdentifierKind::EmailSha256, refused(40050, "Duplicated")).await;
    assert!(matches!(receipt, Ok(Receipt::Unknown(error)) if error.may_have_happened()));
}

#[tokio::test]
async fn what_no_batch_can_overcome_is_an_error() {
    let cases = [
        (40001, Kind::Permission),
        (40007, Kind::NotFound),
        (40102, Kind::Authorization),
        (40104, Kind::Authorization),
        (40105, Kind::Authorization),
        (40118, Kind::AccessNeeded),
        (40300, Kind::NotFound),
        (41001, Kind::Unsupported),
        (50000, Kind::Unavailable),
    ];
    for (code, kind) in cases {
        let error = receipt(IdentifierKind::EmailSha256, refused(code, "")).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)));
        assert_eq!(error.request_id(), Some("20261101REQ"));
        assert!(error.to_string().contains(ACCOUNT), "{error}");
    }
}

#[tokio::test]
async fn a_dead_token_says_connect_again() {
    let error = receipt(IdentifierKind::EmailSha256, refused(40105, "Access token is incorrect or has been revoked."));
    insta::assert_snapshot!(chain(&error.await.unwrap_err()), @r#"
    cannot add 2 email_sha256 identifiers to audience 7000000000000000042 of ad account 7000000000000000001: the access token is wrong or was revoked; connect again to get a new access token (code 40105, request 20261101REQ)
    TikTok answered: "Access token is incorrect or has been revoked."
    "#);
}

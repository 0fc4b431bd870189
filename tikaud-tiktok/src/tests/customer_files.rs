use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tikaud_core::destination::{
    AudienceSpec, AudienceWriter, Destination, DestinationError, DestinationErrorKind as Kind, Finished, Receipt,
    RefusalScope, Retry,
};
use tikaud_core::state::SystemClock;
use wiremock::matchers::{body_partial_json, body_string_contains, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::customer_file::{CustomerFileAudience, Files};
use crate::transport::TrafficCounter;
use crate::wire::CalculateType;
use crate::{AudienceKind, CustomerFiles, FileContent};

const UPLOAD: &str = "/open_api/v1.3/dmp/custom_audience/file/upload/";
const CREATE_OF_FILES: &str = "/open_api/v1.3/dmp/custom_audience/create/";
const UPDATE: &str = "/open_api/v1.3/dmp/custom_audience/update/";
const FILE: &str = "AbCd0123AbCd0123";

fn destination(client: TikTokClientBuilder, content: FileContent) -> TikTokDestination {
    let files = CustomerFiles { content, ..CustomerFiles::default() };
    let builder = TikTokDestination::builder(client.build().unwrap(), AdAccountId::new(ACCOUNT));
    builder.audience_kind(AudienceKind::CustomerFile).customer_files(files).batch_users(10_000).build().unwrap()
}

async fn open_new(server: &MockServer) -> Box<dyn AudienceWriter> {
    let spec = AudienceSpec { name: "Buyers".to_owned(), description: None };
    destination(client(server.uri()), FileContent::Several).open_new_audience(&spec).await.unwrap()
}

fn hours_ago(hours: i64) -> String {
    (Timestamp::now() - SignedDuration::from_hours(hours)).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A ready audience, last changed so many hours ago.
fn details(hours: i64) -> Value {
    json!({"list": [{"audience_details": {
        "audience_id": AUDIENCE, "name": "Buyers", "type": "Customer File Audience", "calculate_type": "MULTIPLE_TYPES",
        "cover_num": 5_000, "is_valid": true, "create_time": hours_ago(1_000),
    }, "audience_history": [{"action": "append", "opt_time": hours_ago(hours)}]}]})
}

/// An audience that is there, opened as TikTok shows it like this.
async fn open_shown(server: &MockServer, details: &Value) -> Result<Box<dyn AudienceWriter>, DestinationError> {
    let found = Mock::given(path(GET)).respond_with(ok(details)).mount_as_scoped(server).await;
    let destination = destination(client(server.uri()), FileContent::Several);
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await;
    drop(found);
    writer
}

async fn open(server: &MockServer) -> Box<dyn AudienceWriter> {
    open_shown(server, &details(100)).await.unwrap()
}

async fn answers(server: &MockServer, endpoint: &str, answer: ResponseTemplate) {
    Mock::given(path(endpoint)).respond_with(answer).mount(server).await;
}

async fn takes_files(server: &MockServer) {
    answers(server, UPLOAD, ok(&json!({"file_path": FILE}))).await;
}

/// Adds so many e-mails and finishes.
async fn add(writer: &dyn AudienceWriter, len: usize) -> Finished {
    assert!(matches!(writer.apply(&emails(len)).await, Ok(Receipt::Staged(_))));
    writer.finish().await
}

fn failure(finished: Finished) -> DestinationError {
    assert!(finished.counted.is_empty());
    finished.failure.unwrap()
}

#[tokio::test]
async fn a_file_is_uploaded_as_a_form_with_its_signature() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    answers(&server, CREATE_OF_FILES, ok(&json!({"custom_audience_id": AUDIENCE}))).await;
    let finished = add(&*open_new(&server).await, 1_000).await;
    assert_eq!(finished.created.unwrap().id.as_str(), AUDIENCE);

    let requests = server.received_requests().await.unwrap();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    let header = requests[0].headers["content-type"].to_str().unwrap();
    let boundary = header.strip_prefix("multipart/form-data; boundary=").unwrap();
    let rows: String = emails(1_000).digests().map(|digest| const_hex::encode(digest) + "\n").collect();
    let content = format!("email_SHA256\n{rows}");
    let signature = const_hex::encode(Md5::digest(&content));
    let shown = form.replace(boundary, "BOUNDARY").replace(&content, "CONTENT").replace(&signature, "SIGNATURE");
    insta::assert_snapshot!(shown.replace('\r', ""), @r#"
    --BOUNDARY
    Content-Disposition: form-data; name="advertiser_id"

    7000000000000000001
    --BOUNDARY
    Content-Disposition: form-data; name="file_signature"

    SIGNATURE
    --BOUNDARY
    Content-Disposition: form-data; name="calculate_type"

    MULTIPLE_TYPES
    --BOUNDARY
    Content-Disposition: form-data; name="file"; filename="identifiers.csv"
    Content-Type: text/csv

    CONTENT
    --BOUNDARY--
    "#);
    let body = String::from_utf8(requests[1].body.clone()).unwrap();
    insta::assert_snapshot!(body, @r#"{"advertiser_id":"7000000000000000001","calculate_type":"MULTIPLE_TYPES","custom_audience_name":"Buyers","file_paths":["AbCd0123AbCd0123"]}"#);
    assert_eq!(requests.len(), 2);
}

#[tokio::test]
async fn a_file_that_was_damaged_on_its_way_is_uploaded_once_more() {
    let server = MockServer::start().await;
    let damaged = refused(40900, "The signature does not match.");
    Mock::given(path(UPLOAD)).respond_with(damaged).up_to_n_times(1).mount(&server).await;
    takes_files(&server).await;
    answers(&server, UPDATE, ok(&json!({}))).await;
    let finished = add(&*open(&server).await, 5).await;
    assert!(finished.failure.is_none() && finished.counted.len() == 1, "{finished:?}");

    let server = MockServer::start().await;
    Mock::given(path(UPLOAD)).respond_with(refused(40900, "")).expect(2).mount(&server).await;
    let error = failure(add(&*open(&server).await, 5).await);
    assert_eq!((error.kind(), error.code()), (Kind::InvalidInput, Some(40900)));
}

#[tokio::test]
async fn an_upload_whose_reply_is_lost_has_changed_nothing() {
    let server = MockServer::start().await;
    answers(&server, UPLOAD, ResponseTemplate::new(502)).await;
    let error = failure(add(&*open(&server).await, 5).await);
    assert_eq!((error.kind(), error.may_have_happened()), (Kind::Unavailable, false));
}

/// What a change comes to that is answered with 40002 when TikTok shows the audience like this then.
async fn judged(text: &str, shown: &Value) -> DestinationError {
    let server = MockServer::start().await;
    takes_files(&server).await;
    answers(&server, UPDATE, refused(40002, text)).await;
    let writer = open(&server).await;
    answers(&server, GET, ok(shown)).await;
    failure(add(&*writer, 5).await)
}

#[tokio::test]
async fn a_refused_change_is_judged_by_the_audience_and_never_by_the_text() {
    for text in ["Audience is not editable, please check audience status.", "file_paths: wrong", ""] {
        let lately = judged(text, &details(47)).await;
        assert_eq!((lately.kind(), lately.retry()), (Kind::Busy, Retry::After(Duration::from_secs(3_600))), "{text}");
        let long_ago = judged(text, &details(49)).await;
        assert_eq!((long_ago.kind(), long_ago.retry()), (Kind::InvalidInput, Retry::Never), "{text}");
        let gone = judged(text, &json!({"list": []})).await;
        assert_eq!(gone.kind(), Kind::NotFound, "{text}");
        for error in [lately, long_ago, gone] {
            assert!(!error.may_have_happened());
        }
    }
}

#[tokio::test]
async fn an_audience_that_has_become_too_small_or_has_expired_is_told_as_such() {
    let mut shown = details(100);
    shown["list"][0]["audience_details"]["is_valid"] = json!(false);
    let small = judged("", &shown).await;
    assert_eq!((small.kind(), small.retry()), (Kind::InvalidInput, Retry::Never));
    assert!(small.to_string().contains("fewer than 1,000 matched people"), "{small}");
    shown["list"][0]["audience_details"]["expired_time"] = json!(hours_ago(1));
    let expired = judged("", &shown).await;
    assert_eq!(expired.kind(), Kind::NotFound);
}

#[tokio::test]
async fn an_audience_that_takes_no_change_is_told_before_anything_is_uploaded() {
    for (hours, kind) in [(47, Kind::Busy), (49, Kind::InvalidInput)] {
        let mut shown = details(hours);
        shown["list"][0]["audience_details"]["is_valid"] = json!(false);
        let server = MockServer::start().await;
        let writer = open_shown(&server, &shown).await.unwrap();
        let error = writer.apply(&emails(5)).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(writer.finish().await.failure.is_none());
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_file_that_tiktok_has_not_any_more_is_uploaded_by_the_next_run() {
    for code in [40905, 40910] {
        let server = MockServer::start().await;
        takes_files(&server).await;
        answers(&server, UPDATE, refused(code, "")).await;
        let error = failure(add(&*open(&server).await, 5).await);
        assert_eq!((error.kind(), error.retry()), (Kind::Unavailable, Retry::After(Duration::ZERO)));
        assert!(!error.may_have_happened());
    }
}

#[tokio::test]
async fn a_create_is_never_sent_again_after_an_answer_that_leaves_it_open_whether_it_was_done() {
    let page = ResponseTemplate::new(504).set_body_raw("<html></html>", "text/html");
    for answer in [page, refused(50002, ""), refused(51003, ""), ok(&json!({"audience_id": "1"}))] {
        let server = MockServer::start().await;
        takes_files(&server).await;
        Mock::given(path(CREATE_OF_FILES)).respond_with(answer).expect(1).mount(&server).await;
        let finished = add(&*open_new(&server).await, 1_000).await;
        assert!(finished.created.is_none());
        assert!(failure(finished).may_have_happened());
    }
}

#[tokio::test]
async fn a_create_that_is_refused_has_certainly_made_nothing() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    Mock::given(path(CREATE_OF_FILES)).respond_with(refused(40002, "name")).expect(1).mount(&server).await;
    let error = failure(add(&*open_new(&server).await, 1_000).await);
    assert_eq!((error.kind(), error.may_have_happened()), (Kind::InvalidInput, false));
}

/// Files of thirty rows.
fn small_files(server: &MockServer) -> Files {
    Files {
        client: client(server.uri()).build().unwrap(),
        account: AdAccountId::new(ACCOUNT),
        clock: Arc::new(SystemClock),
        new_type: CalculateType::EmailSha256,
        file_bytes: 30 * 65 + 16,
        traffic: TrafficCounter::default(),
    }
}

/// Adds sixty files' worth.
async fn add_sixty_files(writer: &dyn AudienceWriter) -> Finished {
    for _ in 0..60 {
        assert!(matches!(writer.apply(&emails(30)).await, Ok(Receipt::Staged(_))));
    }
    writer.finish().await
}

/// How many files each request named.
async fn files_named(server: &MockServer) -> Vec<usize> {
    let requests = server.received_requests().await.unwrap();
    let named = requests.iter().filter(|request| [CREATE_OF_FILES, UPDATE].contains(&request.url.path()));
    let count = |request: &wiremock::Request| {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        body["file_paths"].as_array().unwrap().len()
    };
    named.map(count).collect()
}

#[tokio::test]
async fn a_new_audience_of_more_files_than_one_request_names_has_the_rest_wait() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    answers(&server, CREATE_OF_FILES, ok(&json!({"custom_audience_id": AUDIENCE}))).await;
    let writer = CustomerFileAudience::to_be_made(small_files(&server), "Buyers".to_owned(), 10_000);
    let finished = add_sixty_files(&writer).await;
    assert_eq!(files_named(&server).await, [49]);
    assert_eq!((finished.created.unwrap().id.as_str(), finished.counted.len()), (AUDIENCE, 49));
    let error = finished.failure.unwrap();
    assert_eq!((error.kind(), error.may_have_happened()), (Kind::Busy, false));
    insta::assert_snapshot!(error, @"audience 7000000000000000042 of ad account 7000000000000000001 has been created of 49 files and is being processed, for 48 hours at most; the next run carries on with the other 11");
}

#[tokio::test]
async fn an_audience_is_changed_by_as_many_requests_as_its_files_need() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    answers(&server, UPDATE, ok(&json!({}))).await;
    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let files = small_files(&server);
    let opened = files.open(&AudienceId::new(AUDIENCE), &TrafficCounter::default()).await.unwrap();
    drop(found);
    let writer = CustomerFileAudience::of(files, opened, 10_000);
    let finished = add_sixty_files(&writer).await;
    assert_eq!(files_named(&server).await, [49, 11]);
    assert_eq!((finished.counted.len(), finished.failure.is_none()), (60, true));
}

#[tokio::test]
async fn a_replacement_is_one_request_or_none() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    let writer = open(&server).await;
    writer.begin_replacement().unwrap();
    Mock::given(path(UPDATE))
        .and(body_partial_json(json!({"action": "REPLACE"})))
        .respond_with(ok(&json!({})))
        .expect(1)
        .mount(&server)
        .await;
    let removal = Batch::new(Action::Remove, IdentifierKind::EmailSha256, Bytes::from(vec![1; 32])).unwrap();
    assert!(matches!(writer.apply(&removal).await, Ok(Receipt::Refused(_))));
    assert!(add(&*writer, 1_000).await.failure.is_none());

    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let files = small_files(&server);
    let opened = files.open(&AudienceId::new(AUDIENCE), &TrafficCounter::default()).await.unwrap();
    drop(found);
    let writer = CustomerFileAudience::of(files, opened, 10_000);
    writer.begin_replacement().unwrap();
    let error = failure(add_sixty_files(&writer).await);
    insta::assert_snapshot!(error, @"60 files are too many to replace all that audience 7000000000000000042 of ad account 7000000000000000001 holds: one request names 49 at most; raise file_bytes, or apply the changes");
}

#[tokio::test]
async fn what_has_no_file_is_refused_without_a_request() {
    let server = MockServer::start().await;
    let writer = open_new(&server).await;
    let Ok(Receipt::Refused(refusal)) = writer.apply(&batch(IdentifierKind::EmailSha512, 3)).await else { panic!() };
    assert_eq!((refusal.scope, refusal.error.kind()), (RefusalScope::Kind, Kind::Unsupported));
    insta::assert_snapshot!(refusal.error, @"TikTok has no customer files of email_sha512 identifiers; map another column");

    let mut shown = details(100);
    shown["list"][0]["audience_details"]["calculate_type"] = json!("EMAIL_SHA256");
    let writer = open_shown(&server, &shown).await.unwrap();
    let Ok(Receipt::Refused(refusal)) = writer.apply(&batch(IdentifierKind::PhoneSha256, 3)).await else { panic!() };
    assert_eq!((refusal.scope, refusal.error.kind()), (RefusalScope::Kind, Kind::Unsupported));
    insta::assert_snapshot!(refusal.error, @"the files of audience 7000000000000000042 of ad account 7000000000000000001 hold EMAIL_SHA256 for good, and no phone_sha256 identifiers; map a column of that kind, or begin a new audience");
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

/// The audience was made of e-mails alone, so that its files have no header, whatever new audiences are made of.
#[tokio::test]
async fn an_audience_keeps_the_type_of_its_first_file() {
    let server = MockServer::start().await;
    Mock::given(path(UPLOAD))
        .and(body_string_contains("EMAIL_SHA256"))
        .respond_with(ok(&json!({"file_path": FILE})))
        .expect(1)
        .mount(&server)
        .await;
    answers(&server, UPDATE, ok(&json!({}))).await;
    let mut shown = details(100);
    shown["list"][0]["audience_details"]["calculate_type"] = json!("EMAIL_SHA256");
    let writer = open_shown(&server, &shown).await.unwrap();
    assert!(add(&*writer, 5).await.failure.is_none());
    let requests = server.received_requests().await.unwrap();
    assert!(!String::from_utf8_lossy(&requests[1].body).contains("email_SHA256\n"));
}

#[tokio::test]
async fn a_large_file_has_more_time_than_other_requests() {
    let server = MockServer::start().await;
    let slow = ok(&json!({"file_path": FILE})).set_delay(Duration::from_millis(700));
    answers(&server, UPLOAD, slow).await;
    answers(&server, UPDATE, ok(&json!({}))).await;
    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let impatient = client(server.uri()).attempt_timeout(Duration::from_millis(300));
    let destination = destination(impatient, FileContent::Several);
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    drop(found);
    // 130,000 bytes are less than a second's worth, 260,000 are more.
    let late = failure(add(&*writer, 1_990).await);
    assert_eq!(late.kind(), Kind::Unavailable);
    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    drop(found);
    assert!(add(&*writer, 4_000).await.failure.is_none());
}

#[test]
fn settings_of_files_that_cannot_work_are_refused_by_name() {
    let build = |files| {
        let client = client("http://127.0.0.1:1").build().unwrap();
        TikTokDestination::builder(client, AdAccountId::new(ACCOUNT)).customer_files(files).build().unwrap_err()
    };
    for file_bytes in [0, 999_999, 250_000_001] {
        let files = CustomerFiles { file_bytes, ..CustomerFiles::default() };
        assert!(build(files).to_string().contains("file_bytes"));
    }
    let content = FileContent::Only(IdentifierKind::EmailSha512);
    let files = CustomerFiles { content, ..CustomerFiles::default() };
    insta::assert_snapshot!(build(files), @"TikTok has no customer files of email_sha512 identifiers; choose another content");
}

#[tokio::test]
async fn nothing_printed_holds_an_identifier_or_the_token() {
    let server = MockServer::start().await;
    let digest = [0xCA, 0xFE].repeat(16);
    let echo = format!("{} of {TOKEN} has ada@example.com", const_hex::encode(&digest));
    let planted = Batch::new(Action::Add, IdentifierKind::EmailSha256, Bytes::from(digest)).unwrap();
    let mut printed = String::new();
    for (endpoint, code) in [(UPLOAD, 40914), (UPDATE, 40002), (UPDATE, 50000)] {
        server.reset().await;
        answers(&server, endpoint, refused(code, &echo)).await;
        takes_files(&server).await;
        let writer = open(&server).await;
        answers(&server, GET, ok(&details(100))).await;
        let receipt = writer.apply(&planted).await.unwrap();
        printed.push_str(&format!("{receipt:?} {writer:?} {writer:#?}"));
        let finished = writer.finish().await;
        printed
            .push_str(&format!("{finished:?} {finished:#?} {writer:?} {}", chain(finished.failure.as_ref().unwrap())));
    }
    for planted in [TOKEN, "cafecafe", "202, 254", "ada@"] {
        assert!(!printed.contains(planted), "{planted} is in: {printed}");
    }
    assert!(printed.contains("[masked]"), "{printed}");
}

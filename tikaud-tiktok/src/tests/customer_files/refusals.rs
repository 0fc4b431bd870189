use super::*;

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

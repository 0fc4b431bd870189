use super::*;

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
async fn files_that_change_nothing_count() {
    let server = MockServer::start().await;
    takes_files(&server).await;
    answers(&server, UPDATE, refused(40012, "No update.")).await;
    let finished = add(&*open(&server).await, 5).await;
    assert!(finished.failure.is_none() && finished.counted.len() == 1, "{finished:?}");
}

#[tokio::test]
async fn an_upload_whose_reply_is_lost_has_changed_nothing() {
    let server = MockServer::start().await;
    answers(&server, UPLOAD, ResponseTemplate::new(502)).await;
    let error = failure(add(&*open(&server).await, 5).await);
    assert_eq!((error.kind(), error.may_have_happened()), (Kind::Unavailable, false));
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
    let slow = ok(&json!({"file_path": FILE})).set_delay(Duration::from_millis(900));
    answers(&server, UPLOAD, slow).await;
    answers(&server, UPDATE, ok(&json!({}))).await;
    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let impatient = client(server.uri()).attempt_timeout(Duration::from_millis(500));
    let destination = destination(impatient, FileContent::Several);
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    drop(found);
    // 130,000 bytes are less than a second's worth, 650,000 are more.
    let late = failure(add(&*writer, 1_990).await);
    assert_eq!(late.kind(), Kind::Unavailable);
    let found = Mock::given(path(GET)).respond_with(ok(&details(100))).mount_as_scoped(&server).await;
    let writer = destination.open_audience(&AudienceId::new(AUDIENCE)).await.unwrap();
    drop(found);
    assert!(add(&*writer, 10_000).await.failure.is_none());
}

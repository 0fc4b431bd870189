use super::*;

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

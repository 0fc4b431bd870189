//! Customer files against a server that plays TikTok's part.

mod many_files;
mod refusals;
mod uploads;

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

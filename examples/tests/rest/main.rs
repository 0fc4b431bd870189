//! The segment over a REST API keeps every promise, and tells nobody its token.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, and so do its helpers")]

#[path = "../../examples/rest_segment/segment.rs"]
mod segment;
#[path = "../../examples/rest_segment/server.rs"]
mod server;

use std::any::Any;
use std::error::Error;

use async_trait::async_trait;
use futures::TryStreamExt;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::{MemberBatch, Segment, SegmentError, SegmentErrorKind};

use self::segment::RestSegment;
use self::server::{Api, Customers};

const TOKEN: &str = "canary-token";

fn customers(table: &Table) -> Customers {
    Customers {
        fields: Table::COLUMNS.map(str::to_owned).to_vec(),
        rows: table.rows().iter().map(|row| row.to_vec()).collect(),
        token: TOKEN.to_owned(),
        ..Customers::default()
    }
}

async fn made(customers: Customers) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
    let api = Api::start(customers).await.unwrap();
    (Box::new(RestSegment::try_new("Customers", &api.url, TOKEN).unwrap()), Box::new(api))
}

struct Rest;

#[async_trait]
impl SegmentFixture for Rest {
    async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
        made(customers(table)).await
    }

    async fn breaking_segment(&self, table: &Table) -> Option<(Box<dyn Segment>, Box<dyn Any + Send>)> {
        Some(made(Customers { cut_page: Some(3), ..customers(table) }).await)
    }
}

tikaud_core::segment_conformance!(Rest);

/// 2,500 customers, on three pages.
fn many() -> Customers {
    let row = |number: u32| vec![Some(number.to_string()), Some(format!("canary.{number}@example.com"))];
    Customers {
        fields: vec!["id".to_owned(), "email".to_owned()],
        rows: (0..2500).map(row).collect(),
        token: TOKEN.to_owned(),
        ..Customers::default()
    }
}

async fn read(customers: Customers, token: &str) -> Result<(usize, usize), SegmentError> {
    let api = Api::start(customers).await.unwrap();
    let segment = RestSegment::try_new("Customers", &api.url, token)?;
    let members: Vec<MemberBatch> = segment.members(&["email".to_owned()]).await?.try_collect().await?;
    Ok((members.iter().map(MemberBatch::len).sum(), api.pages()))
}

/// An error with its causes, checked to hold neither token nor value.
fn shown(error: &SegmentError) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    let debug = format!("{error:?}");
    while let Some(error) = cause {
        text += &format!(" <- {error}");
        cause = error.source();
    }
    assert!(!text.contains("canary") && !debug.contains("canary"), "{debug}");
    text
}

#[tokio::test]
async fn every_page_is_read() {
    assert_eq!(read(many(), TOKEN).await.unwrap(), (2500, 3));
}

#[tokio::test]
async fn a_page_that_is_cut_is_an_error_whichever_it_is() {
    for page in 0..3 {
        let error = read(Customers { cut_page: Some(page), ..many() }, TOKEN).await.unwrap_err();
        assert_eq!(error.kind(), SegmentErrorKind::Unreadable);
        assert!(shown(&error).starts_with("the customer API's `/customers` cannot be read; try again <- "), "{error}");
    }
}

#[tokio::test]
async fn a_page_that_does_not_say_that_it_is_the_last_is_not() {
    let error = read(Customers { forgets_next: true, ..many() }, TOKEN).await.unwrap_err();
    assert!(shown(&error).starts_with("the customer API's `/customers` is not what it is documented to be"), "{error}");
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_not_shown() {
    let error = read(many(), "canary-of-somebody-else").await.unwrap_err();
    insta::assert_snapshot!(shown(&error), @"the customer API does not let this token read `/fields`; check the token");
    assert!(
        RestSegment::try_new("Customers", "http://127.0.0.1:1", "canary\n")
            .is_err_and(|error| !shown(&error).is_empty())
    );
    let segment = RestSegment::try_new("Customers", "http://127.0.0.1:1", TOKEN).unwrap();
    assert!(!format!("{segment:?}").contains("canary"));
    let error = segment.columns().await.unwrap_err();
    assert!(shown(&error).starts_with("the customer API's `/fields` cannot be read; try again <- "));
}

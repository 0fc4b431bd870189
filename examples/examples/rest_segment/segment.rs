//! A segment over a REST API: pages of JSON, one after the other, with a bearer token.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use tikaud_core::segment::{MemberBatch, MemberStream, Segment, SegmentError, SegmentErrorKind};

/// How many customers a page is to have: enough that requests are few, few enough that a page is no burden on memory.
const PAGE: &str = "1000";

/// Everybody whom a customer API lists.
#[derive(Clone)]
pub(crate) struct RestSegment {
    name: String,
    client: Client,
    /// Where the API is, such as `https://crm.example.com/v1`.
    url: String,
}

/// What `GET /fields` answers.
#[derive(Deserialize)]
struct Fields {
    fields: Vec<String>,
}

/// What `GET /customers` answers.
#[derive(Deserialize)]
struct Page {
    customers: Vec<HashMap<String, Option<String>>>,
    /// What to ask for the next page with; `null` after the last one. It must be there: an answer without it has been cut, and
    /// must not pass for the last page.
    #[serde(deserialize_with = "required")]
    next: Option<String>,
}

fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

impl RestSegment {
    pub(crate) fn try_new(name: &str, url: &str, token: &str) -> Result<Self, SegmentError> {
        let refused = |message: &str| SegmentError::new(SegmentErrorKind::Configuration, message);
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| refused("the API's token holds characters that no header can"))?;
        // Otherwise whoever prints a request or the client prints the token.
        authorization.set_sensitive(true);
        let client = Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, authorization)]))
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(60))
            // The token is for this host and no other.
            .redirect(Policy::none())
            .build()
            .map_err(|error| refused("the HTTP client cannot be set up").with_source(error))?;
        Ok(Self { name: name.to_owned(), client, url: url.trim_end_matches('/').to_owned() })
    }

    /// An answer, whole, or an error.
    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, SegmentError> {
        let unreadable = |message| SegmentError::new(SegmentErrorKind::Unreadable, message);
        // Addresses hold cursors, and may hold more: they are nobody's business.
        let failed = |error: reqwest::Error| {
            unreadable(format!("the customer API's `{path}` cannot be read; try again"))
                .with_source(error.without_url())
        };
        let request = self.client.get(format!("{}{path}", self.url)).query(query);
        let response = request.send().await.map_err(failed)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(unreadable(format!(
                    "the customer API does not let this token read `{path}`; check the token"
                )));
            }
            status => {
                return Err(unreadable(format!("the customer API answers `{path}` with {status}; try again later")));
            }
        }
        // A body that ends before its announced end is an error here.
        let body = response.bytes().await.map_err(failed)?;
        // What the parser says would quote values.
        serde_json::from_slice(&body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            SegmentError::malformed(format!(
                "the customer API's `{path}` is not what it is documented to be, at line {line}, column {column}"
            ))
        })
    }

    async fn page(&self, columns: &[String], cursor: Option<&str>) -> Result<Page, SegmentError> {
        let mut query = vec![("limit", PAGE)];
        // Nothing but what was asked for leaves the API.
        query.extend(columns.iter().map(|column| ("field", column.as_str())));
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        let page: Page = self.get("/customers", &query).await?;
        if cursor.is_some() && page.next.as_deref() == cursor {
            return Err(SegmentError::malformed("the customer API names a page as the next one after itself"));
        }
        Ok(page)
    }
}

/// A page's customers, with these columns.
fn batch(columns: &[String], page: &Page) -> Result<MemberStream, SegmentError> {
    if let Some(missing) =
        columns.iter().find(|column| page.customers.iter().any(|customer| !customer.contains_key(*column)))
    {
        return Err(SegmentError::malformed(format!("the customer API leaves out the field `{missing}`")));
    }
    MemberBatch::from_rows(columns, columns, &page.customers, |customer| {
        columns.iter().map(|column| customer.get(column)?.as_deref()).collect::<Vec<_>>()
    })
}

/// What is still to be read.
enum Rest {
    From(Option<String>),
    Nothing,
}

#[async_trait]
impl Segment for RestSegment {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        Ok(self.get::<Fields>("/fields", &[]).await?.fields)
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let known = self.columns().await?;
        if let Some(unknown) = columns.iter().find(|column| !known.contains(column)) {
            return Err(SegmentError::unknown_column(unknown, &known));
        }
        let (segment, columns) = (self.clone(), columns.to_vec());
        let pages = stream::try_unfold(Rest::From(None), move |rest| {
            let (segment, columns) = (segment.clone(), columns.clone());
            async move {
                let Rest::From(cursor) = rest else { return Ok(None) };
                let page = segment.page(&columns, cursor.as_deref()).await?;
                let members = batch(&columns, &page)?;
                Ok::<_, SegmentError>(Some((members, page.next.map_or(Rest::Nothing, |next| Rest::From(Some(next))))))
            }
        });
        Ok(pages.try_flatten().boxed())
    }
}

/// Shows no token.
impl fmt::Debug for RestSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestSegment").field("name", &self.name).field("url", &self.url).finish_non_exhaustive()
    }
}

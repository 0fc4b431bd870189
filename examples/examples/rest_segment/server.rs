//! A customer API for the example and its test: pages by cursor, for whoever has the token.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Body = BoxBody<Bytes, io::Error>;

/// Who is a customer, and how the API behaves.
#[derive(Debug, Clone, Default)]
pub(crate) struct Customers {
    pub(crate) fields: Vec<String>,
    /// For each customer a value for each field.
    pub(crate) rows: Vec<Vec<Option<String>>>,
    pub(crate) token: String,
    /// The connection is cut in the middle of this page, counted from 0.
    pub(crate) cut_page: Option<usize>,
    /// The `next` of the last page is left out.
    pub(crate) forgets_next: bool,
}

/// The API, until it is dropped.
pub(crate) struct Api {
    pub(crate) url: String,
    pages: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Api {
    pub(crate) async fn start(customers: Customers) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let (customers, pages) = (Arc::new(customers), Arc::new(AtomicUsize::new(0)));
        let accepting = tokio::spawn(accept(listener, customers, Arc::clone(&pages)));
        Ok(Self { url, pages, accepting })
    }

    /// How many pages it has been asked for.
    pub(crate) fn pages(&self) -> usize {
        self.pages.load(Ordering::Relaxed)
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, customers: Arc<Customers>, pages: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (customers, pages) = (Arc::clone(&customers), Arc::clone(&pages));
        let answer = service_fn(move |request| {
            let response = answer(&customers, &pages, &request);
            async { Ok::<_, Infallible>(response) }
        });
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await });
    }
}

fn answer(customers: &Customers, pages: &AtomicUsize, request: &Request<Incoming>) -> Response<Body> {
    let authorization = format!("Bearer {}", customers.token);
    if request.headers().get(AUTHORIZATION).is_none_or(|given| given.as_bytes() != authorization.as_bytes()) {
        return with_status(StatusCode::UNAUTHORIZED, whole("no".to_owned()));
    }
    match request.uri().path() {
        "/v1/fields" => Response::new(whole(json!({ "fields": customers.fields }).to_string())),
        "/v1/customers" => {
            pages.fetch_add(1, Ordering::Relaxed);
            Response::new(page(customers, request.uri().query().unwrap_or_default()))
        }
        _ => with_status(StatusCode::NOT_FOUND, whole("no such thing".to_owned())),
    }
}

fn page(customers: &Customers, query: &str) -> Body {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number = |name: &str, default| {
        let value = pairs.iter().find(|(key, _)| key == name);
        value.and_then(|(_, value)| value.parse::<usize>().ok()).unwrap_or(default)
    };
    let (limit, start) = (number("limit", 100).max(1), number("cursor", 0));
    let asked: Vec<&String> = pairs.iter().filter(|(key, _)| key == "field").map(|(_, value)| value).collect();
    let shown = |row: &Vec<Option<String>>| {
        let fields = customers.fields.iter().zip(row).filter(|(field, _)| asked.contains(field));
        Value::Object(fields.map(|(field, cell)| (field.clone(), json!(cell))).collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = customers.rows.iter().skip(start).take(limit).map(shown).collect();
    let next = (start + limit < customers.rows.len()).then(|| (start + limit).to_string());
    let mut answer = json!({ "customers": rows, "next": next });
    if customers.forgets_next && next.is_none() {
        answer.as_object_mut().map(|answer| answer.remove("next"));
    }
    let answer = answer.to_string();
    if customers.cut_page == Some(start / limit) { cut(&answer) } else { whole(answer) }
}

fn with_status(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn whole(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed()
}

/// Half of it; then the connection ends.
fn cut(text: &str) -> Body {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let frames = [Ok(Frame::data(half)), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    BodyExt::boxed(StreamBody::new(stream::iter(frames)))
}

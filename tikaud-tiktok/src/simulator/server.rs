//! The simulator behind a port: HTTP/1.1 by hyper.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response as HttpResponse, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::{JoinHandle, JoinSet};

use super::{Delivery, Endpoint, Request, Response, Simulator};

/// A body that is larger is refused with HTTP 413. TikTok's own limit is not known; this one keeps memory bounded.
const BODY_LIMIT: usize = 64 << 20;
/// An upload may be larger than the largest file that is taken, so that TikTok's own code tells it.
const UPLOAD_LIMIT: usize = 256 << 20;

type Clock = dyn Fn() -> Timestamp + Send + Sync;

/// A [`Simulator`] behind a port, until it is dropped.
///
/// ```
/// use tikaud_tiktok::simulator::{Simulator, SimulatorServer, World};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let server = SimulatorServer::start(("127.0.0.1", 0), Simulator::new(World::default())).await?;
/// let audiences = reqwest::get(format!("{}/simulator/audiences", server.url())).await?.text().await?;
/// assert_eq!(audiences, "[]");
/// assert!(server.simulator().requests().is_empty());
/// # Ok(())
/// # }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(run())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SimulatorServer {
    address: SocketAddr,
    simulator: Arc<Mutex<Simulator>>,
    clock: Arc<Clock>,
    accepting: JoinHandle<()>,
}

impl SimulatorServer {
    /// Listens at an address, with the system's clock. Port 0 takes any free port, and [`url`](Self::url) says which.
    ///
    /// It runs on the runtime from which it is called, which must have I/O and time enabled.
    ///
    /// # Errors
    ///
    /// What the operating system says when the address cannot be listened at.
    pub async fn start(address: impl ToSocketAddrs, simulator: Simulator) -> io::Result<Self> {
        Self::start_with_clock(address, simulator, Timestamp::now).await
    }

    /// The same with another clock: one that stands still, so that time passes only by [`Simulator::advance`].
    ///
    /// # Errors
    ///
    /// As for [`start`](Self::start).
    pub async fn start_with_clock(
        address: impl ToSocketAddrs,
        simulator: Simulator,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let simulator = Arc::new(Mutex::new(simulator));
        let clock: Arc<Clock> = Arc::new(clock);
        let service = Service { simulator: Arc::clone(&simulator), clock: Arc::clone(&clock) };
        let accepting = tokio::spawn(accept(listener, service));
        Ok(Self { address, simulator, clock, accepting })
    }

    /// What its clock shows now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        self.simulator().clock(now)
    }

    /// Where it listens, such as `http://127.0.0.1:40321`, in place of `https://business-api.tiktok.com`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The simulator, to look at and to inject faults into. No request is answered while the guard is held, so do not
    /// hold it over a request of your own.
    pub fn simulator(&self) -> MutexGuard<'_, Simulator> {
        lock(&self.simulator)
    }
}

impl Drop for SimulatorServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for SimulatorServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatorServer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A test that panicked with the guard in its hands must not take the server down with it.
fn lock(simulator: &Mutex<Simulator>) -> MutexGuard<'_, Simulator> {
    simulator.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What every connection shares.
#[derive(Clone)]
struct Service {
    simulator: Arc<Mutex<Simulator>>,
    clock: Arc<Clock>,
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulator closes this connection without an answer")]
struct ConnectionDropped;

/// Accepts connections for ever. They end with the task, since their set is dropped with it.
async fn accept(listener: TcpListener, service: Service) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            // A connection that failed before it was accepted concerns its client alone.
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream, service.clone()));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, service: Service) {
    // Without it small answers may wait for the client's acknowledgement.
    let _ = stream.set_nodelay(true);
    let answer = service_fn(|request| answer(&service, request));
    // It ends in an error when the client goes away and when a reply is lost on purpose.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(
    service: &Service,
    request: hyper::Request<Incoming>,
) -> Result<HttpResponse<Full<Bytes>>, ConnectionDropped> {
    let (parts, body) = request.into_parts();
    let is_upload = Endpoint::at(parts.uri.path()) == Some(Endpoint::CustomAudienceFileUpload);
    let limit = if is_upload { UPLOAD_LIMIT } else { BODY_LIMIT };
    let Ok(body) = Limited::new(body, limit).collect().await else {
        return Ok(http_response(Response::text(413, "413 request entity too large")));
    };
    let mut request = Request::new(parts.method.as_str(), parts.uri.path())
        .with_query(parts.uri.query().unwrap_or_default())
        .with_body(body.to_bytes());
    for (name, value) in &parts.headers {
        request = request.with_header(name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    let response = lock(&service.simulator).handle(&request, (service.clock)());
    match response.delivery {
        Delivery::DropConnection => return Err(ConnectionDropped),
        Delivery::DeliverAfter(time) => tokio::time::sleep(time).await,
        Delivery::Deliver => {}
    }
    Ok(http_response(response))
}

fn http_response(response: Response) -> HttpResponse<Full<Bytes>> {
    let mut http = HttpResponse::new(Full::new(response.body));
    // Statuses come from the simulator or from a checked fault program; one made by hand may be none.
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    http.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(response.content_type));
    if let Some(Ok(location)) = response.location.map(HeaderValue::try_from) {
        http.headers_mut().insert(LOCATION, location);
    }
    http
}

//! What stands between a store and its server, and ends one connection at a chosen moment.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tikaud_sources::PostgresConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

use crate::server::Server;

/// Never.
const FAR: i64 = i64::MAX / 2;

/// What is lost first: a reply of what the server has done, or a request that it never hears of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Reply,
    Request,
}

/// Passes everything on until it is told to lose something; then one connection ends.
pub(super) struct Proxy {
    port: u16,
    replies: Arc<AtomicI64>,
    requests: Arc<AtomicI64>,
    passing: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn start(server: &Server) -> Self {
        // By the socket no password is asked for: deriving keys would take most of the time.
        let directory: String = server.admin.query_one("SHOW unix_socket_directories", &[]).await.unwrap().get(0);
        let behind = PathBuf::from(format!("{directory}/.s.PGSQL.{}", server.config().get_ports()[0]));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (replies, requests) = (Arc::new(AtomicI64::new(FAR)), Arc::new(AtomicI64::new(FAR)));
        let left = [Arc::clone(&replies), Arc::clone(&requests)];
        let passing = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                let server = UnixStream::connect(&behind).await.unwrap();
                connections.spawn(pass_on(client, server, left.clone()));
            }
        });
        Self { port, replies, requests, passing }
    }

    pub(super) fn connection(&self) -> PostgresConnection {
        PostgresConnection::new("127.0.0.1", "postgres", "tikaud").port(self.port)
    }

    /// Passes so many on from now, and loses the next.
    pub(super) fn lose(&self, what: Lost, after: i64) {
        let left = if what == Lost::Reply { &self.replies } else { &self.requests };
        left.store(after, Ordering::SeqCst);
    }

    /// Loses nothing from now on; whether it has.
    pub(super) fn has_lost(&self) -> bool {
        let lost = |left: &AtomicI64| left.swap(FAR, Ordering::SeqCst) < 0;
        lost(&self.replies) | lost(&self.requests)
    }

    /// Ends all connections, as the end of a process does.
    pub(super) fn end(self) {
        self.passing.abort();
    }
}

/// Whether this one is to be lost. Only one is.
fn is_lost(left: &AtomicI64) -> bool {
    left.fetch_sub(1, Ordering::SeqCst) == 0
}

async fn pass_on(mut client: TcpStream, mut server: UnixStream, [replies, requests]: [Arc<AtomicI64>; 2]) {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let answers = async {
        // A tag, and a length that counts itself.
        let mut head = [0; 5];
        while from_server.read_exact(&mut head).await.is_ok() {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
            let mut message = vec![0; usize::try_from(length).unwrap() - 4];
            if from_server.read_exact(&mut message).await.is_err() || is_lost(&replies) {
                return;
            }
            if to_client.write_all(&[&head, message.as_slice()].concat()).await.is_err() {
                return;
            }
        }
    };
    let asked = async {
        let mut request = vec![0; 1 << 16];
        while let Ok(len) = from_client.read(&mut request).await {
            if len == 0 || is_lost(&requests) || to_server.write_all(&request[..len]).await.is_err() {
                return;
            }
        }
    };
    // The end of one way is that of the connection.
    tokio::select! { () = answers => {}, () = asked => {} }
}

//! What may stand between a client and its server.

use std::error::Error;
use std::iter::successors;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tikaud_core::state::StateError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// An error with its causes.
pub(crate) fn told(error: &StateError) -> String {
    let causes = successors(Some(error as &dyn Error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// A server with one answer, and its address.
pub(crate) async fn answer_always(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 1 << 16];
                let _ = client.read(&mut request).await;
                let _ = client.write_all(answer.as_bytes()).await;
                // What is closed with bytes unread is reset, and the answer with it.
                let _ = client.shutdown().await;
                while client.read(&mut request).await.is_ok_and(|len| len > 0) {}
            });
        }
    });
    format!("http://{address}")
}

/// Passes requests on, and loses replies: the connection ends before the first byte of one.
pub(crate) struct LossyProxy {
    address: String,
    loss: Arc<Loss>,
}

#[derive(Default)]
struct Loss {
    method: Mutex<Vec<u8>>,
    left: AtomicUsize,
    lost: AtomicUsize,
}

impl LossyProxy {
    pub(crate) async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, loss) = (listener.local_addr().unwrap().to_string(), Arc::<Loss>::default());
        let (server, shared) = (server.trim_start_matches("http://").to_owned(), Arc::clone(&loss));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(pass_on(client, server, Arc::clone(&shared)));
            }
        });
        Self { address, loss }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, this many replies to requests of this method are lost.
    pub(crate) fn lose_replies_to(&self, method: &str, replies: usize) {
        *self.loss.method.lock().unwrap() = format!("{method} ").into_bytes();
        self.loss.left.store(replies, Ordering::SeqCst);
    }

    pub(crate) fn lost(&self) -> usize {
        self.loss.lost.load(Ordering::SeqCst)
    }
}

/// One connection, until one side ends it or a reply is lost.
async fn pass_on(mut client: TcpStream, mut server: TcpStream, loss: Arc<Loss>) {
    let (mut request, mut reply) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut loses = false;
    loop {
        tokio::select! {
            read = client.read(&mut request) => match read {
                Ok(len) if len > 0 => {
                    let method = loss.method.lock().unwrap().clone();
                    loses |= !method.is_empty() && request[..len].starts_with(&method);
                    server.write_all(&request[..len]).await.unwrap();
                }
                _ => return,
            },
            read = server.read(&mut reply) => match read {
                Ok(len) if len > 0 => {
                    if loses && loss.left.try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                        loss.lost.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    loses = false;
                    if client.write_all(&reply[..len]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}

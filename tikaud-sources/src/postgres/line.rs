//! The driver's connection, which works only while somebody polls it: here in the task of whoever waits for it.
//!
//! The driver's way is a task of its own for the connection, and then every few rows are handed from one thread to another.
//! That takes longer than to look at them.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use futures::{Stream, StreamExt};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

type RustlsConnection = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// A connection until it ends, however that is; by default one that has ended.
#[derive(Default)]
pub(super) struct Line(Option<Box<RustlsConnection>>);

impl Line {
    pub(super) fn new(connection: RustlsConnection) -> Self {
        Self(Some(Box::new(connection)))
    }

    pub(super) fn has_ended(&self) -> bool {
        self.0.is_none()
    }

    /// What comes of some work with the connection's client.
    pub(super) async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            // Most of the time there is something already.
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            self.poll(context);
            work.as_mut().poll(context)
        })
        .await
    }

    /// What the server sends next.
    pub(super) async fn next<S: Stream + Unpin>(&mut self, stream: &mut S) -> Option<S::Item> {
        self.during(stream.next()).await
    }

    /// Ends when the connection does: when nobody has its client any more, and all that was asked for has come.
    pub(super) async fn end(&mut self) {
        poll_fn(|context| {
            self.poll(context);
            if self.has_ended() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Lets the connection do what it can. When it fails it is dropped: whoever waits for an answer learns that it was closed.
    fn poll(&mut self, context: &mut Context<'_>) {
        while let Some(connection) = &mut self.0 {
            match connection.poll_message(context) {
                Poll::Pending => return,
                // Nobody asks for notices.
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) => self.0 = None,
            }
        }
    }
}

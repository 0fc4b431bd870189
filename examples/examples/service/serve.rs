//! Listening, and stopping in order: first the runs, then the answers.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::time::Duration;

use tikaud_core::schedule::Scheduler;
use tokio::net::{TcpListener, lookup_host};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::access::Access;
use crate::error::StartError;
use crate::service::Service;
use crate::{api, shutdown};

/// How long answers that are on their way have when the scheduler has stopped.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// The addresses that a text stands for.
pub(crate) async fn resolve(listen: &str) -> Result<Vec<SocketAddr>, StartError> {
    let failed = |source| StartError::Listen { address: listen.to_owned(), source };
    let addresses: Vec<SocketAddr> = lookup_host(listen).await.map_err(failed)?.collect();
    if addresses.is_empty() {
        return Err(failed(io::Error::from(ErrorKind::AddrNotAvailable)));
    }
    Ok(addresses)
}

/// Answers and runs until the service is told to stop. While runs end, it goes on answering.
pub(crate) async fn serve(
    listen: &str,
    addresses: &[SocketAddr],
    access: Access,
    service: Service,
    scheduler: Scheduler,
) -> Result<(), StartError> {
    let failed = |source| StartError::Listen { address: listen.to_owned(), source };
    let listener = TcpListener::bind(addresses).await.map_err(failed)?;
    greet(listener.local_addr().map_err(failed)?, &access);

    let (stop, stopped) = oneshot::channel::<()>();
    let router = api::router(service.clone(), access);
    let answering = axum::serve(listener, router).with_graceful_shutdown(async { drop(stopped.await) });
    let answering = tokio::spawn(async { answering.await });

    let readiness = service.readiness().clone();
    let outcome = tokio::spawn(scheduler.run(async move {
        shutdown::requested().await;
        readiness.stopping();
    }))
    .await;
    drop(stop);
    // A client that keeps its connection busy does not keep the service.
    let _ = timeout(LAST_ANSWERS, answering).await;
    let stopped = outcome.map_err(|_| StartError::Died)??;
    tracing::info!(broken_off = stopped.parked.len(), "stopped");
    Ok(())
}

/// The first line says where, for people and for programs that start it.
fn greet(address: SocketAddr, access: &Access) {
    let how =
        if access.asks_for_token() { "the page asks for the token" } else { "no token is asked for: loopback only" };
    // Whoever reads the address may close the pipe then, and the service goes on.
    let _ = writeln!(io::stdout(), "tikaud service at http://{address}\n  {how}\n  stop it with Ctrl-C");
}

//! Who is alive.

use std::time::{Duration, Instant};

use tikaud_core::state::{StateError, StateStore};

use super::key;
use super::proxy::Proxy;
use crate::server::Server;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn what_a_process_held_is_free_when_it_has_died() {
    let server = Server::new().await;
    let (proxy, other) = (Proxy::start(&server).await, server.state().await);
    let (dying, held) = (server.state_over(proxy.connection()).await, key("a/claims/holder"));
    let hold = dying.hold(&held).await.unwrap();
    let refused = other.hold(&held).await.map(drop);
    assert!(matches!(refused, Err(StateError::AlreadyExists { .. })), "{refused:?}");

    let died = Instant::now();
    proxy.end();
    assert!(other.hold(&held).await.unwrap().is_some());
    assert!(died.elapsed() < Duration::from_secs(1), "{:?}", died.elapsed());
    drop(hold);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: run it by .ci/with-postgres"]
async fn schemas_have_holders_of_their_own() {
    let (one, another) = (Server::new().await, Server::new().await);
    let _hold = one.state().await.hold(&key("a/claims/holder")).await.unwrap();
    assert!(another.state().await.hold(&key("a/claims/holder")).await.unwrap().is_some());
}

//! The suite for state stores.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::conformance::StateStoreFixture;
use tikaud_core::state::StateStore;

use crate::server::Server;

struct Tables;

#[async_trait]
impl StateStoreFixture for Tables {
    async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
        let server = Server::new().await;
        let (first, second) = futures::join!(server.state(), server.state());
        (Arc::new(first), Arc::new(second), Box::new(server))
    }
}

tikaud_core::state_store_conformance!(Tables, ignore = "needs PostgreSQL: run it by .ci/with-postgres");

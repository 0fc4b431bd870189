//! State in tables: the suite, races, connections that end at any message, whole activations, and who is let in.

mod activation;
mod cuts;
mod fitness;
mod holds;
mod proxy;
mod suite;

use std::error::Error;
use std::iter::successors;

use tikaud_core::state::{ObjectKey, StateError};
use tikaud_sources::{PostgresConnection, PostgresStateStore};

use crate::server::{CANARY, Server};

impl Server {
    /// State in the test's schema, as one more process has it.
    pub(crate) async fn state(&self) -> PostgresStateStore {
        self.state_over(self.connection()).await
    }

    pub(crate) async fn state_over(&self, connection: PostgresConnection) -> PostgresStateStore {
        PostgresStateStore::open(connection, &self.schema).await.unwrap()
    }
}

fn key(text: &str) -> ObjectKey {
    text.parse().unwrap()
}

/// Bytes that differ from place to place.
fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1] ^ at.to_le_bytes()[2]).collect()
}

/// An error with its causes, checked to hold no canary.
fn told(error: &StateError) -> String {
    let causes = successors(Some(error as &dyn Error), |error| (*error).source());
    let told = causes.map(ToString::to_string).collect::<Vec<_>>().join(" <- ");
    assert!(!told.contains(CANARY) && !format!("{error:?}{error:#?}").contains(CANARY), "{error:?}");
    told
}

//! Stores that keep every promise.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::conformance::StateStoreFixture;
use tikaud_core::state::{LocalStateStore, MemoryStateStore, StateStore};

mod memory {
    use super::*;

    struct InMemory;

    #[async_trait]
    impl StateStoreFixture for InMemory {
        async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
            let store = MemoryStateStore::new();
            (Arc::new(store.clone()), Arc::new(store), Box::new(()))
        }
    }

    tikaud_core::state_store_conformance!(InMemory);
}

mod local {
    use super::*;

    struct OnDisk;

    #[async_trait]
    impl StateStoreFixture for OnDisk {
        async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
            let directory = tempfile::tempdir().unwrap();
            let open = || Arc::new(LocalStateStore::open(directory.path().join("state")).unwrap());
            (open(), open(), Box::new(directory))
        }
    }

    tikaud_core::state_store_conformance!(OnDisk);
}

//! The suite over the stores that need no server.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use tikaud_core::conformance::StateStoreFixture;
use tikaud_core::state::object_store::ObjectStore;
use tikaud_core::state::object_store::local::LocalFileSystem;
use tikaud_core::state::object_store::memory::InMemory;
use tikaud_core::state::{ObjectStateStore, StateStore};

/// Two handles as two processes would have them: each finds out by itself what the store can do.
pub(crate) fn handles(objects: &Arc<dyn ObjectStore>, prefix: &str) -> (Arc<dyn StateStore>, Arc<dyn StateStore>) {
    let open = || Arc::new(ObjectStateStore::new(Arc::clone(objects), prefix));
    (open(), open())
}

mod memory {
    use super::*;

    struct Objects;

    #[async_trait]
    impl StateStoreFixture for Objects {
        async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
            let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
            let (first, second) = handles(&objects, "tikaud/tests");
            (first, second, Box::new(()))
        }
    }

    tikaud_core::state_store_conformance!(Objects);
}

mod directory {
    use super::*;

    /// A store without metadata.
    struct Objects;

    #[async_trait]
    impl StateStoreFixture for Objects {
        async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>) {
            let directory = tempfile::tempdir().unwrap();
            let objects: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(directory.path()).unwrap());
            // At the root of the store.
            let (first, second) = handles(&objects, "");
            (first, second, Box::new(directory))
        }
    }

    tikaud_core::state_store_conformance!(Objects);
}

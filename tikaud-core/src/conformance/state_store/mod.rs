//! The suite for [`StateStore`].

pub mod cases;
mod objects;
mod races;

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;

use crate::state::StateStore;

/// Makes the stores under test.
#[async_trait]
pub trait StateStoreFixture: Send + Sync {
    /// Two handles onto one empty store, as two processes would have them, and a value that is kept until the case has
    /// ended.
    async fn stores(&self) -> (Arc<dyn StateStore>, Arc<dyn StateStore>, Box<dyn Any + Send>);
}

const _: fn(&dyn StateStoreFixture) = |_| {};

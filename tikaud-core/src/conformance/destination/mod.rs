//! The suite for [`Destination`] and its audience writer.

pub mod cases;
mod people;
mod trial;

use async_trait::async_trait;

use crate::destination::{AudienceId, Destination};
use crate::diff::IdentifierSets;

/// Makes the destination under test: an account without audiences, which cases fill with made-up identifiers.
///
/// A fixture is made for each case; a server that it needs can be started while it is made.
#[async_trait]
pub trait DestinationFixture: Send + Sync {
    /// The destination. It is asked for once in a case.
    async fn destination(&self) -> Box<dyn Destination>;

    /// What an audience holds, as the platform would show it and not as the destination remembers it; `None` when
    /// there is no such audience.
    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets>;
}

const _: fn(&dyn DestinationFixture) = |_| {};

//! The contract of destinations and their writers, over ad accounts at a simulated TikTok.

use async_trait::async_trait;
use tikaud_core::conformance::DestinationFixture;
use tikaud_core::destination::{AudienceId, Destination};
use tikaud_core::diff::{IdentifierSet, IdentifierSets};
use tikaud_core::identifier::IdentifierKind;
use tikaud_tiktok::simulator::{IdType, World};

use crate::scene::Scene;

struct OnSimulator {
    scene: Scene,
    batch_users: usize,
}

impl OnSimulator {
    /// In a world that takes every kind that is declared.
    async fn new(batch_users: usize) -> Self {
        let mut world = World::default();
        world.accept_email_sha512 = true;
        Self { scene: Scene::of(world).await, batch_users }
    }
}

#[async_trait]
impl DestinationFixture for OnSimulator {
    async fn destination(&self) -> Box<dyn Destination> {
        let destination = self.scene.destination().batch_users(self.batch_users).max_in_flight(4);
        Box::new(destination.build().unwrap())
    }

    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets> {
        let simulator = self.scene.server.simulator();
        let audience = simulator.audiences().iter().find(|it| it.id() == audience.as_str() && !it.is_deleted())?;
        let set = |kind: IdentifierKind| {
            let digests = audience.identifiers(id_type(kind));
            let digests = digests.iter().flat_map(|digest| const_hex::decode(digest).unwrap()).collect();
            IdentifierSet::from_unsorted(kind, digests)
        };
        Some(IdentifierKind::ALL.into_iter().map(set).collect())
    }
}

fn id_type(kind: IdentifierKind) -> IdType {
    IdType::parse(kind.as_str()).unwrap()
}

mod in_batches_of_the_default_size {
    use super::*;

    tikaud_core::destination_conformance!(OnSimulator::new(5_000).await);
}

mod in_small_batches {
    use super::*;

    tikaud_core::destination_conformance!(OnSimulator::new(60).await);
}

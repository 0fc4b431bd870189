//! The contract of destinations and their writers, over customer files.

use async_trait::async_trait;
use tikaud_core::conformance::DestinationFixture;
use tikaud_core::destination::{AudienceId, Destination};
use tikaud_core::diff::{IdentifierSet, IdentifierSets};
use tikaud_core::identifier::IdentifierKind;
use tikaud_tiktok::simulator::{Audience, IdType, World};
use tikaud_tiktok::{AudienceKind, CustomerFiles, FileContent};

use super::recording::{LastDevice, Recording};
use crate::scene::Scene;

struct OnSimulator {
    scene: Scene,
    content: FileContent,
    last_device: LastDevice,
}

impl OnSimulator {
    /// Where TikTok is done with a change at once, so that cases can change an audience many times.
    async fn new(content: FileContent) -> Self {
        let mut world = World::default();
        world.applied_after_seconds = 0;
        Self { scene: Scene::of(world).await, content, last_device: LastDevice::default() }
    }

    /// The kind of identifier that a type is.
    fn kind(&self, id_type: IdType) -> IdentifierKind {
        match id_type {
            IdType::EmailSha256 => IdentifierKind::EmailSha256,
            IdType::PhoneSha256 => IdentifierKind::PhoneSha256,
            IdType::IdfaSha256 => IdentifierKind::IdfaSha256,
            IdType::IdfaMd5 => IdentifierKind::IdfaMd5,
            IdType::AaidSha256 => IdentifierKind::AaidSha256,
            IdType::AaidMd5 => IdentifierKind::AaidMd5,
            IdType::MaidSha256 | IdType::MaidMd5 => self.last_device.lock().unwrap().unwrap(),
            other => panic!("no customer file holds {other}"),
        }
    }

    fn identifiers_of(&self, audience: &Audience) -> IdentifierSets {
        let held = IdType::ALL.into_iter().filter(|id_type| audience.count(*id_type) > 0);
        let set = |id_type| {
            let digests = audience.identifiers(id_type);
            let digests = digests.iter().flat_map(|digest| const_hex::decode(digest).unwrap()).collect();
            IdentifierSet::from_unsorted(self.kind(id_type), digests)
        };
        held.map(set).collect()
    }
}

#[async_trait]
impl DestinationFixture for OnSimulator {
    async fn destination(&self) -> Box<dyn Destination> {
        let mut files = CustomerFiles::default();
        files.content = self.content;
        let destination = self.scene.destination().audience_kind(AudienceKind::CustomerFile).customer_files(files);
        let inner = destination.batch_users(300).max_in_flight(4).build().unwrap();
        Box::new(Recording { inner, last: self.last_device.clone() })
    }

    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets> {
        let simulator = self.scene.server.simulator();
        let audience = simulator.audiences().iter().find(|it| it.id() == audience.as_str() && !it.is_deleted())?;
        Some(self.identifiers_of(audience))
    }
}

mod of_several_types {
    use super::*;

    tikaud_core::destination_conformance!(OnSimulator::new(FileContent::Several).await);
}

mod of_emails_only {
    use super::*;

    tikaud_core::destination_conformance!(OnSimulator::new(FileContent::Only(IdentifierKind::EmailSha256)).await);
}

mod of_android_ids_only {
    use super::*;

    tikaud_core::destination_conformance!(OnSimulator::new(FileContent::Only(IdentifierKind::AaidMd5)).await);
}

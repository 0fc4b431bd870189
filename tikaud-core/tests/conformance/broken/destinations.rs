//! Destinations that break a promise each.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tikaud_core::conformance::DestinationFixture;
use tikaud_core::conformance::destination::cases;
use tikaud_core::destination::{
    Acknowledgement, Audience, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Connection,
    CreatedAudience, Destination, DestinationError, DestinationId, Finished, MemoryDestination, Receipt, Traffic,
};
use tikaud_core::diff::{Action, IdentifierSets};
use tikaud_core::identifier::IdentifierKind;

use super::assert_fails;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// What is above the limit is cut off.
    TruncatesBatches,
    /// What is not declared is accepted and thrown away.
    IgnoresUnknownKinds,
    /// A name that is taken gives the audience that has it.
    HandsOutTheSameAudience,
    /// Removals are accepted and thrown away.
    NeverRemoves,
    /// The last batch is in the `Debug` text.
    Prints,
    /// What counts is not told.
    ForgetsStages,
    /// A second replacement does not wait.
    ReplacesAtWill,
    /// Another name is accepted and thrown away.
    KeepsTheName,
    /// A deletion is accepted and thrown away.
    NeverDeletes,
}

#[derive(Debug, Clone)]
struct Broken {
    fault: Fault,
    memory: MemoryDestination,
}

impl Broken {
    fn new(fault: Fault) -> Self {
        let mut capabilities = Capabilities::new(vec![IdentifierKind::EmailSha256]);
        capabilities.batch_limit = 10;
        (capabilities.renames, capabilities.deletes) = (true, true);
        if matches!(fault, Fault::ForgetsStages | Fault::ReplacesAtWill) {
            capabilities.acknowledgement = Acknowledgement::AtFinish;
            capabilities.replacement_every = Some(Duration::from_secs(60));
        }
        Self { fault, memory: MemoryDestination::with_capabilities(capabilities) }
    }
}

#[async_trait]
impl Destination for Broken {
    fn id(&self) -> &DestinationId {
        self.memory.id()
    }
    fn capabilities(&self) -> &Capabilities {
        self.memory.capabilities()
    }
    async fn check(&self) -> Result<Connection, DestinationError> {
        self.memory.check().await
    }
    async fn create_audience(&self, spec: &AudienceSpec) -> Result<CreatedAudience, DestinationError> {
        match self.memory.find_audiences(&spec.name).await?.first() {
            Some(audience) if self.fault == Fault::HandsOutTheSameAudience => {
                Ok(CreatedAudience { id: audience.id.clone(), warnings: Vec::new() })
            }
            _ => self.memory.create_audience(spec).await,
        }
    }
    async fn find_audiences(&self, name: &str) -> Result<Vec<Audience>, DestinationError> {
        self.memory.find_audiences(name).await
    }
    async fn open_audience(&self, id: &AudienceId) -> Result<Box<dyn AudienceWriter>, DestinationError> {
        let writer = self.memory.open_audience(id).await?;
        Ok(Box::new(BrokenWriter { broken: self.clone(), writer, printed: std::sync::Mutex::default() }))
    }
    async fn rename_audience(&self, id: &AudienceId, name: &str) -> Result<(), DestinationError> {
        if self.fault == Fault::KeepsTheName { Ok(()) } else { self.memory.rename_audience(id, name).await }
    }
    async fn delete_audience(&self, id: &AudienceId) -> Result<(), DestinationError> {
        if self.fault == Fault::NeverDeletes { Ok(()) } else { self.memory.delete_audience(id).await }
    }
}

#[derive(Debug)]
struct BrokenWriter {
    broken: Broken,
    writer: Box<dyn AudienceWriter>,
    printed: std::sync::Mutex<Vec<u8>>,
}

#[async_trait]
impl AudienceWriter for BrokenWriter {
    fn audience(&self) -> Option<&Audience> {
        self.writer.audience()
    }

    async fn apply(&self, batch: &Batch) -> Result<Receipt, DestinationError> {
        let limit = self.broken.capabilities().batch_limit;
        match self.broken.fault {
            Fault::TruncatesBatches if batch.len() > limit => {
                let kept: Bytes = batch.digests().take(limit).flatten().copied().collect();
                let kept = Batch::new(batch.action(), batch.kind(), kept).unwrap();
                return self.writer.apply(&kept).await;
            }
            Fault::IgnoresUnknownKinds if !self.broken.capabilities().kinds.contains(&batch.kind()) => {
                return Ok(Receipt::Accepted);
            }
            Fault::NeverRemoves if batch.action() == Action::Remove => return Ok(Receipt::Accepted),
            Fault::Prints => *self.printed.lock().unwrap() = batch.digests().flatten().copied().collect(),
            _ => {}
        }
        self.writer.apply(batch).await
    }

    fn begin_replacement(&self) -> Result<(), DestinationError> {
        match self.writer.begin_replacement() {
            Err(_) if self.broken.fault == Fault::ReplacesAtWill => Ok(()),
            begun => begun,
        }
    }

    async fn finish(&self) -> Finished {
        let mut finished = self.writer.finish().await;
        if self.broken.fault == Fault::ForgetsStages {
            finished.counted.clear();
        }
        finished
    }

    fn traffic(&self) -> Traffic {
        self.writer.traffic()
    }
}

#[async_trait]
impl DestinationFixture for Broken {
    async fn destination(&self) -> Box<dyn Destination> {
        Box::new(self.clone())
    }

    async fn identifiers(&self, audience: &AudienceId) -> Option<IdentifierSets> {
        self.memory.identifiers(audience)
    }
}

#[test]
fn a_destination_that_truncates_batches_is_noticed() {
    let case = cases::a_batch_above_the_limit_is_refused_and_not_truncated;
    assert_fails(case(&Broken::new(Fault::TruncatesBatches)), "a batch above the limit is refused, and not truncated");
}

#[test]
fn a_destination_that_ignores_what_it_does_not_know_is_noticed() {
    let case = cases::a_kind_that_is_not_declared_is_refused;
    assert_fails(case(&Broken::new(Fault::IgnoresUnknownKinds)), "a kind that is not declared is refused");
}

#[test]
fn a_destination_that_hands_out_an_audience_that_is_there_is_noticed() {
    let case = cases::an_audience_of_a_taken_name_is_a_new_one_or_an_error;
    assert_fails(case(&Broken::new(Fault::HandsOutTheSameAudience)), "what is made is a new audience");
}

#[test]
fn a_destination_that_never_removes_is_noticed() {
    let case = cases::what_was_added_is_there_until_it_is_removed;
    assert_fails(case(&Broken::new(Fault::NeverRemoves)), "what was removed is out of the audience");
}

#[test]
fn a_destination_that_does_not_say_what_counts_is_noticed() {
    let case = cases::every_stage_counts_that_is_said_to;
    assert_fails(case(&Broken::new(Fault::ForgetsStages)), "makes every stage count, and says so");
}

#[test]
fn a_destination_that_replaces_more_often_than_it_says_is_noticed() {
    let case = cases::a_replacement_leaves_what_was_added_since;
    assert_fails(case(&Broken::new(Fault::ReplacesAtWill)), "the next replacement has to wait as long as is declared");
}

#[test]
fn a_destination_that_keeps_the_name_is_noticed() {
    let case = cases::an_audience_is_renamed_as_declared;
    assert_fails(case(&Broken::new(Fault::KeepsTheName)), "an audience is found by the name that it has now");
}

#[test]
fn a_destination_that_never_deletes_is_noticed() {
    let case = cases::an_audience_is_deleted_as_declared;
    assert_fails(case(&Broken::new(Fault::NeverDeletes)), "a deleted audience is not opened");
}

#[test]
fn a_destination_that_prints_identifiers_is_noticed() {
    assert_fails(cases::debug_shows_no_identifier(&Broken::new(Fault::Prints)), "`Debug` never shows an identifier");
}

//! An audience made for one case.

use std::sync::{Mutex, PoisonError};

use super::DestinationFixture;
use super::people::{batches, enough, first_kind, people, shows};
use crate::conformance::outcome::{must, shown};
use crate::destination::{
    Acknowledgement, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Creation, Destination,
    DestinationError, DestinationErrorKind, Finished, Receipt, RefusalScope,
};
use crate::diff::{Action, IdentifierSet, IdentifierSets};

pub(super) const NAME: &str = "Conformance buyers";

/// A destination under test, with one audience, which is made once it has to be.
pub(super) struct Trial<'a> {
    fixture: &'a dyn DestinationFixture,
    pub(super) destination: Box<dyn Destination>,
    name: String,
    /// `None` while the audience waits for its first batches.
    id: Mutex<Option<AudienceId>>,
}

impl<'a> Trial<'a> {
    /// A destination with an empty audience, or with one that is yet to be made.
    pub(super) async fn new(fixture: &'a dyn DestinationFixture) -> Self {
        let destination = fixture.destination().await;
        let trial = Self { fixture, destination, name: NAME.to_owned(), id: Mutex::default() };
        trial.make().await;
        trial
    }

    /// The same with so many people in the audience that the destination makes use of it.
    pub(super) async fn filled(fixture: &'a dyn DestinationFixture) -> (Self, IdentifierSet) {
        let trial = Self::new(fixture).await;
        let crowd = trial.crowd();
        trial.change(Action::Add, &crowd).await;
        (trial, crowd)
    }

    /// The same destination and another audience.
    pub(super) async fn other(self, name: &str) -> Self {
        let trial = Self { name: name.to_owned(), id: Mutex::default(), ..self };
        trial.make().await;
        trial
    }

    /// Makes the audience where it can be made empty.
    async fn make(&self) {
        if self.capabilities().creation == Creation::Empty {
            let made = self.destination.create_audience(&spec(&self.name)).await;
            self.is_made(must(made, "a new audience can be made").id);
        }
    }

    /// Makes another audience, with these people where it cannot be made empty, and says whom it holds.
    ///
    /// # Errors
    ///
    /// Why the destination makes none.
    pub(super) async fn another(
        &self,
        name: &str,
        crowd: &IdentifierSet,
    ) -> Result<(AudienceId, IdentifierSets), DestinationError> {
        if self.capabilities().creation == Creation::Empty {
            let made = self.destination.create_audience(&spec(name)).await?;
            return Ok((made.id, IdentifierSets::default()));
        }
        let writer = self.destination.open_new_audience(&spec(name)).await?;
        self.apply(&*writer, Action::Add, crowd).await;
        let finished = writer.finish().await;
        match (finished.created, finished.failure) {
            (Some(made), None) => Ok((made.id, IdentifierSets::from_iter([crowd.clone()]))),
            (None, Some(failure)) => Err(failure),
            _ => panic!("`finish` makes an audience of its first batches, or says why not"),
        }
    }

    fn is_made(&self, id: AudienceId) {
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    /// The audience; `None` while it waits for its first batches.
    pub(super) fn id_if_made(&self) -> Option<AudienceId> {
        self.id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The audience, which must have been made.
    pub(super) fn id(&self) -> AudienceId {
        match self.id_if_made() {
            Some(id) => id,
            None => panic!("`finish` makes an audience of its first batches, and says which; it did not"),
        }
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        self.destination.capabilities()
    }

    /// So many people that the destination makes use of an audience of them.
    pub(super) fn crowd(&self) -> IdentifierSet {
        people(first_kind(self.capabilities()), 0..enough(self.capabilities()))
    }

    /// Opens the audience, or one that is yet to be made.
    pub(super) async fn open(&self) -> Box<dyn AudienceWriter> {
        match self.id_if_made() {
            Some(id) => open(&*self.destination, &id).await,
            None => {
                let clause = "an audience that is made with its first batches can be opened before that";
                must(self.destination.open_new_audience(&spec(&self.name)).await, clause)
            }
        }
    }

    /// Makes staged batches count, and keeps the audience that came of it.
    pub(super) async fn finish(&self, writer: &dyn AudienceWriter) -> Finished {
        let finished = finish(writer).await;
        match &finished.created {
            Some(_) if self.id_if_made().is_some() => panic!("an audience is made once; this one was made twice"),
            Some(created) => self.is_made(created.id.clone()),
            None => {}
        }
        finished
    }

    /// Puts a set in, or takes it out, in as many batches as it needs. Each has to be taken.
    pub(super) async fn change(&self, action: Action, set: &IdentifierSet) {
        let writer = self.open().await;
        self.apply(&*writer, action, set).await;
        self.finish(&*writer).await;
    }

    /// The same for another audience, which is there.
    pub(super) async fn change_audience(&self, id: &AudienceId, action: Action, set: &IdentifierSet) {
        let writer = open(&*self.destination, id).await;
        self.apply(&*writer, action, set).await;
        finish(&*writer).await;
    }

    /// Applies a set in as many batches as it needs. Each has to be taken.
    pub(super) async fn apply(&self, writer: &dyn AudienceWriter, action: Action, set: &IdentifierSet) {
        for batch in batches(action, set, self.capabilities().batch_limit) {
            let receipt = must(writer.apply(&batch).await, "a batch within the capabilities is applied");
            self.assert_taken(&receipt);
        }
    }

    /// The receipt that the declared acknowledgement gives.
    #[track_caller]
    pub(super) fn assert_taken(&self, receipt: &Receipt) {
        let as_declared = match self.capabilities().acknowledgement {
            Acknowledgement::PerBatch => matches!(receipt, Receipt::Accepted),
            Acknowledgement::AtFinish => matches!(receipt, Receipt::Staged(_)),
        };
        assert!(
            as_declared,
            "a batch within the capabilities is taken, with the receipt that they declare: {receipt:?}"
        );
    }

    pub(super) async fn holds(&self) -> IdentifierSets {
        match self.id_if_made() {
            Some(id) => held(self.fixture, &id).await,
            None => IdentifierSets::default(),
        }
    }

    /// Checks that the audience holds exactly these identifiers.
    pub(super) async fn assert_holds(&self, sets: impl IntoIterator<Item = IdentifierSet>, clause: &str) {
        assert_same(&self.holds().await, &sets.into_iter().collect(), clause);
    }
}

pub(super) fn spec(name: &str) -> AudienceSpec {
    AudienceSpec { name: name.to_owned(), description: None }
}

pub(super) async fn open(destination: &dyn Destination, id: &AudienceId) -> Box<dyn AudienceWriter> {
    must(destination.open_audience(id).await, "an audience that is there can be opened")
}

pub(super) async fn finish(writer: &dyn AudienceWriter) -> Finished {
    let mut finished = writer.finish().await;
    must(finished.failure.take().map_or(Ok(()), Err), "`finish` makes staged batches count");
    finished
}

pub(super) async fn held(fixture: &dyn DestinationFixture, id: &AudienceId) -> IdentifierSets {
    match fixture.identifiers(id).await {
        Some(identifiers) => identifiers,
        None => panic!("an audience that was made is there; the fixture sees none called {id}"),
    }
}

/// Checks that two collections of sets are the same, and says how far apart they are.
#[track_caller]
pub(super) fn assert_same(found: &IdentifierSets, expected: &IdentifierSets, clause: &str) {
    for kind in found.kinds().chain(expected.kinds()) {
        let (found, expected) = (found.get(kind), expected.get(kind));
        let (extra, missing) = (found.difference(&expected).len(), expected.difference(&found).len());
        assert_eq!(
            (extra, missing),
            (0, 0),
            "{clause}; of {kind} so many are too many, and so many are missing (left)"
        );
    }
}

/// Checks that a batch was refused as what the capabilities do not allow, without showing an identifier.
#[track_caller]
pub(super) fn assert_refused(
    receipt: Receipt,
    batch: &Batch,
    scope: RefusalScope,
    kind: Option<DestinationErrorKind>,
    clause: &str,
) {
    let Receipt::Refused(refusal) = receipt else {
        panic!("{clause}, with a receipt that says so; this one says {receipt:?}");
    };
    assert_eq!(refusal.scope, scope, "{clause}, and the refusal says how far it reaches");
    if let Some(kind) = kind {
        assert_eq!(refusal.error.kind(), kind, "{clause} with an error of that kind");
    }
    let digests = batch.digests().flatten().copied().collect();
    let leaked = shows(&shown(&refusal.error), &IdentifierSet::from_unsorted(batch.kind(), digests));
    assert!(!leaked, "an error never holds an identifier; this one does");
}

//! An audience made for one case.

use super::DestinationFixture;
use super::people::{batches, enough, first_kind, people, shows};
use crate::conformance::outcome::{must, shown};
use crate::destination::{
    Acknowledgement, AudienceId, AudienceSpec, AudienceWriter, Batch, Capabilities, Destination, DestinationErrorKind,
    Receipt, RefusalScope,
};
use crate::diff::{Action, IdentifierSet, IdentifierSets};

pub(super) const NAME: &str = "Conformance buyers";

/// A destination under test, with one audience.
pub(super) struct Trial<'a> {
    fixture: &'a dyn DestinationFixture,
    pub(super) destination: Box<dyn Destination>,
    pub(super) id: AudienceId,
}

impl<'a> Trial<'a> {
    /// A destination with an empty audience.
    pub(super) async fn new(fixture: &'a dyn DestinationFixture) -> Self {
        let destination = fixture.destination().await;
        let id = create(&*destination, NAME).await;
        Self { fixture, destination, id }
    }

    /// The same with so many people in the audience that the destination makes use of it.
    pub(super) async fn filled(fixture: &'a dyn DestinationFixture) -> (Self, IdentifierSet) {
        let trial = Self::new(fixture).await;
        let crowd = trial.crowd();
        trial.change(Action::Add, &crowd).await;
        (trial, crowd)
    }

    pub(super) fn capabilities(&self) -> &Capabilities {
        self.destination.capabilities()
    }

    /// So many people that the destination makes use of an audience of them.
    pub(super) fn crowd(&self) -> IdentifierSet {
        people(first_kind(self.capabilities()), 0..enough(self.capabilities()))
    }

    /// The same destination and another audience.
    pub(super) async fn other(self, name: &str) -> Self {
        let id = create(&*self.destination, name).await;
        Self { id, ..self }
    }

    /// Puts a set in, or takes it out, in as many batches as it needs. Each has to be taken.
    pub(super) async fn change(&self, action: Action, set: &IdentifierSet) {
        self.change_audience(&self.id, action, set).await;
    }

    pub(super) async fn change_audience(&self, id: &AudienceId, action: Action, set: &IdentifierSet) {
        let writer = open(&*self.destination, id).await;
        for batch in batches(action, set, self.capabilities().batch_limit) {
            let receipt = must(writer.apply(&batch).await, "a batch within the capabilities is applied");
            self.assert_taken(&receipt);
        }
        finish(&*writer).await;
    }

    /// The receipt that the declared acknowledgement gives.
    #[track_caller]
    pub(super) fn assert_taken(&self, receipt: &Receipt) {
        let as_declared = match self.capabilities().acknowledgement {
            Acknowledgement::PerBatch => matches!(receipt, Receipt::Accepted),
            Acknowledgement::AtFinish => matches!(receipt, Receipt::Staged),
        };
        assert!(
            as_declared,
            "a batch within the capabilities is taken, with the receipt that they declare: {receipt:?}"
        );
    }

    pub(super) async fn holds(&self) -> IdentifierSets {
        held(self.fixture, &self.id).await
    }

    /// Checks that the audience holds exactly these identifiers.
    pub(super) async fn assert_holds(&self, sets: impl IntoIterator<Item = IdentifierSet>, clause: &str) {
        assert_same(&self.holds().await, &sets.into_iter().collect(), clause);
    }
}

pub(super) async fn create(destination: &dyn Destination, name: &str) -> AudienceId {
    let spec = AudienceSpec { name: name.to_owned(), description: None };
    must(destination.create_audience(&spec).await, "a new audience can be made").id
}

pub(super) async fn open(destination: &dyn Destination, id: &AudienceId) -> Box<dyn AudienceWriter> {
    must(destination.open_audience(id).await, "an audience that is there can be opened")
}

pub(super) async fn finish(writer: &dyn AudienceWriter) {
    must(writer.finish().await, "`finish` makes staged batches count");
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

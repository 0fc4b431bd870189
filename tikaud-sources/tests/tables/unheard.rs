//! What a call has written is there, and its answer is lost on its way: the end of its last transaction was not heard of.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use tikaud_core::activation::Activation;
use tikaud_core::diff::{
    CompareRequest, Compared, DiffEngine, DiffEngineError, DiffEngineErrorKind, Held, HeldStream, IdentifierSets,
    SetsId, SettleRequest, StoredCount,
};
use tikaud_core::identifier::IdentifierKind;
use tikaud_core::state::ActivationId;
use tikaud_sources::AdbcDiffEngine;

use crate::crash::recovers;
use crate::kept::{Kept, customers, options, wanted};
use crate::places::{Place, in_each_database};

/// An engine of whose calls that write the n-th, from 0, answers to nobody.
#[derive(Debug)]
struct Unheard(AdbcDiffEngine, Arc<AtomicI64>);

impl Unheard {
    fn heard<T>(&self, answer: Result<T, DiffEngineError>) -> Result<T, DiffEngineError> {
        if self.1.fetch_sub(1, Ordering::SeqCst) == 0 {
            answer.unwrap();
            return Err(DiffEngineError::new(DiffEngineErrorKind::Failed, "the answer is lost"));
        }
        answer
    }
}

#[async_trait]
impl DiffEngine for Unheard {
    fn place(&self) -> &str {
        self.0.place()
    }

    async fn compare(&self, request: &CompareRequest<'_>) -> Result<Compared, DiffEngineError> {
        self.0.compare(request).await
    }

    async fn settle(&self, request: SettleRequest) -> Result<Vec<StoredCount>, DiffEngineError> {
        self.heard(self.0.settle(request).await)
    }

    async fn read(&self, sets: &SetsId, kind: IdentifierKind) -> Result<HeldStream, DiffEngineError> {
        self.0.read(sets, kind).await
    }

    async fn find(&self, sets: &SetsId, identifiers: &IdentifierSets) -> Result<Vec<Held>, DiffEngineError> {
        self.0.find(sets, identifiers).await
    }

    async fn keep(&self, activation: &ActivationId, sets: &[SetsId], through: u64) -> Result<(), DiffEngineError> {
        self.heard(self.0.keep(activation, sets, through).await)
    }
}

async fn unheard_in(place: Place) {
    place.fill(&customers(3..25)).await;
    let audience = wanted(&place).await;
    for calls in 0.. {
        let kept = Kept::named(&format!("unheard{calls}"));
        place.fill(&customers(0..20)).await;
        kept.there(&place).run(&options()).await.unwrap();
        place.fill(&customers(7..30)).await;
        let left = Arc::new(AtomicI64::new(calls));
        let outcome = kept.by(&place, Unheard(place.engine(), Arc::clone(&left))).run(&options()).await;
        if left.load(Ordering::SeqCst) >= 0 {
            assert!(outcome.is_ok() && calls == 2, "a run settles, and clears away");
            return;
        }
        // Whoever clears away has done the work before.
        assert_eq!(outcome.is_err(), calls == 0);
        place.fill(&customers(3..25)).await;
        recovers(&place, &kept, &audience).await;
    }
}

in_each_database!(a_lost_answer_does_no_harm, unheard_in);

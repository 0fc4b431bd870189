//! A merge of any number of sorted sources, a step at a time.
//!
//! A step is a range of digests, with everything that the sources hold in it. Sets are compared digest by digest, so what is
//! true of each range is true of the whole: the rules for whole sets are applied to each step by itself, on any core.
//!
//! Each source contributes its share of a step, by what is left of it, and the step ends at the least digest at which
//! one of these shares ends. So no source gives more than its share, whatever the digests look like, and memory is
//! bounded; and as digests are uniform, little less.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::try_join_all;
use futures::stream::{self, Stream};
use tokio::sync::mpsc;

use super::lane::{Lane, Slice};
use super::{DiffError, Resources};
use crate::compute::{Died, Started, start};

/// A merge under way.
pub(crate) struct Steps {
    lanes: Vec<Lane>,
    /// Digests of a step, all sources together, at most (but for one of each source, where there are that many).
    digests: usize,
}

impl Steps {
    pub(crate) fn new(lanes: Vec<Lane>, digests: usize) -> Self {
        Self { lanes, digests }
    }

    /// The next step: a slice of each lane, in their order. `None` when all are at their end.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Slice>>, DiffError> {
        let left: u64 = self.lanes.iter().map(Lane::left).sum();
        if left == 0 {
            return Ok(None);
        }
        let share = |lane: &Lane| {
            let share = (self.digests as u128 * u128::from(lane.left())).div_ceil(u128::from(left));
            usize::try_from(share).unwrap_or(usize::MAX)
        };
        let shares: Vec<usize> = self.lanes.iter().map(share).collect();
        try_join_all(self.lanes.iter_mut().zip(&shares).map(|(lane, share)| lane.load(*share, *share))).await?;
        let ends = self.lanes.iter().zip(&shares).filter_map(|(lane, share)| lane.last_of(*share));
        let last: Option<Bytes> = ends.min();
        Ok(Some(self.lanes.iter_mut().map(|lane| lane.take_through(last.as_deref())).collect()))
    }

    /// What `work` makes of each step, on all cores, in the order of the steps. Steps are loaded on a task of their own, so
    /// that loading, working and what is done with the results go on side by side; it ends when the stream is dropped.
    pub(crate) fn map<T: Send + 'static>(
        mut self,
        work: impl Fn(Vec<Slice>) -> T + Send + Sync + 'static,
    ) -> impl Stream<Item = Result<T, DiffError>> + Send + 'static {
        let (steps, started) = mpsc::channel(Resources::steps_in_flight() - 1);
        let work = Arc::new(work);
        tokio::spawn(async move {
            loop {
                let step = self.next().await.map(|slices| {
                    let work = Arc::clone(&work);
                    slices.map(|slices| start(move || work(slices)))
                });
                let goes_on = matches!(step, Ok(Some(_)));
                if steps.send(step).await.is_err() || !goes_on {
                    return;
                }
            }
        });
        stream::try_unfold(started, |mut started: mpsc::Receiver<Result<Option<Started<T>>, DiffError>>| async {
            // The last step is said to be the last: a task that has died must never look like a set that has ended.
            match started.recv().await.unwrap_or(Err(DiffError::Died(Died)))? {
                Some(step) => Ok(Some((step.done().await?, started))),
                None => Ok(None),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use futures::executor::block_on;
    use proptest::prelude::*;

    use super::*;
    use crate::diff::IdentifierSet;
    use crate::diff::source::{DigestSource, MemorySource};
    use crate::identifier::IdentifierKind;

    const KIND: IdentifierKind = IdentifierKind::IdfaMd5;

    fn lane(members: &BTreeSet<u8>) -> Lane {
        let digests = members.iter().flat_map(|member| [*member; 16]).collect();
        Lane::new(KIND, Box::new(MemorySource::new(IdentifierSet::from_unsorted(KIND, digests))))
    }

    /// A source that dies half-way.
    struct Dying(u64);

    #[async_trait::async_trait]
    impl DigestSource for Dying {
        fn left(&self) -> u64 {
            self.0
        }

        async fn read(&mut self, _: usize) -> Result<Bytes, DiffError> {
            assert!(self.0 > 1, "it dies here");
            self.0 -= 1;
            Ok(Bytes::copy_from_slice(&u128::from(u64::MAX - self.0).to_be_bytes()))
        }
    }

    #[tokio::test]
    async fn a_source_that_dies_is_an_error_and_never_the_end() {
        let steps = Steps::new(vec![Lane::new(KIND, Box::new(Dying(3)))], 1).map(|slices| slices.len());
        let steps: Vec<_> = futures::StreamExt::collect(steps).await;
        assert!(matches!(steps[..], [Ok(1), Ok(1), Err(DiffError::Died(_))]), "{steps:?}");
    }

    #[tokio::test]
    async fn work_that_dies_is_an_error() {
        let steps = Steps::new(vec![lane(&BTreeSet::from([1, 2, 3]))], 1).map(|_| panic!("it dies here"));
        let steps: Vec<Result<(), DiffError>> = futures::StreamExt::collect(steps).await;
        assert!(matches!(steps[..], [Err(DiffError::Died(_))]), "{steps:?}");
    }

    proptest! {
        /// Skewed or not, each step is a range: no digest of it is in another step, and none is lost.
        #[test]
        fn steps_cut_every_lane_at_the_same_digests_and_keep_to_their_size(
            lanes in prop::collection::vec(prop::collection::btree_set(0..60_u8, 0..40), 0..6),
            digests in 1..30_usize,
        ) {
            let mut steps = Steps::new(lanes.iter().map(lane).collect(), digests);
            let mut seen = vec![Vec::new(); lanes.len()];
            let mut last_of_all: Option<u8> = None;
            while let Some(slices) = block_on(steps.next()).unwrap() {
                prop_assert!(slices.iter().map(|slice| slice.set.len()).sum::<usize>() <= digests + lanes.len());
                let mut in_step = BTreeSet::new();
                for (slice, seen) in slices.iter().zip(&mut seen) {
                    prop_assert_eq!(slice.position, seen.len() as u64);
                    seen.extend(slice.set.iter().map(|digest| digest[0]));
                    in_step.extend(slice.set.iter().map(|digest| digest[0]));
                }
                prop_assert!(in_step.first().is_some(), "a step without a digest never ends");
                prop_assert!(last_of_all.is_none_or(|last| Some(&last) < in_step.first()));
                last_of_all = in_step.last().copied();
            }
            let expected: Vec<Vec<u8>> = lanes.iter().map(|lane| lane.iter().copied().collect()).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}

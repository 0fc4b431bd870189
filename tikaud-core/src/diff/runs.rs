//! From digests in any order to sorted runs: what is read of a segment, within the memory budget.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};

use super::resources::{RUNS_IN_FLIGHT, SORTS_IN_FLIGHT};
use super::scratch::{Scratch, SpilledSet};
use super::set::sort_digests;
use super::source::{DigestSource, MemorySource};
use super::{DiffError, IdentifierSet, Resources};
use crate::compute::{Died, compute};
use crate::identifier::IdentifierKind;
use crate::state::Tombstones;

/// A sorted run. Runs of one kind may share identifiers.
#[derive(Debug, Clone)]
enum Run {
    Memory(IdentifierSet),
    Spilled(SpilledSet),
}

/// A segment's identifiers as sorted runs, kind by kind. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    by_kind: BTreeMap<IdentifierKind, Vec<Run>>,
    scratch: Arc<Scratch>,
    /// Bytes of the runs that stay in memory.
    resident: Arc<AtomicUsize>,
}

/// What a segment asks for: its identifiers, but for those that are never to be in the audience.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) segment: Runs,
    /// `None` when nothing is suppressed.
    pub(crate) suppressed: Option<Runs>,
    /// `None` when nobody has been erased.
    pub(crate) erased: Option<Arc<Tombstones>>,
}

impl Runs {
    /// The kinds of which there are identifiers.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = IdentifierKind> {
        self.by_kind.keys().copied()
    }

    /// The runs of a kind, from their beginnings.
    pub(crate) fn sources(&self, kind: IdentifierKind) -> Vec<Box<dyn DigestSource>> {
        let source = |run: &Run| -> Box<dyn DigestSource> {
            match run {
                Run::Memory(set) => Box::new(MemorySource::new(set.clone())),
                Run::Spilled(set) => Box::new(set.clone()),
            }
        };
        self.by_kind.get(&kind).into_iter().flatten().map(source).collect()
    }

    /// Bytes in temporary files.
    pub(crate) fn spilled_bytes(&self) -> u64 {
        self.scratch.bytes()
    }
}

/// Takes digests in any order and makes sorted runs of them: in memory at first, in a temporary file when that is full.
pub(crate) struct Collector {
    resources: Resources,
    scratch: Arc<Scratch>,
    /// Digests that wait to be sorted.
    waiting: BTreeMap<IdentifierKind, Waiting>,
    waiting_bytes: usize,
    /// Bytes of the runs that stay in memory.
    resident: Arc<AtomicUsize>,
    /// Runs on their way: first sorted, then written where they have to be.
    in_flight: JoinSet<Result<(IdentifierKind, Run), DiffError>>,
    sorting: Arc<Semaphore>,
    buffers: Buffers,
    runs: BTreeMap<IdentifierKind, Vec<Run>>,
}

#[derive(Default)]
struct Waiting {
    parts: Vec<Vec<u8>>,
    bytes: usize,
}

/// Buffers of written runs, to be used for the next ones: an allocator that is given back as much, from thread to thread,
/// keeps a good part of it, and memory that has never been touched is slow.
#[derive(Clone, Default)]
struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        self.spare().pop().unwrap_or_default()
    }

    fn give_back(&self, buffer: Vec<u8>) {
        self.spare().push(buffer);
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // Nothing can panic while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Collector {
    pub(crate) fn new(resources: &Resources) -> Self {
        Self::within(resources, Scratch::new(&resources.scratch), Arc::default())
    }

    /// The same for runs that are kept beside others: together they stay within the memory that one may use.
    pub(crate) fn beside(others: &Runs, resources: &Resources) -> Self {
        Self::within(resources, Arc::clone(&others.scratch), Arc::clone(&others.resident))
    }

    fn within(resources: &Resources, scratch: Arc<Scratch>, resident: Arc<AtomicUsize>) -> Self {
        Self {
            scratch,
            resources: resources.clone(),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
            resident,
            in_flight: JoinSet::new(),
            sorting: Arc::new(Semaphore::new(SORTS_IN_FLIGHT)),
            buffers: Buffers::default(),
            runs: BTreeMap::new(),
        }
    }

    /// Takes digests of a kind, one after the other, in any order and any number of times.
    pub(crate) async fn push(&mut self, kind: IdentifierKind, digests: Vec<u8>) -> Result<(), DiffError> {
        let waiting = self.waiting.entry(kind).or_default();
        waiting.bytes += digests.len();
        self.waiting_bytes += digests.len();
        waiting.parts.push(digests);
        while self.waiting_bytes >= self.resources.run_bytes() {
            self.cut().await?;
        }
        Ok(())
    }

    /// All runs, once everything has been taken.
    pub(crate) async fn finish(mut self) -> Result<Runs, DiffError> {
        while self.waiting_bytes > 0 {
            self.cut().await?;
        }
        while let Some(run) = self.in_flight.join_next().await {
            self.keep(run.map_err(|_| Died)??);
        }
        Ok(Runs { by_kind: self.runs, scratch: self.scratch, resident: self.resident })
    }

    /// Makes a run of the largest part of what waits; waits while enough runs are on their way already.
    async fn cut(&mut self) -> Result<(), DiffError> {
        while self.in_flight.len() >= RUNS_IN_FLIGHT
            && let Some(run) = self.in_flight.join_next().await
        {
            self.keep(run.map_err(|_| Died)??);
        }
        let Some((&kind, _)) = self.waiting.iter().max_by_key(|(_, waiting)| waiting.bytes) else {
            return Ok(());
        };
        let Waiting { parts, bytes } = self.waiting.remove(&kind).unwrap_or_default();
        self.waiting_bytes -= bytes;
        let (scratch, resident, limit) =
            (Arc::clone(&self.scratch), Arc::clone(&self.resident), self.resources.resident_bytes());
        let (sorting, buffers) = (Arc::clone(&self.sorting), self.buffers.clone());
        self.in_flight.spawn(async move {
            let turn = sorting.acquire_owned().await;
            let mut buffer = buffers.take();
            let sort = move || {
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                sort_digests(kind, &parts, &mut buffer);
                buffer
            };
            let sorted = compute(sort).await?;
            drop(turn);
            let len = sorted.len();
            if resident.fetch_add(len, Ordering::Relaxed) + len <= limit {
                return Ok((kind, Run::Memory(IdentifierSet::of_sorted(kind, sorted.into()))));
            }
            resident.fetch_sub(len, Ordering::Relaxed);
            let write = move || {
                let spilled = scratch.write(kind, &sorted);
                buffers.give_back(sorted);
                spilled
            };
            Ok((kind, Run::Spilled(spawn_blocking(write).await.map_err(|_| Died)??)))
        });
        Ok(())
    }

    fn keep(&mut self, (kind, run): (IdentifierKind, Run)) {
        self.runs.entry(kind).or_default().push(run);
    }
}

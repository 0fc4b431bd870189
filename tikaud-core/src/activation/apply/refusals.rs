//! Refused batches are halved, until whoever the destination minds is found, or it has cost enough.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::destination::{Batch, DestinationError, Refusal, RefusalScope};
use crate::identifier::IdentifierKind;
use crate::state::PlannedPart;

/// Batches of a kind that are halved in a run, at most. One identifier in a batch of 10,000 is found by halving 14 times;
/// each costs two requests.
const HALVED: u32 = 100;

/// So many refusals of a kind with nothing taken in between mean that the kind is refused: a whole batch, and all of its
/// eighths.
const IN_A_ROW: u32 = 15;

/// What was refused of a kind.
#[derive(Debug)]
pub(in crate::activation) struct Refused {
    /// The first refusal.
    pub(in crate::activation) error: DestinationError,
    /// Identifiers that were refused by themselves, or because of their kind.
    pub(in crate::activation) identifiers: u64,
    /// Identifiers of batches that were refused as a whole, and not taken apart far enough.
    pub(in crate::activation) unknown: u64,
}

/// A batch on its way.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) part: PlannedPart,
    pub(super) batch: Batch,
    /// Whether an earlier attempt at it may have been carried out.
    pub(super) may_have_happened: bool,
}

/// What has been refused, and what of it is to be sent again, in halves.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    halves: VecDeque<Sending>,
    kinds: BTreeMap<IdentifierKind, OfKind>,
}

#[derive(Debug, Default)]
struct OfKind {
    in_a_row: u32,
    halved: u32,
    given_up: bool,
}

impl Sending {
    pub(super) fn first(part: PlannedPart, batch: Batch) -> Self {
        Self { part, batch, may_have_happened: false }
    }

    /// Two batches in the place of one.
    fn halves(self) -> [Self; 2] {
        let [front, back] = self.batch.halves();
        let Range { start, end } = self.part.positions;
        let middle = start + front.len() as u64;
        [(front, start..middle), (back, middle..end)].map(|(batch, positions)| Self {
            part: PlannedPart { positions, ..self.part.clone() },
            batch,
            may_have_happened: self.may_have_happened,
        })
    }
}

impl Refusals {
    /// The next half of a batch that was refused.
    pub(super) fn next_half(&mut self) -> Option<Sending> {
        self.halves.pop_front()
    }

    /// Whether no more batches of the kind are sent.
    pub(super) fn is_given_up(&self, kind: IdentifierKind) -> bool {
        self.kinds.get(&kind).is_some_and(|of_kind| of_kind.given_up)
    }

    /// A batch of the kind was taken.
    pub(super) fn taken(&mut self, kind: IdentifierKind) {
        if let Some(of_kind) = self.kinds.get_mut(&kind) {
            of_kind.in_a_row = 0;
        }
    }

    /// A batch was refused. Gives those that are not sent again, counted.
    pub(super) fn refuse(
        &mut self,
        mut sent: Sending,
        refusal: Refusal,
        refused: &mut BTreeMap<IdentifierKind, Refused>,
    ) -> Vec<Sending> {
        let (kind, of_all) = (sent.part.kind, refusal.scope == RefusalScope::Kind);
        sent.may_have_happened |= refusal.error.may_have_happened();
        let refused = refused.entry(kind).or_insert(Refused { error: refusal.error, identifiers: 0, unknown: 0 });
        let of_kind = self.kinds.entry(kind).or_default();
        of_kind.in_a_row += 1;
        of_kind.given_up |= of_all || of_kind.in_a_row >= IN_A_ROW;
        if !of_kind.given_up && of_kind.halved < HALVED && sent.part.len() > 1 {
            of_kind.halved += 1;
            self.halves.extend(sent.halves());
            return Vec::new();
        }
        let is_found = of_all || sent.part.len() == 1;
        let mut left = if of_kind.given_up { self.withdraw(kind) } else { Vec::new() };
        left.push(sent);
        let identifiers: u64 = left.iter().map(|left| left.part.len()).sum();
        *(if is_found { &mut refused.identifiers } else { &mut refused.unknown }) += identifiers;
        left
    }

    /// The halves of a kind that will not be sent.
    fn withdraw(&mut self, kind: IdentifierKind) -> Vec<Sending> {
        let halves = std::mem::take(&mut self.halves).into_iter();
        let (withdrawn, kept): (Vec<Sending>, Vec<Sending>) = halves.partition(|half| half.part.kind == kind);
        self.halves = kept.into();
        withdrawn
    }
}

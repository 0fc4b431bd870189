//! Positions of a plan that have been answered: ranges from a file, and batches that come in any order.

use std::collections::BTreeSet;

use crate::diff::{Action, IdentifierSet, Slice};
use crate::identifier::IdentifierKind;
use crate::state::{Positions, Receipts};

const KIND: IdentifierKind = IdentifierKind::IdfaMd5;
/// More than any position that a batch of the second part has.
const END: u64 = 600;

/// Receipts as JSON; and, whatever the bytes are, batches, each of two bytes for the start and one for the length.
pub fn positions(data: &[u8]) {
    if let Ok(receipts) = serde_json::from_slice::<Receipts>(data) {
        for positions in [&receipts.acknowledged, &receipts.undone] {
            whole(positions);
        }
    }
    let (mut positions, mut expected) = (Positions::default(), BTreeSet::new());
    for batch in data.as_chunks::<3>().0 {
        let start = u64::from(batch[0]) + u64::from(batch[1]);
        let range = start..start + u64::from(batch[2] % 16);
        expected.extend(range.clone());
        positions.insert(KIND, Action::Add, range);
    }
    whole(&positions);
    assert_eq!(positions.count(KIND, Action::Add), expected.len() as u64);
    let expected: Vec<u8> = expected.into_iter().flat_map(digest).collect();
    // The part is the same, whatever slices a file is read in.
    for step in [7, 64, END] {
        let at = (0..END).step_by(usize::try_from(step).unwrap_or(1));
        let parts = at.map(|position| positions.part(Action::Add, &slice(position..(position + step).min(END))));
        assert_eq!(parts.flat_map(|part| part.as_bytes().to_vec()).collect::<Vec<u8>>(), expected);
    }
}

fn digest(position: u64) -> [u8; 16] {
    u128::from(position).to_be_bytes()
}

fn slice(positions: std::ops::Range<u64>) -> Slice {
    let position = positions.start;
    let digests: Vec<u8> = positions.flat_map(digest).collect();
    match IdentifierSet::from_sorted(KIND, digests.into()) {
        Some(set) => Slice { set, position },
        None => panic!("numbers are in order"),
    }
}

/// What holds of any positions.
fn whole(positions: &Positions) {
    let json = serde_json::to_string(positions).unwrap_or_else(|error| panic!("{error}"));
    let again: Positions = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again, *positions, "writing what was read changes it");
    for kind in IdentifierKind::ALL {
        for action in [Action::Add, Action::Remove] {
            let part = positions.part(action, &Slice { set: IdentifierSet::empty(kind), position: u64::MAX });
            assert!(part.is_empty());
            assert!(positions.count(kind, action) > 0 || !json.contains(&format!("{kind}\",\"action\":\"{action}\"")));
        }
    }
}

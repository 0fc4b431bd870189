//! Members whose values SQL is not trusted with: the extractor judges them here.

use std::collections::BTreeMap;
use std::str;
use std::sync::Arc;

use tikaud_core::diff::IdentifierSet;
use tikaud_core::identifier::{Extractor, FieldMapping, IdentifierKind, NoPhoneParser, Tally};
use tikaud_core::segment::{MemberBatch, SegmentError, TextColumn};

use super::cells::unexpected;
use super::value::{DigestForm, HERE};
use crate::error::configuration;

/// How many different ones may be read into this process.
pub(super) const MOST: u64 = 100_000;
const MOST_BYTES: usize = 10 << 20;

/// Different members, by how often each is there.
#[derive(Default)]
pub(super) struct Doubtful {
    by_times: BTreeMap<u64, Vec<Vec<Option<String>>>>,
    bytes: usize,
}

/// What the extractor makes of them.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) tally: Tally,
    pub(super) sets: BTreeMap<IdentifierKind, IdentifierSet>,
}

impl Doubtful {
    /// Takes in one who is there so often: all cells, in the place of a digest.
    pub(super) fn take(&mut self, form: DigestForm, packed: &[u8], times: u64) -> Result<(), SegmentError> {
        let decoded;
        let packed = match form {
            DigestForm::Bytes => packed,
            DigestForm::Hex => {
                decoded = const_hex::decode(packed).map_err(|_| unexpected())?;
                &decoded
            }
        };
        self.bytes += packed.len();
        if self.bytes > MOST_BYTES {
            return Err(too_many());
        }
        let cell = |bytes: &[u8]| match bytes {
            [0xfe] => Ok(None),
            bytes => str::from_utf8(bytes).map(|text| Some(text.to_owned())).map_err(|_| unexpected()),
        };
        let cells = packed.split(|byte| *byte == 0xff).map(cell).collect::<Result<Vec<_>, _>>()?;
        self.by_times.entry(times).or_default().push(cells);
        Ok(())
    }

    pub(super) fn judge(self, mapping: &FieldMapping) -> Result<Judged, SegmentError> {
        // Columns of phone numbers in any spelling are refused before.
        let extractor = Extractor::new(mapping, Arc::new(NoPhoneParser));
        let (mut tally, mut all) = (Tally::default(), BTreeMap::<IdentifierKind, Vec<u8>>::new());
        for (times, members) in self.by_times {
            let mut columns = Vec::new();
            for at in 0..mapping.fields().len() {
                let mut column = TextColumn::with_capacity(members.len(), 0);
                for member in &members {
                    let cell = member.get(at).ok_or_else(unexpected)?;
                    column.push(cell.as_deref()).map_err(|_| too_many())?;
                }
                columns.push(column);
            }
            let (digests, part) = extractor.extract(&MemberBatch::try_new(columns)?, 1)?.into_digests();
            digests.into_iter().for_each(|(kind, more)| all.entry(kind).or_default().extend(more));
            tally.extend(many_times(part, times));
        }
        let sets = all.into_iter().map(|(kind, digests)| (kind, IdentifierSet::from_unsorted(kind, digests)));
        Ok(Judged { tally, sets: sets.filter(|(_, set)| !set.is_empty()).collect() })
    }
}

/// The same members so many times. Where they stand is not known.
fn many_times(mut tally: Tally, times: u64) -> Tally {
    tally.members *= times;
    tally.members_with_identifier *= times;
    for column in &mut tally.columns {
        column.null_cells *= times;
        column.empty_cells *= times;
        column.values *= times;
        column.accepted *= times;
        column.non_ascii_domains *= times;
        for rejects in column.rejects.values_mut() {
            rejects.count *= times;
            rejects.members.clear();
        }
    }
    tally
}

pub(super) fn too_many() -> SegmentError {
    configuration(format!(
        "more than {MOST} different members, or more than 10 MiB of them, have values that only this process can judge, such \
         as letters outside of ASCII; clean the columns in a view, or {HERE}"
    ))
}

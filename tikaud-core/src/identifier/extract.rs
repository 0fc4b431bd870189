//! From a batch of members to digests: the one place where raw values are looked at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::tally::{ColumnTally, Tally};
use super::{
    DeviceHash, Field, FieldMapping, IdentifierKind, PhoneParser, PhoneRegion, Region, RejectReason, decode_digest,
    md5, normalise_device_id, normalise_email, normalise_phone, sha256,
};
use crate::diff::{IdentifierSet, IdentifierSets};
use crate::segment::{MemberBatch, SegmentError, TextColumn};

/// Makes identifiers of member batches, by a field mapping. Shared between threads, a batch at a time each.
///
/// The batches must hold the mapping's [`columns`](FieldMapping::columns), in that order.
#[derive(Debug, Clone)]
pub struct Extractor {
    mapping: FieldMapping,
    columns: Vec<String>,
    parser: Arc<dyn PhoneParser>,
}

/// The identifiers of some members, in no order and with repetitions, and what became of their values.
#[derive(Default)]
pub struct Extracted {
    digests: BTreeMap<IdentifierKind, Vec<u8>>,
    tally: Tally,
}

impl Extractor {
    /// An extractor for this mapping.
    #[must_use]
    pub fn new(mapping: &FieldMapping, parser: Arc<dyn PhoneParser>) -> Self {
        Self { mapping: mapping.clone(), columns: mapping.columns(), parser }
    }

    /// The identifiers of a batch. `first` is the number of its first member, from 1.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Malformed`](crate::segment::SegmentErrorKind::Malformed) when the batch has not the columns
    /// that were asked for.
    pub fn extract(&self, batch: &MemberBatch, first: u64) -> Result<Extracted, SegmentError> {
        if batch.columns().len() != self.columns.len() {
            return Err(SegmentError::malformed(format!(
                "the segment delivers {} columns where {} were asked for",
                batch.columns().len(),
                self.columns.len()
            )));
        }
        let mut extracted = Extracted::default();
        let mut reached = vec![false; batch.len()];
        for mapped in self.mapping.fields() {
            let kind = mapped.field.kind();
            let digests = extracted.digests.entry(kind).or_default();
            digests.reserve(batch.len() * kind.digest_len());
            let mut work = ColumnWork {
                extractor: self,
                field: &mapped.field,
                regions: self.regions(batch, &mapped.field),
                buffer: String::new(),
                digests,
                tally: ColumnTally::new(&mapped.column, kind),
            };
            if let Some(column) = self.column(batch, &mapped.column) {
                for (row, reached) in reached.iter_mut().enumerate() {
                    *reached |= work.cell(column, row, first + row as u64);
                }
            }
            extracted.tally.columns.push(work.tally);
        }
        extracted.tally.members = batch.len() as u64;
        extracted.tally.members_with_identifier = reached.into_iter().filter(|reached| *reached).count() as u64;
        Ok(extracted)
    }

    fn column<'a>(&self, batch: &'a MemberBatch, name: &str) -> Option<&'a TextColumn> {
        let at = self.columns.iter().position(|column| column == name)?;
        batch.columns().get(at)
    }

    fn regions<'a>(&self, batch: &'a MemberBatch, field: &Field) -> Option<&'a TextColumn> {
        match field {
            Field::Phone(PhoneRegion::Column(column)) => self.column(batch, column),
            _ => None,
        }
    }
}

/// One mapped column of one batch, at work.
struct ColumnWork<'a> {
    extractor: &'a Extractor,
    field: &'a Field,
    regions: Option<&'a TextColumn>,
    buffer: String,
    digests: &'a mut Vec<u8>,
    tally: ColumnTally,
}

impl ColumnWork<'_> {
    /// Takes the values of a cell; gives whether there was an identifier among them.
    fn cell(&mut self, column: &TextColumn, row: usize, member: u64) -> bool {
        let (mut values, mut accepted) = (0, false);
        for value in column.cell(row) {
            values += 1;
            match self.value(value, row) {
                Ok(()) => {
                    self.tally.accepted += 1;
                    accepted = true;
                }
                Err(reason) => self.tally.reject(reason, member),
            }
        }
        if values == 0 {
            self.tally.reject(RejectReason::Empty, member);
        }
        accepted
    }

    /// Appends the digest of one value.
    fn value(&mut self, raw: &str, row: usize) -> Result<(), RejectReason> {
        match self.field {
            Field::Email => {
                let email = normalise_email(raw, self.extractor.mapping.email_rule(), &mut self.buffer)?;
                self.tally.non_ascii_domains += u64::from(email.non_ascii_domain);
                sha256(email.text.as_bytes(), self.digests);
            }
            Field::Phone(region) => {
                let region = match region {
                    PhoneRegion::International => None,
                    PhoneRegion::Fixed(region) => Some(*region),
                    PhoneRegion::Column(_) => self.region(row),
                };
                normalise_phone(raw, region, &*self.extractor.parser, &mut self.buffer)?;
                sha256(self.buffer.as_bytes(), self.digests);
            }
            Field::Idfa(hash) | Field::Aaid(hash) => {
                let mut id = [0; 36];
                normalise_device_id(raw, &mut id)?;
                match hash {
                    DeviceHash::Sha256 => sha256(&id, self.digests),
                    DeviceHash::Md5 => md5(&id, self.digests),
                }
            }
            Field::EmailSha256
            | Field::EmailSha512
            | Field::PhoneSha256
            | Field::IdfaSha256
            | Field::IdfaMd5
            | Field::AaidSha256
            | Field::AaidMd5 => decode_digest(raw, self.field.kind().digest_len(), self.digests)?,
        }
        Ok(())
    }

    fn region(&self, row: usize) -> Option<Region> {
        self.regions?.cell(row).next()?.parse().ok()
    }
}

impl Extracted {
    /// Counts in the identifiers of members that were read after these.
    pub fn extend(&mut self, later: Self) {
        if self.tally.columns.is_empty() {
            *self = later;
            return;
        }
        for (kind, digests) in later.digests {
            self.digests.entry(kind).or_default().extend_from_slice(&digests);
        }
        self.tally.extend(later.tally);
    }

    /// What became of the values so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The sorted sets, and what became of the values. Sorts on all cores; call it where blocking is allowed.
    #[must_use]
    pub fn into_sets(self) -> (IdentifierSets, Tally) {
        let sets =
            self.digests.into_iter().map(|(kind, digests)| IdentifierSet::from_unsorted(kind, digests)).collect();
        (sets, self.tally)
    }
}

/// Shows counts only: a digest is an identifier.
impl fmt::Debug for Extracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extracted").field("tally", &self.tally).finish_non_exhaustive()
    }
}

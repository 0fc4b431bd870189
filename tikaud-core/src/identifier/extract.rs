//! From a batch of members to digests: the one place where raw values are looked at.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::tally::{ColumnTally, Tally};
use super::{
    DeviceHash, EmailSpace, Field, FieldMapping, IdentifierKind, PhoneParser, PhoneRegion, Region, RejectReason,
    Sha256Queue, decode_digest, md5, normalise_device_id, normalise_email, normalise_phone, phone_in_e164,
};
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

    /// The columns of its batches.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
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
            let tally = ColumnTally::new(&mapped.column, kind);
            let mut work = ColumnWork { first, delimiter: mapped.delimiter, reached: &mut reached, tally };
            if let Some(column) = self.column(batch, &mapped.column) {
                self.extract_column(&mapped.field, batch, column, &mut work, digests);
            }
            extracted.tally.columns.push(work.tally);
        }
        extracted.tally.members = batch.len() as u64;
        extracted.tally.without_consent = batch.without_consent();
        extracted.tally.members_with_identifier = reached.into_iter().filter(|reached| *reached).count() as u64;
        Ok(extracted)
    }

    /// Appends the digests of a column.
    fn extract_column(
        &self,
        field: &Field,
        batch: &MemberBatch,
        column: &TextColumn,
        work: &mut ColumnWork<'_>,
        digests: &mut Vec<u8>,
    ) {
        match field {
            Field::Email => {
                let (rule, mut space, mut queue) =
                    (self.mapping.email_rule(), EmailSpace::new(), Sha256Queue::new(digests));
                let mut non_ascii_domains = 0;
                work.cells(column, |raw, _| {
                    let email = normalise_email(raw, rule, &mut space)?;
                    non_ascii_domains += u64::from(email.non_ascii_domain);
                    queue.push(email.text);
                    Ok(())
                });
                work.tally.non_ascii_domains = non_ascii_domains;
            }
            Field::Phone(region) => {
                let (regions, mut buffer, mut queue) =
                    (self.regions(batch, region), String::new(), Sha256Queue::new(digests));
                work.cells(column, |raw, row| {
                    normalise_phone(raw, regions.at(row), &*self.parser, &mut buffer)?;
                    queue.push(buffer.as_bytes());
                    Ok(())
                });
            }
            Field::PhoneE164 => {
                let mut queue = Sha256Queue::new(digests);
                work.cells(column, |raw, _| {
                    queue.push(phone_in_e164(raw)?.as_bytes());
                    Ok(())
                });
            }
            Field::Idfa(DeviceHash::Sha256) | Field::Aaid(DeviceHash::Sha256) => {
                let mut queue = Sha256Queue::new(digests);
                work.device_ids(column, |id| queue.push(id));
            }
            Field::Idfa(DeviceHash::Md5) | Field::Aaid(DeviceHash::Md5) => {
                work.device_ids(column, |id| md5(id, digests));
            }
            Field::EmailSha256
            | Field::EmailSha512
            | Field::PhoneSha256
            | Field::IdfaSha256
            | Field::IdfaMd5
            | Field::AaidSha256
            | Field::AaidMd5 => {
                let len = field.kind().digest_len();
                work.cells(column, |raw, _| decode_digest(raw, len, digests));
            }
        }
    }

    fn column<'a>(&self, batch: &'a MemberBatch, name: &str) -> Option<&'a TextColumn> {
        let at = self.columns.iter().position(|column| column == name)?;
        batch.columns().get(at)
    }

    fn regions<'a>(&self, batch: &'a MemberBatch, region: &PhoneRegion) -> Regions<'a> {
        match region {
            PhoneRegion::International => Regions::Same(None),
            PhoneRegion::Fixed(region) => Regions::Same(Some(*region)),
            PhoneRegion::Column(column) => self.column(batch, column).map_or(Regions::Same(None), Regions::ByRow),
        }
    }
}

/// The default region of each row.
enum Regions<'a> {
    Same(Option<Region>),
    ByRow(&'a TextColumn),
}

impl Regions<'_> {
    fn at(&self, row: usize) -> Option<Region> {
        match self {
            Self::Same(region) => *region,
            Self::ByRow(column) => column.cell(row).next()?.parse().ok(),
        }
    }
}

/// One mapped column of one batch, at work.
struct ColumnWork<'a> {
    /// The number of the batch's first member.
    first: u64,
    /// What stands between the values of a cell.
    delimiter: Option<char>,
    /// Which members of the batch have an identifier.
    reached: &'a mut [bool],
    tally: ColumnTally,
}

impl ColumnWork<'_> {
    /// Gives every value, with its row, to `take`, which appends its digest, and counts what becomes of it.
    fn cells(&mut self, column: &TextColumn, take: impl FnMut(&str, usize) -> Result<(), RejectReason>) {
        match self.delimiter {
            None => self.values(column, |text| [text], take),
            Some(delimiter) => {
                let parts = |text| str::split(text, delimiter).map(str::trim).filter(|part| !part.is_empty());
                self.values(column, parts, take);
            }
        }
    }

    /// The same of the values that `parts` finds in a cell's text.
    fn values<'c, P: IntoIterator<Item = &'c str>>(
        &mut self,
        column: &'c TextColumn,
        parts: impl Fn(&'c str) -> P,
        mut take: impl FnMut(&str, usize) -> Result<(), RejectReason>,
    ) {
        for (row, reached) in self.reached.iter_mut().enumerate() {
            let member = self.first + row as u64;
            let (mut is_null, mut is_empty, mut values) = (true, true, 0);
            for text in column.cell(row) {
                is_null = false;
                for value in parts(text) {
                    values += 1;
                    let taken = take(value, row);
                    is_empty &= taken == Err(RejectReason::Empty);
                    match taken {
                        Ok(()) => {
                            self.tally.accepted += 1;
                            *reached = true;
                        }
                        Err(reason) => self.tally.reject(reason, member),
                    }
                }
            }
            self.tally.values += values;
            self.tally.null_cells += u64::from(is_null);
            self.tally.empty_cells += u64::from(is_empty && !is_null);
            if values == 0 {
                self.tally.reject(RejectReason::Empty, member);
            }
        }
    }

    fn device_ids(&mut self, column: &TextColumn, mut hash: impl FnMut(&[u8])) {
        self.cells(column, |raw, _| {
            let mut id = [0; 36];
            normalise_device_id(raw, &mut id)?;
            hash(&id);
            Ok(())
        });
    }
}

impl Extracted {
    /// Digests of each kind, one after the other, in any order and any number of times, and what became of the values that they
    /// were made of.
    #[must_use]
    pub fn new(digests: BTreeMap<IdentifierKind, Vec<u8>>, tally: Tally) -> Self {
        Self { digests, tally }
    }

    /// What became of the values so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The same with other numbers for the members.
    pub(crate) fn renumbered(mut self, number: impl Fn(u64) -> u64) -> Self {
        let rejects = self.tally.columns.iter_mut().flat_map(|column| column.rejects.values_mut());
        rejects.flat_map(|rejects| &mut rejects.members).for_each(|member| *member = number(*member));
        self
    }

    /// The digests of each kind, in no order and with repetitions, and what became of the values.
    #[must_use]
    pub fn into_digests(self) -> (BTreeMap<IdentifierKind, Vec<u8>>, Tally) {
        (self.digests, self.tally)
    }
}

/// Shows counts only: a digest is an identifier.
impl fmt::Debug for Extracted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extracted").field("tally", &self.tally).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

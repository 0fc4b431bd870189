//! What the database answers: the totals and the members who are left to the extractor, then the changes.

use tikaud_core::diff::{Action, Change, IdentifierSet};
use tikaud_core::identifier::{FieldMapping, Tally};
use tikaud_core::segment::SegmentError;

use super::cells::{Cells, unexpected};
use super::comparison::{DOUBTFUL, class, kind_of};
use super::doubtful::{Doubtful, Judged, MOST, too_many};
use super::totals::{KEY, Totals};
use super::value::{DigestForm, digest_form};
use crate::AdbcDialect;
use crate::adbc::session::Rows;

/// The rows that come, once the totals have.
pub(super) struct Answer<'a> {
    rows: Rows<'a>,
    form: DigestForm,
    pub(super) totals: Totals,
    /// The members who were left to the extractor.
    pub(super) judged: Judged,
    /// The batch with the first changes, from a row on.
    rest: Option<(Cells, usize)>,
    /// What the last change was: the next one comes after it.
    last: Option<(i64, i64, Vec<u8>)>,
}

impl<'a> Answer<'a> {
    /// Reads the totals, and the members who are left to the extractor, which judges them.
    pub(super) fn begin(rows: Rows<'a>, dialect: AdbcDialect, mapping: &FieldMapping) -> Result<Self, SegmentError> {
        let (form, totals, judged) = (digest_form(dialect), Totals::new(mapping), Judged::default());
        let mut answer = Self { rows, form, totals, judged, rest: None, last: None };
        answer.judged = answer.read_totals()?.judge(mapping)?;
        Ok(answer)
    }

    /// What became of all values. It is told once.
    pub(super) fn take_tally(&mut self) -> Tally {
        let mut tally = std::mem::take(&mut self.totals.tally);
        tally.extend(std::mem::take(&mut self.judged.tally));
        if tally.members == 0 {
            // Where nobody is read, nothing is counted of any column.
            tally.columns.clear();
        }
        tally
    }

    fn next(&mut self) -> Result<Option<Cells>, SegmentError> {
        loop {
            let Some(batch) = self.rows.next()? else { return Ok(None) };
            if batch.num_rows() > 0 {
                return Cells::read(&batch, self.totals.width(), KEY - 1).map(Some);
            }
        }
    }

    fn read_totals(&mut self) -> Result<Doubtful, SegmentError> {
        let (values, mut doubtful) = (self.totals.width() - 2, Doubtful::default());
        while let Some(cells) = self.next()? {
            for row in 0..cells.len() {
                let (part, key) = (cells.number(row, 0)?, cells.number(row, 1)?);
                match (part, key) {
                    (0, _) => self.totals.take(&cells, row)?,
                    _ if self.totals.doubtful > MOST => return Err(too_many()),
                    (1, DOUBTFUL) => doubtful.take(self.form, cells.bytes(row, 3)?, cells.count(row, values)?)?,
                    // The row that says whose the table is.
                    (1, 0) => {}
                    _ => {
                        self.rest = Some((cells, row));
                        self.totals.finish();
                        return Ok(doubtful);
                    }
                }
            }
        }
        self.totals.finish();
        Ok(doubtful)
    }

    /// The changes of the next batch, in the order of kinds, adds before removes.
    pub(super) fn changes(&mut self) -> Result<Option<Vec<Change>>, SegmentError> {
        let (cells, from) = match self.rest.take() {
            Some(rest) => rest,
            None => match self.next()? {
                Some(cells) => (cells, 0),
                None => return Ok(None),
            },
        };
        let (mut changes, mut at) = (Vec::new(), from);
        while at < cells.len() {
            let (key, class) = (cells.number(at, 1)?, cells.number(at, 2)?);
            let kind = kind_of(key).ok_or_else(unexpected)?;
            let action = match class {
                class::REMOVE => Action::Remove,
                class::ADD => Action::Add,
                _ => return Err(unexpected()),
            };
            let (mut digests, len) = (Vec::new(), kind.digest_len());
            while at < cells.len() && (cells.number(at, 1)?, cells.number(at, 2)?) == (key, class) {
                self.form.read(cells.bytes(at, 3)?, len, &mut digests).ok_or_else(unexpected)?;
                at += 1;
            }
            let (first, last) = (digests[..len].to_vec(), digests[digests.len() - len..].to_vec());
            if self.last.as_ref().is_some_and(|before| *before >= (key, class, first)) {
                return Err(unexpected());
            }
            self.last = Some((key, class, last));
            let set = IdentifierSet::from_sorted(kind, digests.into()).ok_or_else(unexpected)?;
            changes.push(Change { action, set });
        }
        Ok(Some(changes))
    }
}

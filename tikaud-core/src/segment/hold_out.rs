//! Members who are kept out of an audience to measure what it brings.

use std::fmt;

use super::{MemberBatch, SegmentError, SegmentErrorKind};
use crate::identifier::SecretKey;
use crate::plan::HoldOutTally;

/// A part of a segment's members, always the same one, who are kept out of the audience: a control group, beside whom what the
/// audience brings can be measured.
///
/// Who is held out is decided by one column's value, the name of the group and a [`SecretKey`], and by nothing else: not by the
/// order, the size or the source of the segment, the run, or the version of this library. It works **by member and not by
/// identifier**, since a person has several identifiers and would be held out by one and reached by another. So take a column
/// that names a person for good, such as a customer number; it need not be mapped, and its values go nowhere. Where a
/// household shares addresses, take what names the household: an identifier that a member in the audience has too stays
/// in it.
///
/// A larger group contains a smaller one of the same name and key, so that changing the percentage moves nobody across but
/// those between. Another name deals everybody anew, independently.
///
/// ```
/// use tikaud_core::identifier::SecretKey;
/// use tikaud_core::segment::HoldOut;
///
/// # let from_a_secret_store = [7; 32];
/// let key = SecretKey::try_new(from_a_secret_store)?;
/// let control = HoldOut::try_new("always on 2026", "customer_id", 5.0, key)?;
/// // Whoever measures asks the same for each customer.
/// assert!(!control.holds_out("1815"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It can be told anywhere that has the key: take HMAC-SHA-256, with the key, of `hold-out`, a zero byte, the name, a zero byte and
/// the value, all in UTF-8; read its first eight bytes as a number, the first byte counting most; multiply by 10,000 and
/// divide by 2⁶⁴, rounding down. Members with less than a hundred times the percentage are held out. Of a cell with several
/// values the first counts. A member without a value is in neither group: they stay in the audience, are counted in
/// plan and report, and belong in no measurement.
#[derive(Clone)]
pub struct HoldOut {
    name: String,
    column: String,
    key: SecretKey,
    /// Of 10,000.
    share: u16,
}

/// What is left of a batch of members.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) batch: MemberBatch,
    pub(crate) held_out: u64,
    pub(crate) without_value: u64,
    /// The rows that are left.
    rows: Vec<u64>,
}

impl HoldOut {
    /// So many percent of the members, told apart by the values of `column`.
    ///
    /// # Errors
    ///
    /// [`SegmentErrorKind::Configuration`] when the percentage is not between 0 and 100, or has more than two decimals.
    pub fn try_new(
        name: impl Into<String>,
        column: impl Into<String>,
        percent: f64,
        key: SecretKey,
    ) -> Result<Self, SegmentError> {
        let share = (1..10_000_u16).find(|share| (f64::from(*share) - percent * 100.0).abs() < 1e-6);
        let share = share.ok_or_else(|| {
            let message = "a hold-out group is more than 0 and less than 100 percent, with two decimals at most";
            SegmentError::new(SegmentErrorKind::Configuration, message)
        })?;
        Ok(Self { name: name.into(), column: column.into(), key, share })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The column that decides.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// Whether a member with this value is held out.
    #[must_use]
    pub fn holds_out(&self, value: &str) -> bool {
        self.place(value) < u128::from(self.share)
    }

    /// The member's place among 10,000.
    fn place(&self, value: &str) -> u128 {
        let hash = self.key.hash("hold-out", &[self.name.as_bytes(), value.as_bytes()]);
        let mut first = [0; 8];
        first.copy_from_slice(&hash[..8]);
        (u128::from(u64::from_be_bytes(first)) * 10_000) >> 64
    }

    /// Adds its column to those that are read, unless it is among them.
    pub(crate) fn begin(&self, columns: &mut Vec<String>) -> HoldOutTally {
        if !columns.contains(&self.column) {
            columns.push(self.column.clone());
        }
        HoldOutTally::new(self)
    }

    /// The members of a batch who are not held out, with the first so many columns.
    pub(crate) fn keep(&self, batch: &MemberBatch, columns: &[String]) -> Result<Kept, SegmentError> {
        let at = columns.iter().position(|column| *column == self.column).unwrap_or(columns.len());
        let Some(column) = batch.columns().get(at) else {
            return Err(SegmentError::malformed("the segment delivers fewer columns than were asked for"));
        };
        let (mut rows, mut without_value) = (Vec::with_capacity(batch.len()), 0);
        let mut is_kept = vec![true; batch.len()];
        for (row, is_kept) in is_kept.iter_mut().enumerate() {
            match column.cell(row).next() {
                None => without_value += 1,
                Some(value) => *is_kept = !self.holds_out(value),
            }
            if *is_kept {
                rows.push(row as u64);
            }
        }
        let held_out = (batch.len() - rows.len()) as u64;
        let batch = batch.filtered(columns.len(), |row| is_kept[row])?;
        Ok(Kept { batch, held_out, without_value, rows })
    }
}

impl Kept {
    /// The row, from 0, of the n-th member that is left, from 1.
    pub(crate) fn row_of(&self, number: u64) -> u64 {
        let at = usize::try_from(number - 1).ok();
        at.and_then(|at| self.rows.get(at)).copied().unwrap_or_default()
    }
}

/// Shows no key.
impl fmt::Debug for HoldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HoldOut")
            .field("name", &self.name)
            .field("column", &self.column)
            .field("hundredths_of_a_percent", &self.share)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn key() -> SecretKey {
        SecretKey::try_new(std::array::from_fn::<u8, 32, _>(|at| u8::try_from(at).unwrap())).unwrap()
    }

    fn held_out(name: &str, percent: f64, key: SecretKey) -> BTreeSet<u32> {
        let hold_out = HoldOut::try_new(name, "id", percent, key).unwrap();
        (0..10_000).filter(|id| hold_out.holds_out(&id.to_string())).collect()
    }

    #[test]
    fn a_member_has_the_same_place_for_ever() {
        // Made with Python: int.from_bytes(hmac.new(bytes(range(32)), b"hold-out\0autumn 2026\0ada", "sha256").digest()[:8])
        // * 10000 >> 64, and so on.
        let place = |name: &str, value: &str| HoldOut::try_new(name, "id", 5.0, key()).unwrap().place(value);
        let places = [place("autumn 2026", "ada"), place("", ""), place("autumn 2026", "Łódź"), place("b", "1815")];
        assert_eq!(places, [6249, 6615, 8113, 193]);
    }

    #[test]
    fn groups_are_of_their_size_and_grow_and_shrink_by_whom_they_must() {
        let (twentieth, half) = (held_out("a", 5.0, key()), held_out("a", 50.0, key()));
        assert!((400..600).contains(&twentieth.len()), "{}", twentieth.len());
        assert!((4800..5200).contains(&half.len()), "{}", half.len());
        assert!(held_out("a", 4.99, key()).is_subset(&twentieth) && twentieth.is_subset(&half));
    }

    #[test]
    fn another_name_or_key_deals_anew() {
        let group = held_out("a", 50.0, key());
        let other_key = SecretKey::try_new([9; 32]).unwrap();
        for other in [held_out("b", 50.0, key()), held_out("a", 50.0, other_key)] {
            let both = group.intersection(&other).count();
            assert!((2300..2700).contains(&both), "{both} of 2,500 by chance");
        }
    }

    #[test]
    fn a_share_that_is_none_is_refused() {
        for percent in [0.0, -1.0, 100.0, 0.001, 33.333, f64::NAN, f64::INFINITY] {
            assert!(HoldOut::try_new("a", "id", percent, key()).is_err(), "{percent}");
        }
        assert!(HoldOut::try_new("a", "id", 0.01, key()).is_ok() && HoldOut::try_new("a", "id", 33.33, key()).is_ok());
    }
}

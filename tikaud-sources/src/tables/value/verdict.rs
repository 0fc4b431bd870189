//! What becomes of a value, as a number in SQL.

use tikaud_core::identifier::RejectReason;

/// What becomes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verdict {
    /// It is an identifier.
    Accepted,
    /// There is no value: the cell is null. In a tally it is [`RejectReason::Empty`] as well.
    Null,
    /// SQL is not trusted with it: it is for the extractor to judge.
    Doubtful,
    /// It cannot be used.
    Rejected(RejectReason),
}

/// The reasons by their codes: [`FIRST_REASON`] and on. They are written into no state, so that the order may change.
const REASONS: [RejectReason; 11] = [
    RejectReason::Empty,
    RejectReason::TooLong,
    RejectReason::NotAnEmail,
    RejectReason::LooksHashed,
    RejectReason::NotADigest,
    RejectReason::WrongDigestLength,
    RejectReason::NotAPhone,
    RejectReason::PhoneNotValid,
    RejectReason::PhoneRegionMissing,
    RejectReason::NotADeviceId,
    RejectReason::ZeroDeviceId,
];
const FIRST_REASON: usize = 3;

impl Verdict {
    /// Every verdict.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Accepted, Self::Null, Self::Doubtful].into_iter().chain(REASONS.map(Self::Rejected))
    }

    /// The number that stands for it in SQL.
    pub(crate) fn code(self) -> usize {
        match self {
            Self::Accepted => 0,
            Self::Null => 1,
            // A reason that has no number yet is for the extractor to find.
            Self::Doubtful => 2,
            Self::Rejected(reason) => {
                REASONS.iter().position(|known| *known == reason).map_or(Self::Doubtful.code(), |at| FIRST_REASON + at)
            }
        }
    }

    /// What this number stands for; nothing where none of ours.
    pub(crate) fn of_code(code: i64) -> Option<Self> {
        Self::all().find(|verdict| i64::try_from(verdict.code()) == Ok(code))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_verdict_has_a_number_of_its_own() {
        let codes: BTreeSet<usize> = Verdict::all().map(Verdict::code).collect();
        assert_eq!(codes, (0..14).collect());
        assert!(Verdict::all().all(|verdict| Verdict::of_code(verdict.code().try_into().unwrap()) == Some(verdict)));
        assert_eq!((Verdict::of_code(-1), Verdict::of_code(14)), (None, None));
    }
}

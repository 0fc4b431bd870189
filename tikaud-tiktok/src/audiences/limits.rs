//! What TikTok documents as limits, checked before anything is sent.

use std::ops::RangeInclusive;

use tikaud_core::destination::{AudienceId, DestinationError, DestinationErrorKind};

use crate::account::{AdAccountId, is_plausible_id};

/// Audiences that a request may name.
pub(super) const AUDIENCES: RangeInclusive<usize> = 1..=100;
/// Audiences that are shared at once, and ad accounts that they are shared with.
pub(super) const SHARED: RangeInclusive<usize> = 1..=10;
/// Characters of the name of a lookalike audience.
pub(super) const NAME: RangeInclusive<usize> = 1..=128;

pub(super) fn wrong(message: impl Into<String>) -> DestinationError {
    DestinationError::new(DestinationErrorKind::InvalidInput, message)
}

/// As many ids as a request may have, each of them a number and there once. `what` says what they are, in the plural.
pub(super) fn check<'a>(
    ids: impl IntoIterator<Item = &'a str>,
    what: &str,
    range: RangeInclusive<usize>,
) -> Result<Vec<&'a str>, DestinationError> {
    let ids: Vec<&str> = ids.into_iter().collect();
    if !range.contains(&ids.len()) {
        let (first, last, len) = (range.start(), range.end(), ids.len());
        let up_to = if *last == usize::MAX { "or more".to_owned() } else { format!("to {last}") };
        return Err(wrong(format!("a request takes {first} {up_to} {what}, and these are {len}")));
    }
    for (at, id) in ids.iter().enumerate() {
        if !is_plausible_id(id) {
            return Err(wrong(format!("the ids of {what} are numbers of up to 20 digits; number {} is not", at + 1)));
        }
        if ids[..at].contains(id) {
            return Err(wrong(format!("{id} is twice among these {what}; give it once")));
        }
    }
    Ok(ids)
}

pub(super) fn check_audiences(ids: &[AudienceId], range: RangeInclusive<usize>) -> Result<Vec<&str>, DestinationError> {
    check(ids.iter().map(AudienceId::as_str), "audiences", range)
}

pub(super) fn check_accounts(ids: &[AdAccountId], range: RangeInclusive<usize>) -> Result<Vec<&str>, DestinationError> {
    check(ids.iter().map(AdAccountId::as_str), "ad accounts", range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_a_limit_is_named_without_quoting_it() {
        let told = |ids: &[&str]| check(ids.iter().copied(), "audiences", 1..=2).unwrap_err().to_string();
        insta::assert_snapshot!(told(&[]), @"a request takes 1 to 2 audiences, and these are 0");
        insta::assert_snapshot!(told(&["1", "2", "3"]), @"a request takes 1 to 2 audiences, and these are 3");
        insta::assert_snapshot!(told(&["1", "ada@example.com"]), @"the ids of audiences are numbers of up to 20 digits; number 2 is not");
        insta::assert_snapshot!(told(&["1", "1"]), @"1 is twice among these audiences; give it once");
        assert_eq!(check(["1", "2"], "audiences", 1..=2).unwrap(), ["1", "2"]);
        assert_eq!(
            check([], "ad groups", 1..=usize::MAX).unwrap_err().to_string(),
            "a request takes 1 or more ad groups, and these are 0"
        );
    }
}

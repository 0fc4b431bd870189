//! What a change makes of an audience's size, before TikTok is asked.

use tikaud_core::diff::Action;

/// People that an audience must have after each change: TikTok refuses a change that leaves fewer.
/// <https://github.com/tiktok/tiktok-business-api-sdk/blob/main/yml_files/dmp_custom_audience_update.yml>
pub(crate) const MINIMUM: u64 = 1_000;

/// The sizes of an audience that is there and of a change of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// People that it holds at most; `None` when nobody knows. An identifier is one person at most.
    pub(super) at_most: Option<u64>,
    /// Identifiers that go in.
    pub(super) adds: u64,
    /// Identifiers that go out.
    pub(super) removes: u64,
}

/// The change would leave so few people, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSmall(pub(super) u64);

impl Sizes {
    /// The order in which to ask for the two halves of the change.
    ///
    /// A leaver may have withdrawn consent and goes first, unless too few would be left until the entrants are in: TikTok
    /// would refuse that, for ever.
    pub(super) fn order(self) -> Result<[Action; 2], TooSmall> {
        let removes_first = [Action::Remove, Action::Add];
        let Some(at_most) = self.at_most else { return Ok(removes_first) };
        let left = at_most.saturating_sub(self.removes);
        if left + self.adds < MINIMUM {
            return Err(TooSmall(left + self.adds));
        }
        Ok(if left < MINIMUM { [Action::Add, Action::Remove] } else { removes_first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(at_most: Option<u64>, adds: u64, removes: u64) -> Result<[Action; 2], TooSmall> {
        Sizes { at_most, adds, removes }.order()
    }

    #[test]
    fn leavers_go_first_unless_too_few_would_be_left() {
        assert_eq!(order(Some(1_500), 10, 500), Ok([Action::Remove, Action::Add]));
        assert_eq!(order(Some(1_500), 1, 501), Ok([Action::Add, Action::Remove]));
        assert_eq!(order(Some(1_500), 1_500, 1_500), Ok([Action::Add, Action::Remove]));
    }

    #[test]
    fn a_change_that_leaves_too_few_is_not_asked_for() {
        assert_eq!(order(Some(1_500), 0, 501), Err(TooSmall(999)));
        assert_eq!(order(Some(1_500), 999, 9_000), Err(TooSmall(999)));
        assert_eq!(order(Some(10), 900, 0), Err(TooSmall(910)));
        assert_eq!(order(Some(1_500), 0, 500), Ok([Action::Remove, Action::Add]));
    }

    #[test]
    fn where_nobody_knows_the_size_tiktok_is_asked() {
        assert_eq!(order(None, 0, 1_000_000), Ok([Action::Remove, Action::Add]));
    }
}

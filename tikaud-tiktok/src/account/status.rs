//! What state TikTok holds an ad account to be in, and what that means for its audiences.

/// Whether an ad account can be worked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Standing {
    /// In order.
    Good,
    /// TikTok has to look at something first; audiences can be filled meanwhile.
    Waiting,
    /// Audiences can be filled, and cannot be used in ads until something is mended.
    Blocked,
}

/// The state of an ad account.
/// <https://business-api.tiktok.com/portal/docs?id=1737172488964097>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdAccountStatus {
    /// `STATUS_ENABLE`
    Enabled,
    /// `STATUS_DISABLE`
    Disabled,
    /// `STATUS_LIMIT`
    Punished,
    /// `STATUS_PENDING_CONFIRM`
    PendingReview,
    /// `STATUS_PENDING_VERIFIED`
    PendingVerification,
    /// `STATUS_CONFIRM_FAIL`
    ReviewFailed,
    /// `STATUS_CONFIRM_FAIL_END`
    ReviewFailedForGood,
    /// `STATUS_PENDING_CONFIRM_MODIFY`
    PendingReviewOfChange,
    /// `STATUS_CONFIRM_MODIFY_FAIL`
    ReviewOfChangeFailed,
    /// `STATUS_WAIT_FOR_BPM_AUDIT`
    WaitingForAudit,
    /// `STATUS_WAIT_FOR_PUBLIC_AUTH`
    WaitingForPublicAuthorization,
    /// `STATUS_SELF_SERVICE_UNAUDITED`
    SelfServiceUnaudited,
    /// `STATUS_CONTRACT_PENDING`
    ContractPending,
    /// One that TikTok's documents do not name.
    Unknown,
}

use AdAccountStatus::*;
use Standing::{Blocked, Good, Waiting};

/// Name at TikTok, status, what it means.
const TABLE: [(&str, AdAccountStatus, Standing, &str); 13] = [
    ("STATUS_ENABLE", Enabled, Good, "is in order"),
    ("STATUS_DISABLE", Disabled, Blocked, "is disabled: its audiences cannot be used in ads"),
    ("STATUS_LIMIT", Punished, Blocked, "is punished by TikTok: its audiences may not be used in ads until that ends"),
    ("STATUS_PENDING_CONFIRM", PendingReview, Waiting, "waits for TikTok's review"),
    ("STATUS_PENDING_VERIFIED", PendingVerification, Waiting, "waits for its verification"),
    (
        "STATUS_CONFIRM_FAIL",
        ReviewFailed,
        Blocked,
        "has failed TikTok's review: its audiences cannot be used in ads until it is mended",
    ),
    (
        "STATUS_CONFIRM_FAIL_END",
        ReviewFailedForGood,
        Blocked,
        "has failed TikTok's review for good: its audiences cannot be used in ads",
    ),
    ("STATUS_PENDING_CONFIRM_MODIFY", PendingReviewOfChange, Waiting, "waits for TikTok's review of a change"),
    (
        "STATUS_CONFIRM_MODIFY_FAIL",
        ReviewOfChangeFailed,
        Blocked,
        "has failed TikTok's review of a change: its audiences cannot be used in ads until it is mended",
    ),
    ("STATUS_WAIT_FOR_BPM_AUDIT", WaitingForAudit, Waiting, "waits for TikTok's audit"),
    ("STATUS_WAIT_FOR_PUBLIC_AUTH", WaitingForPublicAuthorization, Waiting, "waits for its public authorization"),
    ("STATUS_SELF_SERVICE_UNAUDITED", SelfServiceUnaudited, Waiting, "has not been audited yet"),
    ("STATUS_CONTRACT_PENDING", ContractPending, Waiting, "has a contract that is not in force yet"),
];

impl AdAccountStatus {
    /// The status of this name at TikTok, such as `STATUS_ENABLE`.
    ///
    /// ```
    /// use tikaud_tiktok::{AdAccountStatus, Standing};
    ///
    /// assert_eq!(AdAccountStatus::parse("STATUS_LIMIT").standing(), Standing::Blocked);
    /// ```
    #[must_use]
    pub fn parse(name: &str) -> Self {
        TABLE.iter().find(|line| line.0 == name).map_or(Unknown, |line| line.1)
    }

    /// Whether an account in this state can be worked with.
    #[must_use]
    pub fn standing(self) -> Standing {
        self.line().map_or(Waiting, |line| line.2)
    }

    /// What TikTok calls it; `None` for one that is not known.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.line().map(|line| line.0)
    }

    /// What the user should know: a predicate such as `is disabled: …`; `None` for an account in order.
    pub(crate) fn meaning(self) -> Option<&'static str> {
        match self.line() {
            Some((_, _, Good, _)) => None,
            Some((_, _, _, meaning)) => Some(meaning),
            None => Some("is in a state that is not known: it may be waiting for TikTok's review"),
        }
    }

    fn line(self) -> Option<&'static (&'static str, Self, Standing, &'static str)> {
        TABLE.iter().find(|line| line.1 == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_the_documents_has_a_line_and_only_an_enabled_account_goes_without_a_word() {
        for (name, status, standing, _) in TABLE {
            assert_eq!(AdAccountStatus::parse(name), status);
            assert_eq!((status.name(), status.standing()), (Some(name), standing));
            assert_eq!(status.meaning().is_none(), status == Enabled);
        }
        let unknown = AdAccountStatus::parse("ada@example.com");
        assert_eq!((unknown, unknown.name(), unknown.standing()), (Unknown, None, Waiting));
        assert!(unknown.meaning().is_some());
    }
}

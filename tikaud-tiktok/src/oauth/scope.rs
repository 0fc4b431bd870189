//! What a user has granted, and what is missing.

use std::collections::BTreeSet;
use std::fmt;

use tikaud_core::destination::{DestinationError, DestinationErrorKind};

/// A permission that a user grants to a developer app, by its number.
/// <https://business-api.tiktok.com/portal/docs?id=1753986142651394>
///
/// Holding one implies those below it: 3 implies 30, 31 and 32; 1 implies 10, which implies 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(u32);

impl Scope {
    /// Ad Account Management, all of it: 1.
    pub const AD_ACCOUNTS: Self = Self(1);
    /// To see names and states of ad accounts: 100.
    pub const READ_AD_ACCOUNTS: Self = Self(100);
    /// Audience Management, all of it: 3.
    pub const AUDIENCES: Self = Self(3);
    /// To list audiences and see their states: 30.
    pub const READ_AUDIENCES: Self = Self(30);
    /// To create, fill, apply and delete audiences: 31.
    pub const CHANGE_AUDIENCES: Self = Self(31);
    /// To share audiences with other ad accounts: 32.
    pub const SHARE_AUDIENCES: Self = Self(32);

    /// What a [`TikTokDestination`](crate::TikTokDestination) cannot do without.
    pub const FOR_AUDIENCES: [Self; 2] = [Self::READ_AUDIENCES, Self::CHANGE_AUDIENCES];
    /// What everything in this crate needs.
    pub const FOR_EVERYTHING: [Self; 4] =
        [Self::READ_AUDIENCES, Self::CHANGE_AUDIENCES, Self::SHARE_AUDIENCES, Self::READ_AD_ACCOUNTS];

    /// The scope of this number, which may be one that this crate has no use for.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// What the developer portal calls it, as far as it is known.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "Ad Account Management",
            10 | 100 => "Ad Account Management: read ad accounts",
            3 => "Audience Management",
            30 => "Audience Management: read",
            31 => "Audience Management: create and update",
            32 => "Audience Management: share",
            _ => return None,
        })
    }

    /// The scope that implies this one. Of numbers that are not documented nothing is assumed.
    const fn parent(self) -> Option<Self> {
        match self.0 {
            30..=32 => Some(Self(3)),
            100 => Some(Self(10)),
            10 => Some(Self(1)),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The scopes that a user has granted, which may be fewer than the app asks for.
///
/// ```
/// use tikaud_tiktok::oauth::{Scope, Scopes};
///
/// let scopes = Scopes::new([3]);
/// assert!(scopes.allow(Scope::SHARE_AUDIENCES));
/// let missing = scopes.require(&Scope::FOR_EVERYTHING).unwrap_err();
/// assert_eq!(missing.missing(), [Scope::READ_AD_ACCOUNTS]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// The scopes of these numbers.
    pub fn new(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self(numbers.into_iter().map(Scope).collect())
    }

    /// The scopes as TikTok names them, without those that they imply, by number.
    pub fn granted(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }

    /// Whether a scope is granted, by itself or by one above it.
    #[must_use]
    pub fn allow(&self, scope: Scope) -> bool {
        std::iter::successors(Some(scope), |scope| scope.parent()).any(|scope| self.0.contains(&scope))
    }

    /// Refuses unless all of these are granted.
    ///
    /// # Errors
    ///
    /// [`MissingScopes`], which names those that are not and says what to do.
    pub fn require(&self, needed: &[Scope]) -> Result<(), MissingScopes> {
        let missing: Vec<Scope> = needed.iter().copied().filter(|&scope| !self.allow(scope)).collect();
        if missing.is_empty() { Ok(()) } else { Err(MissingScopes(missing)) }
    }
}

/// A user has not granted what is needed. Turns into a [`DestinationError`] of kind `Permission`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the user has not granted {}; give the developer app that permission in TikTok's developer portal, and have the user \
     connect again and agree to everything",
    list(.0)
)]
pub struct MissingScopes(Vec<Scope>);

impl MissingScopes {
    /// The scopes that are needed and not granted.
    #[must_use]
    pub fn missing(&self) -> &[Scope] {
        &self.0
    }
}

impl From<MissingScopes> for DestinationError {
    fn from(missing: MissingScopes) -> Self {
        Self::new(DestinationErrorKind::Permission, missing.to_string())
    }
}

fn list(scopes: &[Scope]) -> String {
    let names: Vec<String> = scopes.iter().map(|scope| format!("the scope {scope}")).collect();
    names.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(granted: &[u32]) -> Vec<u32> {
        let scopes = Scopes::new(granted.iter().copied());
        [1, 10, 100, 150, 3, 30, 31, 32].into_iter().filter(|&number| scopes.allow(Scope::new(number))).collect()
    }

    #[test]
    fn a_scope_implies_those_below_it_and_no_other() {
        assert_eq!(allowed(&[3]), [3, 30, 31, 32]);
        assert_eq!(allowed(&[1]), [1, 10, 100]);
        assert_eq!(allowed(&[10]), [10, 100]);
        assert_eq!(allowed(&[31]), [31]);
        assert_eq!(allowed(&[150, 30]), [150, 30]);
        assert_eq!(allowed(&[]), [0; 0]);
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_do() {
        let missing = Scopes::new([30]).require(&Scope::FOR_EVERYTHING).unwrap_err();
        insta::assert_snapshot!(missing, @"the user has not granted the scope Audience Management: create and update (31) and the scope Audience Management: share (32) and the scope Ad Account Management: read ad accounts (100); give the developer app that permission in TikTok's developer portal, and have the user connect again and agree to everything");
        assert_eq!(DestinationError::from(missing).kind(), DestinationErrorKind::Permission);
        assert_eq!(Scopes::new([1, 3]).require(&Scope::FOR_EVERYTHING), Ok(()));
    }
}

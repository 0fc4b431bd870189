//! One audience: a set of (type, digest), and what TikTok shows of it.
//!
//! [`content`] is what it holds, [`standing`] what that makes of it at a time.

mod content;
mod name;
mod standing;

use std::fmt;

use jiff::Timestamp;

use super::IdType;
use super::file_content::Identifiers;
use super::identifier_set::IdentifierSet;
use super::kind::Kind;
use super::sharing::{Application, Shares};
use super::size_history::SizeHistory;

/// People that an audience needs in order to be usable.
const MINIMUM_SIZE: u64 = 1_000;

/// An audience, as the simulator knows it. A deleted one stays known, without its identifiers.
#[derive(Clone)]
pub struct Audience {
    pub(crate) id: String,
    pub(crate) advertiser_id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) deleted: bool,
    pub(crate) kind: Kind,
    pub(crate) shares: Shares,
    pub(crate) applications: Vec<Application>,
    /// When it was last changed or used in a way that puts off its expiry.
    touched: Timestamp,
    /// A type that was once added stays, also when its last identifier is gone.
    identifiers: Identifiers,
    size: SizeHistory,
}

impl Audience {
    pub(crate) fn new(id: String, advertiser_id: String, name: &str, created: Timestamp) -> Self {
        Self {
            id,
            advertiser_id,
            name: name::shown_name(name),
            description: None,
            created,
            deleted: false,
            kind: Kind::Streaming,
            shares: Shares::default(),
            applications: Vec::new(),
            touched: created,
            identifiers: Identifiers::new(),
            size: SizeHistory::default(),
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is made of customer files.
    #[must_use]
    pub fn is_of_files(&self) -> bool {
        self.kind.files().is_some()
    }

    /// The ad account that it belongs to.
    #[must_use]
    pub fn advertiser_id(&self) -> &str {
        &self.advertiser_id
    }

    /// Its name, as TikTok shows it: of a segment audience, longer ones than 70 characters are cut to 67 and `...`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its description, where the world keeps one.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Its type, as TikTok names it: `Partner`, `Customer File Audience`, `Lookalike Audience`, or that of a rule, such
    /// as `Website Audience`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.kind.type_name()
    }

    /// When it was created.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Whether it was deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// How many identifiers of one type it holds.
    #[must_use]
    pub fn count(&self, id_type: IdType) -> usize {
        self.identifiers.get(&id_type).map_or(0, IdentifierSet::len)
    }

    /// The identifiers of one type that it holds: lower-case hex, sorted.
    #[must_use]
    pub fn identifiers(&self, id_type: IdType) -> Vec<String> {
        self.identifiers.get(&id_type).map_or_else(Vec::new, IdentifierSet::sorted_hex)
    }

    /// The ad accounts that it is shared with.
    #[must_use]
    pub fn shared_with(&self) -> Vec<&str> {
        self.shares.log().filter(|(_, shared)| *shared).map(|(account, _)| account).collect()
    }

    /// The ad groups that it is applied to, each with `Include` or `Exclude`.
    #[must_use]
    pub fn applied_to(&self) -> Vec<(&str, &str)> {
        let there = self.applications.iter().filter(|application| !application.ended);
        there.map(|application| (application.adgroup_id.as_str(), application.usage_mode)).collect()
    }

    /// Whether an ad account may see it: its own, and one that it is shared with.
    pub(crate) fn is_visible_to(&self, advertiser_id: &str) -> bool {
        !self.deleted && (self.advertiser_id == advertiser_id || self.shares.include(advertiser_id))
    }
}

/// Shows no identifier.
impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience")
            .field("id", &self.id)
            .field("advertiser_id", &self.advertiser_id)
            .field("name", &self.name)
            .field("deleted", &self.deleted)
            .field("identifiers", &self.identifiers)
            .finish_non_exhaustive()
    }
}

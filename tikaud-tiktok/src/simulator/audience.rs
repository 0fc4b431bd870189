//! One audience: a set of (type, digest), and what TikTok shows of it.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::IdType;
use super::file_audience::FileChange;
use super::file_content::Identifiers;
use super::identifier_set::IdentifierSet;
use super::kind::Kind;
use super::refusal::{PARAMETER_ERROR, Refusal};
use super::sharing::{Application, Shares};
use super::size_history::SizeHistory;

/// From the last change or use to expiry. Whether mapping requests count as change is not documented, and the simulator
/// does not count them.
const LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Before its expiry an audience is shown as expiring for 60 days.
const EXPIRING: SignedDuration = SignedDuration::from_hours(60 * 24);
/// People that an audience needs in order to be usable.
const MINIMUM_SIZE: u64 = 1_000;
/// Characters of a name that are kept as they are; of a longer one, `KEPT_CHARACTERS` are, followed by `...`.
const NAME_CHARACTERS: usize = 70;
const KEPT_CHARACTERS: usize = 67;

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
            name: shown_name(name),
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

    /// Whether it is made of customer files; if not, it is filled by mapping requests.
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

    /// Its type, as TikTok names it: `Partner`, `Customer File Audience` or `Lookalike Audience`.
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

    /// Puts off its expiry, unless a retention was given.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.touched = now;
    }

    /// Whether identifiers of a type were ever added.
    pub(crate) fn has_known(&self, id_type: IdType) -> bool {
        self.identifiers.contains_key(&id_type)
    }

    pub(crate) fn add<'d>(&mut self, id_type: IdType, digests: impl Iterator<Item = &'d [u8]>) {
        let set = self.identifiers.entry(id_type).or_insert_with(|| IdentifierSet::new(id_type));
        digests.for_each(|digest| set.insert(digest));
    }

    pub(crate) fn remove<'d>(&mut self, id_type: IdType, digests: impl Iterator<Item = &'d [u8]>) {
        if let Some(set) = self.identifiers.get_mut(&id_type) {
            digests.for_each(|digest| set.remove(digest));
        }
    }

    /// Notes the number of identifiers after a change.
    pub(crate) fn record_size(&mut self, now: Timestamp, lag: SignedDuration) {
        self.size.record(now, people(&self.identifiers), lag);
    }

    /// Gives a new audience of customer files what they hold. Of too few people it keeps none.
    pub(crate) fn fill(&mut self, identifiers: Identifiers, now: Timestamp, lag: SignedDuration) {
        if people(&identifiers) >= MINIMUM_SIZE {
            self.identifiers = identifiers;
            self.record_size(now, lag);
        } else if let Some(files) = self.kind.files_mut() {
            files.too_small = true;
        }
    }

    /// Changes an audience of customer files. What would leave too few people is refused.
    pub(crate) fn change(
        &mut self,
        change: FileChange,
        given: &Identifiers,
        now: Timestamp,
        lag: SignedDuration,
    ) -> Result<(), Refusal> {
        let after = change.apply(&self.identifiers, given);
        if people(&after) < MINIMUM_SIZE {
            let message = format!("The audience would have fewer than {MINIMUM_SIZE} people after the update.");
            return Err(Refusal::new(PARAMETER_ERROR, message));
        }
        self.identifiers = after;
        self.record_size(now, lag);
        self.touch(now);
        if let Some(files) = self.kind.files_mut() {
            files.note(change, now);
        }
        Ok(())
    }

    /// Another name, which is not cut.
    pub(crate) fn rename(&mut self, name: String, now: Timestamp) {
        self.name = name;
        self.touch(now);
        if let Some(files) = self.kind.files_mut() {
            files.note_rename(now);
        }
    }

    /// Refuses when it has expired, and an audience of customer files also while it is processed or when it is too small.
    pub(crate) fn check_editable(&self, now: Timestamp, lag: SignedDuration) -> Result<(), Refusal> {
        if self.is_expired(now) {
            return Err(Refusal::not_editable());
        }
        self.kind.files().map_or(Ok(()), |files| files.check_editable(now, lag))
    }

    /// Notes the number of people of an audience that has no identifiers of its own.
    pub(crate) fn set_size(&mut self, now: Timestamp, size: u64, lag: SignedDuration) {
        self.size.record(now, size, lag);
    }

    pub(crate) fn delete(&mut self) {
        self.deleted = true;
        self.identifiers = Identifiers::new();
        self.size = SizeHistory::default();
    }

    /// A given retention counts from the creation, whatever happens; otherwise every change and use begins anew.
    pub(crate) fn expires(&self) -> Timestamp {
        let (from, life) = match self.kind.files().and_then(|files| files.retention) {
            Some(days) => (self.created, SignedDuration::from_hours(24 * i64::from(days))),
            None => (self.touched, LIFE),
        };
        from.saturating_add(life).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires()
    }

    pub(crate) fn is_expiring(&self, now: Timestamp) -> bool {
        self.expires().duration_since(now) <= EXPIRING
    }

    /// The people matched, as far as it shows: every identifier counts as one. An expired audience is empty.
    pub(crate) fn cover_num(&self, now: Timestamp, lag: SignedDuration) -> u64 {
        if self.is_expired(now) { 0 } else { self.size.shown(now, lag) }
    }

    pub(crate) fn is_valid(&self, now: Timestamp, lag: SignedDuration) -> bool {
        self.cover_num(now, lag) >= MINIMUM_SIZE
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

/// Every identifier counts as one person.
fn people(identifiers: &Identifiers) -> u64 {
    identifiers.values().map(IdentifierSet::len).sum::<usize>() as u64
}

fn shown_name(name: &str) -> String {
    if name.chars().count() <= NAME_CHARACTERS {
        return name.to_owned();
    }
    name.chars().take(KEPT_CHARACTERS).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_more_than_70_characters_is_cut_to_67_and_dots() {
        assert_eq!(shown_name(&"é".repeat(70)), "é".repeat(70));
        assert_eq!(shown_name(&"é".repeat(71)), format!("{}...", "é".repeat(67)));
    }

    #[test]
    fn an_audience_is_expiring_for_60_days_and_then_expired() {
        let created = Timestamp::UNIX_EPOCH;
        let audience = Audience::new("1".into(), "2".into(), "A", created);
        let on_day = |day: i64| {
            let now = created + SignedDuration::from_hours(24 * day);
            (audience.is_expiring(now), audience.is_expired(now))
        };
        assert_eq!([304, 305, 364, 365].map(on_day), [(false, false), (true, false), (true, false), (true, true)]);
    }
}

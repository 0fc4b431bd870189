//! What an audience holds, and how that changes.

use jiff::{SignedDuration, Timestamp};

use super::{Audience, MINIMUM_SIZE};
use crate::simulator::IdType;
use crate::simulator::file_audience::FileChange;
use crate::simulator::file_content::Identifiers;
use crate::simulator::identifier_set::IdentifierSet;
use crate::simulator::refusal::{PARAMETER_ERROR, Refusal};
use crate::simulator::size_history::SizeHistory;

impl Audience {
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

    /// Notes the number of people of an audience that has no identifiers of its own.
    pub(crate) fn set_size(&mut self, now: Timestamp, size: u64, lag: SignedDuration) {
        self.size.record(now, size, lag);
    }

    /// How many identifiers it has in common with another one. A lookalike audience, or one of a rule, has none.
    pub(crate) fn in_common(&self, other: &Self) -> u64 {
        let common = |(id_type, set): (&IdType, &IdentifierSet)| {
            other.identifiers.get(id_type).map_or(0, |other| set.in_common(other))
        };
        self.identifiers.iter().map(common).sum::<usize>() as u64
    }

    pub(crate) fn delete(&mut self) {
        self.deleted = true;
        self.identifiers = Identifiers::new();
        self.size = SizeHistory::default();
    }
}

/// Every identifier counts as one person.
fn people(identifiers: &Identifiers) -> u64 {
    identifiers.values().map(IdentifierSet::len).sum::<usize>() as u64
}

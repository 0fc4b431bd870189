//! All audiences of all ad accounts.

use jiff::Timestamp;

use super::Audience;
use super::kind::Kind;

/// The id before that of the first audience. Ids rise by one, so that a repeated run gets the same ones.
const ID_BASE: u64 = 7_100_000_000_000_000_000;

/// Every audience that was ever created, in the order of creation; the position gives the id.
#[derive(Debug, Default)]
pub(crate) struct Audiences(Vec<Audience>);

impl Audiences {
    /// Creates a segment audience. Names are not unique.
    pub(crate) fn create(&mut self, advertiser_id: &str, name: &str, now: Timestamp) -> &mut Audience {
        let id = (ID_BASE + self.0.len() as u64 + 1).to_string();
        let at = self.0.len();
        self.0.push(Audience::new(id, advertiser_id.to_owned(), name, now));
        &mut self.0[at]
    }

    /// Creates an audience of another kind than a segment's, whose name is not cut. Names are not unique here either.
    pub(crate) fn create_of_kind(
        &mut self,
        advertiser_id: &str,
        name: String,
        kind: Kind,
        now: Timestamp,
    ) -> &mut Audience {
        let audience = self.create(advertiser_id, "", now);
        audience.name = name;
        audience.kind = kind;
        audience
    }

    /// Every one, deleted ones included.
    pub(crate) fn all(&self) -> &[Audience] {
        &self.0
    }

    /// The one of this id, also when it is deleted.
    pub(crate) fn get(&self, id: &str) -> Option<&Audience> {
        self.0.get(place(id)?).filter(|audience| audience.id == id)
    }

    /// The place of the one of this id, unless it is deleted.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.get(id).filter(|audience| !audience.deleted).and(place(id))
    }

    pub(crate) fn at(&self, place: usize) -> &Audience {
        &self.0[place]
    }

    pub(crate) fn at_mut(&mut self, place: usize) -> &mut Audience {
        &mut self.0[place]
    }

    /// The place of the one of this id when it is this ad account's own.
    pub(crate) fn own_place(&self, id: &str, advertiser_id: &str) -> Option<usize> {
        self.place(id).filter(|&place| self.at(place).advertiser_id == advertiser_id)
    }

    /// The place of the one of this id when it is this ad account's own or shared with it.
    pub(crate) fn visible_place(&self, id: &str, advertiser_id: &str) -> Option<usize> {
        self.place(id).filter(|&place| self.at(place).is_visible_to(advertiser_id))
    }

    /// Those that an ad account may see, the newest first.
    pub(crate) fn visible_to<'a>(&'a self, advertiser_id: &'a str) -> impl Iterator<Item = &'a Audience> {
        self.0.iter().rev().filter(move |audience| audience.is_visible_to(advertiser_id))
    }

    /// Those of an ad account that are not deleted, the newest first.
    pub(crate) fn of_account<'a>(&'a self, advertiser_id: &'a str) -> impl Iterator<Item = &'a Audience> {
        self.0.iter().rev().filter(move |audience| audience.advertiser_id == advertiser_id && !audience.deleted)
    }
}

/// Where an audience of this id would be. Other spellings of the number, such as `+71…`, give a place as well.
fn place(id: &str) -> Option<usize> {
    usize::try_from(id.parse::<u64>().ok()?.checked_sub(ID_BASE + 1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_finds_its_audience_in_one_spelling_only() {
        let mut audiences = Audiences::default();
        audiences.create("1", "A", Timestamp::UNIX_EPOCH);
        let id = audiences.create("1", "B", Timestamp::UNIX_EPOCH).id.clone();
        assert_eq!(audiences.get(&id).map(Audience::name), Some("B"));
        for other in [format!("+{id}"), format!("0{id}"), format!("{id} "), "7100000000000000000".into(), "".into()] {
            assert!(audiences.get(&other).is_none(), "{other}");
        }
    }
}

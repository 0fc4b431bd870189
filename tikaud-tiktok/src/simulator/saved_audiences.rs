//! Saved audiences: choices of people to show ads to, kept under a name for later.

use serde_json::{Map, Value};

/// The id before that of the first saved audience. Ids rise by one, so that a repeated run gets the same ones.
const ID_BASE: u64 = 7_300_000_000_000_000_000;

/// Every one that was ever saved, in that order.
#[derive(Debug, Default)]
pub(crate) struct SavedAudiences(Vec<SavedAudience>);

/// One of them. It holds no people: an ad group that is made with it takes its choices over.
#[derive(Debug)]
pub(crate) struct SavedAudience {
    pub(crate) id: String,
    advertiser_id: String,
    pub(crate) name: String,
    /// Every field of the request that says who is chosen; `null` where it was not given.
    pub(crate) choices: Map<String, Value>,
    deleted: bool,
}

impl SavedAudiences {
    /// Saves one and gives its id.
    pub(crate) fn save(&mut self, advertiser_id: &str, name: String, choices: Map<String, Value>) -> &str {
        let id = (ID_BASE + self.0.len() as u64 + 1).to_string();
        let at = self.0.len();
        self.0.push(SavedAudience { id, advertiser_id: advertiser_id.to_owned(), name, choices, deleted: false });
        &self.0[at].id
    }

    /// Those of an ad account, the newest first.
    pub(crate) fn of_account<'a>(&'a self, advertiser_id: &'a str) -> impl Iterator<Item = &'a SavedAudience> {
        self.0.iter().rev().filter(move |saved| saved.is_of(advertiser_id))
    }

    /// Deletes those of these ids, which must all be the ad account's own. Whether they are: if not, nothing is
    /// deleted.
    pub(crate) fn delete(&mut self, advertiser_id: &str, ids: &[String]) -> bool {
        let place = |id: &String| self.0.iter().position(|saved| saved.id == *id && saved.is_of(advertiser_id));
        let Some(places) = ids.iter().map(place).collect::<Option<Vec<usize>>>() else { return false };
        for place in places {
            self.0[place].deleted = true;
        }
        true
    }
}

impl SavedAudience {
    fn is_of(&self, advertiser_id: &str) -> bool {
        self.advertiser_id == advertiser_id && !self.deleted
    }
}

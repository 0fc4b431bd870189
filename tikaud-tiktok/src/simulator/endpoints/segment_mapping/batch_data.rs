//! The field `batch_data`: users, each with one slot for every column.
//!
//! It is read in one pass without a tree, since it is all but the whole of a request: digests go from hex into one
//! buffer for each column, and a list of audiences that repeats is looked up once.

use std::collections::{BTreeSet, HashMap};

use serde::de::{DeserializeSeed, Error};

use super::digest;
use super::shape::Users;
use crate::simulator::IdType;
use crate::simulator::body::{string, string_list};
use crate::simulator::refusal::Refusal;

/// Finds the place of an audience that may be changed; `Ok(None)` when there is none of this id.
type FindAudience<'f> = dyn Fn(&str) -> Result<Option<usize>, Refusal> + 'f;

/// The identifiers of one type.
pub(super) struct Column {
    pub(super) id_type: IdType,
    digests: Vec<u8>,
    /// For each digest, which list of audiences it goes with.
    lists: Vec<usize>,
}

/// A batch that is fit to be applied.
pub(super) struct BatchData {
    pub(super) users: usize,
    pub(super) columns: Vec<Column>,
    /// The different lists of audiences, by place.
    lists: Vec<Vec<usize>>,
}

impl BatchData {
    /// Reads and checks the field's JSON text.
    pub(super) fn read(
        raw: &str,
        schema: &[IdType],
        limit: usize,
        find_audience: &FindAudience<'_>,
    ) -> Result<Self, Refusal> {
        let column = |&id_type: &IdType| Column { id_type, digests: Vec::new(), lists: Vec::new() };
        let data = Self { users: 0, columns: schema.iter().map(column).collect(), lists: Vec::new() };
        let mut reader = Reader { data, limit, find_audience, known_lists: HashMap::new(), refusal: None };
        let outcome = Users(&mut reader).deserialize(&mut serde_json::Deserializer::from_str(raw));
        match (outcome, reader.refusal.take()) {
            (Ok(()), _) if reader.data.users == 0 => Err(Refusal::missing("batch_data")),
            (Ok(()), _) => Ok(reader.data),
            (Err(_), Some(refusal)) => Err(refusal),
            (Err(_), None) => {
                Err(Refusal::invalid(&reader.user(), "Not a valid list of objects with id and audience_ids"))
            }
        }
    }

    /// The places of the audiences that a column is about.
    pub(super) fn audiences(&self, column: &Column) -> BTreeSet<usize> {
        let lists: BTreeSet<usize> = column.lists.iter().copied().collect();
        lists.into_iter().flat_map(|list| self.lists[list].iter().copied()).collect()
    }

    /// The digests of a column that go with one audience.
    pub(super) fn digests<'b>(&'b self, column: &'b Column, place: usize) -> impl Iterator<Item = &'b [u8]> {
        let digests = column.digests.chunks_exact(column.id_type.digest_len());
        digests
            .zip(&column.lists)
            .filter(move |(_, list)| self.lists[**list].contains(&place))
            .map(|(digest, _)| digest)
    }
}

/// A batch in the course of being read. The shape of the JSON is checked by the [`shape`](super::shape) module.
pub(super) struct Reader<'r, 'de> {
    pub(super) data: BatchData,
    pub(super) limit: usize,
    find_audience: &'r FindAudience<'r>,
    /// Where each list of audiences is, by its JSON text.
    known_lists: HashMap<&'de str, usize>,
    /// What stopped the reading, when that was not the parser.
    refusal: Option<Refusal>,
}

impl<'de> Reader<'_, 'de> {
    /// Stops the parser. Its own error carries nothing, since it could carry a value.
    pub(super) fn refuse<E: Error>(&mut self, refusal: Refusal) -> E {
        self.refusal = Some(refusal);
        E::custom("refused")
    }

    pub(super) fn user(&self) -> String {
        format!("batch_data[{}]", self.data.users)
    }

    fn field(&self, slot: usize, name: &str) -> String {
        format!("{}[{slot}]{name}", self.user())
    }

    /// Takes one slot and says whether it holds an identifier; `{}` stands for none.
    pub(super) fn slot(&mut self, slot: usize, id: Option<&'de str>, list: Option<&'de str>) -> Result<bool, Refusal> {
        let (id, list) = match (id, list) {
            (None, None) => return Ok(false),
            (Some(id), Some(list)) => (id, list),
            (None, Some(_)) => return Err(Refusal::missing(&self.field(slot, ".id"))),
            (Some(_), None) => return Err(Refusal::missing(&self.field(slot, ".audience_ids"))),
        };
        let id = string(id).ok_or_else(|| Refusal::invalid(&self.field(slot, ".id"), "Not a valid string"))?;
        let list = self.list(slot, list)?;
        let column = &mut self.data.columns[slot];
        match digest::read(&id, column.id_type, &mut column.digests) {
            Ok(()) => {
                column.lists.push(list);
                Ok(true)
            }
            Err(refusal) => {
                Err(Refusal { message: format!("{}: {}", self.field(slot, ".id"), refusal.message), ..refusal })
            }
        }
    }

    /// Where the list of audiences of this JSON text is.
    fn list(&mut self, slot: usize, raw: &'de str) -> Result<usize, Refusal> {
        if let Some(&list) = self.known_lists.get(raw) {
            return Ok(list);
        }
        let field = self.field(slot, ".audience_ids");
        let ids = string_list(raw, &field)?;
        let places = ids
            .iter()
            .map(|id| (self.find_audience)(id)?.ok_or_else(|| Refusal::invalid(&field, "Invalid audience id")));
        let places = places.collect::<Result<Vec<usize>, Refusal>>()?;
        self.data.lists.push(places);
        self.known_lists.insert(raw, self.data.lists.len() - 1);
        Ok(self.data.lists.len() - 1)
    }
}

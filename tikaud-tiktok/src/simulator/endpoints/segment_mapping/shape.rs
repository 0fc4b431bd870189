//! The shape of `batch_data`: a list of lists of objects, each inner list as long as `id_schema`.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::batch_data::Reader;
use crate::simulator::refusal::{INVALID_BATCH_SIZE, Refusal};

/// The outer list.
pub(super) struct Users<'s, 'r, 'de>(pub(super) &'s mut Reader<'r, 'de>);

impl<'de> DeserializeSeed<'de> for Users<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Users<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of users")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut users: A) -> Result<(), A::Error> {
        while users.next_element_seed(User(&mut *self.0))?.is_some() {
            self.0.data.users += 1;
        }
        Ok(())
    }
}

/// One user: an inner list.
struct User<'s, 'r, 'de>(&'s mut Reader<'r, 'de>);

impl<'de> DeserializeSeed<'de> for User<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for User<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of slots")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut slots: A) -> Result<(), A::Error> {
        let reader = self.0;
        let columns = reader.data.columns.len();
        if reader.data.users == reader.limit {
            let message = format!("batch_data: Longer than maximum length {}.", reader.limit);
            return Err(reader.refuse(Refusal::new(INVALID_BATCH_SIZE, message)));
        }
        let (mut seen, mut filled) = (0, false);
        while let Some(has_identifier) = slots.next_element_seed(Slot { reader: &mut *reader, slot: seen })? {
            seen += 1;
            filled |= has_identifier;
        }
        if seen != columns {
            let expected = format!("Must have as many elements as id_schema, which has {columns}");
            return Err(reader.refuse(Refusal::invalid(&reader.user(), &expected)));
        }
        if !filled {
            return Err(reader.refuse(Refusal::missing(&reader.user())));
        }
        Ok(())
    }
}

/// One slot of a user: an object.
struct Slot<'s, 'r, 'de> {
    reader: &'s mut Reader<'r, 'de>,
    slot: usize,
}

/// The fields of a slot.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Id,
    AudienceIds,
    #[serde(other)]
    Unknown,
}

impl<'de> DeserializeSeed<'de> for Slot<'_, '_, 'de> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Slot<'_, '_, 'de> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with id and audience_ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<bool, A::Error> {
        let (mut id, mut list) = (None, None);
        while let Some(field) = fields.next_key::<Field>()? {
            match field {
                Field::Id => id = Some(fields.next_value::<&'de RawValue>()?.get()),
                Field::AudienceIds => list = Some(fields.next_value::<&'de RawValue>()?.get()),
                Field::Unknown => {
                    fields.next_value::<IgnoredAny>()?;
                }
            }
        }
        if self.slot >= self.reader.data.columns.len() {
            // The user is refused for the number of its slots once it has been read.
            return Ok(true);
        }
        self.reader.slot(self.slot, id, list).map_err(|refusal| self.reader.refuse(refusal))
    }
}

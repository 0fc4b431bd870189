//! Which attempt made an object: a random value that goes with it.

use std::borrow::Cow;
use std::io;

use object_store::{Attribute, Attributes};

/// The name of the metadata field. Letters only: Azure takes identifiers of C# alone, and proxies drop headers with `_`.
const FIELD: Attribute = Attribute::Metadata(Cow::Borrowed("tikaudwriter"));

/// One attempt at creating one object. No other attempt, of this process or another, has the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WriterId(String);

impl WriterId {
    /// A new one, from the operating system: a forked process must not repeat it.
    pub(super) fn draw() -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        Ok(Self(const_hex::encode(random)))
    }

    /// The text: hexadecimal digits.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The metadata that goes with the object.
    pub(super) fn attributes(&self) -> Attributes {
        Attributes::from_iter([(FIELD, self.0.clone())])
    }

    /// Whether an object with this metadata was made by this attempt; `None` when nothing is said of who made it.
    pub(super) fn made(&self, attributes: &Attributes) -> Option<bool> {
        attributes.get(&FIELD).map(|found| found.as_ref() == self.0)
    }
}

//! From rows to identifiers: mapping, normalising, hashing, rejecting. Raw values end here.

mod kind;

mod field;

mod mapping;

mod tally;

mod reject;

mod email;

mod region;

mod phone;

mod device;

mod digest;

mod extract;

mod secret_key;

mod person;

pub use email::EmailRule;
pub use extract::{Extracted, Extractor};
pub use field::{DeviceHash, Field, MappedField, PhoneRegion};
pub use kind::IdentifierKind;
pub use mapping::{FieldMapping, MappingError};
pub use person::Person;
pub use phone::{DefaultPhoneParser, NoPhoneParser, NumberingPlansDamaged, PhoneParser};
pub use region::{Region, UnknownRegion};
pub use reject::RejectReason;
pub use secret_key::{KeyTooShort, SecretKey};
pub use tally::{ColumnTally, Rejects, Tally};

pub(crate) use device::normalise_device_id;
pub(crate) use digest::decode_digest;
use digest::{Sha256Queue, md5};
pub(crate) use email::{EmailSpace, normalise_email};
pub(crate) use phone::{normalise_phone, phone_in_e164, phone_parser_for};

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

pub use email::EmailRule;
pub use extract::{Extracted, Extractor};
pub use field::{DeviceHash, Field, MappedField, PhoneRegion};
pub use kind::IdentifierKind;
pub use mapping::{FieldMapping, MappingError};
pub use phone::{DefaultPhoneParser, NumberingPlansDamaged, PhoneParser};
pub use region::{Region, UnknownRegion};
pub use reject::RejectReason;
pub use tally::{ColumnTally, Rejects, Tally};

use device::normalise_device_id;
use digest::{Sha256Queue, decode_digest, md5};
use email::{EmailSpace, normalise_email};
use phone::normalise_phone;

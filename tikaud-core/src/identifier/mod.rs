//! From rows to identifiers: mapping, normalising, hashing, rejecting. Raw values end here.

mod kind;
mod reject;

mod email;
mod region;

mod phone;

mod device;
mod digest;

pub use email::EmailRule;
pub use kind::IdentifierKind;
pub use phone::{DefaultPhoneParser, NumberingPlansDamaged, PhoneParser};
pub use region::{Region, UnknownRegion};
pub use reject::RejectReason;

pub(crate) use device::normalise_device_id;
pub(crate) use digest::{Sha256Queue, decode_digest, md5, sha256, sha512};
pub(crate) use email::normalise_email;
pub(crate) use phone::normalise_phone;

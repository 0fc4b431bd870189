//! The made-up customers of the cases, and the identifiers that should come of them.

use sha2::{Digest, Sha256};

use crate::diff::{IdentifierSet, IdentifierSets};
use crate::identifier::{Field, FieldMapping, IdentifierKind};

use crate::conformance::outcome::must;

/// A made-up customer. No text means a null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Customer {
    /// In its normal form already.
    pub(super) email: &'static str,
    /// What the segment holds the digest of.
    pub(super) phone: &'static str,
}

pub(super) const ADA: Customer = Customer { email: "ada@example.com", phone: "+442071838750" };
pub(super) const BARBARA: Customer = Customer { email: "barbara@example.com", phone: "" };
pub(super) const DONALD: Customer = Customer { email: "donald@example.com", phone: "+16505550100" };
pub(super) const EDSGER: Customer = Customer { email: "edsger@example.com", phone: "+31205550101" };
pub(super) const GRACE: Customer = Customer { email: "grace@example.com", phone: "+12125550102" };

/// Lives with Ada, and shares her phone.
pub(super) const HOUSEMATE_OF_ADA: Customer = Customer { email: "housemate@example.com", phone: ADA.phone };
/// Grace under her next address.
pub(super) const GRACE_MOVED: Customer = Customer { email: "grace@new.example.com", phone: GRACE.phone };

pub(super) const EVERYBODY: [Customer; 7] = [ADA, BARBARA, DONALD, EDSGER, GRACE, HOUSEMATE_OF_ADA, GRACE_MOVED];

/// The columns that customers have.
pub(super) const COLUMNS: [&str; 2] = ["email", "phone_sha256"];

/// Addresses to be hashed, phones that are hashed already, so that no case depends on how phones are read.
pub(super) fn mapping() -> FieldMapping {
    must(
        FieldMapping::try_new([(COLUMNS[0], Field::Email), (COLUMNS[1], Field::PhoneSha256)]),
        "the suite's field mapping is valid",
    )
}

impl Customer {
    /// The customer as a member of the segment.
    pub(super) fn row(&self) -> [Option<String>; 2] {
        let present = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        [present(self.email), present(self.phone).map(|phone| const_hex::encode(Sha256::digest(phone)))]
    }
}

/// What an audience of these customers holds.
pub(super) fn identifiers(customers: &[Customer]) -> IdentifierSets {
    let set = |kind, text: fn(&Customer) -> &'static str| {
        let texts = customers.iter().map(text).filter(|text| !text.is_empty());
        IdentifierSet::from_unsorted(kind, texts.flat_map(Sha256::digest).collect())
    };
    IdentifierSets::from_iter([
        set(IdentifierKind::EmailSha256, |customer| customer.email),
        set(IdentifierKind::PhoneSha256, |customer| customer.phone),
    ])
}

//! One person's identifiers, for whoever has to find all of them.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256, Sha512};

use super::{
    EmailRule, EmailSpace, IdentifierKind, PhoneParser, Region, RejectReason, decode_digest, md5, normalise_device_id,
    normalise_email, normalise_phone,
};
use crate::diff::IdentifierSets;

/// One person's identifiers: every digest that an activation may know them by.
///
/// A plain value becomes an identifier of every kind and by every rule that there is, whatever the activations map: an
/// e-mail address is hashed with SHA-256 and SHA-512, by the present and by the legacy rule; an advertising id with SHA-256 and
/// MD5. Values that came to a company hashed are given as digests. Raw values are not kept.
///
/// ```
/// use tikaud_core::identifier::{DefaultPhoneParser, IdentifierKind, Person};
///
/// let phones = DefaultPhoneParser::try_new()?;
/// let ada = Person::new()
///     .email(" Ada@Example.com")?
///     .email("ada@old-address.example")?
///     .phone("020 7183 8750", Some("GB".parse()?), &phones)?
///     .hashed(IdentifierKind::PhoneSha256, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")?;
/// assert_eq!(ada.len(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Person {
    digests: BTreeMap<IdentifierKind, Vec<u8>>,
}

impl Person {
    /// Somebody of whom nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same person with an e-mail address.
    ///
    /// # Errors
    ///
    /// Why it is no address. A column that holds such a value makes no identifier of it either.
    pub fn email(mut self, raw: &str) -> Result<Self, RejectReason> {
        let mut space = EmailSpace::new();
        self.push_email(normalise_email(raw, EmailRule::Current, &mut space)?.text);
        // The older rule leaves nothing of some addresses; then it has made no identifier of them.
        if let Ok(legacy) = normalise_email(raw, EmailRule::Legacy, &mut space) {
            self.push_email(legacy.text);
        }
        Ok(self)
    }

    fn push_email(&mut self, text: &[u8]) {
        self.push(IdentifierKind::EmailSha256, &Sha256::digest(text));
        self.push(IdentifierKind::EmailSha512, &Sha512::digest(text));
    }

    /// The same person with a phone number, read as the activations read it: by their parser, and where it is in national form,
    /// in the same country.
    ///
    /// # Errors
    ///
    /// Why it is no number.
    pub fn phone(mut self, raw: &str, region: Option<Region>, parser: &dyn PhoneParser) -> Result<Self, RejectReason> {
        let mut number = String::new();
        normalise_phone(raw, region, parser, &mut number)?;
        self.push(IdentifierKind::PhoneSha256, &Sha256::digest(&number));
        Ok(self)
    }

    /// The same person with an iOS advertising id.
    ///
    /// # Errors
    ///
    /// Why it is no such id.
    pub fn idfa(self, raw: &str) -> Result<Self, RejectReason> {
        self.device(raw, IdentifierKind::IdfaSha256, IdentifierKind::IdfaMd5)
    }

    /// The same person with an Android advertising id.
    ///
    /// # Errors
    ///
    /// Why it is no such id.
    pub fn aaid(self, raw: &str) -> Result<Self, RejectReason> {
        self.device(raw, IdentifierKind::AaidSha256, IdentifierKind::AaidMd5)
    }

    fn device(
        mut self,
        raw: &str,
        with_sha256: IdentifierKind,
        with_md5: IdentifierKind,
    ) -> Result<Self, RejectReason> {
        let mut id = [0; 36];
        normalise_device_id(raw, &mut id)?;
        self.push(with_sha256, &Sha256::digest(id));
        md5(&id, self.digests.entry(with_md5).or_default());
        Ok(self)
    }

    /// The same person with an identifier that is hashed already, in hex of either case.
    ///
    /// # Errors
    ///
    /// Why it is no digest of that kind.
    pub fn hashed(mut self, kind: IdentifierKind, hex: &str) -> Result<Self, RejectReason> {
        decode_digest(hex, kind.digest_len(), self.digests.entry(kind).or_default())?;
        Ok(self)
    }

    fn push(&mut self, kind: IdentifierKind, digest: &[u8]) {
        self.digests.entry(kind).or_default().extend_from_slice(digest);
    }

    /// How many identifiers there are, each once.
    #[must_use]
    pub fn len(&self) -> usize {
        self.identifiers().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.values().all(Vec::is_empty)
    }

    /// The identifiers as sets.
    pub(crate) fn identifiers(&self) -> IdentifierSets {
        self.digests.iter().map(|(kind, digests)| (*kind, digests.clone())).collect()
    }
}

/// Shows a count only: a digest is an identifier.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("identifiers", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(person: &Person, kind: IdentifierKind, digest: &[u8]) -> bool {
        person.identifiers().get(kind).iter().any(|held| held == digest)
    }

    #[test]
    fn an_address_is_known_by_every_rule_and_hash() {
        let person = Person::new().email(" A.da+x@Example.com").unwrap();
        for text in ["a.da+x@example.com", "ada@example.com"] {
            assert!(holds(&person, IdentifierKind::EmailSha256, &Sha256::digest(text)));
            assert!(holds(&person, IdentifierKind::EmailSha512, &Sha512::digest(text)));
        }
        assert_eq!(person.len(), 4);
        assert_eq!(Person::new().email("ada@example.com").unwrap().email("ADA@example.com").unwrap().len(), 2);
    }

    #[test]
    fn a_device_is_known_by_both_hashes() {
        let id = "6d92078a-8246-4ba4-ae5b-76104861e7dc";
        let person = Person::new().aaid(&id.to_uppercase()).unwrap();
        assert!(holds(&person, IdentifierKind::AaidSha256, &Sha256::digest(id)));
        assert_eq!(
            person.identifiers().kinds().collect::<Vec<_>>(),
            [IdentifierKind::AaidSha256, IdentifierKind::AaidMd5]
        );
    }

    #[test]
    fn what_is_no_identifier_is_refused_and_adds_nothing() {
        assert_eq!(Person::new().email("ada").unwrap_err(), RejectReason::NotAnEmail);
        assert_eq!(Person::new().hashed(IdentifierKind::IdfaMd5, "abc").unwrap_err(), RejectReason::NotADigest);
        assert!(Person::new().is_empty());
    }

    #[test]
    fn debug_shows_a_count_only() {
        let person = Person::new().email("canary@example.com").unwrap();
        assert_eq!(format!("{person:?}"), "Person { identifiers: 2, .. }");
    }
}

//! The rules for each field, in the order in which the extractor applies them.

use tikaud_core::identifier::{DeviceHash, EmailRule, Field, RejectReason};

use super::speech::Speech;
use super::verdict::Verdict;
use super::{ValueSql, email};

/// Bytes that a value may have at most, as `tikaud_core` has it.
const MAX_VALUE_BYTES: usize = 1024;

const HEX: &str = "[0-9A-Fa-f]";
const NOT_HEX: &str = "[^0-9A-Fa-f]";
/// What is not printable ASCII.
const UNUSUAL: &str = "[^ -~]";
/// `+`, a country code, which begins with no zero, and at most fifteen digits together: ITU-T E.164, section 6.
const E164: &str = "[+][1-9][0-9]{6,14}";

/// Where the SQL of one column is written.
pub(super) struct Rules<'a> {
    pub(super) speech: Speech,
    pub(super) text: &'a str,
    pub(super) folded: &'a str,
}

impl Rules<'_> {
    /// The SQL for a field; nothing where SQL cannot judge its values.
    pub(super) fn value(&self, field: &Field, rule: EmailRule) -> Option<ValueSql> {
        Some(match field {
            Field::Email => self.email(rule),
            Field::PhoneE164 => self.e164(),
            Field::Idfa(hash) | Field::Aaid(hash) => self.device_id(*hash),
            Field::EmailSha256
            | Field::EmailSha512
            | Field::PhoneSha256
            | Field::IdfaSha256
            | Field::IdfaMd5
            | Field::AaidSha256
            | Field::AaidMd5 => self.digest(field.kind().digest_len()),
            _ => return None,
        })
    }

    fn email(&self, rule: EmailRule) -> ValueSql {
        ValueSql {
            folded: self.speech.without_white(self.text),
            verdict: self.verdict(
                &email::is_common(self.speech, self.folded, rule),
                &[
                    (self.looks_hashed(), RejectReason::LooksHashed),
                    (format!("NOT ({})", email::is_address(self.speech, self.folded, rule)), RejectReason::NotAnEmail),
                ],
            ),
            digest: self.speech.sha256(&email::hashed(self.speech, self.folded, rule)),
        }
    }

    fn e164(&self) -> ValueSql {
        let is_number = self.speech.is(self.folded, E164);
        ValueSql {
            folded: self.speech.trimmed(self.text),
            verdict: self.verdict(
                &is_number,
                &[
                    (self.looks_hashed(), RejectReason::LooksHashed),
                    (format!("NOT ({is_number})"), RejectReason::NotAPhone),
                ],
            ),
            digest: self.speech.sha256(self.folded),
        }
    }

    fn device_id(&self, hash: DeviceHash) -> ValueSql {
        let is_id = self.speech.is(self.folded, &format!("{HEX}{{8}}(-{HEX}{{4}}){{3}}-{HEX}{{12}}"));
        let is_of_somebody = self.speech.has(self.folded, "[^0-]");
        let id = format!("lower({})", self.folded);
        ValueSql {
            folded: self.speech.trimmed(self.text),
            verdict: self.verdict(
                &format!("{is_id} AND {is_of_somebody}"),
                &[
                    (self.looks_hashed(), RejectReason::LooksHashed),
                    (format!("NOT ({is_id})"), RejectReason::NotADeviceId),
                    (format!("NOT ({is_of_somebody})"), RejectReason::ZeroDeviceId),
                ],
            ),
            digest: match hash {
                DeviceHash::Sha256 => self.speech.sha256(&id),
                DeviceHash::Md5 => self.speech.md5(&id),
            },
        }
    }

    fn digest(&self, len: usize) -> ValueSql {
        let is_digest = format!("{} = {} AND NOT {}", self.bytes(), 2 * len, self.speech.has(self.folded, NOT_HEX));
        let is_of_nothing = format!("lower({}) = '{}'", self.folded, digest_of_nothing(len));
        ValueSql {
            folded: self.speech.trimmed(self.text),
            verdict: self.verdict(
                &format!("{is_digest} AND NOT {is_of_nothing}"),
                &[
                    (is_of_nothing, RejectReason::Empty),
                    (self.looks_hashed(), RejectReason::WrongDigestLength),
                    (format!("NOT ({is_digest})"), RejectReason::NotADigest),
                ],
            ),
            digest: self.speech.digest(self.folded, &is_digest),
        }
    }

    /// Accepted by a condition that says nothing of what it is not true of, else by what keeps a value from being accepted,
    /// in this order. Only the first condition is worked out for nearly all values.
    fn verdict(&self, is_common: &str, rejects: &[(String, RejectReason)]) -> String {
        let Self { speech, text, folded } = self;
        let is_within = format!("{} <= {MAX_VALUE_BYTES}", speech.bytes(text));
        let before = [
            (format!("{text} IS NULL"), Verdict::Null),
            (speech.is_longer(text, MAX_VALUE_BYTES), Verdict::Rejected(RejectReason::TooLong)),
            (speech.has(folded, UNUSUAL), Verdict::Doubtful),
            (format!("{} = 0", self.bytes()), Verdict::Rejected(RejectReason::Empty)),
        ];
        let rejects = rejects.iter().map(|(condition, reason)| (condition.clone(), Verdict::Rejected(*reason)));
        let cases = before.into_iter().chain(rejects);
        let cases = cases.map(|(condition, verdict)| format!("WHEN {condition} THEN {} ", verdict.code()));
        let accepted = Verdict::Accepted.code();
        format!(
            "CASE WHEN {is_common} AND {is_within} THEN {accepted} ELSE CASE {}ELSE {accepted} END END",
            cases.collect::<String>()
        )
    }

    fn looks_hashed(&self) -> String {
        format!("{} IN (32, 64, 128) AND NOT {}", self.bytes(), self.speech.has(self.folded, NOT_HEX))
    }

    fn bytes(&self) -> String {
        self.speech.bytes(self.folded)
    }
}

/// The digest of no text, of this length: MD5, SHA-256 and SHA-512, as `tikaud_core` has them.
fn digest_of_nothing(len: usize) -> &'static str {
    match len {
        16 => "d41d8cd98f00b204e9800998ecf8427e",
        32 => "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        _ => concat!(
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
            "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
        ),
    }
}

//! What the extractor says of one value.

use std::sync::Arc;

use tikaud_core::identifier::{
    DefaultPhoneParser, DeviceHash, EmailRule, Extractor, Field, FieldMapping, IdentifierKind,
};
use tikaud_core::segment::{MemberBatch, TextColumn};

use super::super::Verdict;

/// A column as it is mapped.
#[derive(Debug, Clone)]
pub(super) struct Mapped {
    pub(super) field: Field,
    pub(super) rule: EmailRule,
}

/// Every column that SQL judges.
pub(super) fn all() -> Vec<Mapped> {
    let fields = [
        Field::EmailSha256,
        Field::EmailSha512,
        Field::PhoneE164,
        Field::PhoneSha256,
        Field::Idfa(DeviceHash::Sha256),
        Field::Idfa(DeviceHash::Md5),
        Field::IdfaSha256,
        Field::IdfaMd5,
        Field::Aaid(DeviceHash::Sha256),
        Field::Aaid(DeviceHash::Md5),
        Field::AaidSha256,
        Field::AaidMd5,
    ];
    let emails = [EmailRule::Current, EmailRule::Legacy].map(|rule| Mapped { field: Field::Email, rule });
    let others = fields.map(|field| Mapped { field, rule: EmailRule::Current });
    emails.into_iter().chain(others).collect()
}

pub(super) struct Judge {
    extractor: Extractor,
    kind: IdentifierKind,
}

impl Judge {
    pub(super) fn new(mapped: &Mapped) -> Self {
        // A mapping needs an e-mail or a phone column; that one's cells are null.
        let fields = [("value", mapped.field.clone()), ("null", Field::EmailSha512)];
        let mapping = FieldMapping::try_new(fields).unwrap().with_email_rule(mapped.rule);
        let parser = Arc::new(DefaultPhoneParser::try_new().unwrap());
        Self { extractor: Extractor::new(&mapping, parser), kind: mapped.field.kind() }
    }

    /// The verdict, and the digest in hex of what is accepted.
    pub(super) fn judge(&self, value: Option<&str>) -> (Verdict, Option<String>) {
        let (mut values, mut nulls) = (TextColumn::default(), TextColumn::default());
        values.push(value).unwrap();
        nulls.push(None).unwrap();
        let batch = MemberBatch::try_new(vec![values, nulls]).unwrap();
        let (digests, tally) = self.extractor.extract(&batch, 1).unwrap().into_digests();
        let tally = &tally.columns[0];
        match (tally.rejects.first_key_value(), tally.null_cells) {
            (None, _) => (Verdict::Accepted, Some(const_hex::encode(&digests[&self.kind]))),
            (Some(_), 1) => (Verdict::Null, None),
            (Some((reason, _)), _) => (Verdict::Rejected(*reason), None),
        }
    }
}

//! `POST /segment/mapping/`: puts identifiers into an audience and takes them out.
//! <https://business-api.tiktok.com/portal/docs?id=1739940585975809>

use std::ops::Range;

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;
use tikaud_core::destination::Batch;
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;

use super::{Payload, Request};

/// What TikTok's id schema calls a kind; `None` for a kind that it does not take.
///
/// The published list has no `EMAIL_SHA512`: it follows the list's own pattern.
fn schema_name(kind: IdentifierKind) -> Option<&'static str> {
    Some(match kind {
        IdentifierKind::EmailSha256 => "EMAIL_SHA256",
        IdentifierKind::EmailSha512 => "EMAIL_SHA512",
        IdentifierKind::PhoneSha256 => "PHONE_SHA256",
        IdentifierKind::IdfaSha256 => "IDFA_SHA256",
        IdentifierKind::IdfaMd5 => "IDFA_MD5",
        IdentifierKind::AaidSha256 => "AAID_SHA256",
        IdentifierKind::AaidMd5 => "AAID_MD5",
        _ => return None,
    })
}

/// Every kind that the endpoint takes, in order.
pub(crate) fn accepted_kinds() -> Vec<IdentifierKind> {
    IdentifierKind::ALL.into_iter().filter(|&kind| schema_name(kind).is_some()).collect()
}

/// Puts part of a batch into one audience of one ad account, or takes it out.
///
/// The request's only column is the batch's kind, so the id schema and the data cannot disagree, and each user is
/// one identifier.
pub(crate) struct SegmentMapping<'a> {
    advertiser_id: &'a str,
    audience_id: &'a str,
    batch: &'a Batch,
    schema: &'static str,
    part: Range<usize>,
}

impl<'a> SegmentMapping<'a> {
    /// The request for this part of the batch; `None` when TikTok does not take its kind.
    pub(crate) fn try_new(
        advertiser_id: &'a str,
        audience_id: &'a str,
        batch: &'a Batch,
        part: Range<usize>,
    ) -> Option<Self> {
        let schema = schema_name(batch.kind())?;
        Some(Self { advertiser_id, audience_id, batch, schema, part })
    }

    /// The JSON, written straight into one buffer: for millions of identifiers a tree of values or a string for each
    /// would cost more than the hashing did.
    fn encode(&self) -> Vec<u8> {
        let action = match self.batch.action() {
            Action::Add => "add",
            Action::Remove => "delete",
        };
        let head = format!(
            r#"{{"advertiser_ids":[{}],"action":"{action}","id_schema":["{}"],"batch_data":["#,
            quoted(self.advertiser_id),
            self.schema
        );
        let row_end = format!(r#"","audience_ids":[{}]}}]"#, quoted(self.audience_id));
        let row = ROW_START.len() + 2 * self.batch.kind().digest_len() + row_end.len() + 1;
        let mut body = Vec::with_capacity(head.len() + self.part.len() * row + TAIL.len());
        body.extend_from_slice(head.as_bytes());
        let digests = self.batch.digests().skip(self.part.start).take(self.part.len());
        match self.batch.kind().digest_len() {
            16 => write_rows::<16>(&mut body, digests, &row_end),
            64 => write_rows::<64>(&mut body, digests, &row_end),
            _ => write_rows::<32>(&mut body, digests, &row_end),
        }
        body.extend_from_slice(TAIL);
        body
    }
}

const ROW_START: &[u8] = br#"[{"id":""#;
const TAIL: &[u8] = b"]}";

/// One user a digest. A digest is `N` bytes wide because its batch's kind says so.
fn write_rows<'a, const N: usize>(body: &mut Vec<u8>, digests: impl Iterator<Item = &'a [u8]>, row_end: &str) {
    for (at, digest) in digests.enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(ROW_START);
        body.extend_from_slice(const_hex::Buffer::<N>::new().format_slice(digest).as_bytes());
        body.extend_from_slice(row_end.as_bytes());
    }
}

/// The text as JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Request for SegmentMapping<'_> {
    const PATH: &'static str = "segment/mapping/";
    // To add what is there and to remove what is not are no errors.
    const IDEMPOTENT: bool = true;
    // There is no result for single rows, and no count.
    type Data = IgnoredAny;

    fn payload(&self) -> Payload {
        Payload::Body(Bytes::from(self.encode()))
    }

    fn known_ids(&self) -> Vec<&str> {
        vec![self.advertiser_id, self.audience_id]
    }

    fn items(&self) -> usize {
        self.part.len()
    }
}

#[cfg(test)]
mod tests;

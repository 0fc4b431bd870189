//! From cells to digests: every value is counted once, and its digest is the one that anybody would make of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::TryStreamExt;
use md5::Md5;
use sha2::{Digest, Sha256};

use super::runtime::wait_for;
use crate::identifier::{
    DeviceHash, EmailRule, EmailSpace, Extractor, Field, FieldMapping, IdentifierKind, NoPhoneParser, Tally,
    normalise_device_id, normalise_email,
};
use crate::segment::{MemorySegment, Segment, SegmentError};

type Row = [Option<String>; 3];
type Digests = BTreeMap<IdentifierKind, Vec<u8>>;

/// A line of text for each member: e-mail, IDFA and AAID between tabs; what is empty is null.
pub fn extraction(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let row = |line: &str| -> Row {
        let mut cells = line.split('\t').map(|cell| (!cell.is_empty()).then(|| cell.to_owned()));
        [(); 3].map(|()| cells.next().flatten())
    };
    let rows: Vec<Row> = text.lines().map(row).collect();
    let (digests, tally) = wait_for(extract(&rows)).unwrap_or_else(|error| panic!("{error}"));

    let members = rows.len() as u64;
    assert_eq!(tally.members, members);
    assert!(tally.columns.iter().all(|column| column.accepted + column.rejected() == members), "a value was lost");
    assert_eq!(digests, slowly(&rows), "other digests than the slow way makes");
    let reached =
        rows.iter().filter(|row| slowly(std::slice::from_ref(row)).values().any(|digests| !digests.is_empty()));
    assert_eq!(tally.members_with_identifier, reached.count() as u64);
}

/// The way that runs go.
async fn extract(rows: &[Row]) -> Result<(Digests, Tally), SegmentError> {
    let fields =
        [("email", Field::Email), ("idfa", Field::Idfa(DeviceHash::Sha256)), ("aaid", Field::Aaid(DeviceHash::Md5))];
    let mapping = FieldMapping::try_new(fields).unwrap_or_else(|error| panic!("{error}"));
    let segment = MemorySegment::try_new("Fuzzed", ["email", "idfa", "aaid"], rows.iter().cloned())?;
    // No phone column is mapped: phone numbers have a target of their own.
    let extractor = Extractor::new(&mapping, Arc::new(NoPhoneParser));
    let (mut digests, mut tally) = (Digests::new(), Tally::default());
    let mut members = segment.members(&mapping.columns()).await?;
    while let Some(batch) = members.try_next().await? {
        let (part, counted) = extractor.extract(&batch, tally.members + 1)?.into_digests();
        part.into_iter().for_each(|(kind, part)| digests.entry(kind).or_default().extend(part));
        tally.extend(counted);
    }
    digests.retain(|_, digests| !digests.is_empty());
    Ok((digests, tally))
}

/// One value at a time, hashed by itself.
fn slowly(rows: &[Row]) -> Digests {
    let mut digests = Digests::new();
    let mut id = [0; 36];
    for [email, idfa, aaid] in rows {
        let mut space = EmailSpace::new();
        let email = email.as_deref().map(|email| normalise_email(email, EmailRule::Current, &mut space));
        if let Some(Ok(email)) = email {
            digests.entry(IdentifierKind::EmailSha256).or_default().extend(Sha256::digest(email.text));
        }
        if idfa.as_deref().is_some_and(|idfa| normalise_device_id(idfa, &mut id).is_ok()) {
            digests.entry(IdentifierKind::IdfaSha256).or_default().extend(Sha256::digest(id));
        }
        if aaid.as_deref().is_some_and(|aaid| normalise_device_id(aaid, &mut id).is_ok()) {
            digests.entry(IdentifierKind::AaidMd5).or_default().extend(Md5::digest(id));
        }
    }
    digests
}

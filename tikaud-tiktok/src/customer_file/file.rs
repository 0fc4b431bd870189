//! A file in the making: identifiers of one kind, a line each, with a running MD5.

use std::fmt;

use bytes::Bytes;
use md5::{Digest, Md5};
use tikaud_core::destination::{Batch, Stage};
use tikaud_core::diff::Action;
use tikaud_core::identifier::IdentifierKind;

use crate::wire::Column;

/// A file that batches of one action and one kind are written to.
///
/// One kind a file: TikTok's documents say how a row with several columns looks when all of them have a value, and not
/// how one looks that has no value in some. A file with one column has no such row.
pub(super) struct FileWriter {
    pub(super) action: Action,
    pub(super) kind: IdentifierKind,
    pub(super) stage: Stage,
    content: Vec<u8>,
    hash: Md5,
    identifiers: u64,
}

/// A file that is complete.
pub(super) struct CompleteFile {
    pub(super) action: Action,
    pub(super) stage: Stage,
    pub(super) identifiers: u64,
    pub(super) content: Bytes,
    /// The MD5 of the content, in lower-case hex.
    pub(super) signature: String,
}

/// Bytes that an identifier of this kind takes: its hex and the end of the line.
pub(super) const fn row_len(kind: IdentifierKind) -> usize {
    2 * kind.digest_len() + 1
}

impl FileWriter {
    /// A file without identifiers, and with the title that its column has.
    pub(super) fn new(action: Action, kind: IdentifierKind, column: Column, stage: Stage) -> Self {
        let mut file = Self { action, kind, stage, content: Vec::new(), hash: Md5::new(), identifiers: 0 };
        if let Some(title) = column.title {
            file.content.extend_from_slice(title.as_bytes());
            file.content.push(b'\n');
            file.hash.update(&file.content);
        }
        file
    }

    /// Bytes so far.
    pub(super) fn len(&self) -> usize {
        self.content.len()
    }

    pub(super) fn identifiers(&self) -> u64 {
        self.identifiers
    }

    /// Appends a batch, which is of this file's kind.
    pub(super) fn write(&mut self, batch: &Batch) {
        let start = self.content.len();
        self.content.reserve(batch.len() * row_len(batch.kind()));
        match batch.kind().digest_len() {
            16 => write_rows::<16>(&mut self.content, batch),
            64 => write_rows::<64>(&mut self.content, batch),
            _ => write_rows::<32>(&mut self.content, batch),
        }
        self.hash.update(&self.content[start..]);
        self.identifiers += batch.len() as u64;
    }

    pub(super) fn complete(self) -> CompleteFile {
        CompleteFile {
            action: self.action,
            stage: self.stage,
            identifiers: self.identifiers,
            content: Bytes::from(self.content),
            signature: const_hex::encode(self.hash.finalize()),
        }
    }
}

/// A digest is `N` bytes wide because its batch's kind says so.
fn write_rows<const N: usize>(content: &mut Vec<u8>, batch: &Batch) {
    for digest in batch.digests() {
        content.extend_from_slice(const_hex::Buffer::<N>::new().format_slice(digest).as_bytes());
        content.push(b'\n');
    }
}

/// Shows the size only: the content is identifiers.
impl fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWriter")
            .field("action", &self.action)
            .field("kind", &self.kind)
            .field("identifiers", &self.identifiers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::CalculateType;

    fn batch(kind: IdentifierKind, digests: Vec<u8>) -> Batch {
        Batch::new(Action::Add, kind, digests.into()).unwrap()
    }

    fn file(calculate_type: CalculateType, kind: IdentifierKind, batches: &[Vec<u8>]) -> CompleteFile {
        let column = calculate_type.column(kind).unwrap();
        let mut file = FileWriter::new(Action::Add, kind, column, Stage::new(1));
        batches.iter().for_each(|digests| file.write(&batch(kind, digests.clone())));
        file.complete()
    }

    #[test]
    fn a_file_of_one_type_is_digests_a_line_each_without_a_header() {
        let file = file(CalculateType::IdfaMd5, IdentifierKind::IdfaMd5, &[vec![0xAB; 32], vec![0; 16]]);
        insta::assert_snapshot!(String::from_utf8(file.content.to_vec()).unwrap(), @r"
        abababababababababababababababab
        abababababababababababababababab
        00000000000000000000000000000000
        ");
        assert_eq!(file.identifiers, 3);
    }

    #[test]
    fn a_file_of_several_types_has_the_title_of_its_column() {
        let file = file(CalculateType::MultipleTypes, IdentifierKind::AaidMd5, &[vec![0xAB; 16]]);
        insta::assert_snapshot!(String::from_utf8(file.content.to_vec()).unwrap(), @r"
        MAID_MD5
        abababababababababababababababab
        ");
    }

    proptest! {
        #[test]
        fn the_signature_is_the_md5_of_the_content_however_it_was_written(
            kind in prop::sample::select(vec![IdentifierKind::EmailSha256, IdentifierKind::AaidMd5]),
            several in any::<bool>(),
            batches in prop::collection::vec(0..5_usize, 0..5),
        ) {
            let own = CalculateType::of_kind(kind).unwrap();
            let calculate_type = if several { CalculateType::MultipleTypes } else { own };
            let batches: Vec<Vec<u8>> = batches.iter().map(|len| vec![7; len * kind.digest_len()]).collect();
            let rows: usize = batches.iter().map(|digests| digests.len() / kind.digest_len()).sum();
            let file = file(calculate_type, kind, &batches);
            prop_assert_eq!(&file.signature, &const_hex::encode(Md5::digest(&file.content)));
            let header = calculate_type.column(kind).unwrap().title.map_or(0, |title| title.len() + 1);
            prop_assert_eq!(file.content.len(), header + rows * row_len(kind));
        }
    }

    #[test]
    fn debug_shows_no_identifier() {
        let column = CalculateType::EmailSha256.column(IdentifierKind::EmailSha256).unwrap();
        let mut file = FileWriter::new(Action::Add, IdentifierKind::EmailSha256, column, Stage::new(1));
        file.write(&batch(IdentifierKind::EmailSha256, vec![0xCA; 32]));
        let text = format!("{file:?} {file:#?}");
        assert!(!text.contains("caca") && !text.contains("202"), "{text}");
    }
}

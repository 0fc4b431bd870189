//! The stream of a binary `COPY`: <https://www.postgresql.org/docs/current/sql-copy.html>, *Binary Format*.

use std::ops::Range;

use bytes::Bytes;

/// Signature, flags, length of the header's extension.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
const HEADER: usize = SIGNATURE.len() + 8;

/// The longest row in bytes, as long as the longest line of a file. Longer ones are errors: what they would hold is not
/// a person, and memory is bounded.
pub(super) const ROW_LIMIT: usize = 16 << 20;

/// What is wrong with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It does not follow the format.
    Format,
    /// A row is longer than [`ROW_LIMIT`].
    RowLimit,
}

/// Where the fields of a row are in its bytes; `None` is null.
pub(super) type Fields = [Option<Range<usize>>];

/// Takes the stream in pieces that may begin and end anywhere, and gives rows.
#[derive(Debug, Default)]
pub(super) struct CopyRows {
    /// The last piece, which the server makes a row of, so that it need not be copied.
    piece: Bytes,
    /// What did not end with its piece, and all pieces since; as long as there is something, it is what is read from.
    pieces: Vec<u8>,
    /// What is before it has been read.
    at: usize,
    fields: Vec<Option<Range<usize>>>,
    has_header: bool,
    has_ended: bool,
}

impl CopyRows {
    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: Bytes) {
        let rest = self.bytes().len() - self.at;
        if rest == 0 {
            self.pieces.clear();
        } else if self.pieces.is_empty() {
            self.pieces.extend_from_slice(&self.piece[self.at..]);
        } else {
            self.pieces.drain(..self.at);
        }
        self.at = 0;
        if rest > 0 {
            self.pieces.extend_from_slice(&piece);
        }
        self.piece = piece;
    }

    fn bytes(&self) -> &[u8] {
        bytes(&self.piece, &self.pieces)
    }

    /// The next row, and where its fields are in it; `None` until there is another piece.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], &Fields)>, Flaw> {
        if !self.has_header && !self.read_header()? {
            return Ok(None);
        }
        if self.has_ended {
            return if self.at == self.bytes().len() { Ok(None) } else { Err(Flaw::Format) };
        }
        // Not by the method, for the fields are written to meanwhile.
        let bytes = bytes(&self.piece, &self.pieces);
        match row(&bytes[self.at..], &mut self.fields)? {
            None => Ok(None),
            Some(End::Row(length)) => {
                let start = self.at;
                self.at += length;
                Ok(Some((&bytes[start..self.at], &self.fields)))
            }
            Some(End::Stream) => {
                self.at += 2;
                self.has_ended = true;
                if self.is_complete() { Ok(None) } else { Err(Flaw::Format) }
            }
        }
    }

    /// Whether the stream has come to its end, which it marks.
    pub(super) fn is_complete(&self) -> bool {
        self.has_ended && self.at == self.bytes().len()
    }

    fn read_header(&mut self) -> Result<bool, Flaw> {
        let Some(header) = self.bytes().get(..HEADER) else { return Ok(false) };
        let flags = &header[SIGNATURE.len()..];
        // No flag and no extension is in use.
        if !header.starts_with(SIGNATURE) || flags.iter().any(|&byte| byte != 0) {
            return Err(Flaw::Format);
        }
        (self.at, self.has_header) = (HEADER, true);
        Ok(true)
    }
}

/// What is read from.
fn bytes<'a>(piece: &'a [u8], pieces: &'a [u8]) -> &'a [u8] {
    if pieces.is_empty() { piece } else { pieces }
}

enum End {
    /// Behind a row of so many bytes.
    Row(usize),
    /// Behind the mark at the stream's end.
    Stream,
}

/// Where the row at the start ends, and its fields; `None` when it is not there as a whole.
fn row(bytes: &[u8], fields: &mut Vec<Option<Range<usize>>>) -> Result<Option<End>, Flaw> {
    fields.clear();
    let Some(count) = bytes.first_chunk() else { return Ok(None) };
    let count = i16::from_be_bytes(*count);
    if count == -1 {
        return Ok(Some(End::Stream));
    }
    let mut at = 2;
    for _ in 0..usize::try_from(count).map_err(|_| Flaw::Format)? {
        let Some(length) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { return Ok(None) };
        at += 4;
        match i32::from_be_bytes(*length) {
            -1 => fields.push(None),
            length => {
                let end = at + usize::try_from(length).map_err(|_| Flaw::Format)?;
                // A field may announce a gigabyte: it is not waited for.
                if end > ROW_LIMIT {
                    return Err(Flaw::RowLimit);
                }
                fields.push(Some(at..end));
                at = end;
            }
        }
    }
    Ok((at <= bytes.len()).then_some(End::Row(at)))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    type Rows = Vec<Vec<Option<Vec<u8>>>>;

    fn encode(rows: &Rows) -> Vec<u8> {
        let mut stream = [SIGNATURE, &[0; 8]].concat();
        for row in rows {
            stream.extend(i16::try_from(row.len()).unwrap().to_be_bytes());
            for field in row {
                let length = field.as_ref().map_or(-1, |field| i32::try_from(field.len()).unwrap());
                stream.extend(length.to_be_bytes());
                stream.extend(field.iter().flatten());
            }
        }
        stream.extend((-1_i16).to_be_bytes());
        stream
    }

    /// The rows of a stream in these pieces, and whether it is complete.
    fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<(Rows, bool), Flaw> {
        let (mut copy, mut rows) = (CopyRows::default(), Rows::new());
        for piece in pieces {
            copy.push(Bytes::copy_from_slice(piece));
            while let Some((bytes, fields)) = copy.next()? {
                rows.push(fields.iter().map(|field| field.clone().map(|range| bytes[range].to_vec())).collect());
            }
        }
        Ok((rows, copy.is_complete()))
    }

    proptest! {
        #[test]
        fn rows_come_back_however_the_stream_is_cut(
            rows in vec(vec(option::of(vec(any::<u8>(), 0..20)), 0..4), 0..6),
            piece in 1_usize..40,
        ) {
            let stream = encode(&rows);
            prop_assert_eq!(decode(stream.chunks(piece)), Ok((rows, true)));
        }

        #[test]
        fn a_stream_that_lost_its_end_is_never_complete(
            rows in vec(vec(option::of(vec(any::<u8>(), 0..20)), 0..4), 0..6),
            kept in any::<prop::sample::Index>(),
        ) {
            let stream = encode(&rows);
            let kept = kept.index(stream.len());
            // A field may look like the end of the stream; what comes before a cut is whole in any case.
            let (found, complete) = decode([&stream[..kept]]).unwrap();
            prop_assert!(!complete);
            prop_assert!(rows.starts_with(&found));
        }

        #[test]
        fn any_bytes_are_rows_or_a_flaw(bytes in vec(any::<u8>(), 0..200)) {
            let _ = decode([[SIGNATURE, &[0; 8], &bytes].concat().as_slice()]);
            let _ = decode([bytes.as_slice()]);
        }
    }

    #[test]
    fn what_is_not_the_format_is_a_flaw() {
        let stream = encode(&vec![vec![Some(b"a".to_vec())]]);
        let mut other = stream.clone();
        other[0] = b'X';
        assert_eq!(decode([other.as_slice()]), Err(Flaw::Format));
        assert_eq!(decode([stream.as_slice(), b"more"]), Err(Flaw::Format));
        let negative = [SIGNATURE, &[0; 8], &[0, 1], &(-2_i32).to_be_bytes()].concat();
        assert_eq!(decode([negative.as_slice()]), Err(Flaw::Format));
    }

    #[test]
    fn a_row_over_the_limit_is_refused_before_it_is_whole() {
        let at_limit = encode(&vec![vec![Some(vec![b'a'; ROW_LIMIT - 6])]]);
        assert!(decode([at_limit.as_slice()]).unwrap().1);
        let over = encode(&vec![vec![Some(vec![b'a'; ROW_LIMIT])]]);
        assert_eq!(decode([over.as_slice()]), Err(Flaw::RowLimit));
        assert_eq!(decode([&over[..HEADER + 6]]), Err(Flaw::RowLimit));
    }
}

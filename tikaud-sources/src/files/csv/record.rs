//! One CSV record split into its fields, strictly by RFC 4180.
//!
//! The reader is our own because what the usual ones forgive is a lost customer: they take text after a closing quote
//! and a quote that is open at the end of the file for parts of one long field.

use std::ops::ControlFlow;

use memchr::memchr;

use super::super::format::Dialect;

/// Where a field is in its record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Field {
    start: usize,
    end: usize,
    /// Whether quotes within are doubled.
    doubled: bool,
}

impl Field {
    /// The field's text, where it is a piece of the record.
    pub(super) fn text(self, record: &str) -> Option<&str> {
        if self.doubled { None } else { record.get(self.start..self.end) }
    }

    /// The field's bytes. `scratch` holds them where they are not a piece of the record.
    pub(super) fn bytes<'a>(self, record: &'a [u8], quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let bytes = &record[self.start..self.end];
        if !self.doubled {
            return bytes;
        }
        scratch.clear();
        let mut rest = bytes;
        while let Some(at) = memchr(quote, rest) {
            scratch.extend_from_slice(&rest[..=at]);
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        scratch.extend_from_slice(rest);
        scratch
    }
}

/// How far a record was split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// To its end.
    Whole,
    /// Up to a quote that is not closed: append the next line and split on.
    Open,
    /// Up to text after a closing quote.
    TextAfterQuote,
}

/// A quoted field whose closing quote is not found yet.
#[derive(Debug, Clone, Copy)]
struct Quoted {
    start: usize,
    /// Up to where the closing quote has been looked for.
    searched: usize,
    doubled: bool,
}

/// Splits records, which may grow while they are split.
#[derive(Debug)]
pub(super) struct Splitter {
    dialect: Dialect,
    fields: Vec<Field>,
    open: Option<Quoted>,
}

impl Splitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, fields: Vec::new(), open: None }
    }

    /// The fields found by the last [`split`](Self::split).
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Splits a record, or splits on in one that was open and has become longer. The line end is not part of a field.
    pub(super) fn split(&mut self, record: &[u8]) -> Split {
        let end = content_end(record);
        let mut open = self.open.take();
        if open.is_none() {
            self.fields.clear();
        }
        let mut start = 0;
        loop {
            let quoted = open.take().or_else(|| {
                let starts_here = record.get(start) == Some(&self.dialect.quote);
                starts_here.then_some(Quoted { start: start + 1, searched: start + 1, doubled: false })
            });
            let next = match quoted {
                Some(quoted) => self.quoted_field(record, end, quoted),
                None => self.plain_field(record, start, end),
            };
            match next {
                ControlFlow::Continue(after) => start = after,
                ControlFlow::Break(split) => return split,
            }
        }
    }

    /// Goes on with where the next field starts.
    fn plain_field(&mut self, record: &[u8], start: usize, end: usize) -> ControlFlow<Split, usize> {
        let length = memchr(self.dialect.delimiter, &record[start..end]);
        let field_end = length.map_or(end, |length| start + length);
        self.fields.push(Field { start, end: field_end, doubled: false });
        if length.is_some() { ControlFlow::Continue(field_end + 1) } else { ControlFlow::Break(Split::Whole) }
    }

    /// Goes on with where the next field starts.
    fn quoted_field(&mut self, record: &[u8], end: usize, mut quoted: Quoted) -> ControlFlow<Split, usize> {
        let Dialect { delimiter, quote, .. } = self.dialect;
        while let Some(length) = memchr(quote, &record[quoted.searched..]) {
            let close = quoted.searched + length;
            let field = Field { start: quoted.start, end: close, doubled: quoted.doubled };
            match record.get(close + 1) {
                Some(&next) if next == quote => {
                    quoted.doubled = true;
                    quoted.searched = close + 2;
                }
                Some(&next) if next == delimiter => {
                    self.fields.push(field);
                    return ControlFlow::Continue(close + 2);
                }
                _ if close + 1 == end => {
                    self.fields.push(field);
                    return ControlFlow::Break(Split::Whole);
                }
                _ => return ControlFlow::Break(Split::TextAfterQuote),
            }
        }
        self.open = Some(Quoted { searched: record.len(), ..quoted });
        ControlFlow::Break(Split::Open)
    }
}

/// Where a record's content ends and its line end begins.
fn content_end(record: &[u8]) -> usize {
    let content = record.strip_suffix(b"\n").unwrap_or(record);
    content.strip_suffix(b"\r").unwrap_or(content).len()
}

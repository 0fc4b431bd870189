//! The lines that most files consist of, fast: one flat object of strings without escapes, whole numbers, booleans and nulls.
//!
//! Whatever else a line is, right or wrong, is left to the reader of all of JSON, so that there is one place that says what is
//! wrong. Nothing is accepted here that it would refuse, and nothing read otherwise.

use std::ops::Range;

use tikaud_core::segment::{TextColumn, TextColumnFull};

use super::super::header::Origin;

/// What a line has for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Nothing,
    Null,
    /// A value, whose text is here in the line.
    Text(Range<usize>),
}

/// The values of a line, column by column.
#[derive(Debug)]
pub(super) struct Simple(Vec<Found>);

impl Simple {
    pub(super) fn new(columns: usize) -> Self {
        Self(vec![Found::Nothing; columns])
    }

    /// Finds the values of these keys; `false` when the line is none of the simple ones.
    pub(super) fn find(&mut self, line: &str, names: &[String]) -> bool {
        self.0.fill(Found::Nothing);
        self.scan(line.as_bytes(), names).is_some()
    }

    /// Appends what was found in this line, or stands in the file's path, to the columns.
    pub(super) fn push_to(
        &self,
        line: &str,
        origins: &[Origin],
        columns: &mut [TextColumn],
    ) -> Result<(), TextColumnFull> {
        for ((found, origin), column) in self.0.iter().zip(origins).zip(columns) {
            match (origin, found) {
                (Origin::Path(value), _) => column.push(value.as_deref())?,
                (Origin::File(_), Found::Text(text)) => column.push(line.get(text.clone()))?,
                (Origin::File(_), Found::Nothing | Found::Null) => column.push(None)?,
            }
        }
        Ok(())
    }

    fn scan(&mut self, line: &[u8], names: &[String]) -> Option<()> {
        let mut cursor = Cursor { line, at: 0 };
        if cursor.token()? != b'{' {
            return None;
        }
        loop {
            let key = cursor.key()?;
            let value = cursor.value()?;
            for (found, _) in self.0.iter_mut().zip(names).filter(|(_, name)| name.as_bytes() == &line[key.clone()]) {
                if *found != Found::Nothing {
                    return None;
                }
                *found = value.clone();
            }
            match cursor.token()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        (cursor.at == line.len()).then_some(())
    }
}

/// How far a line was read.
struct Cursor<'a> {
    line: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// The next byte that is not blank.
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = *self.line.get(self.at)?;
            self.at += 1;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
        }
    }

    fn key(&mut self) -> Option<Range<usize>> {
        if self.token()? != b'"' {
            return None;
        }
        let key = self.string()?;
        (self.token()? == b':').then_some(key)
    }

    fn value(&mut self) -> Option<Found> {
        let first = self.token()?;
        let start = self.at - 1;
        match first {
            b'"' => return self.string().map(Found::Text),
            b'n' => return self.word(b"ull").map(|()| Found::Null),
            b't' => self.word(b"rue")?,
            b'f' => self.word(b"alse")?,
            b'-' | b'0'..=b'9' => self.whole_number(first)?,
            _ => return None,
        }
        Some(Found::Text(start..self.at))
    }

    /// The content of a string whose quote was read.
    fn string(&mut self) -> Option<Range<usize>> {
        let rest = self.line.get(self.at..)?;
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
        let content = self.at..self.at + length;
        self.at = content.end + 1;
        (rest[length] == b'"').then_some(content)
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        self.at += rest.len();
        (self.line.get(self.at - rest.len()..self.at)? == rest).then_some(())
    }

    /// The digits after the first byte. A fraction or an exponent is no token that may follow.
    fn whole_number(&mut self, first: u8) -> Option<()> {
        let digits = |at: usize| self.line[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let start = if first == b'-' { self.at } else { self.at - 1 };
        let length = digits(start);
        self.at = start + length;
        let has_leading_zero = length > 1 && self.line[start] == b'0';
        (length > 0 && !has_leading_zero).then_some(())
    }
}

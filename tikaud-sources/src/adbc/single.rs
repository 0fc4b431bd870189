//! Whether a text is one statement that can stand in parentheses.
//!
//! Some drivers run whatever stands in a text, the second statement as readily as the first; others run the first and drop
//! the rest without a word. So it is looked at here: where strings, quoted names and comments begin and end, that no
//! semicolon and no parenthesis too many stands between them.

use std::iter::Peekable;
use std::str::Chars;

/// What begins and ends text, names and comments in some SQL. The standard's quotes and comments are in all.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of the ways in which dialects differ")]
pub(super) struct Lexicon {
    escapes: bool,
    marked_escapes: bool,
    backticks: bool,
    brackets: bool,
    dollars: bool,
    hashes: bool,
    slashes: bool,
    nesting: bool,
}

impl Lexicon {
    pub(super) const fn standard() -> Self {
        Self {
            escapes: false,
            marked_escapes: false,
            backticks: false,
            brackets: false,
            dollars: false,
            hashes: false,
            slashes: false,
            nesting: false,
        }
    }

    /// A backslash keeps the next character from ending a string.
    pub(super) const fn escapes(self) -> Self {
        Self { escapes: true, ..self }
    }

    /// The same, in strings that are marked for it: `E'…'`.
    pub(super) const fn marked_escapes(self) -> Self {
        Self { marked_escapes: true, ..self }
    }

    /// Names stand in backticks.
    pub(super) const fn backticks(self) -> Self {
        Self { backticks: true, ..self }
    }

    /// Names stand in square brackets.
    pub(super) const fn brackets(self) -> Self {
        Self { brackets: true, ..self }
    }

    /// Strings stand in `$$` or `$tag$`.
    pub(super) const fn dollars(self) -> Self {
        Self { dollars: true, ..self }
    }

    /// Comments begin with `#`.
    pub(super) const fn hashes(self) -> Self {
        Self { hashes: true, ..self }
    }

    /// Comments begin with `//`.
    pub(super) const fn slashes(self) -> Self {
        Self { slashes: true, ..self }
    }

    /// Comments of more than a line stand within each other.
    pub(super) const fn nesting(self) -> Self {
        Self { nesting: true, ..self }
    }
}

/// Why a text is not one statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotSingle {
    /// Something stands after a semicolon.
    Several,
    /// A parenthesis closes or opens nothing.
    Parentheses,
    /// A string, quoted name or comment does not end.
    Unended,
}

/// Whether the text is one statement, by each of these.
pub(super) fn check(sql: &str, lexicons: &[Lexicon]) -> Result<(), NotSingle> {
    lexicons.iter().try_for_each(|lexicon| Reader { rest: sql.chars().peekable(), lexicon: *lexicon }.check())
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    lexicon: Lexicon,
}

impl Reader<'_> {
    fn check(mut self) -> Result<(), NotSingle> {
        let (mut depth, mut has_ended) = (0_usize, false);
        while let Some(sign) = self.rest.next() {
            if self.comment(sign)? || sign.is_whitespace() {
                continue;
            }
            if sign == ';' {
                has_ended = true;
                continue;
            }
            if has_ended {
                return Err(NotSingle::Several);
            }
            match sign {
                '(' => depth += 1,
                ')' => depth = depth.checked_sub(1).ok_or(NotSingle::Parentheses)?,
                '\'' => self.quoted('\'', self.lexicon.escapes)?,
                '"' => self.quoted('"', self.lexicon.escapes)?,
                '`' if self.lexicon.backticks => self.quoted('`', false)?,
                '[' if self.lexicon.brackets => self.quoted(']', false)?,
                '$' if self.lexicon.dollars => self.dollars()?,
                sign if is_of_word(sign) => self.word(sign)?,
                _ => {}
            }
        }
        if depth == 0 { Ok(()) } else { Err(NotSingle::Parentheses) }
    }

    /// A dollar within a word begins no string. A word that is an `E` marks the string that follows it.
    fn word(&mut self, first: char) -> Result<(), NotSingle> {
        let mut is_mark = first.eq_ignore_ascii_case(&'e');
        while self.rest.next_if(|sign| is_of_word(*sign) || *sign == '$').is_some() {
            is_mark = false;
        }
        if is_mark && self.lexicon.marked_escapes && self.rest.next_if_eq(&'\'').is_some() {
            self.quoted('\'', true)?;
        }
        Ok(())
    }

    fn comment(&mut self, sign: char) -> Result<bool, NotSingle> {
        let next = self.rest.peek().copied();
        match (sign, next) {
            ('-', Some('-')) => self.line(),
            ('/', Some('/')) if self.lexicon.slashes => self.line(),
            ('#', _) if self.lexicon.hashes => self.line(),
            ('/', Some('*')) => {
                self.rest.next();
                self.block()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn line(&mut self) {
        while self.rest.next_if(|sign| *sign != '\n').is_some() {}
    }

    fn block(&mut self) -> Result<(), NotSingle> {
        let mut depth = 1;
        while depth > 0 {
            match (self.rest.next().ok_or(NotSingle::Unended)?, self.rest.peek().copied()) {
                ('*', Some('/')) => {
                    self.rest.next();
                    depth -= 1;
                }
                ('/', Some('*')) if self.lexicon.nesting => {
                    self.rest.next();
                    depth += 1;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Up to the quote that ends it; a doubled one ends it and begins it anew, which comes to the same.
    fn quoted(&mut self, end: char, escapes: bool) -> Result<(), NotSingle> {
        loop {
            match self.rest.next().ok_or(NotSingle::Unended)? {
                '\\' if escapes => drop(self.rest.next()),
                sign if sign == end => return Ok(()),
                _ => {}
            }
        }
    }

    /// After the first dollar: a string, or a placeholder such as `$1`.
    fn dollars(&mut self) -> Result<(), NotSingle> {
        let mut tag = String::new();
        while let Some(sign) = self.rest.next_if(|sign| is_of_word(*sign)) {
            tag.push(sign);
        }
        if tag.starts_with(|sign: char| sign.is_ascii_digit()) || self.rest.next_if_eq(&'$').is_none() {
            return Ok(());
        }
        let end = format!("${tag}$");
        let mut found = String::new();
        loop {
            found.push(self.rest.next().ok_or(NotSingle::Unended)?);
            if found.ends_with(&end) {
                return Ok(());
            }
        }
    }
}

fn is_of_word(sign: char) -> bool {
    sign == '_' || sign.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::super::dialect::AdbcDialect;
    use super::*;

    fn single(dialect: AdbcDialect, sql: &str) -> Result<(), NotSingle> {
        check(sql, &dialect.lexicons())
    }

    #[test]
    fn one_statement_is_one() {
        for dialect in [AdbcDialect::Postgres, AdbcDialect::Sqlite, AdbcDialect::DuckDb, AdbcDialect::Ansi] {
            for sql in [
                "SELECT 1",
                "SELECT 1;",
                "SELECT 1 ; ; -- that is all; really\n ",
                "SELECT ';', \"a;b\", ')' FROM t -- ; (\n WHERE (a = 'it''s') /* ; ) */",
                "WITH a AS (SELECT 1) SELECT * FROM a",
            ] {
                assert_eq!(single(dialect, sql), Ok(()), "{dialect:?}: {sql}");
            }
        }
        assert_eq!(single(AdbcDialect::Postgres, "SELECT $a$ ; ' ( $a$, $1, a$b FROM t"), Ok(()));
        assert_eq!(single(AdbcDialect::Sqlite, "SELECT `a;b`, [c;(d] FROM t"), Ok(()));
        assert_eq!(single(AdbcDialect::BigQuery, r"SELECT 'a\'; b' FROM `p.d.t` # ; ("), Ok(()));
        assert_eq!(single(AdbcDialect::Postgres, "SELECT 1 /* a /* ; */ b */"), Ok(()));
    }

    #[test]
    fn what_is_more_or_less_than_one_statement_is_not_one() {
        use NotSingle::{Parentheses, Several, Unended};
        for dialect in [AdbcDialect::Postgres, AdbcDialect::Sqlite, AdbcDialect::DuckDb, AdbcDialect::Snowflake] {
            assert_eq!(single(dialect, "SELECT 1; DROP TABLE t"), Err(Several), "{dialect:?}");
            assert_eq!(single(dialect, "SELECT 1 -- a\n; DROP TABLE t"), Err(Several), "{dialect:?}");
            assert_eq!(single(dialect, "SELECT 1) AS a; DROP TABLE t; SELECT * FROM (SELECT 1"), Err(Parentheses));
            assert_eq!(single(dialect, "SELECT (1"), Err(Parentheses));
            assert_eq!(single(dialect, "SELECT 'a"), Err(Unended));
            assert_eq!(single(dialect, "SELECT 1 /* a"), Err(Unended));
        }
        assert_eq!(single(AdbcDialect::Postgres, "SELECT $$ a"), Err(Unended));
    }

    #[test]
    fn a_string_that_is_marked_has_escapes_and_another_has_not() {
        for dialect in [AdbcDialect::Postgres, AdbcDialect::DuckDb] {
            assert_eq!(single(dialect, r"SELECT 'a\', E'b\'; c', e'\\' FROM t"), Ok(()));
            assert_eq!(single(dialect, r"SELECT 'a\'; DROP TABLE t; --'"), Err(NotSingle::Several));
            assert_eq!(single(dialect, r"SELECT E'a\\'; DROP TABLE t; --'"), Err(NotSingle::Several));
            assert_eq!(single(dialect, r"SELECT name'a\'; DROP TABLE t; --'"), Err(NotSingle::Several));
        }
    }

    #[test]
    fn what_may_be_read_in_two_ways_must_be_one_statement_in_both() {
        // With escapes the string goes on past the semicolon, without them it does not.
        let sql = r"SELECT '\'; DROP TABLE t; --'";
        assert!(single(AdbcDialect::Redshift, sql).is_err());
        assert!(single(AdbcDialect::Ansi, sql).is_err());
        assert!(single(AdbcDialect::Ansi, "SELECT 1 /* /* */; DROP TABLE t /* */ */").is_err());
        assert_eq!(single(AdbcDialect::BigQuery, sql), Ok(()));
    }
}

//! The columns of a JSON lines file, from its first lines.

use std::collections::HashMap;

use tikaud_core::segment::SegmentError;

use super::super::header::{Column, Header};
use super::super::input::Input;
use super::line::{Object, Problem, no_text};

/// How many lines a column must occur in the first of.
const LINES: usize = 10_000;

const REMARK: &str = "; a column counts when one of the first 10,000 lines has its key";

/// The keys of some lines, in the order in which they turn up.
#[derive(Debug, Default)]
pub(super) struct Sample {
    columns: Vec<Column>,
    positions: HashMap<String, usize>,
    lines: usize,
}

impl Sample {
    pub(super) fn is_full(&self) -> bool {
        self.lines == LINES
    }

    pub(super) fn add_line(&mut self, line: &str) -> Result<(), Problem> {
        self.lines += 1;
        for (key, value) in Object::parse(line)?.0 {
            let at = match self.positions.get(&*key) {
                Some(&at) => at,
                None => self.add_column(key.into_owned()),
            };
            let column = &mut self.columns[at];
            if column.no_text.is_none() {
                column.no_text = no_text(value).map(str::to_owned);
            }
        }
        Ok(())
    }

    fn add_column(&mut self, name: String) -> usize {
        let at = self.columns.len();
        self.positions.insert(name.clone(), at);
        self.columns.push(Column::of_text(name));
        at
    }

    pub(super) fn into_header(self, input: &Input) -> Result<Header, SegmentError> {
        if self.lines == 0 {
            return Err(input.malformed("holds blank lines only, so its columns are unknown"));
        }
        Ok(Header::try_new(input, self.columns)?.with_remark(REMARK))
    }
}

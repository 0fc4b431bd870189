//! Segments that break a promise each.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tikaud_core::conformance::segment::cases;
use tikaud_core::conformance::{SegmentFixture, Table};
use tikaud_core::segment::{MemberStream, MemorySegment, Segment, SegmentError, SegmentErrorKind};

use super::assert_fails;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The columns come in the source's order.
    IgnoresTheOrder,
    /// The second read finds the source half-way through.
    EndsEarlyWhenReadAgain,
    /// A failed read looks like the end.
    SwallowsFailures,
    /// `007` is read as a number.
    GuessesTypes,
    /// A column that is not there is a column of nulls.
    MakesUpColumns,
    /// The first member is in the error's text.
    TellsTales,
}

struct Broken {
    fault: Fault,
    table: Table,
    segment: MemorySegment,
    was_read: AtomicBool,
}

impl Broken {
    fn new(fault: Fault, table: &Table) -> Self {
        let mut rows = table.rows().to_vec();
        if fault == Fault::GuessesTypes {
            let guess = |text: &String| text.parse().map_or_else(|_| text.clone(), |number: i64| number.to_string());
            rows.iter_mut().flatten().for_each(|cell| *cell = cell.as_ref().map(guess));
        }
        let segment = MemorySegment::try_new("Broken", Table::COLUMNS, rows).unwrap();
        Self { fault, table: table.clone(), segment, was_read: AtomicBool::new(false) }
    }
}

#[async_trait]
impl Segment for Broken {
    fn name(&self) -> &str {
        "Broken"
    }

    fn description(&self) -> Option<&str> {
        None
    }

    async fn columns(&self) -> Result<Vec<String>, SegmentError> {
        self.segment.columns().await
    }

    async fn members(&self, columns: &[String]) -> Result<MemberStream, SegmentError> {
        let mut columns = columns.to_vec();
        let known = |column: &String| Table::COLUMNS.contains(&column.as_str());
        match self.fault {
            Fault::IgnoresTheOrder => {
                columns.sort_by_key(|column| Table::COLUMNS.iter().position(|known| known == column))
            }
            Fault::MakesUpColumns => columns.retain(known),
            Fault::TellsTales if !columns.iter().all(known) => {
                let message = format!("no_such_column: the row {:?} has none", self.table.rows()[0]);
                return Err(SegmentError::new(SegmentErrorKind::UnknownColumn, message));
            }
            Fault::EndsEarlyWhenReadAgain if self.was_read.swap(true, Ordering::Relaxed) => {
                return Ok(stream::empty().boxed());
            }
            _ => {}
        }
        self.segment.members(&columns).await
    }
}

#[async_trait]
impl SegmentFixture for Fault {
    async fn segment(&self, table: &Table) -> (Box<dyn Segment>, Box<dyn Any + Send>) {
        (Box::new(Broken::new(*self, table)), Box::new(()))
    }

    async fn breaking_segment(&self, table: &Table) -> Option<(Box<dyn Segment>, Box<dyn Any + Send>)> {
        (*self == Self::SwallowsFailures).then(|| (Box::new(Broken::new(*self, table)) as _, Box::new(()) as _))
    }
}

#[test]
fn a_segment_that_ignores_the_order_of_columns_is_noticed() {
    let case = cases::columns_come_in_the_order_asked_for(&Fault::IgnoresTheOrder);
    assert_fails(case, "the columns come in the order asked for");
}

#[test]
fn a_segment_that_ends_early_when_it_is_read_again_is_noticed() {
    let case = cases::a_second_read_starts_from_the_beginning(&Fault::EndsEarlyWhenReadAgain);
    assert_fails(case, "each call of `members` starts from the beginning");
    let case = cases::two_streams_do_not_disturb_each_other(&Fault::EndsEarlyWhenReadAgain);
    assert_fails(case, "two streams do not disturb each other");
}

#[test]
fn a_segment_that_takes_a_failure_for_the_end_is_noticed() {
    let case = cases::a_read_that_breaks_off_yields_an_error(&Fault::SwallowsFailures);
    assert_fails(case, "a read that fails part of the way yields an error");
}

#[test]
fn a_segment_that_guesses_types_is_noticed() {
    let case = cases::text_that_looks_like_something_else_stays_text(&Fault::GuessesTypes);
    assert_fails(case, "columns are text");
}

#[test]
fn a_segment_that_makes_up_columns_is_noticed() {
    assert_fails(
        cases::an_unknown_column_is_refused_by_its_name(&Fault::MakesUpColumns),
        "an unknown column is refused",
    );
}

#[test]
fn a_segment_whose_errors_hold_cells_is_noticed() {
    assert_fails(cases::errors_hold_no_cell_value(&Fault::TellsTales), "an error never holds a cell's value");
}

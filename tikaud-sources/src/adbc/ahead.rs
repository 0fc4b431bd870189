//! The driver makes its next batches while members are made of the last ones.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{mem, panic, thread};

use arrow_array::RecordBatch;
use tikaud_core::segment::{MemberBatch, SegmentError, SegmentErrorKind};

use super::cells::Cells;
use super::dialect::AdbcDialect;
use super::first_row;
use super::reading::{Arrival, Emit};
use super::running::Running;
use super::session::Rows;

/// How often the driver may hand over before what it has handed over before is taken.
const AHEAD: usize = 1;

/// From where on the driver's batches are handed over: fewer go together, since to wake who takes them takes as long as to make
/// a hundred members.
const ENOUGH_ROWS: usize = MemberBatch::MEMBERS;
const ENOUGH_BYTES: usize = 512 << 10;

/// Makes members of all rows; whether all were wanted.
pub(super) fn deliver(
    rows: &mut Rows<'_>,
    running: &Running,
    cells: Cells,
    dialect: AdbcDialect,
    emit: Emit<'_, Arrival>,
) -> Result<bool, SegmentError> {
    let (sender, receiver) = sync_channel(AHEAD);
    thread::scope(|scope| {
        // The driver stays on the thread that it was loaded on, whose stack is large.
        let making = thread::Builder::new().name("tikaud-adbc-members".to_owned());
        let making = making.spawn_scoped(scope, || make(cells, receiver, emit)).map_err(|error| {
            SegmentError::new(SegmentErrorKind::Unreadable, "there is no thread to make members on").with_source(error)
        })?;
        let fetched = fetch(rows, running, dialect == AdbcDialect::Sqlite, &sender);
        drop(sender);
        let all_wanted = making.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
        // Whatever is wrong after what is wanted does not matter.
        if all_wanted { fetched.map(|()| true) } else { Ok(false) }
    })
}

/// Makes members of batches as they come; whether all were wanted. An error of its own is delivered at once, for the driver may
/// be at its next batch for long.
fn make(mut cells: Cells, batches: Receiver<Vec<RecordBatch>>, emit: Emit<'_, Arrival>) -> bool {
    for batches in batches {
        match cells.members(&batches, &mut |members| emit(Arrival::Members(members))) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(error) => {
                emit(Arrival::Failed(error));
                return false;
            }
        }
    }
    true
}

/// Hands the driver's batches over until there are no more, or nobody wants more. Those before an error are handed over, too.
fn fetch(
    rows: &mut Rows<'_>,
    running: &Running,
    mut is_first: bool,
    sender: &SyncSender<Vec<RecordBatch>>,
) -> Result<(), SegmentError> {
    let mut gathered = Gathered::default();
    let end = loop {
        let mut batch = match rows.next() {
            Ok(Some(batch)) => batch,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        running.check()?;
        if batch.num_rows() == 0 {
            continue;
        }
        if is_first {
            batch = first_row::without(&batch)?;
            is_first = false;
        }
        if let Some(enough) = gathered.add(batch)
            && sender.send(enough).is_err()
        {
            return Ok(());
        }
    };
    // Nobody may want them any more.
    let _ = sender.send(gathered.batches);
    end?;
    if is_first { Err(first_row::missing()) } else { Ok(()) }
}

/// Batches that are not handed over yet.
#[derive(Default)]
struct Gathered {
    batches: Vec<RecordBatch>,
    rows: usize,
    bytes: usize,
}

impl Gathered {
    /// All of them, once there is enough.
    fn add(&mut self, batch: RecordBatch) -> Option<Vec<RecordBatch>> {
        self.rows += batch.num_rows();
        self.bytes += batch.get_array_memory_size();
        self.batches.push(batch);
        let is_enough = self.rows >= ENOUGH_ROWS || self.bytes >= ENOUGH_BYTES;
        is_enough.then(|| mem::take(self).batches)
    }
}

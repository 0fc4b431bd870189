//! Ranges of an object, of which as much is in memory as is being read.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tikaud_core::segment::SegmentError;

use super::Object;

/// How much is fetched at once, and held for each range.
const WINDOW: u64 = 4 << 20;

/// A gap that costs less to fetch than another request.
const GAP: u64 = 64 << 10;

/// Pieces of an object by the order in which they are read.
#[derive(Debug)]
pub(in crate::files) struct Windows {
    object: Arc<Object>,
    /// Ranges that are read one after the other, each from its beginning to its end, for each of those that are read by
    /// turns: the pages of each column.
    lanes: Vec<Vec<Range<u64>>>,
    /// For each lane where what is in memory begins, and that.
    held: Mutex<Vec<(u64, Bytes)>>,
    failure: Mutex<Option<SegmentError>>,
}

impl Windows {
    pub(in super::super) fn new(object: Arc<Object>, lanes: Vec<Vec<Range<u64>>>) -> Self {
        let lanes = joined(lanes);
        let held = Mutex::new(vec![(0, Bytes::new()); lanes.len()]);
        Self { object, lanes, held, failure: Mutex::default() }
    }

    pub(in super::super) fn object(&self) -> &Object {
        &self.object
    }

    /// The error of the first request that has failed.
    pub(in super::super) fn take_failure(&self) -> Option<SegmentError> {
        locked(&self.failure).take()
    }

    /// Where the range ends that this place is in; what follows is read by itself.
    pub(in super::super) fn end_of(&self, at: u64) -> u64 {
        self.lanes.iter().flatten().find(|range| range.contains(&at)).map_or(self.object.len(), |range| range.end)
    }

    /// Some bytes, from memory or from the store.
    pub(in super::super) fn get(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.object.len());
        let end = end.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let holds = |range: &&Range<u64>| range.start <= start && end <= range.end;
        let found = self.lanes.iter().enumerate().find_map(|(at, lane)| Some((at, lane.iter().find(holds)?)));
        let Some((at, range)) = found else { return self.fetch(start..end) };
        if let Some(bytes) = within(&locked(&self.held)[at], start, length) {
            return Ok(bytes);
        }
        let first = if range.end - range.start <= WINDOW { range.start } else { start };
        let bytes = self.fetch(first..range.end.min((first + WINDOW).max(end)))?;
        let window = (first, bytes);
        let found = within(&window, start, length);
        locked(&self.held)[at] = window;
        found.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))
    }

    fn fetch(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.object.bytes_at(range).map_err(|error| {
            locked(&self.failure).get_or_insert(error);
            io::Error::other("the store failed")
        })
    }
}

fn within((first, bytes): &(u64, Bytes), start: u64, length: usize) -> Option<Bytes> {
    let from = usize::try_from(start.checked_sub(*first)?).ok()?;
    let to = from.checked_add(length)?;
    (to <= bytes.len()).then(|| bytes.slice(from..to))
}

/// Lanes of one small range each that lie near each other as one.
fn joined(mut lanes: Vec<Vec<Range<u64>>>) -> Vec<Vec<Range<u64>>> {
    lanes.sort_unstable_by_key(|lane| lane.first().map_or(0, |range| range.start));
    let mut joined: Vec<Vec<Range<u64>>> = Vec::with_capacity(lanes.len());
    for lane in lanes {
        match (joined.last_mut().map(Vec::as_mut_slice), lane.as_slice()) {
            (Some([last]), [range])
                if range.start <= last.end.saturating_add(GAP) && range.end.saturating_sub(last.start) <= WINDOW =>
            {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(lane),
        }
    }
    joined
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_joined_up_to_a_window() {
        let (near, far, large, next) = (0..30, GAP + 31..GAP + 40, 10 << 20..13 << 20, 13 << 20..16 << 20);
        let lanes = [20..30, 0..10, far.clone(), large.clone(), next.clone()].map(|range| vec![range]);
        let several = vec![20 << 20..21 << 20, 22 << 20..23 << 20];
        let expected = [vec![near], vec![far], vec![large], vec![next], several.clone()];
        assert_eq!(joined([lanes.to_vec(), vec![several]].concat()), expected);
    }
}

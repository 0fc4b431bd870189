//! A read that must fail: what comes before the error.

use futures::StreamExt;
use tikaud_core::segment::Segment;
use tikaud_sources::AdbcSegment;

use crate::engines::{Row, owned, rows, text};

/// What was delivered before the error.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) batches: usize,
    pub(crate) members: Vec<Row>,
}

/// Reads until the error, which must come, hold no canary, and be the last thing that comes; `what` is for panics. `received` is
/// told how many batches have come, with each.
pub(crate) async fn until_error(
    segment: &AdbcSegment,
    columns: &[&str],
    what: &str,
    received: impl Fn(usize),
) -> Delivered {
    let mut delivered = Delivered { batches: 0, members: Vec::new() };
    let mut stream = match segment.members(&owned(columns)).await {
        Ok(stream) => stream,
        Err(error) => {
            text(&error);
            return delivered;
        }
    };
    loop {
        match stream.next().await {
            Some(Ok(batch)) => {
                delivered.batches += 1;
                delivered.members.extend(rows(&batch));
                received(delivered.batches);
            }
            Some(Err(error)) => {
                text(&error);
                assert!(stream.next().await.is_none(), "{what}: something comes after the error");
                return delivered;
            }
            None => panic!("{what}: it has ended well, with {} members", delivered.members.len()),
        }
    }
}

//! An object's bytes, one after the other.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use tikaud_core::state::object_store::Result as ClientResult;

use super::Object;

/// An object's bytes as they come; an error unless all of them do.
pub(in super::super) struct Stream {
    object: Arc<Object>,
    pieces: BoxStream<'static, ClientResult<Bytes>>,
    piece: Bytes,
    /// How many bytes are to come after this piece.
    left: u64,
}

impl Stream {
    pub(super) fn new(object: Arc<Object>, pieces: BoxStream<'static, ClientResult<Bytes>>) -> Self {
        let left = object.len();
        Self { object, pieces, piece: Bytes::new(), left }
    }

    pub(super) fn empty(object: Arc<Object>) -> Self {
        Self::new(object, stream::empty().boxed())
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let next = self.object.wait(self.pieces.try_next()).map_err(io::Error::other)?;
            match next.map_err(|error| io::Error::other(self.object.failed_while_read(&error)))? {
                None if self.left == 0 => return Ok(0),
                Some(piece) if piece.len() as u64 <= self.left => {
                    self.left -= piece.len() as u64;
                    self.piece = piece;
                }
                _ => return Err(io::Error::other(self.object.ended_early())),
            }
        }
        let length = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

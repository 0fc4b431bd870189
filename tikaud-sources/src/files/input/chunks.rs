//! A file as the readers of Parquet want it: pieces from anywhere.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};
use tikaud_core::segment::SegmentError;

#[cfg(feature = "object-store")]
use super::object::Windows;

/// A file's pieces.
#[derive(Debug)]
pub(in super::super) enum Chunks {
    File(File),
    #[cfg(feature = "object-store")]
    Object(std::sync::Arc<Windows>),
}

impl Chunks {
    #[cfg(feature = "object-store")]
    pub(super) fn of_object(object: std::sync::Arc<super::Object>, lanes: Vec<Vec<std::ops::Range<u64>>>) -> Self {
        Self::Object(std::sync::Arc::new(Windows::new(object, lanes)))
    }

    /// What takes the store's error after a reader of Parquet has failed, which keeps it as text at best.
    pub(in super::super) fn failure(&self) -> impl Fn() -> Option<SegmentError> + 'static {
        #[cfg(feature = "object-store")]
        let windows = if let Self::Object(windows) = self { Some(std::sync::Arc::clone(windows)) } else { None };
        move || {
            #[cfg(feature = "object-store")]
            return windows.as_ref()?.take_failure();
            #[cfg(not(feature = "object-store"))]
            None
        }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => Length::len(file),
            #[cfg(feature = "object-store")]
            Self::Object(windows) => windows.object().len(),
        }
    }
}

impl ChunkReader for Chunks {
    type T = Piece;

    fn get_read(&self, start: u64) -> Result<Piece> {
        match self {
            Self::File(file) => file.get_read(start).map(Piece::File),
            #[cfg(feature = "object-store")]
            Self::Object(windows) => Ok(Piece::Object { windows: std::sync::Arc::clone(windows), at: start }),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::File(file) => file.get_bytes(start, length),
            #[cfg(feature = "object-store")]
            Self::Object(windows) => windows.get(start, length).map_err(Into::into),
        }
    }
}

/// A piece whose length is not known beforehand: the head of a page.
#[derive(Debug)]
pub(in super::super) enum Piece {
    File(BufReader<File>),
    #[cfg(feature = "object-store")]
    Object {
        windows: std::sync::Arc<Windows>,
        at: u64,
    },
}

impl Read for Piece {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            #[cfg(feature = "object-store")]
            Self::Object { windows, at } => {
                let left = windows.end_of(*at).saturating_sub(*at);
                let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                buffer[..length].copy_from_slice(&windows.get(*at, length)?);
                *at += length as u64;
                Ok(length)
            }
        }
    }
}

//! A file as the readers of Parquet want it: pieces from anywhere.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use tikaud_core::segment::SegmentError;

#[cfg(feature = "object-store")]
use super::object::Windows;

/// A file's pieces.
#[derive(Debug)]
pub(in super::super) enum Chunks {
    File {
        file: Arc<Mutex<File>>,
        len: u64,
    },
    #[cfg(feature = "object-store")]
    Object(Arc<Windows>),
}

impl Chunks {
    #[cfg(feature = "object-store")]
    pub(super) fn of_object(object: Arc<super::Object>, lanes: Vec<Vec<std::ops::Range<u64>>>) -> Self {
        Self::Object(Arc::new(Windows::new(object, lanes)))
    }

    /// What takes the store's error after a reader of Parquet has failed, which keeps it as text at best.
    pub(in super::super) fn failure(&self) -> impl Fn() -> Option<SegmentError> + 'static {
        #[cfg(feature = "object-store")]
        let windows = if let Self::Object(windows) = self { Some(Arc::clone(windows)) } else { None };
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
            Self::File { len, .. } => *len,
            #[cfg(feature = "object-store")]
            Self::Object(windows) => windows.object().len(),
        }
    }
}

impl ChunkReader for Chunks {
    type T = Piece;

    fn get_read(&self, start: u64) -> Result<Piece> {
        match self {
            Self::File { file, .. } => Ok(Piece::File(BufReader::new(FileFrom { file: Arc::clone(file), at: start }))),
            #[cfg(feature = "object-store")]
            Self::Object(windows) => Ok(Piece::Object { windows: Arc::clone(windows), at: start }),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::File { file, len } => {
                let left = usize::try_from(len.saturating_sub(start)).unwrap_or(usize::MAX);
                let mut bytes = Vec::with_capacity(length.min(left));
                let mut file = FileFrom { file: Arc::clone(file), at: start }.take(length as u64);
                if file.read_to_end(&mut bytes)? == length { Ok(bytes.into()) } else { Err(cut_off()) }
            }
            #[cfg(feature = "object-store")]
            Self::Object(windows) => windows.get(start, length).map_err(Into::into),
        }
    }
}

/// A piece whose length is not known beforehand: the head of a page.
#[derive(Debug)]
pub(in super::super) enum Piece {
    File(BufReader<FileFrom>),
    #[cfg(feature = "object-store")]
    Object {
        windows: Arc<Windows>,
        at: u64,
    },
}

/// A file from some place on. Handles of one file share the place where it is read at, so each read says anew where it is.
#[derive(Debug)]
pub(in super::super) struct FileFrom {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for FileFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn cut_off() -> ParquetError {
    ParquetError::EOF("the file is shorter than it was".to_owned())
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

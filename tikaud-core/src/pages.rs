//! Large files, past the page cache.
//!
//! What a run writes it reads once and much later, and it is more than a cache is good for; yet copying it there takes more
//! of the processor than sorting it. So large parts go between memory and disk directly (`O_DIRECT` on Linux), which wants
//! whole pages: of memory, of the file, and in length. Where a system or a file system does not know that, they go the
//! usual way. A file that was never large is left to the cache.

use std::fs::File;
use std::io;
use std::ops::Range;

use bytes::Bytes;

/// What memory, places and lengths are multiples of: no less than any disk asks for.
const PAGE: usize = 4096;

/// Bytes that are written together: enough to keep a disk busy.
const AT_ONCE: usize = 2 << 20;

/// Reads below this are left to the cache: several of them share its pages.
const LARGE: u64 = 128 << 10;

/// Bytes that begin on a page of memory, and room for so many.
struct PageBuffer {
    bytes: Vec<u8>,
    start: usize,
    len: usize,
}

impl PageBuffer {
    /// Room for so many bytes, rounded up to whole pages.
    fn new(capacity: usize) -> Self {
        let bytes = vec![0; capacity.next_multiple_of(PAGE) + PAGE];
        // Never more than a page; were it unknown, the file system would refuse, and the cache be used.
        let start = bytes.as_ptr().align_offset(PAGE).min(PAGE);
        Self { bytes, start, len: 0 }
    }

    fn capacity(&self) -> usize {
        self.bytes.len() - PAGE
    }

    /// Takes of the content what there is room for, and gives what is left of it.
    fn fill<'a>(&mut self, content: &'a [u8]) -> &'a [u8] {
        let (taken, rest) = content.split_at(content.len().min(self.capacity() - self.len));
        let at = self.start + self.len;
        self.bytes[at..at + taken.len()].copy_from_slice(taken);
        self.len += taken.len();
        rest
    }

    fn is_full(&self) -> bool {
        self.len == self.capacity()
    }

    fn content(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.len]
    }
}

/// Writes one empty file from front to back. What it is given is in the file once it is finished.
pub(crate) struct PageWriter {
    buffer: PageBuffer,
    /// Where the next bytes go.
    at: u64,
}

impl PageWriter {
    pub(crate) fn new() -> Self {
        Self { buffer: PageBuffer::new(AT_ONCE), at: 0 }
    }

    pub(crate) fn write(&mut self, file: &File, mut content: &[u8]) -> io::Result<()> {
        while !content.is_empty() {
            content = self.buffer.fill(content);
            if self.buffer.is_full() {
                if self.at == 0 {
                    bypass_cache(file, true);
                }
                pages(file, |file| write_all_at(file, self.buffer.content(), self.at))?;
                self.at += self.buffer.len as u64;
                self.buffer.len = 0;
            }
        }
        Ok(())
    }

    /// Writes what is no whole part, through the cache.
    pub(crate) fn finish(&mut self, file: &File) -> io::Result<()> {
        bypass_cache(file, false);
        write_all_at(file, self.buffer.content(), self.at)
    }
}

/// Reads a part of a file.
pub(crate) fn read_range(file: &File, range: Range<u64>) -> io::Result<Bytes> {
    if range.end.saturating_sub(range.start) >= LARGE {
        bypass_cache(file, true);
    }
    let from = range.start - range.start % PAGE as u64;
    let size = |bytes: u64| usize::try_from(bytes).map_err(io::Error::other);
    let (skipped, needed) = (size(range.start - from)?, size(range.end.saturating_sub(from))?);
    let mut buffer = PageBuffer::new(needed);
    let (start, whole) = (buffer.start, needed.next_multiple_of(PAGE));
    pages(file, |file| read_at_least(file, &mut buffer.bytes[start..start + whole], needed, from))?;
    Ok(Bytes::from(buffer.bytes).slice(start + skipped..start + needed.max(skipped)))
}

/// Has the file's bytes go past the cache, or not, where that can be had.
fn bypass_cache(file: &File, bypass: bool) {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

        // A file system that does not know it refuses, and nothing is lost.
        if let Ok(flags) = fcntl_getfl(file)
            && flags.contains(OFlags::DIRECT) != bypass
        {
            let _ = fcntl_setfl(file, flags ^ OFlags::DIRECT);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, bypass);
}

/// Reads or writes whole pages; through the cache after all where they are not whole enough for the file system.
fn pages(file: &File, mut operation: impl FnMut(&File) -> io::Result<()>) -> io::Result<()> {
    match operation(file) {
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            bypass_cache(file, false);
            operation(file)
        }
        outcome => outcome,
    }
}

pub(crate) fn read_exact_at(file: &File, content: &mut [u8], offset: u64) -> io::Result<()> {
    let needed = content.len();
    read_at_least(file, content, needed, offset)
}

/// Reads until so many bytes are there; the file may end within the last page.
fn read_at_least(file: &File, content: &mut [u8], needed: usize, offset: u64) -> io::Result<()> {
    let mut filled = 0;
    while filled < needed {
        match read_at(file, &mut content[filled..], offset + filled as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, content: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, content, offset)
}

#[cfg(windows)]
fn read_at(file: &File, content: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, content, offset)
}

#[cfg(unix)]
pub(crate) fn write_all_at(file: &File, content: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, content, offset)
}

#[cfg(windows)]
pub(crate) fn write_all_at(file: &File, mut content: &[u8], mut offset: u64) -> io::Result<()> {
    while !content.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, content, offset)?;
        (content, offset) = (&content[written..], offset + written as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// Whether it passes the cache or not, and wherever a part begins and ends.
        #[test]
        fn what_was_written_is_read(
            parts in prop::collection::vec(prop_oneof![0..200_usize, Just(PAGE), Just(AT_ONCE), 0..AT_ONCE], 0..5),
            from in any::<prop::sample::Index>(),
            to in any::<prop::sample::Index>(),
        ) {
            let file = tempfile::tempfile().unwrap();
            let content: Vec<u8> = (0..=250).cycle().take(parts.iter().sum()).collect();
            let (mut writer, mut rest) = (PageWriter::new(), &content[..]);
            for part in parts {
                writer.write(&file, &rest[..part]).unwrap();
                rest = &rest[part..];
            }
            writer.finish(&file).unwrap();
            prop_assert_eq!(file.metadata().unwrap().len(), content.len() as u64);
            let (from, to) = (from.index(content.len() + 1), to.index(content.len() + 1));
            let read = read_range(&file, from.min(to) as u64..from.max(to) as u64).unwrap();
            prop_assert_eq!(&read[..], &content[from.min(to)..from.max(to)]);
        }
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        let mut writer = PageWriter::new();
        writer.write(&file, &[7; 10]).unwrap();
        writer.finish(&file).unwrap();
        assert_eq!(read_range(&file, 4..11).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(read_range(&file, 4..1 << 20).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert!(read_range(&file, 4..4).unwrap().is_empty());
    }

    /// As a file system answers that takes no pages of this size.
    #[test]
    fn what_cannot_pass_the_cache_goes_through_it() {
        let file = tempfile::tempfile().unwrap();
        bypass_cache(&file, true);
        pages(&file, |file| write_all_at(file, &[7; 3], 1)).unwrap();
        assert_eq!(read_range(&file, 1..4).unwrap(), [7; 3][..]);
    }
}

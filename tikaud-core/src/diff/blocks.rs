//! Digests on disk: blocks, each followed by its checksum, so that any part can be read and checked by itself.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Bytes of a block's XXH3-64, little-endian.
pub(crate) const CHECKSUM: usize = 8;

/// How digests are laid out on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockLayout {
    /// Bytes of a digest.
    pub(crate) width: usize,
    /// Digests of a block; the last one may have fewer.
    pub(crate) digests: usize,
}

/// A block is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockDamaged;

impl BlockLayout {
    /// Bytes of a whole block with its checksum.
    pub(crate) const fn block_len(&self) -> usize {
        self.width * self.digests + CHECKSUM
    }

    /// Bytes of so many digests on disk. Never wraps: the number may come from a damaged file.
    pub(crate) const fn encoded_len(&self, count: u64) -> u64 {
        let checksums = count.div_ceil(self.digests as u64).saturating_mul(CHECKSUM as u64);
        count.saturating_mul(self.width as u64).saturating_add(checksums)
    }

    /// Where in the encoded bytes a digest's block begins; the digest must be a block's first, or the end.
    pub(crate) const fn offset_of(&self, digest: u64) -> u64 {
        self.encoded_len(digest)
    }

    /// The least number of digests that is at least this many and ends with a block, or at the end.
    pub(crate) fn round_up(&self, digests: usize, left: u64) -> u64 {
        let whole = (digests.max(1) as u64).next_multiple_of(self.digests as u64);
        whole.min(left)
    }

    /// Appends the blocks of these digests, which begin a block.
    pub(crate) fn encode(&self, digests: &[u8], out: &mut Vec<u8>, checksums: &mut Xxh3) {
        out.reserve(digests.len() + digests.len().div_ceil(self.width * self.digests) * CHECKSUM);
        for block in digests.chunks(self.width * self.digests) {
            let checksum = xxh3_64(block).to_le_bytes();
            checksums.update(&checksum);
            out.extend_from_slice(block);
            out.extend_from_slice(&checksum);
        }
    }

    /// The digests of these blocks, checked.
    pub(crate) fn decode(&self, encoded: &[u8], checksums: &mut Xxh3) -> Result<Vec<u8>, BlockDamaged> {
        let mut digests = Vec::with_capacity(encoded.len());
        for block in encoded.chunks(self.block_len()) {
            let (content, checksum) = block.split_last_chunk::<CHECKSUM>().ok_or(BlockDamaged)?;
            if xxh3_64(content).to_le_bytes() != *checksum {
                return Err(BlockDamaged);
            }
            checksums.update(checksum);
            digests.extend_from_slice(content);
        }
        Ok(digests)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LAYOUT: BlockLayout = BlockLayout { width: 16, digests: 4 };

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(count in 0..20_usize) {
            let digests: Vec<u8> = (0..=u8::MAX).cycle().take(count * 16).collect();
            let (mut encoded, mut written, mut read) = (Vec::new(), Xxh3::new(), Xxh3::new());
            LAYOUT.encode(&digests, &mut encoded, &mut written);
            prop_assert_eq!(encoded.len() as u64, LAYOUT.encoded_len(count as u64));
            prop_assert_eq!(LAYOUT.decode(&encoded, &mut read).unwrap(), digests);
            prop_assert_eq!(written.digest(), read.digest());
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let mut encoded = Vec::new();
        LAYOUT.encode(&[7; 16 * 6], &mut encoded, &mut Xxh3::new());
        for bit in 0..encoded.len() * 8 {
            let mut damaged = encoded.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(LAYOUT.decode(&damaged, &mut Xxh3::new()), Err(BlockDamaged), "bit {bit}");
        }
    }

    #[test]
    fn reads_end_with_a_block() {
        assert_eq!([0, 1, 4, 5, 9].map(|digests| LAYOUT.round_up(digests, 10)), [4, 4, 4, 8, 10]);
    }
}

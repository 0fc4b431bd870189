//! SHA-256 of many short texts.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// The state that SHA-256 starts from (FIPS 180-4, section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Texts that wait together: enough for the first block to be in the cache when it is hashed, few enough to stay there.
const QUEUE: usize = 32;

/// The longest text that fits one block together with its padding: 64 bytes less a stop byte and a length.
const ONE_BLOCK: usize = 64 - 1 - 8;

/// Appends the SHA-256 of each text to a vector, in order, and is done when it is dropped.
///
/// A processor with instructions for SHA-256 works on several blocks at a time, unless it has to wait for a block that
/// was written the moment before: so texts wait here, each in its padded block, and are hashed together, in nearly half
/// the time. Nearly every e-mail address and every phone number fits one block.
///
/// It holds raw values, and so has no `Debug`.
pub(crate) struct Sha256Queue<'a> {
    out: &'a mut Vec<u8>,
    blocks: [[u8; 64]; QUEUE],
    waiting: usize,
}

impl<'a> Sha256Queue<'a> {
    /// A queue that appends to `out`.
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, blocks: [[0; 64]; QUEUE], waiting: 0 }
    }

    /// Takes a text: its 32 bytes follow those of the texts before it.
    pub(crate) fn push(&mut self, text: &[u8]) {
        if self.waiting == QUEUE || text.len() > ONE_BLOCK {
            self.flush();
        }
        if text.len() > ONE_BLOCK {
            self.out.extend_from_slice(&Sha256::digest(text));
        } else {
            pad(text, &mut self.blocks[self.waiting]);
            self.waiting += 1;
        }
    }

    fn flush(&mut self) {
        for block in &self.blocks[..self.waiting] {
            let mut state = INITIAL;
            compress256(&mut state, std::slice::from_ref(block));
            let mut digest = [0; 32];
            for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
                bytes.copy_from_slice(&word.to_be_bytes());
            }
            self.out.extend_from_slice(&digest);
        }
        self.waiting = 0;
    }
}

impl Drop for Sha256Queue<'_> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Writes the one block of a text of at most [`ONE_BLOCK`] bytes (FIPS 180-4, section 5.1.1).
fn pad(text: &[u8], block: &mut [u8; 64]) {
    *block = [0; 64];
    block[..text.len()].copy_from_slice(text);
    block[text.len()] = 0x80;
    block[56..].copy_from_slice(&(8 * text.len() as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digests_are_those_of_the_general_hasher_in_order(texts in vec(vec(any::<u8>(), 0..80), 0..100)) {
            let mut out = vec![7];
            let mut queue = Sha256Queue::new(&mut out);
            texts.iter().for_each(|text| queue.push(text));
            drop(queue);
            let expected: Vec<u8> = texts.iter().flat_map(Sha256::digest).collect();
            prop_assert_eq!((out[0], &out[1..]), (7, &expected[..]));
        }
    }
}

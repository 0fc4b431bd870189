//! The common e-mail address, sixteen bytes at a step.
//!
//! Nearly every address is ASCII and short, with letters, digits and `.-_+` before the `@`, letters, digits and dots
//! after it. For those one pass without branches lower-cases the text and notes where it has what, as bits of a number;
//! whether it reads `local@domain.tld` is then arithmetic on these. Everything else is left to
//! [`normalise_any`](super::normalise_any), and a property test holds the two equal.

use wide::u8x16;

/// The lengths that are looked at: a bit of a `u64` for each byte.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=64;

/// Gives the address in lower case, written into `block`; or nothing when it is not of the common kind, which does not
/// say that it is no address.
pub(super) fn fold<'a>(text: &[u8], block: &'a mut [u8; 64]) -> Option<&'a [u8]> {
    if !LENGTHS.contains(&text.len()) {
        return None;
    }
    *block = [0; 64];
    block[..text.len()].copy_from_slice(text);
    let mut shape = Shape::default();
    let steps = block.as_chunks_mut().0.iter_mut().take(text.len().div_ceil(16));
    for (step, bytes) in steps.enumerate() {
        *bytes = shape.add(u8x16::new(*bytes), step).to_array();
    }
    shape.is_address(text).then_some(&block[..text.len()])
}

/// Where an address has what: bit `n` stands for its byte `n`.
#[derive(Default)]
struct Shape {
    at: u64,
    dot: u64,
    /// Hyphens, `_` and `+`.
    mark: u64,
    letter: u64,
    digit: u64,
}

impl Shape {
    /// Notes sixteen bytes, and gives them in lower case.
    fn add(&mut self, bytes: u8x16, step: usize) -> u8x16 {
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let case = u8x16::splat(b'a' - b'A');
        let letter = is_between(bytes | case, b'a', b'z');
        let mark = is(b'-') | is(b'_') | is(b'+');
        let note = |seen: u8x16| u64::from(seen.to_bitmask()) << (16 * step);
        self.at |= note(is(b'@'));
        self.dot |= note(is(b'.'));
        self.mark |= note(mark);
        self.letter |= note(letter);
        self.digit |= note(is_between(bytes, b'0', b'9'));
        bytes | (letter & case)
    }

    fn is_address(&self, text: &[u8]) -> bool {
        let last = 1 << (text.len() - 1);
        let known = self.at | self.dot | self.mark | self.letter | self.digit;
        let behind_at = !(self.at | self.at.wrapping_sub(1));
        // A dot stands neither at an edge nor beside a dot or the `@`.
        let edges = 1 | last | ((self.dot | self.at) << 1) | ((self.dot | self.at) >> 1);
        known == last | (last - 1)
            && self.at.is_power_of_two()
            && self.at & (1 | last) == 0
            && self.dot & edges == 0
            && self.dot & behind_at != 0
            && self.mark & behind_at == 0
            // Where the last label ends in a letter, it is no number.
            && self.letter & last != 0
    }
}

/// Which of the bytes are between these two, both included.
fn is_between(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let above = bytes - u8x16::splat(first);
    above.min(u8x16::splat(last - first)).simd_eq(above)
}

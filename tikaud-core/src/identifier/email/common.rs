//! The common e-mail address, eight bytes at a step.
//!
//! Nearly every address is ASCII and short, with letters, digits and `.-_+` before the `@`, letters, digits and dots
//! after it. For those one pass without branches lower-cases the text and notes where it has what, as bits of a number;
//! whether it reads `local@domain.tld` is then arithmetic on these. Everything else is left to
//! [`normalise_any`](super::normalise_any), and a property test holds the two equal.

/// The lengths that are looked at: a whole step at least, and a bit of a `u64` for each byte.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;

/// One in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The high bit of each byte, where a step's answers are: ASCII leaves it free.
const HIGH: u64 = 0x80 * ONES;

/// Gives the address in lower case, written into `block`; or nothing when it is not of the common kind, which does not
/// say that it is no address.
pub(super) fn fold<'a>(text: &[u8], block: &'a mut [u8; 64]) -> Option<&'a [u8]> {
    let last = text.last_chunk().filter(|_| LENGTHS.contains(&text.len())).copied().map(u64::from_le_bytes)?;
    let mut shape = Shape::default();
    let (words, rest) = text.as_chunks();
    let (folded, _) = block.as_chunks_mut();
    for (step, word) in words.iter().enumerate() {
        folded[step] = shape.add(u64::from_le_bytes(*word), step).to_le_bytes();
    }
    if !rest.is_empty() {
        // The last eight bytes once more, with letters in the place of those that a step has seen already: shifted to
        // where the rest begins, the letters lie behind the end.
        let seen = 8 * (8 - rest.len());
        let letters = (u64::from(b'a') * ONES) << (64 - seen);
        folded[words.len()] = shape.add((last >> seen) | letters, words.len()).to_le_bytes();
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
    /// In the high bits of its bytes: whether there is anything else but letters and digits.
    other: u64,
}

impl Shape {
    /// Notes eight bytes, and gives them in lower case.
    fn add(&mut self, word: u64, step: usize) -> u64 {
        let ascii = word & !HIGH;
        let letter = is_between(ascii | (0x20 * ONES), b'a', b'z');
        let digit = is_between(ascii, b'0', b'9');
        let (at, dot) = (is(ascii, b'@'), is(ascii, b'.'));
        let mark = is(ascii, b'-') | is(ascii, b'_') | is(ascii, b'+');
        self.at |= bits(at) << (8 * step);
        self.dot |= bits(dot) << (8 * step);
        self.mark |= bits(mark) << (8 * step);
        self.other |= word | !(letter | digit | at | dot | mark);
        word | ((letter & HIGH) >> 2)
    }

    fn is_address(&self, text: &[u8]) -> bool {
        let last = 1 << (text.len() - 1);
        let behind_at = !(self.at | self.at.wrapping_sub(1));
        // A dot stands neither at an edge nor beside a dot or the `@`.
        let edges = 1 | last | ((self.dot | self.at) << 1) | ((self.dot | self.at) >> 1);
        self.other & HIGH == 0
            && self.at.is_power_of_two()
            && self.at & (1 | last) == 0
            && self.dot & edges == 0
            && self.dot & behind_at != 0
            && self.mark & behind_at == 0
            // Where the last label ends in a letter, it is no number.
            && text.last().is_some_and(u8::is_ascii_alphabetic)
    }
}

/// In the high bit of each byte: whether it is one of these. The other bits mean nothing.
fn is_between(word: u64, first: u8, last: u8) -> u64 {
    let not_below = |least: u8| word + u64::from(0x80 - least) * ONES;
    not_below(first) & !not_below(last + 1)
}

/// In the high bit of each byte: whether it is this one. The other bits mean nothing.
fn is(word: u64, byte: u8) -> u64 {
    HIGH - (word ^ (u64::from(byte) * ONES))
}

/// The high bits of the bytes, gathered in the lowest eight.
fn bits(word: u64) -> u64 {
    ((word & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

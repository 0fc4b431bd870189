//! Inputs that are nearly good: the only ones that get far.

use fastrand::Rng;

/// Numbers at which something wraps, is empty or changes its width.
const NUMBERS: [&str; 8] =
    ["0", "1", "-1", "4294967295", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e30"];
const BYTES: [u8; 10] = [0, 1, 0x7f, 0x80, 0xff, b'\n', b' ', b'"', b'@', b'.'];

/// Makes inputs out of inputs; the same ones for the same seed.
pub(crate) struct Mutator(Rng);

impl Mutator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    /// The input after one to four changes; some of them bring in parts of another.
    pub(crate) fn mutated(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut input = input.to_vec();
        for _ in 0..self.0.usize(1..=4) {
            self.change(&mut input, other);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let at = self.0.usize(..=input.len());
        let upto = (at + self.0.usize(..16)).min(input.len());
        match self.0.u8(..8) {
            0 if at < input.len() => input[at] ^= 1 << self.0.u8(..8),
            1 if at < input.len() => input[at] = BYTES[self.0.usize(..BYTES.len())],
            2 => input.truncate(at),
            3 => drop(input.drain(at..upto)),
            4 => input.extend_from_within(at..upto),
            5 => drop(input.splice(at..at, [BYTES[self.0.usize(..BYTES.len())]])),
            6 => {
                let from = self.0.usize(..=other.len());
                let to = (from + self.0.usize(..256)).min(other.len());
                drop(input.splice(at..upto, other[from..to].iter().copied()));
            }
            _ => self.renumber(input, at),
        }
    }

    /// Puts another number in the place of the next one.
    fn renumber(&mut self, input: &mut Vec<u8>, at: usize) {
        let digit = |byte: &u8| byte.is_ascii_digit();
        let Some(start) = input[at..].iter().position(digit).map(|start| at + start) else { return };
        let end = input[start..].iter().position(|byte| !digit(byte)).map_or(input.len(), |len| start + len);
        drop(input.splice(start..end, NUMBERS[self.0.usize(..NUMBERS.len())].bytes()));
    }
}

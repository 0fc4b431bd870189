//! Numbers that look random and are the same in every run with the same seed.

/// The number of this place in the sequence of a seed, by SplitMix64.
pub(crate) fn number(seed: u64, place: u64) -> u64 {
    let mut mixed = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// 40 hex digits, as long as TikTok's tokens are.
pub(crate) fn token(seed: u64, place: u64) -> String {
    let part = |part: u64| format!("{:016x}", number(seed, place.wrapping_mul(3).wrapping_add(part)));
    let digits = [0, 1, 2].map(part).concat();
    digits[..40].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_the_same_for_the_same_seed_and_another_for_another() {
        // The first three numbers of SplitMix64's reference for the seed 1234567.
        let known = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([0, 1, 2].map(|place| number(1_234_567, place)), known);
        assert_eq!(token(7, 1), token(7, 1));
        assert_ne!(token(7, 1), token(7, 2));
        assert_ne!(token(7, 1), token(8, 1));
        assert_eq!(token(0, u64::MAX).len(), 40);
    }
}

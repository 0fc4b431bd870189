//! Sorting digests.
//!
//! Digests are uniform, so a digest's place in the order can be guessed from its first eight bytes: each goes to the bucket
//! where it belongs, and buckets of two or so are sorted by themselves. That takes less than half of the time of a sort by
//! comparison. Digests that are not uniform (made up, or all of them alike) make large buckets, which are sorted by
//! comparison: slower, and as right.

use std::cmp::Ordering;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Digests that are sorted through one set of buckets: more of them, and their places, do not stay in a core's cache.
const ONE_PASS: usize = 256 << 10;

/// Digests of a part, where one set of buckets is too many: few enough to stay in a core's cache.
const PART: usize = 8 << 10;

/// Digests of a bucket, on average.
const BUCKET: usize = 2;

/// A bucket of at most so many is sorted by insertion.
const FEW: usize = 24;

/// The order of digests. The first eight bytes decide almost always, and compare as one number.
pub(super) fn compare<const N: usize>(a: &[u8; N], b: &[u8; N]) -> Ordering {
    prefix(a).cmp(&prefix(b)).then_with(|| a.cmp(b))
}

fn prefix<const N: usize>(digest: &[u8; N]) -> u64 {
    digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

/// The distinct ones of all these digests, sorted, one after the other, in the place of what the buffer holds. Bytes past
/// the last whole digest are dropped.
pub(super) fn sort_into<const N: usize>(parts: &[&[u8]], buffer: &mut Vec<u8>) {
    let parts: Vec<&[[u8; N]]> = parts.iter().map(|part| part.as_chunks().0).collect();
    let digests: usize = parts.iter().map(|part| part.len()).sum();
    // What it held is written over: every digest gets its place.
    buffer.resize(digests * N, 0);
    let (sorted, _) = buffer.as_chunks_mut();
    if digests <= ONE_PASS {
        Buckets::default().sort(&parts, sorted);
    } else {
        let mut buckets = Buckets::default();
        buckets.scatter(&parts, digests / PART, sorted);
        let parts: Vec<&mut [[u8; N]]> = buckets.split(sorted).collect();
        parts.into_par_iter().for_each_init(
            || (Buckets::default(), Vec::new()),
            |(buckets, copy), part| {
                copy.clear();
                copy.extend_from_slice(part);
                buckets.sort(&[&*copy], part);
            },
        );
    }
    let distinct = deduplicate(sorted);
    buffer.truncate(distinct * N);
}

/// Where each bucket begins, and the next digest of it goes. Used again and again.
#[derive(Default)]
struct Buckets {
    starts: Vec<usize>,
    next: Vec<usize>,
}

impl Buckets {
    /// Sorts the digests of all parts into `sorted`, which has room for exactly these.
    fn sort<const N: usize>(&mut self, parts: &[&[[u8; N]]], sorted: &mut [[u8; N]]) {
        self.scatter(parts, sorted.len() / BUCKET, sorted);
        for bucket in self.split(sorted) {
            match bucket.len() {
                0 | 1 => {}
                2..=FEW => insert(bucket),
                _ => bucket.sort_unstable_by(compare),
            }
        }
    }

    /// Puts each digest into its bucket, by where its prefix is between the least and the greatest one.
    fn scatter<const N: usize>(&mut self, parts: &[&[[u8; N]]], buckets: usize, scattered: &mut [[u8; N]]) {
        let prefixes = || parts.iter().copied().flatten().map(prefix);
        let (least, greatest) =
            prefixes().fold((u64::MAX, 0), |(least, most), prefix| (least.min(prefix), most.max(prefix)));
        let (buckets, span) = (buckets.max(1), u128::from(greatest.saturating_sub(least)) + 1);
        // Buckets for a step of one in the prefix, as a fraction of 2⁶⁴; more than one bucket a step would be empty.
        let scale = (((buckets as u128) << 64) / span).min(u128::from(u64::MAX));
        let bucket = |prefix: u64| {
            let bucket = (u128::from(prefix - least) * scale) >> 64;
            usize::try_from(bucket).unwrap_or(usize::MAX).min(buckets - 1)
        };
        self.starts.clear();
        self.starts.resize(buckets + 1, 0);
        prefixes().for_each(|prefix| self.starts[bucket(prefix) + 1] += 1);
        let mut start = 0;
        for place in &mut self.starts {
            start += *place;
            *place = start;
        }
        self.next.clone_from(&self.starts);
        for digest in parts.iter().copied().flatten() {
            let next = &mut self.next[bucket(prefix(digest))];
            scattered[*next] = *digest;
            *next += 1;
        }
    }

    /// The buckets of digests that were scattered, in order.
    fn split<'a, const N: usize>(
        &'a self,
        mut scattered: &'a mut [[u8; N]],
    ) -> impl Iterator<Item = &'a mut [[u8; N]]> {
        self.starts.windows(2).map(move |places| {
            let (bucket, rest) = std::mem::take(&mut scattered).split_at_mut(places[1] - places[0]);
            scattered = rest;
            bucket
        })
    }
}

fn insert<const N: usize>(bucket: &mut [[u8; N]]) {
    for at in 1..bucket.len() {
        let mut to = at;
        while to > 0 && compare(&bucket[to], &bucket[to - 1]).is_lt() {
            bucket.swap(to, to - 1);
            to -= 1;
        }
    }
}

/// Moves the distinct ones to the front, and says how many there are.
fn deduplicate<const N: usize>(sorted: &mut [[u8; N]]) -> usize {
    // Nearly always there is nothing to move.
    let same = |pair: &[[u8; N]]| prefix(&pair[0]) == prefix(&pair[1]) && pair[0] == pair[1];
    let Some(first) = sorted.windows(2).position(same) else { return sorted.len() };
    let mut kept = first;
    for at in first + 1..sorted.len() {
        if sorted[kept] != sorted[at] {
            kept += 1;
            sorted[kept] = sorted[at];
        }
    }
    kept + 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn check(parts: &[Vec<[u8; 16]>]) {
        let expected: BTreeSet<[u8; 16]> = parts.iter().flatten().copied().collect();
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_flattened()).collect();
        // A buffer that has been used before, for more and for less.
        for held in [0, 7, 5000] {
            let mut buffer = vec![9; held];
            sort_into::<16>(&parts, &mut buffer);
            assert_eq!(buffer, expected.iter().copied().collect::<Vec<_>>().concat());
        }
    }

    /// Uniform, crowded at either end, alike but for the last byte, and all the same.
    fn digest() -> impl Strategy<Value = [u8; 16]> {
        prop_oneof![
            any::<[u8; 16]>(),
            any::<u8>().prop_map(|last| u128::from(last).to_be_bytes()),
            any::<u8>().prop_map(|last| (u128::MAX - u128::from(last)).to_be_bytes()),
            Just([7; 16]),
        ]
    }

    proptest! {
        #[test]
        fn digests_of_any_distribution_are_sorted_and_distinct(
            parts in prop::collection::vec(prop::collection::vec(digest(), 0..80), 0..6),
        ) {
            check(&parts);
        }
    }

    #[test]
    fn more_than_one_pass_takes_gives_the_same() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut uniform = || random.u128(..).to_be_bytes();
        let many: Vec<[u8; 16]> = (0..ONE_PASS + 1000).map(|_| uniform()).collect();
        let crowded = (0..ONE_PASS as u128).map(|at| (at / 3).to_be_bytes()).collect();
        check(&[many.clone(), many[..1000].to_vec()]);
        check(&[crowded]);
        check(&[vec![[9; 16]; ONE_PASS + 1]]);
    }
}

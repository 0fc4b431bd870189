//! The identifiers of one type in one audience, as binary digests, so that millions fit.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher};

use super::IdType;

/// A set without random keys: a simulator's run can be repeated exactly.
type Digests<const N: usize> = HashSet<[u8; N], BuildHasherDefault<DefaultHasher>>;

/// Digests of one type. Each variant holds digests of one width.
#[derive(Clone)]
pub(crate) enum IdentifierSet {
    Short(Digests<16>),
    Middle(Digests<32>),
    Long(Digests<64>),
}

impl IdentifierSet {
    pub(crate) fn new(id_type: IdType) -> Self {
        match id_type.digest_len() {
            16 => Self::Short(Digests::default()),
            32 => Self::Middle(Digests::default()),
            _ => Self::Long(Digests::default()),
        }
    }

    /// Puts a digest in. One of another width is left out; whoever calls has read it by the type's width.
    pub(crate) fn insert(&mut self, digest: &[u8]) {
        match self {
            Self::Short(set) => digest.try_into().is_ok_and(|digest| set.insert(digest)),
            Self::Middle(set) => digest.try_into().is_ok_and(|digest| set.insert(digest)),
            Self::Long(set) => digest.try_into().is_ok_and(|digest| set.insert(digest)),
        };
    }

    /// Takes a digest out, if it is in.
    pub(crate) fn remove(&mut self, digest: &[u8]) {
        match self {
            Self::Short(set) => set.remove(digest),
            Self::Middle(set) => set.remove(digest),
            Self::Long(set) => set.remove(digest),
        };
    }

    /// Puts in what another set of the same type holds.
    pub(crate) fn extend(&mut self, other: &Self) {
        match (self, other) {
            (Self::Short(set), Self::Short(other)) => set.extend(other),
            (Self::Middle(set), Self::Middle(other)) => set.extend(other),
            (Self::Long(set), Self::Long(other)) => set.extend(other),
            _ => {}
        }
    }

    /// Takes out what another set of the same type holds.
    pub(crate) fn subtract(&mut self, other: &Self) {
        match (self, other) {
            (Self::Short(set), Self::Short(other)) => set.retain(|digest| !other.contains(digest)),
            (Self::Middle(set), Self::Middle(other)) => set.retain(|digest| !other.contains(digest)),
            (Self::Long(set), Self::Long(other)) => set.retain(|digest| !other.contains(digest)),
            _ => {}
        }
    }

    /// How many digests are in another set of the same type as well.
    pub(crate) fn in_common(&self, other: &Self) -> usize {
        match (self, other) {
            (Self::Short(set), Self::Short(other)) => set.intersection(other).count(),
            (Self::Middle(set), Self::Middle(other)) => set.intersection(other).count(),
            (Self::Long(set), Self::Long(other)) => set.intersection(other).count(),
            _ => 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Short(set) => set.len(),
            Self::Middle(set) => set.len(),
            Self::Long(set) => set.len(),
        }
    }

    /// Every digest as lower-case hex, sorted.
    pub(crate) fn sorted_hex(&self) -> Vec<String> {
        match self {
            Self::Short(set) => sorted_hex(set),
            Self::Middle(set) => sorted_hex(set),
            Self::Long(set) => sorted_hex(set),
        }
    }
}

fn sorted_hex<const N: usize>(set: &Digests<N>) -> Vec<String> {
    let mut digests: Vec<&[u8; N]> = set.iter().collect();
    digests.sort_unstable();
    digests.into_iter().map(const_hex::encode).collect()
}

/// Shows the number only.
impl fmt::Debug for IdentifierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentifierSet").field("identifiers", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_in_once_and_goes_out_once_whatever_its_width() {
        for id_type in IdType::ALL {
            let (low, high) = (vec![1; id_type.digest_len()], vec![0xab; id_type.digest_len()]);
            let mut set = IdentifierSet::new(id_type);
            for digest in [&high, &low, &high] {
                set.insert(digest);
            }
            assert_eq!(set.sorted_hex(), [const_hex::encode(&low), const_hex::encode(&high)]);
            set.remove(&low);
            set.remove(&low);
            assert_eq!(set.sorted_hex(), [const_hex::encode(&high)]);
        }
    }
}

//! A map from the names of accounts, whose hash costs little beside a permit.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

/// What is known by account.
pub(super) type ByName<A> = HashMap<String, A, Seed>;

/// The start of a hash, another one for each map: nobody can choose names that collide.
#[derive(Debug, Clone)]
pub(super) struct Seed(u64);

impl Default for Seed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for Seed {
    type Hasher = NameHasher;

    fn build_hasher(&self) -> NameHasher {
        NameHasher(self.0)
    }
}

/// The golden ratio in 64 bits, whose multiples are spread evenly.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Folds the product of eight bytes at a time.
pub(super) struct NameHasher(u64);

impl NameHasher {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(ODD);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for NameHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|word| self.fold(u64::from_le_bytes(*word)));
        self.fold(rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
    }

    /// The end of a text. Its length is hashed already.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    use super::Seed;

    #[test]
    fn names_that_are_alike_are_spread() {
        let seed = Seed::default();
        let names = (0..100_000)
            .flat_map(|number| [format!("acme:{number}"), format!("{number}:acme"), "a".repeat(number % 64)]);
        let hashes: HashSet<(String, u64)> = names.map(|name| (name.clone(), seed.hash_one(&name))).collect();
        // A map takes its place from the low bits, and tells neighbours apart by the high ones.
        for bits in [|hash: u64| hash & 0xffff, |hash: u64| hash >> 48] {
            let mut counts = vec![0_u32; 1 << 16];
            hashes.iter().for_each(|(_, hash)| counts[bits(*hash) as usize] += 1);
            // Three names a place on average; of a random hash the fullest of so many has about 14.
            let most = counts.iter().max().unwrap();
            assert!(*most < 30, "{most}");
        }
        assert_ne!(Seed::default().hash_one("acme"), seed.hash_one("acme"));
        assert_ne!(seed.hash_one("a\0"), seed.hash_one("a"));
    }
}

//! A hash that stays the same across processes, machines and releases (64-bit FNV-1a).
//!
//! Cursors are stored and limiter keys are shared between processes, so the standard library's
//! hasher, which is not stable across releases, cannot be used. It is not a cryptographic hash.

/// Collects parts; each part is closed, so `("ab", "c")` and `("a", "bc")` differ.
#[derive(Clone)]
pub(crate) struct StableHash(u64);

impl StableHash {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn part(mut self, part: &[u8]) -> Self {
        for byte in part.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }

    pub(crate) fn finish(&self) -> u64 {
        // FNV leaves the high bits of short inputs poorly mixed.
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::StableHash;

    #[test]
    fn parts_are_closed_and_the_value_is_fixed() {
        let joined = StableHash::new().part(b"ab").part(b"c").finish();
        let other = StableHash::new().part(b"a").part(b"bc").finish();
        assert_ne!(joined, other);
        // Stored cursors depend on this number.
        assert_eq!(StableHash::new().part(b"contacts.list").finish(), 1_771_867_783_407_783_216);
    }
}

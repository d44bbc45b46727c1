//! The accounts of a limiter, in parts that are small enough to be searched at once.

use foldhash::{HashMap, HashMapExt};

/// Number of parts. One of 64 parts of 300,000 accounts can be searched, or grow, within milliseconds.
const PARTS: usize = 64;
/// Number of permits between two searches for accounts to remove. Each search covers one part.
const SWEEP: usize = 256;

/// State by account.
#[derive(Debug)]
pub(super) struct Accounts<A> {
    parts: Vec<HashMap<String, A>>,
    asked: usize,
}

impl<A> Default for Accounts<A> {
    fn default() -> Self {
        Self { parts: (0..PARTS).map(|_| HashMap::new()).collect(), asked: 0 }
    }
}

impl<A> Accounts<A> {
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }

    pub(super) fn part_of(&mut self, key: &str) -> &mut HashMap<String, A> {
        // The ends of keys differ. The choice of the part is not critical, so the hash need not be good.
        let end = key.as_bytes().last_chunk::<8>().copied().map_or(key.len() as u64, u64::from_le_bytes);
        &mut self.parts[(end.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize]
    }

    /// Counts a permit, and occasionally removes the accounts of one part that need not be kept.
    pub(super) fn asked(&mut self, keep: impl FnMut(&String, &mut A) -> bool) {
        self.asked = self.asked.wrapping_add(1);
        if !self.asked.is_multiple_of(SWEEP) {
            return;
        }
        let part = &mut self.parts[self.asked / SWEEP % PARTS];
        part.retain(keep);
        if part.len() < part.capacity() / 4 {
            part.shrink_to(part.len() * 2);
        }
    }
}

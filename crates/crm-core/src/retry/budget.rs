//! The allowance for repeats that all calls of an account share.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::sync::lock;

/// Initial and maximum balance of an account.
const FULL: u32 = 500;
/// Cost of repeating a refused request: the vendor works and is only busy.
const THROTTLED: u32 = 5;
/// Cost of any other repeat.
const FAILED: u32 = 14;
/// Amount that a call earns if it succeeds at the first attempt.
const EARNED: u32 = 1;

/// Token buckets by account. Only accounts that have spent something are stored.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<HashMap<String, u32>>);

impl Budget {
    /// Takes the cost of a repeat; returns `None` if the balance is too low.
    pub(crate) fn spend(&self, key: &str, throttled: bool) -> Option<u32> {
        let price = if throttled { THROTTLED } else { FAILED };
        let mut accounts = lock(&self.0);
        let left = accounts.get(key).copied().unwrap_or(FULL).checked_sub(price)?;
        match accounts.get_mut(key) {
            Some(account) => *account = left,
            None => drop(accounts.insert(key.to_owned(), left)),
        }
        Some(price)
    }

    /// Pays back after a success: the cost of the call's last repeat, or a small amount for a call
    /// that needed none.
    pub(crate) fn earn(&self, key: &str, spent: Option<u32>) {
        let mut accounts = lock(&self.0);
        let Some(account) = accounts.get_mut(key) else { return };
        *account = account.saturating_add(spent.unwrap_or(EARNED));
        if *account >= FULL {
            accounts.remove(key);
        }
    }
}

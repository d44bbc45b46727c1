//! The allowance for repeats that all calls of an account share.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::sync::lock;

/// What an account starts with and can hold.
const FULL: u32 = 500;
/// What repeating a refused request costs: the vendor is well, only busy.
const THROTTLED: u32 = 5;
/// What any other repeat costs.
const FAILED: u32 = 14;
/// What a call that succeeds at the first attempt earns.
const EARNED: u32 = 1;

/// Token buckets by account. Only accounts that spent something are remembered.
#[derive(Debug, Default)]
pub(crate) struct Budget(Mutex<HashMap<String, u32>>);

impl Budget {
    /// Takes the price of a repeat; `None` if there is not enough left.
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

    /// Pays back after a success: what the call's last repeat cost, or a little for a call that
    /// needed none.
    pub(crate) fn earn(&self, key: &str, spent: Option<u32>) {
        let mut accounts = lock(&self.0);
        let Some(account) = accounts.get_mut(key) else { return };
        *account = account.saturating_add(spent.unwrap_or(EARNED));
        if *account >= FULL {
            accounts.remove(key);
        }
    }
}

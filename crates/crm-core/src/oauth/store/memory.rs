//! A store in the memory of one process.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{StoreLock, StoredTokens, TokenStore};
use crate::error::Error;
use crate::sync::{BoxFuture, lock};

/// Keeps records in memory: for tests, and for tokens that can be obtained again at any time. The records are
/// lost when the process ends.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Accounts>>);

#[derive(Default)]
struct Accounts {
    records: HashMap<String, StoredTokens>,
    locked: HashSet<String>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenStore for MemoryStore {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        Box::pin(async move { Ok(lock(&self.0).records.get(account).cloned()) })
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let mut accounts = lock(&self.0);
            let stored = accounts.records.get(account).map_or(0, StoredTokens::revision);
            let next = stored.checked_add(1) == Some(record.revision());
            if next {
                accounts.records.insert(account.to_owned(), record.clone());
            }
            Ok(next)
        })
    }

    fn lock<'a>(&'a self, account: &'a str, _lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        Box::pin(async move {
            if !lock(&self.0).locked.insert(account.to_owned()) {
                return Ok(None);
            }
            let held = Held { store: self.clone(), account: account.to_owned() };
            Ok(Some(StoreLock::new(async move { drop(held) })))
        })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("accounts", &lock(&self.0).records.len()).finish()
    }
}

struct Held {
    store: MemoryStore,
    account: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        lock(&self.store.0).locked.remove(&self.account);
    }
}

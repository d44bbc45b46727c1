//! Stores of token sets.

mod file;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod stored;

pub use file::FileStore;
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;
pub use stored::StoredTokens;
pub(super) use stored::TokenState;

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::sync::BoxFuture;

/// Keeps one [`StoredTokens`] for each account, for all tasks and processes that use the account.
///
/// `account` is a key: the vendor's name, a slash and the account's name, for example
/// `hubspot/portal-123`. Keys without a vendor come from an earlier version; their records are moved.
///
/// A store of your own keeps [`StoredTokens::encode`]'s text and must guarantee two things: a write is atomic,
/// also in a crash, and [`swap`](Self::swap) compares and writes in one step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store tokens",
    label = "a `MemoryStore`, a `FileStore` or a `RedisStore` is expected",
    note = "clone a store to share it between accounts"
)]
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the record of an account; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be read, or if its content
    /// is not a record.
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>>;

    /// Writes a record if the stored record is its predecessor: it has a
    /// [revision](StoredTokens::revision) one lower, or does not exist for revision 1. Returns false if
    /// another writer came first; nothing was written then.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be written.
    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>>;

    /// Takes the account's lock, which prevents other renewals; `None` if another process has it. It
    /// ends with `lease` at the latest, or with the process that holds it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be reached.
    fn lock<'a>(&'a self, account: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>>;
}

impl<S: TokenStore + ?Sized> TokenStore for std::sync::Arc<S> {
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>> {
        (**self).load(account)
    }

    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>> {
        (**self).swap(account, record)
    }

    fn lock<'a>(&'a self, account: &'a str, lease: Duration) -> BoxFuture<'a, Result<Option<StoreLock>, Error>> {
        (**self).lock(account, lease)
    }
}

/// A lock that is held. [`release`](Self::release) releases it at once. If it is dropped without `release`, the future
/// is dropped and not run: a lock that a value in the future holds, for example a file, ends at once, and a lock held
/// elsewhere ends when its lease expires.
pub struct StoreLock(BoxFuture<'static, ()>);

impl StoreLock {
    /// Creates a lock that is released by awaiting `release`.
    pub fn new(release: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(release))
    }

    /// Releases the lock.
    pub async fn release(self) {
        self.0.await;
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock(…)")
    }
}

//! Where token sets are kept.

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
/// `hubspot/portal-123`. Keys without a vendor are of an earlier version; their records are moved.
///
/// A store of your own keeps [`StoredTokens::encode`]'s text and must hold two promises: a write is whole
/// or not there, also after a crash, and [`swap`](Self::swap) compares and writes in one step.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store tokens",
    label = "a `MemoryStore`, a `FileStore` or a `RedisStore` is expected",
    note = "clone a store to share it between accounts"
)]
pub trait TokenStore: Send + Sync + 'static {
    /// The record of an account; `None` if there is none.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be read, or what it holds
    /// is no record.
    fn load<'a>(&'a self, account: &'a str) -> BoxFuture<'a, Result<Option<StoredTokens>, Error>>;

    /// Writes a record if the one that is stored is its predecessor: has a
    /// [revision](StoredTokens::revision) one lower, or is not there for revision 1. `false` means that
    /// somebody else wrote in between, and nothing was written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be written.
    fn swap<'a>(&'a self, account: &'a str, record: &'a StoredTokens) -> BoxFuture<'a, Result<bool, Error>>;

    /// Takes the account's lock, which keeps others from renewing; `None` if somebody has it. It
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

/// A lock that is held. [`release`](Self::release) gives it back at once; when it is only dropped,
/// what it holds is dropped, and for a lock far away the lease runs out.
pub struct StoreLock(BoxFuture<'static, ()>);

impl StoreLock {
    /// A lock that `release` gives back.
    pub fn new(release: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(Box::pin(release))
    }

    /// Gives the lock back.
    pub async fn release(self) {
        self.0.await;
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock(…)")
    }
}

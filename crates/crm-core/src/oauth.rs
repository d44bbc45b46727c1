//! OAuth: tokens that expire, are renewed, and outlive the process.
//!
//! | piece | what it is |
//! |---|---|
//! | [`Authorize`] | the address a person is sent to, and the reading of what comes back |
//! | [`TokenSet`] | an access token with what belongs to it |
//! | [`TokenSource`] | one vendor's way to a new set; implemented by vendor crates |
//! | [`TokenStore`] | where sets are kept: [`MemoryStore`], [`FileStore`], `RedisStore` |
//! | [`OAuthCredentials`] | [`Credentials`](crate::Credentials) that renew themselves |
//!
//! # What holds
//!
//! 1. A refresh token that works once is sent once, over all tasks and processes that share a
//!    store: the renewal holds the store's lock, looks again after taking it, and writes down that
//!    it is about to send before it sends.
//! 2. A new set is stored before it is used. If the store fails, the set is kept in memory and
//!    stored later.
//! 3. If the answer was lost, or the process died while it waited, nobody can know the new set.
//!    The store says so, and so does the error: the account must be authorised again. An access
//!    token that is still good goes on being used until then.
//! 4. Dropping a call does not stop a renewal that others wait for.

mod authorize;
mod credentials;
mod failure;
mod keys;
mod pkce;
mod renewal;
mod source;
mod store;
mod tokens;

pub use authorize::{Authorize, Consent, ConsentRequest};
pub use credentials::OAuthCredentials;
pub use keys::AppKeys;
pub use pkce::Pkce;
pub use source::TokenSource;
#[cfg(feature = "redis")]
pub use store::RedisStore;
pub use store::{FileStore, MemoryStore, StoreLock, StoredTokens, TokenStore};
pub use tokens::TokenSet;

#[cfg(test)]
mod tests;

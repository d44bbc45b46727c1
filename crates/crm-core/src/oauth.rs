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
//! 1. A renewal holds the store's lock, looks again after taking it, and marks a refresh token that works
//!    once as sent before it sends it: after the wait for the app's own limit. If the mark cannot be
//!    written, nothing is sent.
//! 2. A new set is stored before it is used. If the store fails, the set is kept in memory with the lock
//!    and stored as soon as the store works, whether or not a call asks.
//! 3. A refresh token whose answer is uncertain may be used up. While the access token is good it is not
//!    sent again, because a vendor may revoke everything when a used one is presented. After that a
//!    further try can do no harm that giving up would not do, so it is sent again, with growing pauses,
//!    until the vendor answers.
//! 4. Only the vendor's refusal ends an account's authorisation, and a store that lost the record.
//! 5. Dropping a call stops no renewal. Renewals run on a thread of the library, so none depends on a
//!    runtime that the program may stop driving. A program that ends awaits
//!    [`settle`](crate::Credentials::settle) first.
//! 6. The vendor is part of every key in a store. Records under the keys of an earlier version are moved.
//! 7. If a call is refused again with a token that was renewed for it, refusals renew no token of the
//!    account for ten minutes; the time doubles, up to a day, as long as that goes on.
//!
//! # States of a refresh token
//!
//! They are stored with the tokens. An access token is *over* after its end, or once the vendor refused it
//! as expired.
//!
//! | state | a call finds the access token | what happens |
//! |---|---|---|
//! | unspent | good | it is used; near its end a renewal begins in the background |
//! | unspent | over | a renewal begins, and calls wait for it |
//! | sent | good | it is used to its end; nothing is sent |
//! | sent by this process, no answer | over | the refresh token is sent again |
//! | sent by another process | over | its answer is waited for, two minutes from the mark; then sent again |
//! | refused | good | it is used to its end; nothing is sent |
//! | refused | over | error: authorise the account again |
//!
//! | event of a renewal | state after it | what is sent |
//! |---|---|---|
//! | about to be sent, after the permit | sent | the refresh token, once this is stored |
//! | new tokens | unspent, next generation | |
//! | `invalid_grant` | refused | |
//! | not handled: never connected, 429, 503, any other refusal | as before the mark | again, after a pause |
//! | uncertain: 500, 502, 504, nothing, a web page, cut off, late | sent | again, if the access token is over |
//! | the mark cannot be stored | as before, or sent | nothing |
//! | the new tokens cannot be stored | sent | nothing; they are stored later |
//! | the process dies | as stored | by the next process, as the first table says |
//!
//! A renewal sends up to three times within fifteen seconds; the next one begins with a call, after 5 s that
//! double up to a minute, or when the vendor says. Sources that need no refresh token
//! ([`TokenSource::obtain`]) are asked first wherever it may be used up.
//!
//! What remains: a process that dies between the vendor's answer and its storing takes the only copy of the
//! new tokens along, and one that is stopped there for more than a minute may find that another process
//! sent the refresh token again.

mod authorize;
mod credentials;
mod failure;
mod flight;
mod keys;
mod moving;
mod pkce;
mod refusals;
mod renewal;
mod runs_on;
mod saving;
mod sending;
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

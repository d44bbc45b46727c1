//! OAuth: tokens that expire, are renewed, and are kept over restarts of the process.
//!
//! | type | purpose |
//! |---|---|
//! | [`Authorize`] | builds the address to which a user is sent, and reads the callback |
//! | [`TokenSet`] | an access token with its refresh token, expiry and scopes |
//! | [`TokenSource`] | obtains new tokens from one vendor; implemented by vendor crates |
//! | [`TokenStore`] | stores token sets: [`MemoryStore`], [`FileStore`], `RedisStore` |
//! | [`OAuthCredentials`] | [`Credentials`](crate::Credentials) that renew themselves |
//!
//! # Guarantees
//!
//! 1. A renewal holds the store's lock, reads the store again after taking it, and marks a single-use
//!    refresh token as sent before it sends it, after the wait for the app's own limit. If the mark cannot be
//!    written, nothing is sent.
//! 2. A new set is stored before it is used. If the store fails, the set is kept in memory with the lock
//!    and stored as soon as the store works again, even if no call is made.
//! 3. A refresh token whose reply is uncertain may be used up. While the access token is valid it is not
//!    sent again, because a vendor may revoke all tokens if a used one is presented. After that another
//!    attempt does no more harm than giving up, so it is sent again, with growing pauses, until the vendor
//!    answers.
//! 4. An account's authorisation ends only if the vendor refuses it, or if the store lost the record.
//! 5. Dropping a call does not stop a renewal. Renewals run on a thread of the library, so none depends on a
//!    runtime that the program may stop driving. A program should await
//!    [`settle`](crate::Credentials::settle) before it ends.
//! 6. The vendor is part of every key in a store. Records under the keys of an earlier version are moved.
//! 7. A call whose token the vendor refuses is repeated with the token that another process stored, or else with a
//!    renewed one. If the stored token is refused too, it is renewed and the call repeated once more; no call is
//!    repeated more often for this reason. A token that is refused less than ten seconds after it was issued is not
//!    renewed.
//! 8. If a call is refused again with a token that this process renewed because of a refusal, refusals renew no token
//!    of the account in this process for ten minutes; the time doubles, up to a day, while this continues. Tokens that
//!    another process stores in this time are used, and a token that expires is renewed. Processes count by
//!    themselves: if the vendor refuses every token, each of them renews once before such a time.
//!
//! # States of a refresh token
//!
//! They are stored with the tokens. An access token is *expired* after its expiry time, or once the vendor refused it
//! as expired.
//!
//! | state | access token at a call | effect |
//! |---|---|---|
//! | unused | valid | it is used; shortly before its expiry a renewal starts in the background |
//! | unused | expired | a renewal starts, and calls wait for it |
//! | sent | valid | it is used until it expires; nothing is sent |
//! | sent by this process, no reply | expired | the refresh token is sent again |
//! | sent by another process | expired | calls wait for its result, two minutes from the mark; then it is sent again |
//! | refused | valid | it is used until it expires; nothing is sent |
//! | refused | expired | error: authorise the account again |
//!
//! | event of a renewal | new state | sent next |
//! |---|---|---|
//! | about to be sent, after the permit | sent | the refresh token, once this is stored |
//! | new tokens | unused, next generation | |
//! | `invalid_grant` | refused | |
//! | not processed: no connection, 429, 503, any other refusal | as before the mark | again, after a pause |
//! | uncertain: 500, 502, 504, no reply, a web page, cut off, late | sent | again, if the access token is expired |
//! | the mark cannot be stored | as before, or sent | nothing |
//! | the new tokens cannot be stored | sent | nothing; they are stored later |
//! | the process dies | as stored | by the next process, according to the first table |
//!
//! A renewal sends at most three requests within fifteen seconds. A later call starts the next renewal, after a pause of
//! 5 s that doubles with each failure up to a minute, or at the time that the vendor gives. Sources that need no refresh token
//! ([`TokenSource::obtain`]) are tried first if the refresh token may be used up.
//!
//! The remaining risk: a process that dies after the vendor's reply and before storing it loses the only copy of
//! the new tokens, and if a process is stopped at that point for more than a minute, another process may
//! send the refresh token again.

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

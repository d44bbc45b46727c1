//! Where new tokens come from.

use super::TokenSet;
use crate::error::Error;
use crate::request::BeforeSend;
use crate::sync::BoxFuture;

/// One account's way to a new [`TokenSet`]. Implemented by vendor crates, over their own pipeline,
/// so that token calls have limits, deadlines and errors like all others.
pub trait TokenSource: Send + Sync + 'static {
    /// The vendor's name, such as `hubspot`. It is part of the key in the store, so that accounts of
    /// two vendors may have the same name. It must never change.
    fn vendor(&self) -> &str;

    /// Returns true if a refresh token works once. Such a token is not sent again while the access token
    /// is good, unless the vendor is known not to have handled it.
    fn rotates(&self) -> bool;

    /// Renews a set by its refresh token. Only called with sets that have one.
    ///
    /// `sending` must be run when the request is about to be sent, after the wait for any limit; a vendor
    /// crate hands it to [`Call::before_send`](crate::Call::before_send). If it fails, nothing may be sent.
    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>>;

    /// A set from nothing but the app's own means (client credentials, an exchange of another
    /// token). `None` where a person has to consent.
    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        None
    }

    /// Returns false if a set is of another vendor. Asked about sets that a version of this crate
    /// before 0.2 stored, whose keys did not hold the vendor.
    fn recognises(&self, tokens: &TokenSet) -> bool {
        let _ = tokens;
        true
    }

    /// Waits for renewals of other accounts that this source has begun; see
    /// [`Credentials::settle`](crate::Credentials::settle).
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::settle`](crate::Credentials::settle).
    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<S: TokenSource + ?Sized> TokenSource for std::sync::Arc<S> {
    fn vendor(&self) -> &str {
        (**self).vendor()
    }

    fn rotates(&self) -> bool {
        (**self).rotates()
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>> {
        (**self).refresh(held, sending)
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        (**self).obtain()
    }

    fn recognises(&self, tokens: &TokenSet) -> bool {
        (**self).recognises(tokens)
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        (**self).settle()
    }
}

//! The source of new tokens.

use super::TokenSet;
use crate::error::Error;
use crate::request::BeforeSend;
use crate::sync::BoxFuture;

/// Obtains a new [`TokenSet`] for one account. Implemented by vendor crates, over their own pipeline,
/// so that token calls have limits, deadlines and errors like all others.
pub trait TokenSource: Send + Sync + 'static {
    /// The vendor's name, such as `hubspot`. It is part of the key in the store, so that accounts of
    /// two vendors may have the same name. It must never change.
    fn vendor(&self) -> &str;

    /// Returns true if a refresh token can be used only once. Such a token is not sent again while the access token
    /// is valid, unless the vendor is known not to have processed it.
    fn rotates(&self) -> bool;

    /// Renews a set by its refresh token. Only called with sets that have one.
    ///
    /// `sending` must be run when the request is about to be sent, after the wait for any limit; a vendor
    /// crate passes it to [`Call::before_send`](crate::Call::before_send). If it fails, nothing may be sent.
    fn refresh<'a>(&'a self, held: &'a TokenSet, sending: BeforeSend) -> BoxFuture<'a, Result<TokenSet, Error>>;

    /// Obtains a set without a refresh token (client credentials, an exchange of another token). `None` if
    /// a user must give consent.
    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        None
    }

    /// Returns false if a set belongs to another vendor. Called for sets that are stored under a key without the
    /// vendor, as earlier versions wrote them.
    fn recognises(&self, tokens: &TokenSet) -> bool {
        let _ = tokens;
        true
    }

    /// Returns false if two sets are known to belong to different accounts of the vendor. Called before the tokens of a
    /// new authorisation replace those of an account in the store.
    fn is_same_account(&self, stored: &TokenSet, new: &TokenSet) -> bool {
        let _ = (stored, new);
        true
    }

    /// Waits for renewals of other accounts that this source has started; see
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

    fn is_same_account(&self, stored: &TokenSet, new: &TokenSet) -> bool {
        (**self).is_same_account(stored, new)
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        (**self).settle()
    }
}

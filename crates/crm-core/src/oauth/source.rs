//! Where new tokens come from.

use super::TokenSet;
use crate::error::Error;
use crate::sync::BoxFuture;

/// One account's way to a new [`TokenSet`]. Implemented by vendor crates, over their own pipeline,
/// so that token calls have limits, deadlines and errors like all others.
pub trait TokenSource: Send + Sync + 'static {
    /// Whether a refresh token works once. Where it does, it is never sent again unless the
    /// vendor is known to have refused it without using it up.
    fn rotates(&self) -> bool;

    /// Renews a set by its refresh token. Only asked of sets that have one.
    fn refresh<'a>(&'a self, held: &'a TokenSet) -> BoxFuture<'a, Result<TokenSet, Error>>;

    /// A set from nothing but the app's own means (client credentials, an exchange of another
    /// token). `None` where a person has to consent.
    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        None
    }
}

impl<S: TokenSource + ?Sized> TokenSource for std::sync::Arc<S> {
    fn rotates(&self) -> bool {
        (**self).rotates()
    }

    fn refresh<'a>(&'a self, held: &'a TokenSet) -> BoxFuture<'a, Result<TokenSet, Error>> {
        (**self).refresh(held)
    }

    fn obtain(&self) -> Option<BoxFuture<'_, Result<TokenSet, Error>>> {
        (**self).obtain()
    }
}

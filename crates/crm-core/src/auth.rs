//! Credentials: what a request is authorised with.

mod authorization;
mod secret;

pub use authorization::Authorization;
pub use secret::Secret;

use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use crate::error::Error;
use crate::stable_hash::StableHash;
use crate::sync::BoxFuture;

/// Supplies the authorization of each request. The pipeline calls it before every attempt, so a token that
/// expires can be renewed in between.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a credential",
    label = "credentials are expected",
    note = "give a token that does not expire to `token(..)`, and the tokens of OAuth to `credentials(..)` as `OAuthCredentials`"
)]
pub trait Credentials: Send + Sync + 'static {
    /// Returns the authorization to send. Must be quick while the current token is valid, and must let many
    /// callers share one renewal.
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>>;

    /// Short name of the account, under which the limiter counts. Never the secret itself. All processes that
    /// share the account use the same name.
    fn key(&self) -> &str;

    /// Handles an authorization that the vendor refused as expired (`Advice::Renew` of `crm-core`). Returns true if
    /// a new one exists or will exist soon, so that the call may be repeated. Renew only if
    /// [`Authorization::generation`] is still the current one.
    fn refused<'a>(&'a self, used: &'a Authorization) -> BoxFuture<'a, Result<bool, Error>> {
        let _ = used;
        Box::pin(std::future::ready(Ok(false)))
    }

    /// Reports that the vendor refused a call again although it was repeated with this authorization. Returns true if
    /// a renewal may still help, because this authorization was not renewed for a refusal: another process may have
    /// stored it earlier. Then [`refused`](Self::refused) is called once more, and the call may be repeated a second
    /// and last time.
    fn not_cured(&self, used: &Authorization) -> bool {
        let _ = used;
        false
    }

    /// Waits until no renewal is under way and all new tokens are stored. Await it before a program
    /// ends: a renewal runs in the background, and tokens that arrive after the end are lost. It usually
    /// takes less than a second, and never more than a few minutes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if new tokens cannot be stored; they are lost if
    /// the program ends now.
    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

impl<C: Credentials + ?Sized> Credentials for Arc<C> {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        (**self).authorize()
    }

    fn key(&self) -> &str {
        (**self).key()
    }

    fn refused<'a>(&'a self, used: &'a Authorization) -> BoxFuture<'a, Result<bool, Error>> {
        (**self).refused(used)
    }

    fn not_cured(&self, used: &Authorization) -> bool {
        (**self).not_cured(used)
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        (**self).settle()
    }
}

/// A token that does not change, sent as `Authorization: Bearer …` or in a header of the vendor.
pub struct StaticToken {
    authorization: Authorization,
    key: String,
}

impl StaticToken {
    /// Checks and keeps the token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is empty or contains white space, control
    /// characters or non-ASCII characters, which usually means that it was copied incorrectly. The
    /// message never contains the token.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        Self::sent_as(token.into(), Authorization::bearer)
    }

    /// Checks and keeps a token that is sent in this header, for example `x-api-key`.
    ///
    /// # Errors
    ///
    /// The same as those of [`new`](Self::new).
    pub fn in_header(name: HeaderName, token: impl Into<Secret>) -> Result<Self, Error> {
        Self::sent_as(token.into(), |token| Authorization::header(name, token))
    }

    fn sent_as(token: Secret, how: impl FnOnce(&Secret) -> Result<Authorization, Error>) -> Result<Self, Error> {
        check(token.expose())?;
        let hash = StableHash::new().part(b"crm-core token").part(token.expose().as_bytes()).finish();
        // 48 bits are enough to distinguish accounts and reveal nothing useful about the token.
        let key = format!("{:012x}", hash >> 16);
        Ok(Self { authorization: how(&token)?, key })
    }
}

impl Credentials for StaticToken {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        Box::pin(std::future::ready(Ok(self.authorization.clone())))
    }

    fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Debug for StaticToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticToken").field("key", &self.key).finish_non_exhaustive()
    }
}

/// No credential, for APIs and test servers that require none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        Box::pin(std::future::ready(Ok(Authorization::none())))
    }

    fn key(&self) -> &str {
        "anonymous"
    }
}

/// Returns an error if the text cannot be a token. The message names the fault and never contains the text.
pub(crate) fn check(token: &str) -> Result<(), Error> {
    let fault = if token.is_empty() {
        "the token is empty"
    } else if token.chars().any(char::is_whitespace) {
        "the token contains white space or a line break"
    } else if token.chars().any(char::is_control) {
        "the token contains control characters"
    } else if !token.is_ascii() {
        "the token contains non-ASCII characters"
    } else {
        return Ok(());
    };
    Err(Error::config(fault))
}

#[cfg(test)]
mod tests;

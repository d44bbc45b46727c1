//! Asks a user for consent and reads the answer.

use std::fmt;

use url::{Url, form_urlencoded};

use super::Pkce;
use super::pkce::random_text;
use crate::auth::Secret;
use crate::crypto;
use crate::error::{Error, ErrorKind};
use crate::meta::OpMeta;

/// Builds the address of a vendor's consent page. Created by a vendor crate's `App`.
///
/// [`build`](Self::build) checks the scopes: each must be one that an operation of the vendor
/// requires, and for each operation given to [`covering`](Self::covering) at least one must be sufficient.
#[must_use = "it does nothing until it is built"]
#[derive(Debug, Clone)]
pub struct Authorize {
    endpoint: &'static str,
    client_id: String,
    redirect_uri: String,
    known: &'static [&'static str],
    scopes: Vec<String>,
    optional: Vec<String>,
    unlisted: Vec<String>,
    operations: Vec<&'static OpMeta>,
    pkce: bool,
}

impl Authorize {
    /// Creates a request without scopes. `known` contains all scopes that the vendor's operations require. Called
    /// by vendor crates.
    pub fn new(
        endpoint: &'static str,
        client_id: impl Into<String>,
        redirect_uri: impl Into<String>,
        known: &'static [&'static str],
    ) -> Self {
        Self {
            endpoint,
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            known,
            scopes: Vec::new(),
            optional: Vec::new(),
            unlisted: Vec::new(),
            operations: Vec::new(),
            pkce: false,
        }
    }

    /// Requests these scopes.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Requests these scopes if the account has them (`optional_scope`; HubSpot).
    pub fn optional_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.optional.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Requests a scope that no documented operation requires.
    pub fn unlisted_scope(mut self, scope: impl Into<String>) -> Self {
        self.unlisted.push(scope.into());
        self
    }

    /// Checks that the scopes allow these operations: [`build`](Self::build) fails if none of the requested scopes allows
    /// one of them. Any scope that the document lists for an operation is sufficient. HubSpot's operations on objects
    /// accept the scope of any type, so this check does not find a missing `crm.objects.deals.read`. An operation whose
    /// document lists no scope is always accepted.
    pub fn covering(mut self, operations: impl IntoIterator<Item = &'static OpMeta>) -> Self {
        self.operations.extend(operations);
        self
    }

    /// Protects the code with PKCE (RFC 7636). HubSpot supports it. HoopAI does not document it: `App::exchange` then
    /// fails with [`ErrorKind::Validation`].
    pub fn pkce(mut self) -> Self {
        self.pkce = true;
        self
    }

    /// Checks all settings and creates the address, with a new `state`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`], which names the wrong scope or operation.
    pub fn build(self) -> Result<ConsentRequest, Error> {
        self.check()?;
        let (state, pkce) = (random_text()?, if self.pkce { Some(Pkce::new()?) } else { None });
        let mut url = Url::parse(self.endpoint)
            .map_err(|error| Error::config("the consent page has no valid address").with_source(error))?;
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("response_type", "code");
            query.append_pair("client_id", &self.client_id).append_pair("redirect_uri", &self.redirect_uri);
            query.append_pair("scope", &[self.scopes, self.unlisted].concat().join(" "));
            if !self.optional.is_empty() {
                query.append_pair("optional_scope", &self.optional.join(" "));
            }
            query.append_pair("state", state.expose());
            if let Some(pkce) = &pkce {
                query.append_pair("code_challenge", &pkce.challenge()).append_pair("code_challenge_method", "S256");
            }
        }
        Ok(ConsentRequest { url: url.into(), redirect_uri: self.redirect_uri, state, pkce })
    }

    fn check(&self) -> Result<(), Error> {
        if Url::parse(&self.redirect_uri).is_err() {
            return Err(Error::config("the redirect URI is not an absolute address"));
        }
        let listed = || self.scopes.iter().chain(&self.optional);
        let asked = || listed().chain(&self.unlisted);
        if asked().next().is_none() {
            return Err(Error::config("no scope is requested"));
        }
        if let Some(scope) = asked().find(|scope| scope.is_empty() || scope.contains(char::is_whitespace)) {
            return Err(Error::config(format!("\"{scope}\" is not a scope; pass each scope separately")));
        }
        if let Some(scope) = listed().find(|scope| !self.known.contains(&scope.as_str())) {
            let text = "is not used by any operation; if it is correct, use unlisted_scope";
            return Err(Error::config(format!("the scope \"{scope}\" {text}")));
        }
        let allowed =
            |op: &OpMeta| op.scopes.is_empty() || op.scopes.iter().any(|scope| asked().any(|own| own == scope));
        match self.operations.iter().find(|op| !allowed(op)) {
            Some(op) => {
                let some = op.scopes.iter().take(3).copied().collect::<Vec<_>>().join(", ");
                let more = op.scopes.len().saturating_sub(3);
                let more = if more > 0 { format!(" or {more} others") } else { String::new() };
                Err(Error::config(format!("no requested scope allows {}; it needs {some}{more}", op.id)))
            }
            None => Ok(()),
        }
    }
}

/// A request for consent: the address for the user, and the values to check the answer against. Until the
/// answer arrives, store the [`state`](Self::state), and the [`pkce`](Self::pkce) secret if there is one,
/// in the user's session.
#[derive(Clone)]
pub struct ConsentRequest {
    url: String,
    redirect_uri: String,
    state: Secret,
    pkce: Option<Pkce>,
}

impl ConsentRequest {
    /// Restores a request from a session. It has no address. With an empty `state`, for example of a
    /// session that was lost, [`answered`](Self::answered) refuses every answer.
    #[must_use]
    pub fn resume(redirect_uri: impl Into<String>, state: impl Into<Secret>, pkce: Option<Pkce>) -> Self {
        Self { url: String::new(), redirect_uri: redirect_uri.into(), state: state.into(), pkce }
    }

    /// The address to send the user to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `state` that the answer must contain.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// The PKCE secret, if PKCE is used.
    #[must_use]
    pub fn pkce(&self) -> Option<&Pkce> {
        self.pkce.as_ref()
    }

    /// Reads the address that the user was redirected to, or its query.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if it is not an answer to this request: another `state` or no code. Do
    /// not continue then. [`ErrorKind::Permission`] if consent was refused.
    pub fn answered(&self, address: &str) -> Result<Consent, Error> {
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let query = query.split('#').next().unwrap_or(query);
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
        };
        if self.state.expose().is_empty() {
            let text =
                "the session contains no state, so the answer cannot be matched to a user; start again with `build`";
            return Err(Error::validation(text));
        }
        let state = value("state").unwrap_or_default();
        if !crypto::are_equal(state.as_bytes(), self.state.expose().as_bytes()) {
            return Err(Error::validation(
                "the state differs from the one that was sent, so this is not an answer to the request",
            ));
        }
        if let Some(error) = value("error") {
            let code: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
            return Err(Error::new(ErrorKind::Permission, format!("consent was not given ({code})")));
        }
        let Some(code) = value("code") else { return Err(Error::validation("the answer contains no code")) };
        Ok(Consent { code: Secret::new(code), redirect_uri: self.redirect_uri.clone(), pkce: self.pkce.clone() })
    }
}

impl fmt::Debug for ConsentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentRequest").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A user's consent: a code that can be exchanged once for tokens.
#[derive(Debug, Clone)]
pub struct Consent {
    code: Secret,
    redirect_uri: String,
    pkce: Option<Pkce>,
}

impl Consent {
    /// Creates a consent from a code that was read by other means, and the redirect URI of its request.
    #[must_use]
    pub fn new(code: impl Into<Secret>, redirect_uri: impl Into<String>) -> Self {
        Self { code: code.into(), redirect_uri: redirect_uri.into(), pkce: None }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &Secret {
        &self.code
    }

    /// The redirect URI, which the exchange sends again.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The PKCE secret, if PKCE is used.
    #[must_use]
    pub fn pkce(&self) -> Option<&Pkce> {
        self.pkce.as_ref()
    }
}

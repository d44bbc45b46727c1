//! The authorization of one request.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::Secret;
use crate::error::Error;

/// One header that contains the credential, or none.
#[derive(Clone)]
pub struct Authorization {
    header: Option<(HeaderName, HeaderValue)>,
    secret: Option<Arc<Secret>>,
    generation: u64,
}

impl Authorization {
    /// Creates an authorization that sends nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { header: None, secret: None, generation: 0 }
    }

    /// Creates `Authorization: Bearer <token>`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the token is not a valid header value.
    pub fn bearer(token: &Secret) -> Result<Self, Error> {
        Self::build(header::AUTHORIZATION, &format!("Bearer {}", token.expose()), token)
    }

    /// Creates any other header, for vendors that use their own.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the secret is not a valid header value.
    pub fn header(name: HeaderName, secret: &Secret) -> Result<Self, Error> {
        Self::build(name, secret.expose(), secret)
    }

    fn build(name: HeaderName, text: &str, secret: &Secret) -> Result<Self, Error> {
        let mut value =
            HeaderValue::from_str(text).map_err(|_| Error::config("the token is not a valid header value"))?;
        value.set_sensitive(true);
        Ok(Self { header: Some((name, value)), secret: Some(Arc::new(secret.clone())), generation: 0 })
    }

    /// Sets the number of the renewal that returned this token.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Number of the renewal that returned this token; 0 for one that never changes.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        if let Some((name, value)) = &self.header {
            headers.insert(name.clone(), value.clone());
        }
    }

    pub(crate) fn secret(&self) -> Option<&Arc<Secret>> {
        self.secret.as_ref()
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("header", &self.header.as_ref().map(|(name, _)| name.as_str()))
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

//! Proof Key for Code Exchange (RFC 7636).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::Secret;
use crate::crypto::library::digest::{SHA256, digest};
use crate::crypto::library::rand::{SecureRandom as _, SystemRandom};
use crate::error::Error;

/// The secret behind one authorisation request: its hash is sent in the address, the secret itself
/// with the exchange of the code, so that no one else can use the code.
#[derive(Clone)]
pub struct Pkce(Secret);

impl Pkce {
    /// Creates a new secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the system provides no randomness.
    pub fn new() -> Result<Self, Error> {
        random_text().map(Self)
    }

    /// Restores a secret that was stored, for example in a session.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) unless it has 43 to 128 of the characters
    /// that RFC 7636 allows.
    pub fn from_verifier(verifier: impl Into<Secret>) -> Result<Self, Error> {
        let verifier = verifier.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let text = verifier.expose();
        if (43..=128).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(verifier))
        } else {
            Err(Error::config("a PKCE verifier has 43 to 128 letters, digits or one of -._~"))
        }
    }

    /// The value to send with the exchange of the code.
    #[must_use]
    pub fn verifier(&self) -> &Secret {
        &self.0
    }

    /// The value to send in the address, with the method `S256`.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.0.expose().as_bytes()))
    }
}

impl fmt::Debug for Pkce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pkce(…)")
    }
}

/// 256 random bits as 43 characters.
pub(super) fn random_text() -> Result<Secret, Error> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::config("the system provides no random numbers"))?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

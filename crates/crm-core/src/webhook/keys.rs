//! Keys, and the signatures made with them.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Refused;
use crate::auth::Secret;
use crate::crypto::library::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use crate::crypto::{self, library::digest, library::hmac};
use crate::error::Error;

/// The keys that are currently valid. While a vendor's key or secret is being replaced, keep both;
/// afterwards only the new one. They can be replaced while deliveries arrive.
pub struct Rotating<K>(RwLock<Arc<[K]>>);

impl<K> Rotating<K> {
    /// Creates a set of these keys, the most likely first.
    pub fn new(keys: impl Into<Arc<[K]>>) -> Self {
        Self(RwLock::new(keys.into()))
    }

    /// Replaces the keys.
    pub fn replace(&self, keys: impl Into<Arc<[K]>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into();
    }

    /// Accepts a signature that is valid under any of the keys.
    ///
    /// # Errors
    ///
    /// [`Refused::WrongSignature`].
    pub fn check(&self, good: impl Fn(&K) -> bool) -> Result<(), Refused> {
        let keys = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        if keys.iter().any(good) { Ok(()) } else { Err(Refused::WrongSignature) }
    }
}

impl<K> fmt::Debug for Rotating<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rotating(…)")
    }
}

/// A digest to compare a signature with.
pub struct Digest(Box<[u8]>);

impl Digest {
    /// Returns true if this is the given digest, compared in a time that does not depend on where they differ.
    #[must_use]
    pub fn is(&self, given: &[u8]) -> bool {
        crypto::are_equal(&self.0, given)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Returns the SHA-256 of the parts, one after the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    Digest(context.finish().as_ref().into())
}

/// Returns the HMAC-SHA256 of the parts, one after the other, under a secret.
#[must_use]
pub fn hmac_sha256(secret: &Secret, parts: &[&[u8]]) -> Digest {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()));
    parts.iter().for_each(|part| context.update(part));
    Digest(context.sign().as_ref().into())
}

/// Reads a signature in hex.
#[must_use]
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A public key of a vendor.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: &'static dyn VerificationAlgorithm,
    key: Vec<u8>,
}

/// The bytes before the 32 bytes of an Ed25519 key in its usual encoding (SPKI, RFC 8410).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The algorithm in the SPKI encoding of an RSA key (RFC 3279, 2.3.1). The total length precedes it, and the header of
/// the key's bits follows it; both have a fixed length for keys of this size.
const RSA_SPKI: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const RSA_SPKI_AT: usize = 4;
const RSA_BITS_HEADER: usize = 5;

impl PublicKey {
    /// Reads an Ed25519 key: base64 or PEM, of the 32 bytes or of their SPKI encoding.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not such a key.
    pub fn ed25519(text: &str) -> Result<Self, Error> {
        let bytes = decoded(text)?;
        let key = bytes.strip_prefix(&ED25519_SPKI).unwrap_or(&bytes);
        if key.len() != 32 {
            return Err(Error::config("not an Ed25519 key; it must have 32 bytes, or 44 in SPKI form"));
        }
        Ok(Self { algorithm: &ED25519, key: key.to_vec() })
    }

    /// Reads an RSA key of 2048 to 8192 bits, for PKCS #1 v1.5 with SHA-256: base64 or PEM, of its SPKI or of
    /// the PKCS #1 form.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if it is not such a key.
    pub fn rsa(text: &str) -> Result<Self, Error> {
        let bytes = decoded(text)?;
        let wrapped = bytes.get(RSA_SPKI_AT..).and_then(|rest| rest.strip_prefix(&RSA_SPKI));
        let key = wrapped.and_then(|bits| bits.get(RSA_BITS_HEADER..)).unwrap_or(&bytes);
        // The first byte of every such key. The rest is checked with the first signature.
        if key.len() < 256 || key.first() != Some(&0x30) {
            return Err(Error::config("not an RSA key of at least 2048 bits"));
        }
        Ok(Self { algorithm: &RSA_PKCS1_2048_8192_SHA256, key: key.to_vec() })
    }

    /// Returns true if the signature of the message was made with this key.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm, &self.key).verify(message, signature).is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Error> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
    STANDARD.decode(body).map_err(|_| Error::config("the public key is not base64"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key from `openssl genrsa`, in both forms, and its signature of "message".
    const WRAPPED: &str = "\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA03YdgJ5BI676TMqW2ftb
48vRSVWL3uznYXjr86hqmHGrcUOiwXYazStSJ3TYHTqBUxoFAI33jDjRIyF/bTLI
ZzoFRJjbQf5MB/BntJeXDvf3VR0TfDnRwGyl3yhAVeysu6dqDKkQ2Klpmkr7mkL7
i5ZljDK7+sDZloImtBqxaGVPiIMu5lgyavhKRXxkAjiTsAqL7ejPzI+9EM7Is56/
GVXaHfRpYJrc46ail0sZcR9Yfn6v30bSVcd/vPHupwanxaUwxzeuYb/ra3hHD7tI
Uquxrh4ZOyjGafKZvzDWDa7XleFcFlGsu7JOhdVSoHPYHNSPLWsHCt/uoaXD2bgQ
WQIDAQAB
-----END PUBLIC KEY-----";
    const PLAIN: &str = "\
-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEA03YdgJ5BI676TMqW2ftb48vRSVWL3uznYXjr86hqmHGrcUOiwXYa
zStSJ3TYHTqBUxoFAI33jDjRIyF/bTLIZzoFRJjbQf5MB/BntJeXDvf3VR0TfDnR
wGyl3yhAVeysu6dqDKkQ2Klpmkr7mkL7i5ZljDK7+sDZloImtBqxaGVPiIMu5lgy
avhKRXxkAjiTsAqL7ejPzI+9EM7Is56/GVXaHfRpYJrc46ail0sZcR9Yfn6v30bS
Vcd/vPHupwanxaUwxzeuYb/ra3hHD7tIUquxrh4ZOyjGafKZvzDWDa7XleFcFlGs
u7JOhdVSoHPYHNSPLWsHCt/uoaXD2bgQWQIDAQAB
-----END RSA PUBLIC KEY-----";
    const SIGNATURE: &str = "\
HmBKe4dqI91NzoWNH7g5zhGblK0a5pwpRZUpyhY569yuXr9qd3e0Hx/u+T1Lg5bG
h+/Bdi65qdLk2H32GPm1RiR4n7x3blKKTsfItfmtxFX79/9eKlG645Z1/edkT5Np
RJcBknj/jaV2NX6DJaf65vBFfYh8xJdV1yTOyU2ZgndFLtStV5q3W2DsBGL1GHS/
WBwuFxs4SegQ9/OqMRjuifLxZDlGrm7AaIptafmod9m5BA8mFjo+ZbRteBR5kO6E
jX39/N70XZJcg7Sqh8DdaD42yV5mYQlNFPhtZTsgMMWjJAobbTjy4iVgTb8CyuLh
7Dg7syxCYI4feOw2Xmnn1g==";

    #[test]
    fn an_rsa_key_is_good_in_both_of_its_forms_with_any_cryptography() {
        let signature = decoded(SIGNATURE).unwrap();
        for text in [WRAPPED, PLAIN] {
            let key = PublicKey::rsa(text).unwrap();
            assert!(key.signed(b"message", &signature));
            assert!(!key.signed(b"another", &signature) && !key.signed(b"message", &signature[1..]));
        }
        assert!(PublicKey::rsa("bm90IGEga2V5").is_err());
    }
}

//! TLS of the built-in client, by the enabled features: rustls, else the system's, else none.

use reqwest::ClientBuilder;

use crate::error::Error;

/// Adds TLS. `needed` is false if the base address is `http`.
#[cfg(feature = "_rustls")]
pub(super) fn add(settings: ClientBuilder, needed: bool) -> Result<ClientBuilder, Error> {
    Ok(settings.tls_backend_preconfigured(rustls::config(needed)?))
}

/// Adds TLS.
#[cfg(all(feature = "native-tls", not(feature = "_rustls")))]
#[expect(clippy::unnecessary_wraps, reason = "as with other features")]
pub(super) fn add(settings: ClientBuilder, _: bool) -> Result<ClientBuilder, Error> {
    Ok(settings.tls_backend_native())
}

/// Returns an error if TLS is needed.
#[cfg(not(any(feature = "native-tls", feature = "_rustls")))]
pub(super) fn add(settings: ClientBuilder, needed: bool) -> Result<ClientBuilder, Error> {
    match needed {
        false => Ok(settings),
        true => Err(Error::config(
            "https needs the feature `rustls` (or `rustls-aws-lc-rs`, or `native-tls`), or a client that is given to \
             ClientBuilder::http",
        )),
    }
}

#[cfg(feature = "_rustls")]
mod rustls {
    use std::sync::Arc;

    use rustls::crypto::CryptoProvider;
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::Verifier;

    use crate::error::Error;

    const NO_CERTIFICATES: &str = "; install the CA certificates of the system (the package ca-certificates), set \
                                   SSL_CERT_FILE to a file of certificates, or give a client to ClientBuilder::http";

    /// Returns the cryptography that the application installed for the process, or else that of the features. Nothing
    /// is installed for the process, because that is the application's decision.
    fn provider() -> Arc<CryptoProvider> {
        #[cfg(feature = "aws-lc-rs")]
        use rustls::crypto::aws_lc_rs::default_provider;
        #[cfg(not(feature = "aws-lc-rs"))]
        use rustls::crypto::ring::default_provider;
        CryptoProvider::get_default().map_or_else(|| Arc::new(default_provider()), Arc::clone)
    }

    pub(super) fn config(needed: bool) -> Result<ClientConfig, Error> {
        let provider = provider();
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| unusable(error, ""))?;
        let builder = match Verifier::new(provider) {
            Ok(verifier) => builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
            Err(error) if needed => return Err(unusable(error, NO_CERTIFICATES)),
            // Without TLS no certificates are needed. A proxy with TLS is then not trusted.
            Err(_) => builder.with_root_certificates(RootCertStore::empty()),
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn unusable(error: rustls::Error, advice: &str) -> Error {
        Error::config(format!("the HTTP client could not be set up: {error}{advice}")).with_source(error)
    }
}

//! The HTTP client behind a pipeline, unless the user brings one.

use std::time::Duration;

use super::failure::innermost;
use crate::error::Error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sets up a client for a base address.
#[cfg_attr(not(feature = "rustls"), allow(unused_variables, reason = "only TLS depends on the address"))]
pub(super) fn client(base_url: &str, idle: Duration, most: usize) -> Result<reqwest::Client, Error> {
    let client = settings(idle, most).build();
    // Without TLS no certificates are needed. A proxy with TLS is then not trusted.
    #[cfg(feature = "rustls")]
    let client = client.or_else(|error| match base_url.starts_with("http://") {
        true => settings(idle, most).tls_certs_only([]).build(),
        false => Err(error),
    });
    client.map_err(|error| {
        let text = format!("the HTTP client could not be set up: {}{}", innermost(&error), advice(&error));
        Error::config(text).with_source(error.without_url())
    })
}

/// The same client whatever features of reqwest other crates of the program switch on: HTTP/1.1, rustls, the system's
/// name resolution, and bodies as they arrive, because reqwest unpacks without a limit and ends gzip at its first member.
fn settings(idle: Duration, most: usize) -> reqwest::ClientBuilder {
    let settings = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(idle)
        .pool_max_idle_per_host(most)
        .http1_only()
        .no_hickory_dns()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd();
    #[cfg(feature = "rustls")]
    let settings = settings.tls_backend_rustls();
    settings
}

/// What to do if no client can be made: only TLS is set up, and it fails without certificates.
fn advice(error: &reqwest::Error) -> &'static str {
    #[cfg(feature = "rustls")]
    if super::failure::causes(error).any(|cause| cause.is::<rustls::Error>()) {
        return "; install the CA certificates of the system (the package ca-certificates), set SSL_CERT_FILE to a file of \
                certificates, or give a client to ClientBuilder::http";
    }
    let _ = error;
    ""
}

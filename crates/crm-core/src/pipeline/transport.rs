//! The HTTP client of a pipeline, unless the user supplies one.

use std::time::Duration;

use super::address::Address;
use super::failure::innermost;
use super::{proxies, tls};
use crate::error::Error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Creates a client for a base address.
pub(super) fn client(address: &Address, idle: Duration, most: usize) -> Result<reqwest::Client, Error> {
    let https = address.as_str().starts_with("https://");
    let settings = settings(idle, most);
    let settings = if proxies::are_used(address)? { settings } else { settings.no_proxy() };
    let settings = tls::add(settings, https)?;
    settings.build().map_err(|error| {
        let text = format!("the HTTP client could not be set up: {}", innermost(&error));
        Error::config(text).with_source(error.without_url())
    })
}

/// Creates the same client whatever features of reqwest other crates of the program enable: HTTP/1.1, the system's name
/// resolution, and bodies as they arrive, because reqwest unpacks without a limit and ends gzip at its first member.
fn settings(idle: Duration, most: usize) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(idle)
        .pool_max_idle_per_host(most)
        .http1_only()
        .no_hickory_dns()
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
}

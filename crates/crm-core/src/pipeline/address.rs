//! The address of the vendor: what is accepted.

use crate::error::Error;
use url::{Host, Url};

/// Checks a base address and takes slashes off its end.
pub(super) fn check(address: &str, allow_http: bool) -> Result<String, Error> {
    // The address itself is not shown: a mistyped one may hold a credential.
    let url = Url::parse(address.trim()).map_err(|error| {
        Error::config(format!("the base address is no URL ({error}); it looks like https://api.example.com"))
    })?;
    match url.scheme() {
        "https" => {}
        "http" if allow_http || loopback(&url) => {}
        "http" => {
            return Err(Error::config(
                "the base address must use https; http is for loopback hosts, or with allow_http(true)",
            ));
        }
        _ => return Err(Error::config("the base address must begin with https://")),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Error::config("the base address has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::config("the base address holds a user or password; give credentials to the builder"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config("the base address holds a query or fragment"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

//! The address of the vendor: what is accepted, and the addresses below it.

use std::borrow::Cow;

use crate::error::Error;
use url::{Host, Position, Url};

/// A base address that was checked.
pub(super) struct Address {
    url: Url,
    /// Without a slash at the end.
    text: String,
}

impl Address {
    /// Checks a base address.
    pub(super) fn new(address: &str, allow_http: bool) -> Result<Self, Error> {
        let url = check(address, allow_http)?;
        Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), url })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn is_loopback(&self) -> bool {
        loopback(&self.url)
    }

    /// Returns the address of a path, with its query, below the base address: what both together are parsed as.
    ///
    /// The host is parsed only once, for the base address. A path that would change it is an error.
    pub(super) fn join(&self, target: &str) -> Result<Url, Error> {
        let below = self.url.path().trim_end_matches('/');
        let target = if below.is_empty() { Cow::Borrowed(target) } else { Cow::Owned(format!("{below}{target}")) };
        // Two slashes, whatever a parser skips between them, would begin a host.
        let is_path = match target.as_bytes() {
            [b'/'] => true,
            [b'/', next, ..] => next.is_ascii_graphic() && !matches!(next, b'/' | b'\\'),
            _ => false,
        };
        let joined = if is_path { self.url.join(&target) } else { Url::parse(&format!("{}{target}", self.origin())) };
        let url = joined.map_err(|error| Error::validation(NO_ADDRESS).with_source(error))?;
        if url[..Position::BeforePath] == *self.origin() { Ok(url) } else { Err(Error::validation(NO_ADDRESS)) }
    }

    /// Scheme, host and port.
    fn origin(&self) -> &str {
        &self.url[..Position::BeforePath]
    }
}

const NO_ADDRESS: &str = "the path does not form an address";

fn check(address: &str, allow_http: bool) -> Result<Url, Error> {
    // The address itself is not shown: a mistyped one may hold a credential.
    let url = Url::parse(address.trim()).map_err(|error| {
        Error::config(format!("the base address is not a URL ({error}); use the form https://api.example.com"))
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
        return Err(Error::config("the base address contains a user or password; give credentials to the builder"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::config("the base address contains a query or fragment"));
    }
    Ok(url)
}

fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::ErrorKind;

    fn at(address: &str) -> Address {
        Address::new(address, true).unwrap()
    }

    proptest! {
        #[test]
        fn a_joined_address_is_that_of_the_whole(
            base in "https?://(h|api\\.example\\.com|BÜCHER\\.example|127\\.0\\.0\\.1|\\[::1\\])(:[1-9][0-9]{1,3})?(/{1,2}[a-z.%2eE~]{0,4}){0,3}",
            target in "[/\\\\?#][/\\\\?#.%2eEa:@ \t\né;{}\\[\\]|\"'-]{0,12}|\\PC{0,6}|(/[a-z0-9.%-]{1,8}){1,5}(\\?[a-z0-9=&%+,]{0,20})?",
        ) {
            let base = at(&base);
            let whole = Url::parse(&format!("{}{target}", base.as_str())).ok();
            let whole = whole.filter(|url| url[..Position::BeforePath] == *base.origin());
            prop_assert_eq!(base.join(&target).ok(), whole);
        }
    }

    #[test]
    fn no_path_changes_the_host() {
        for target in ["@evil.example/", ":1/", ".evil.example/", "evil", ":x@evil.example"] {
            assert_eq!(
                at("https://api.example.com").join(target).unwrap_err().kind(),
                ErrorKind::Validation,
                "{target}"
            );
        }
        for target in
            ["//evil.example/", "/\\evil.example", "/\t/evil.example", "\\\\evil.example", "/\n\\evil.example"]
        {
            for address in ["https://api.example.com", "https://api.example.com/", "https://[::1]:8443/v1/"] {
                let url = at(address).join(target).unwrap();
                assert!(url.as_str().starts_with(at(address).as_str()), "{target:?} below {address}");
            }
        }
    }

    #[test]
    fn the_path_of_the_base_address_is_kept() {
        assert_eq!(at("https://h/proxy/v1/").join("/x/y?a=b").unwrap().as_str(), "https://h/proxy/v1/x/y?a=b");
        assert_eq!(at("https://h").join("?a=b").unwrap().as_str(), "https://h/?a=b");
        assert_eq!(at("https://h").join("/").unwrap().as_str(), "https://h/");
    }
}

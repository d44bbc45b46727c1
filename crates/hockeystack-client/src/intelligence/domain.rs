//! The domain of a company.

use std::fmt;
use std::str::FromStr;

use crm_core::Error;
use url::{Host, Url};

/// The bare domain of a company, in the form that the vendor requires: lower case, without scheme, `www.`, port,
/// path or slash. International names are in their ASCII form.
///
/// ```
/// use hockeystack_client::Domain;
///
/// let domain = Domain::new("https://www.Example.com/pricing?from=mail")?;
/// assert_eq!(domain.as_str(), "example.com");
/// assert!(Domain::new("ada@example.com").is_err());
/// # Ok::<(), hockeystack_client::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

impl Domain {
    /// Reads the domain from a domain or a web address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`](crate::ErrorKind::Validation) with the reason if the text has no domain.
    pub fn new(text: &str) -> Result<Self, Error> {
        read(text).map(Self).map_err(|fault| Error::validation(format!("the company's domain {fault}")))
    }

    /// Returns the domain.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn read(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("is empty");
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("contains white space");
    }
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) => rest,
        // A query may contain another address.
        Some((before, _)) if !before.contains(['/', '?', '#']) => return Err("is not a web address"),
        _ => text.strip_prefix("//").unwrap_or(text),
    };
    // The parser would skip further slashes.
    if rest.starts_with(['/', '\\']) {
        return Err("is not a web address");
    }
    let url = Url::parse(&format!("https://{rest}")).map_err(|_| "is not a domain")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("is an e-mail address or contains a user name");
    }
    let Some(Host::Domain(host)) = url.host() else { return Err("is an IP address") };
    let mut name = host.strip_suffix('.').unwrap_or(host);
    while let Some(rest) = name.strip_prefix("www.").filter(|rest| rest.contains('.')) {
        name = rest;
    }
    if name.len() > 253 || !name.split('.').all(is_label) {
        return Err("is not a domain");
    }
    match name.rsplit_once('.') {
        None => Err("has no dot"),
        Some((_, top)) if top.bytes().all(|byte| byte.is_ascii_digit()) => Err("is not a domain"),
        Some(_) => Ok(name.to_owned()),
    }
}

fn is_label(label: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

impl FromStr for Domain {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl TryFrom<&str> for Domain {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::new(text)
    }
}

impl AsRef<str> for Domain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_brought_into_form() {
        let cases = [
            ("example.com", "example.com"),
            ("  Example.COM  ", "example.com"),
            ("http://www.example.com", "example.com"),
            ("HTTPS://WWW.Example.com/", "example.com"),
            ("https://shop.example.co.uk:8443/a/b?c=d#e", "shop.example.co.uk"),
            ("//example.com/x", "example.com"),
            ("example.com?next=https://other.org", "example.com"),
            ("example.com.", "example.com"),
            ("www.www.example.com", "example.com"),
            ("www.com", "www.com"),
            ("wwwexample.com", "wwwexample.com"),
            ("müller.de", "xn--mller-kva.de"),
            ("a-b.1c.io", "a-b.1c.io"),
        ];
        for (text, domain) in cases {
            assert_eq!(Domain::new(text).map(|domain| domain.0).ok().as_deref(), Some(domain), "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_before_anything_is_sent() {
        let long = format!("{}.com", "a".repeat(64));
        let cases = [
            "",
            "  ",
            "example",
            "localhost",
            "exa mple.com",
            "exa\tmple.com",
            "ada@example.com",
            "mailto:ada@example.com",
            "ftp://example.com",
            "192.0.2.1",
            "https://[2001:db8::1]/",
            "a..b",
            "-a.com",
            "a-.com",
            "under_score.com",
            "example.123",
            "https://",
            "/example.com/",
            "https:///example.com",
            "\\\\example.com",
            "a,b.com",
            &long,
        ];
        for text in cases {
            let error = Domain::new(text).expect_err(text);
            assert_eq!(error.kind(), crm_core::ErrorKind::Validation, "{text}");
            assert_eq!(error.sent(), crm_core::Sent::No);
        }
    }
}

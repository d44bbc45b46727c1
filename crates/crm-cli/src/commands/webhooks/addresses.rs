//! The addresses that a vendor may have called. Some vendors sign the address, and a tunnel or a proxy on the way ends
//! HTTPS, and may replace the host and change the path.

use hubspot_client::http::Uri;
use hubspot_client::http::uri::Authority;

use crate::failure::Failure;
use crate::server::Request;

/// The maximum length of an address in a message.
const MOST_CHARACTERS: usize = 200;

/// The address that is set at the vendor.
pub(super) struct Public {
    /// The text as it was written, because its spelling is signed.
    text: String,
    has_path: bool,
    has_query: bool,
}

impl Public {
    /// Reads an address. A message about it has no part of it.
    pub(super) fn read(text: &str, option: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::usage(format!("{option} must be a whole address, for example https://hooks.example.com/hubspot"))
        };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        if !has_host || !matches!(uri.scheme_str(), Some("http" | "https")) || text.contains('#') {
            return Err(wrong());
        }
        check(&uri, option)?;
        Ok(Self { text: text.to_owned(), has_path: uri.path() != "/", has_query: uri.query().is_some() })
    }

    /// Returns the address that a request was sent to: a path or query that this address does not have is that of the
    /// request.
    fn of(&self, target: &str) -> String {
        if self.has_query {
            return self.text.clone();
        }
        if self.has_path {
            let query = target.find('?').map_or("", |at| &target[at..]);
            return format!("{}{query}", self.text);
        }
        format!("{}{target}", self.text.trim_end_matches('/'))
    }
}

/// Refuses an address with a user, which would be shown and never sent, and one with a port that does not exist, which the
/// library reads as no port.
pub(super) fn check(uri: &Uri, option: &str) -> Result<(), Failure> {
    let authority = uri.authority().map(Authority::as_str).unwrap_or_default();
    if authority.contains('@') {
        return Err(Failure::usage(format!("{option} must not contain a user name or a password; leave them out")));
    }
    let has_port = authority.rsplit(']').next().is_some_and(|rest| rest.contains(':'));
    match has_port && uri.port_u16().is_none_or(|port| port == 0) {
        true => Err(Failure::usage(format!("{option} must have a port from 1 to 65535, or none"))),
        false => Ok(()),
    }
}

/// Returns the addresses that the vendor may have called, the most likely first.
pub(super) fn of(request: &Request, public: Option<&Public>) -> Vec<String> {
    let hosts = ["host", "x-forwarded-host"].into_iter();
    let hosts = hosts.filter_map(|name| request.headers.get(name)?.to_str().ok());
    // Several proxies make a list; the vendor called the first one.
    let hosts = hosts.map(|host| host.split(',').next().unwrap_or_default().trim());
    let seen = hosts.flat_map(|host| ["http", "https"].map(|scheme| format!("{scheme}://{host}{}", request.target)));
    let mut found = Vec::new();
    for address in public.map(|public| public.of(&request.target)).into_iter().chain(seen) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    if found.is_empty() {
        found.push(request.target.clone());
    }
    found
}

/// Returns addresses for a message, without their queries and the segments with e-mail addresses, which are personal data.
pub(super) fn shown(addresses: &[String]) -> String {
    let is_personal = |segment: &str| segment.contains('@') || segment.contains("%40");
    let short = |address: &String| {
        let (path, query) = address.split_once('?').map_or((address.as_str(), ""), |(path, _)| (path, "?…"));
        let segments = path.split('/').map(|segment| if is_personal(segment) { "…" } else { segment });
        let path = segments.collect::<Vec<_>>().join("/");
        path.chars().take(MOST_CHARACTERS).collect::<String>() + query
    };
    addresses.iter().map(short).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use hubspot_client::http::{HeaderMap, HeaderValue, Method};

    use super::*;

    fn request(target: &str, headers: &[(&'static str, &'static str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| {
            (hubspot_client::http::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        let headers: HeaderMap = headers.collect();
        Request { method: Method::POST, target: target.to_owned(), headers, body: Bytes::new() }
    }

    /// nginx, Apache and @fastify/http-proxy replace the host; Traefik and Apache write the path again.
    #[test]
    fn an_address_is_the_one_at_the_vendor_with_what_it_lacks() {
        let called = |public: &str, target: &str| {
            of(&request(target, &[("host", "127.0.0.1:8975")]), Public::read(public, "--url").ok().as_ref())[0].clone()
        };
        assert_eq!(called("https://a.example", "/hook?b=%7e"), "https://a.example/hook?b=%7e");
        assert_eq!(called("https://a.example/", "/hook"), "https://a.example/hook");
        assert_eq!(called("https://a.example/%7eada", "/~ada?b=c"), "https://a.example/%7eada?b=c");
        assert_eq!(called("https://a.example/hook?b=1;c", "/hook?b=1&c"), "https://a.example/hook?b=1;c");
        for wrong in ["a.example", "/hook", "ftp://a.example", "https://", "https://a.example/#b", "https://a b"] {
            assert!(Public::read(wrong, "--url").is_err(), "{wrong}");
        }
        for right in ["http://a.example:80", "https://[::1]:8975/hook", "https://[::1]", "https://a.example/@b:c"] {
            assert!(Public::read(right, "--url").is_ok(), "{right}");
        }
    }

    #[test]
    fn a_user_a_password_and_a_port_that_does_not_exist_are_refused_and_not_repeated() {
        for (wrong, sentence) in [
            ("https://canary:canary@a.example/hook", "must not contain a user name or a password"),
            ("https://canary@a.example", "must not contain a user name or a password"),
            ("https://canary:can ary@a.example", "must be a whole address"),
            ("https://canary.example:99999", "must have a port from 1 to 65535"),
            ("https://canary.example:0/hook", "must have a port from 1 to 65535"),
            ("https://canary.example:", "must have a port from 1 to 65535"),
        ] {
            let message = Public::read(wrong, "--url").err().map(|failure| failure.to_string()).unwrap_or_default();
            assert!(message.contains(sentence) && !message.contains("canary"), "{wrong}: {message}");
        }
    }

    #[test]
    fn without_it_the_first_host_of_each_header_counts() {
        let seen = request("/a?b=c", &[("host", "h"), ("x-forwarded-host", "a.example, h")]);
        let found = of(&seen, None);
        assert_eq!(found, ["http://h/a?b=c", "https://h/a?b=c", "http://a.example/a?b=c", "https://a.example/a?b=c"]);
        assert_eq!(shown(&found[2..]), "http://a.example/a?…, https://a.example/a?…");
        let personal = ["http://h/hook/ada@example.com/a".to_owned(), "https://ada:b@h/ada%40example.com".to_owned()];
        assert_eq!(shown(&personal), "http://h/hook/…/a, https://…/…");
        let same = request("/", &[("host", "h"), ("x-forwarded-host", "h")]);
        assert_eq!(of(&same, None), ["http://h/", "https://h/"]);
    }
}

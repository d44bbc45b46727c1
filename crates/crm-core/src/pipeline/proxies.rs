//! The proxies of the environment. reqwest ignores an address that it cannot read, and connects directly instead.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::address::Address;
use crate::error::Error;

/// Returns whether the proxies of the environment are used for an address.
///
/// This machine is reached without a proxy: a proxy elsewhere would look for the address on its own machine, and the token
/// would reach it unencrypted.
///
/// # Errors
///
/// Returns an error if a variable that is used for the address has a value that is not the address of a proxy.
pub(super) fn are_used(address: &Address) -> Result<bool, Error> {
    // A CGI process uses none, because a request can set HTTP_PROXY there.
    if address.is_loopback() || std::env::var_os("REQUEST_METHOD").is_some() {
        return Ok(false);
    }
    let excepted = first(["NO_PROXY", "no_proxy"])?;
    if excepted.is_some_and(|(_, excepted)| is_direct(&excepted, address.as_str())) {
        return Ok(false);
    }
    let https = address.as_str().starts_with("https://");
    let own = if https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    for names in [own, ["ALL_PROXY", "all_proxy"]] {
        let Some((name, value)) = first(names)?.filter(|(_, value)| !value.is_empty()) else { continue };
        if !is_proxy(&value) {
            // The value can contain a password.
            return Err(Error::config(format!(
                "{name} in the environment is not the address of a proxy, for example http://proxy.example:3128; it begins with \
                 http:// or https://, and special characters of its user and password are percent-encoded"
            )));
        }
        // The next one is not used.
        break;
    }
    Ok(true)
}

/// Returns the first variable that is set, even if it is empty.
fn first(names: [&'static str; 2]) -> Result<Option<(&'static str, String)>, Error> {
    let Some((name, value)) = names.into_iter().find_map(|name| Some((name, std::env::var_os(name)?))) else {
        return Ok(None);
    };
    let value =
        value.into_string().map_err(|_| Error::config(format!("{name} in the environment is not valid UTF-8")))?;
    Ok(Some((name, value)))
}

/// Returns true if `NO_PROXY` excepts an address. The list is read as reqwest reads it, except that `*` means addresses of
/// IP too, as curl has it.
fn is_direct(excepted: &str, address: &str) -> bool {
    let all = excepted.split(',').any(|name| name.trim() == "*");
    let matcher = Matcher::builder().all("http://proxy.example").no(excepted).build();
    all || address.parse::<Uri>().is_ok_and(|address| matcher.intercept(&address).is_none())
}

/// Returns true if reqwest uses a value as the address of a proxy, and connects to the host that the value is meant to name.
fn is_proxy(value: &str) -> bool {
    let matcher = Matcher::builder().all(value).build();
    let Some(proxy) = matcher.intercept(&Uri::from_static("http://vendor.example")) else { return false };
    let Some(authority) = proxy.uri().authority() else { return false };
    // These characters in a password end the address, and the user would be the host.
    let start = value.find("://").map_or(0, |at| at + 3);
    let user = value[start..].rsplit_once('@').map_or("", |(user, _)| user);
    let has_port = authority.as_str().len() > authority.host().len();
    !user.contains(['@', '#', '?', '/'])
        && !authority.host().is_empty()
        && (!has_port || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::{is_direct, is_proxy};

    #[test]
    fn hosts_with_those_below_them_addresses_and_networks_are_excepted() {
        for (excepted, address, direct) in [
            ("*", "https://api.example.com", true),
            ("*", "https://10.1.2.3", true),
            ("localhost , *", "https://[fd00::1]/base", true),
            ("localhost, .example.com", "https://api.example.com", true),
            ("api.example.com", "https://api.example.com", true),
            ("Example.COM", "https://api.example.com:8443/base", true),
            ("10.0.0.0/8", "https://10.1.2.3", true),
            ("fd00::1", "https://[fd00::1]:8443", true),
            ("ample.com", "https://api.example.com", false),
            ("other.example.com", "https://api.example.com", false),
            ("3", "https://10.1.2.3", false),
            ("", "https://api.example.com", false),
            (" , ", "https://api.example.com", false),
        ] {
            assert_eq!(is_direct(excepted, address), direct, "{excepted} {address}");
        }
    }

    #[test]
    fn a_special_character_of_a_password_is_not_the_end_of_the_address() {
        for good in [
            "http://proxy.example:3128",
            "http://proxy.example/",
            "http://proxy.example:8080/some/path?x",
            "https://user:p%23ss%40@proxy.example:3128",
            "socks5h://[::1]:1080",
            "user:pass@10.0.0.1:3128",
            "proxy.example:3128",
            "localhost",
        ] {
            assert!(is_proxy(good), "{good}");
        }
        for wrong in [
            "http://user:p#ss@proxy.example:3128",
            "http://user:p/ss@proxy.example:3128",
            "http://user:p?ss@proxy.example:3128",
            "http://user:p@ss@proxy.example:3128",
            "http://user:p ss@proxy.example:3128",
            "http://proxy.example:port",
            "http://proxy.example:99999",
            "http://:3128",
            "http://user:pass@:3128",
            "ftp://proxy.example",
            "socks://proxy.example:1080/",
            "http://",
            "/proxy",
        ] {
            assert!(!is_proxy(wrong), "{wrong}");
        }
    }
}

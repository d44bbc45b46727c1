//! The proxies of the environment. reqwest ignores an address that it cannot read, and connects directly instead.

use http::Uri;

use crate::error::Error;

/// Returns an error if a variable that sets the proxy for these addresses has a value that is not a proxy's address.
pub(super) fn check(https: bool, host: &str) -> Result<(), Error> {
    // A CGI process uses none, because a request can set HTTP_PROXY there.
    if std::env::var_os("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    let direct = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| std::env::var(name).ok());
    if direct.is_some_and(|direct| is_direct(&direct, host)) {
        return Ok(());
    }
    let own = if https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    for names in [own, ["ALL_PROXY", "all_proxy"]] {
        // The first one that is set counts, even if it is empty.
        let set = names.into_iter().find_map(|name| Some((name, std::env::var(name).ok()?)));
        let Some((name, value)) = set.filter(|(_, value)| !value.is_empty()) else { continue };
        if !is_address(&value) {
            // The value can contain a password.
            return Err(Error::config(format!(
                "{name} in the environment is not the address of a proxy, for example http://proxy.example:3128; percent-encode \
                 special characters of its user and password"
            )));
        }
        // The next one is not used.
        break;
    }
    Ok(())
}

/// Returns true if a host is excepted from the proxy, by `*` or as a host below one of the names.
fn is_direct(excepted: &str, host: &str) -> bool {
    let below = |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let names = excepted.split(',').map(|name| name.trim().trim_start_matches('.'));
    names.filter(|name| !name.is_empty()).any(|name| name == "*" || below(name))
}

/// The schemes that are not ignored.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

fn is_address(value: &str) -> bool {
    let Ok(uri) = value.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    let scheme = uri.scheme_str().is_none_or(|scheme| SCHEMES.contains(&scheme));
    // These characters in a password end the address, and the user would be the host.
    let end = value.find("://").map_or(0, |at| at + 3);
    let is_whole = value[end..].find(['#', '?', '/']).is_none_or(|at| !value[end + at..].contains('@'));
    let (user, place) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
    let has_port = place.len() > authority.host().len();
    scheme && is_whole && !user.contains('@') && (!has_port || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::{is_address, is_direct};

    #[test]
    fn a_host_is_excepted_with_the_hosts_below_it() {
        for (excepted, direct) in [
            ("*", true),
            ("localhost, .example.com", true),
            ("api.example.com", true),
            ("ample.com", false),
            ("other.example.com", false),
            ("", false),
            (" , .", false),
        ] {
            assert_eq!(is_direct(excepted, "api.example.com"), direct, "{excepted}");
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
            assert!(is_address(good), "{good}");
        }
        for wrong in [
            "http://user:p#ss@proxy.example:3128",
            "http://user:p/ss@proxy.example:3128",
            "http://user:p?ss@proxy.example:3128",
            "http://user:p@ss@proxy.example:3128",
            "http://user:p ss@proxy.example:3128",
            "http://proxy.example:port",
            "http://proxy.example:99999",
            "ftp://proxy.example",
            "socks://proxy.example:1080/",
            "http://",
            "/proxy",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}

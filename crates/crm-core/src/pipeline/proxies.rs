//! The proxies of the environment. reqwest ignores an address that it cannot read, and connects directly instead.

use http::Uri;

use crate::error::Error;

/// Returns an error if a variable that sets the proxy for these addresses has a value that is not a proxy's address.
pub(super) fn check(https: bool) -> Result<(), Error> {
    // A CGI process uses none, because a request can set HTTP_PROXY there.
    if std::env::var_os("REQUEST_METHOD").is_some() {
        return Ok(());
    }
    let own = if https { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    for names in [own, ["ALL_PROXY", "all_proxy"]] {
        // The first one that is set counts, even if it is empty.
        let set = names.into_iter().find_map(|name| Some((name, std::env::var(name).ok()?)));
        if let Some((name, value)) = set
            && !value.is_empty()
            && !is_address(&value)
        {
            // The value can contain a password.
            return Err(Error::config(format!(
                "{name} in the environment is not the address of a proxy, for example http://proxy.example:3128; percent-encode \
                 special characters of its user and password"
            )));
        }
    }
    Ok(())
}

fn is_address(value: &str) -> bool {
    let Ok(uri) = value.parse::<Uri>() else { return false };
    let Some(authority) = uri.authority() else { return false };
    let scheme = uri.scheme_str().is_none_or(|scheme| scheme.starts_with("http") || scheme.starts_with("socks"));
    // These characters in a password end the address, and the user would be the host.
    let is_whole = !value.contains(['#', '?']) && matches!(uri.path(), "" | "/");
    let (user, place) = authority.as_str().rsplit_once('@').unwrap_or(("", authority.as_str()));
    let has_port = place.len() > authority.host().len();
    scheme && is_whole && !user.contains('@') && (!has_port || authority.port_u16().is_some())
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn a_special_character_of_a_password_is_not_the_end_of_the_address() {
        for good in [
            "http://proxy.example:3128",
            "http://proxy.example/",
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
            "http://",
            "/proxy",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}

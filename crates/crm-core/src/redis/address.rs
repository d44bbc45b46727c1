//! Where Redis is.

use std::fmt;
use std::time::Duration;

use ::redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use ::redis::{Client, ConnectionInfo};

use crate::error::Error;

/// Keeps the connection known to NAT and firewalls, and notices a peer that is gone.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// One server, or some nodes of a cluster.
pub(crate) struct Address {
    nodes: Vec<ConnectionInfo>,
}

impl Address {
    /// Reads `redis://[user:password@]host[:port][,host[:port]]…[/database]`.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        // Neither the address nor the parser's own words are shown: both may hold the password.
        let nodes: Result<Vec<_>, _> = split(url).into_iter().map(Client::open).collect();
        let nodes = nodes.map_err(|_| {
            Error::config(if is_tls(url) && cfg!(not(feature = "rustls")) {
                "the address of Redis asks for TLS, which needs the feature `rustls`"
            } else {
                "the address of Redis is wrong: redis://[user:password@]host[:port][/database] is expected"
            })
        })?;
        if nodes.len() > 1 && cfg!(not(feature = "redis-cluster")) {
            return Err(Error::config(
                "more than one address of Redis is for a Redis Cluster, which needs the feature `redis-cluster`",
            ));
        }
        Ok(Self { nodes: nodes.iter().map(settings).collect() })
    }

    /// The address of a client of the user's own, with its certificates.
    pub(crate) fn of(client: &Client) -> Self {
        Self { nodes: vec![settings(client)] }
    }

    pub(super) fn nodes(&self) -> &[ConnectionInfo] {
        &self.nodes
    }
}

fn settings(client: &Client) -> ConnectionInfo {
    let info = client.get_connection_info().clone();
    let mut tcp: TcpSettings = info.tcp_settings().clone();
    if tcp.keepalive().is_none() {
        tcp = tcp.set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE));
    }
    // Two commands fewer, which an ACL would have to allow.
    let redis = info.redis_settings().clone().set_skip_set_lib_name();
    info.set_tcp_settings(tcp.set_nodelay(true)).set_redis_settings(redis)
}

fn is_tls(url: &str) -> bool {
    url.starts_with("rediss:") || url.starts_with("valkeys:")
}

/// An address with several hosts as several addresses.
fn split(url: &str) -> Vec<String> {
    let whole = || vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    if !["redis", "rediss", "valkey", "valkeys"].contains(&scheme) {
        return whole();
    }
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}")).collect()
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, node) in self.nodes.iter().enumerate() {
            write!(f, "{}{}", if n > 0 { "," } else { "" }, node.addr())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn several_hosts_share_what_surrounds_them() {
        let cases: [(&str, &[&str]); 5] = [
            ("redis://a", &["redis://a"]),
            ("rediss://u:p,q@a:1,b:2,c/3", &["rediss://u:p,q@a:1/3", "rediss://u:p,q@b:2/3", "rediss://u:p,q@c/3"]),
            ("redis://a,b?protocol=resp3", &["redis://a?protocol=resp3", "redis://b?protocol=resp3"]),
            ("redis+unix:///a,b", &["redis+unix:///a,b"]),
            ("a,b", &["a,b"]),
        ];
        for (url, parts) in cases {
            assert_eq!(split(url), parts);
        }
    }
}

//! The address of Redis.

use std::fmt;
use std::time::Duration;

use ::redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use ::redis::{Client, ConnectionInfo};

use super::sentinel::{self, Service};
use crate::error::Error;

/// Keeps NAT and firewall entries alive, and detects a lost peer.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// One server, some nodes of a cluster, or some Sentinels.
pub(crate) struct Address {
    nodes: Vec<ConnectionInfo>,
    /// The primary to look up, if the nodes are Sentinels.
    service: Option<Service>,
}

impl Address {
    /// Reads `redis://[user:password@]host[:port][,host[:port]]…[/database]`, or
    /// `redis+sentinel://[user:password@]host[:port][,host[:port]]…/name[/database]`.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        // Neither the address nor the parser's message is shown: both may contain the password.
        let wrong = |expected: &'static str| {
            Error::config(if is_tls(url) && cfg!(not(any(feature = "_rustls", feature = "native-tls"))) {
                "the address of Redis asks for TLS, which needs the feature `rustls` (or `rustls-aws-lc-rs`, or `native-tls`)"
            } else {
                expected
            })
        };
        #[cfg(feature = "_rustls")]
        if is_tls(url) {
            choose_cryptography();
        }
        if let Some((scheme, rest)) = url.split_once("+sentinel://") {
            return Self::of_sentinels(scheme, rest).ok_or_else(|| {
                wrong(
                    "the address of Redis is wrong: redis+sentinel://[user:password@]host[:port][,host[:port]]/name[/database] \
                     is expected",
                )
            });
        }
        let nodes: Result<Vec<_>, _> = split(url).into_iter().map(Client::open).collect();
        let nodes = nodes.map_err(|_| {
            wrong("the address of Redis is wrong: redis://[user:password@]host[:port][/database] is expected")
        })?;
        if nodes.len() > 1 && cfg!(not(feature = "redis-cluster")) {
            return Err(Error::config(
                "more than one address of Redis is for a Redis Cluster, which needs the feature `redis-cluster`",
            ));
        }
        Ok(Self { nodes: nodes.iter().map(settings).collect(), service: None })
    }

    fn of_sentinels(scheme: &str, rest: &str) -> Option<Self> {
        let (authority, path) = rest.split_once('/')?;
        let (name, database) = path.split_once('/').unwrap_or((path, ""));
        let primary = Client::open(format!("{scheme}://{}/{database}", first(authority))).ok()?;
        let hosts = split(&format!("{scheme}://{authority}"));
        let nodes: Option<Vec<_>> = hosts.iter().map(|url| Client::open(with_port(url)).ok()).collect();
        let service = Service { name: name.to_owned(), primary: settings(&primary) };
        (!name.is_empty()).then_some(Self { nodes: nodes?.iter().map(settings).collect(), service: Some(service) })
    }

    /// Returns the address of a client that the user supplies, with its certificates.
    pub(crate) fn of(client: &Client) -> Self {
        #[cfg(feature = "_rustls")]
        if matches!(client.get_connection_info().addr(), ::redis::ConnectionAddr::TcpTls { .. }) {
            choose_cryptography();
        }
        Self { nodes: vec![settings(client)], service: None }
    }

    pub(super) fn nodes(&self) -> &[ConnectionInfo] {
        &self.nodes
    }

    pub(super) fn service(&self) -> Option<&Service> {
        self.service.as_ref()
    }
}

fn settings(client: &Client) -> ConnectionInfo {
    let info = client.get_connection_info().clone();
    let mut tcp: TcpSettings = info.tcp_settings().clone();
    if tcp.keepalive().is_none() {
        tcp = tcp.set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE));
    }
    // Saves two commands, which an ACL would have to allow.
    let redis = info.redis_settings().clone().set_skip_set_lib_name();
    info.set_tcp_settings(tcp.set_nodelay(true)).set_redis_settings(redis)
}

fn is_tls(url: &str) -> bool {
    ["rediss:", "valkeys:", "rediss+", "valkeys+"].iter().any(|scheme| url.starts_with(scheme))
}

/// Installs the cryptography of the features for the process, if the application has installed none: `redis` takes it
/// from the process, and rustls panics if it has to choose one of two.
#[cfg(feature = "_rustls")]
fn choose_cryptography() {
    #[cfg(feature = "aws-lc-rs")]
    use rustls::crypto::aws_lc_rs::default_provider;
    #[cfg(not(feature = "aws-lc-rs"))]
    use rustls::crypto::ring::default_provider;
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // An error means that another thread was faster.
        drop(default_provider().install_default());
    }
}

/// Returns user, password and the first of several hosts.
fn first(authority: &str) -> &str {
    let user = authority.rfind('@').map_or(0, |at| at + 1);
    &authority[..authority[user..].find(',').map_or(authority.len(), |comma| user + comma)]
}

/// Returns the address of a Sentinel with the default port, if it has none.
fn with_port(url: &str) -> String {
    let has_port = url.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if has_port { url.to_owned() } else { format!("{url}:{}", sentinel::PORT) }
}

/// Splits an address with several hosts into several addresses.
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
    use super::{Address, split};

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

    #[cfg(feature = "_rustls")]
    #[tokio::test]
    async fn tls_has_cryptography_whatever_features_of_rustls_other_crates_enable() {
        for url in ["rediss://127.0.0.1:1", "rediss+sentinel://127.0.0.1:1/main"] {
            assert!(Address::parse(url).is_ok());
            assert!(rustls::crypto::CryptoProvider::get_default().is_some());
        }
        let client = ::redis::Client::open("rediss://127.0.0.1:1").unwrap();
        assert!(client.get_multiplexed_async_connection().await.is_err(), "nobody listens, and nothing panics");
    }

    #[test]
    fn sentinels_have_a_port_and_the_primary_has_credentials_and_a_database() {
        let cases = [
            ("redis+sentinel://a/main", "a:26379", "main", None, 0),
            ("redis+sentinel://u:p,q@a:1,b/main/3", "a:1,b:26379", "main", Some("p,q"), 3),
            ("redis+sentinel://:p@[::1],[::2]:7/main", "::1:26379,::2:7", "main", Some("p"), 0),
        ];
        for (url, nodes, name, password, database) in cases {
            let address = Address::parse(url).unwrap();
            assert_eq!(format!("{address:?}"), nodes);
            let service = address.service.unwrap();
            let settings = service.primary.redis_settings();
            assert_eq!((&*service.name, settings.password(), settings.db()), (name, password, database));
        }
        for wrong in ["redis+sentinel://a", "redis+sentinel://a/", "redis+sentinel:///main", "http+sentinel://a/main"] {
            let error = Address::parse(wrong).err().unwrap().to_string();
            assert!(error.contains("redis+sentinel://["), "{wrong}: {error}");
        }
    }
}

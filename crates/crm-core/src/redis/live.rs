//! An established connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, ConnectionInfo, FromRedisValue, RedisError, Value, cmd};

use super::sentinel::Service;
use super::{Address, Away, Moment, Why};

/// The oldest version of Redis whose commands suffice. Valkey started with a newer one.
const OLDEST: (u64, u64) = (6, 2);

pub(super) struct Live {
    connection: Kind,
    discarded: AtomicBool,
    used: Moment,
}

#[derive(Clone)]
enum Kind {
    One(MultiplexedConnection),
    #[cfg(feature = "redis-cluster")]
    Cluster(::redis::cluster_async::ClusterConnection),
}

/// Connects to the first node that answers or that a Sentinel returns, and to its whole cluster if it belongs to one.
pub(super) async fn connect(address: &Address, cluster: bool, time_limit: Duration, rules: &str) -> Result<Live, Away> {
    let mut failure = None;
    for node in address.nodes() {
        match reach(node, address.service()).await {
            Ok((connection, server)) => {
                server.must_suffice()?;
                let several = address.service().is_none() && address.nodes().len() > 1;
                let cluster = cluster || server.cluster || several;
                return kind(connection, cluster, address, time_limit, rules).await.map(Live::new);
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.map_or_else(Away::nonsense, |error| Away::from_error(&error, rules)).before_sending())
}

#[cfg(not(feature = "redis-cluster"))]
async fn kind(
    connection: MultiplexedConnection,
    _cluster: bool,
    _address: &Address,
    _time_limit: Duration,
    _rules: &str,
) -> Result<Kind, Away> {
    Ok(Kind::One(connection))
}

#[cfg(feature = "redis-cluster")]
async fn kind(
    connection: MultiplexedConnection,
    cluster: bool,
    address: &Address,
    time_limit: Duration,
    rules: &str,
) -> Result<Kind, Away> {
    if !cluster {
        return Ok(Kind::One(connection));
    }
    // Its own timeouts are seconds long; the time limit of a call is shorter.
    let client = ::redis::cluster::ClusterClientBuilder::new(address.nodes().to_vec())
        .connection_timeout(time_limit)
        .response_timeout(time_limit)
        .retries(4)
        .min_retry_wait(5)
        .max_retry_wait(50)
        .build();
    let connected = async { client?.get_async_connection().await }.await;
    connected.map(Kind::Cluster).map_err(|error| Away::from_error(&error, rules).before_sending())
}

/// Connects to a node, or to the primary that it returns if it is a Sentinel.
async fn reach(
    node: &ConnectionInfo,
    service: Option<&Service>,
) -> Result<(MultiplexedConnection, Server), RedisError> {
    match service {
        Some(service) => one(&service.ask(node).await?).await,
        None => one(node).await,
    }
}

async fn one(node: &ConnectionInfo) -> Result<(MultiplexedConnection, Server), RedisError> {
    // The caller limits the time, by a clock that may be another one.
    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    let client = Client::open(node.clone())?;
    let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
    let server = match cmd("HELLO").query_async::<Value>(&mut connection).await {
        Ok(answer) => Server::read(answer),
        // An ACL may forbid it, and a proxy may not support it. The scripts then show what the server is.
        Err(error) if error.code().is_some() && error.code() != Some("NOAUTH") => Server::default(),
        Err(error) => return Err(error),
    };
    Ok((connection, server))
}

/// The server's description of itself, as far as it is available.
#[derive(Debug, Default, PartialEq)]
struct Server {
    version: Option<String>,
    cluster: bool,
}

impl Server {
    fn read(answer: Value) -> Self {
        let pairs = match answer {
            Value::Map(pairs) => pairs,
            Value::Array(items) => {
                let mut items = items.into_iter();
                std::iter::from_fn(|| Some((items.next()?, items.next()?))).collect()
            }
            _ => Vec::new(),
        };
        let text = |name: &str| {
            let value =
                pairs.iter().find(|(key, _)| matches!(String::from_redis_value_ref(key), Ok(key) if key == name));
            value.and_then(|(_, value)| String::from_redis_value_ref(value).ok())
        };
        let redis = text("server").as_deref() == Some("redis");
        Self { version: text("version").filter(|_| redis), cluster: text("mode").as_deref() == Some("cluster") }
    }

    fn must_suffice(&self) -> Result<(), Away> {
        let Some(version) = &self.version else { return Ok(()) };
        let mut numbers = version.split('.').map_while(|number| number.parse().ok());
        let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else { return Ok(()) };
        if (major, minor) >= OLDEST {
            return Ok(());
        }
        // Only digits of the server's text.
        let reason = format!("it is Redis {major}.{minor}; Redis 6.2, Valkey 8 or newer is required");
        Err(Away::new(Why::TooOld, reason))
    }
}

impl Live {
    fn new(connection: Kind) -> Self {
        Self { connection, discarded: AtomicBool::new(false), used: Moment::default() }
    }

    pub(super) fn since(self, now: Duration) -> Self {
        self.used.set(now);
        self
    }

    pub(super) async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        match self.connection.clone() {
            Kind::One(mut connection) => command.query_async(&mut connection).await,
            #[cfg(feature = "redis-cluster")]
            Kind::Cluster(mut connection) => command.query_async(&mut connection).await,
        }
    }

    /// Excludes the connection from further calls. Calls under way are not interrupted.
    pub(super) fn discard(&self) {
        self.discarded.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_usable(&self) -> bool {
        !self.discarded.load(Ordering::Relaxed)
    }

    /// Returns true if it leads to all nodes of a cluster. It then replaces connections to nodes by itself.
    pub(super) fn is_cluster(&self) -> bool {
        match self.connection {
            Kind::One(_) => false,
            #[cfg(feature = "redis-cluster")]
            Kind::Cluster(_) => true,
        }
    }

    pub(super) fn used(&self, now: Duration) {
        self.used.set(now);
    }

    pub(super) fn idle(&self, now: Duration) -> Duration {
        now.saturating_sub(self.used.get())
    }
}

#[cfg(test)]
mod tests {
    use ::redis::Value;

    use super::Server;

    #[test]
    fn versions_and_modes() {
        let cases = [
            ("redis", "6.0.9", "standalone", false, false),
            ("redis", "5", "standalone", true, false),
            ("redis", "6.2.0", "cluster", true, true),
            ("redis", "10.0.0", "standalone", true, false),
            ("redis", "unstable", "standalone", true, false),
            // Other servers number their versions differently.
            ("valkey", "1.0.0", "cluster", true, true),
        ];
        for (server, version, mode, suffices, cluster) in cases {
            let text = |text: &str| Value::BulkString(text.into());
            let words = ["server", server, "version", version, "proto", "2", "mode", mode];
            let flat = Value::Array(words.map(text).to_vec());
            let map = Value::Map(words.chunks(2).map(|pair| (text(pair[0]), text(pair[1]))).collect());
            for answer in [flat, map] {
                let server = Server::read(answer);
                assert_eq!((server.must_suffice().is_ok(), server.cluster), (suffices, cluster), "{server:?}");
            }
        }
        for odd in [Value::Okay, Value::Nil, Value::Array(vec![Value::Int(1)]), Value::Array(Vec::new())] {
            assert_eq!(Server::read(odd), Server::default());
        }
    }
}

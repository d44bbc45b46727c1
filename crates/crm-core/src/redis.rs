//! The connection to Redis: made when first needed, made again after it broke, every call within a
//! short time. What goes wrong is said without the address's password.
//!
//! One server, or one that a proxy or a failover keeps at one address. In a cluster every script's
//! keys lie in one slot, but a node that answers "moved" counts as away: the cluster client would
//! triple the dependencies.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, RedisError, ServerErrorKind, cmd};

use crate::clock::{Clock, within};
use crate::error::Error;

/// A script and the name the server keeps it under.
pub(crate) struct Script {
    code: String,
    hash: String,
}

impl Script {
    pub(crate) fn new(code: String) -> Self {
        let hash = ::redis::Script::new(&code).get_hash().to_owned();
        Self { code, hash }
    }
}

/// Why Redis counts as away, in words that hold no secret.
#[derive(Debug, Clone)]
pub(crate) struct Away(Cow<'static, str>);

impl Away {
    pub(crate) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for Away {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A connection that many tasks share.
pub(crate) struct Connection {
    client: Client,
    clock: Arc<dyn Clock>,
    time_limit: Duration,
    /// Locked while connecting, so that one connects for all.
    live: tokio::sync::Mutex<Option<Live>>,
}

#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    broken: Arc<AtomicBool>,
}

impl Connection {
    /// Checks the address. Connects to nothing.
    pub(crate) fn new(url: &str, clock: Arc<dyn Clock>, time_limit: Duration) -> Result<Self, Error> {
        // Neither the address nor the parser's own words are shown: both may hold the password.
        let client = Client::open(url).map_err(|_| {
            Error::config(if url.starts_with("rediss:") && cfg!(not(feature = "rustls")) {
                "the address of Redis asks for TLS, which needs the feature `rustls`"
            } else {
                "the address of Redis is wrong: redis://[user:password@]host[:port][/database] is expected"
            })
        })?;
        if time_limit.is_zero() {
            return Err(Error::config("a time limit of zero lets no call to Redis succeed"));
        }
        Ok(Self { client, clock, time_limit, live: tokio::sync::Mutex::default() })
    }

    /// The longest a call takes.
    pub(crate) fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// Runs a script, which returns a list of texts and whole numbers.
    pub(crate) async fn run(&self, script: &Script, keys: &[String], args: &[&str]) -> Result<Vec<String>, Away> {
        self.bounded(async |connection| {
            let known = invocation("EVALSHA", &script.hash, keys, args).query_async(connection).await;
            match known {
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    invocation("EVAL", &script.code, keys, args).query_async(connection).await
                }
                result => result,
            }
        })
        .await
    }

    /// Whether Redis answers and can be written to.
    pub(crate) async fn probe(&self, key: &str) -> Result<(), Away> {
        self.bounded(async |connection| cmd("SET").arg(key).arg(1).arg("PX").arg(1_000).query_async(connection).await)
            .await
    }

    async fn bounded<T>(
        &self,
        work: impl AsyncFnOnce(&mut MultiplexedConnection) -> Result<T, RedisError>,
    ) -> Result<T, Away> {
        let end = self.clock.now().saturating_add(self.time_limit);
        let mut used = None;
        let result = within(&*self.clock, end, async {
            let live = used.insert(self.live().await?);
            work(&mut live.connection).await
        })
        .await;
        match result {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => {
                if error.is_unrecoverable_error() || error.is_io_error() {
                    broken(used.as_ref());
                }
                Err(away(&error))
            }
            None => {
                broken(used.as_ref());
                Err(Away::new(format!("no answer within {} s", self.time_limit.as_secs_f64())))
            }
        }
    }

    async fn live(&self) -> Result<Live, RedisError> {
        let mut slot = self.live.lock().await;
        if let Some(live) = slot.as_ref().filter(|live| !live.broken.load(Ordering::Relaxed)) {
            return Ok(live.clone());
        }
        // Time is ours to keep.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(slot.insert(Live { connection, broken: Arc::default() }).clone())
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.client.get_connection_info().addr())
    }
}

fn broken(live: Option<&Live>) {
    if let Some(live) = live {
        live.broken.store(true, Ordering::Relaxed);
    }
}

fn invocation(how: &str, script: &str, keys: &[String], args: &[&str]) -> Cmd {
    let mut command = cmd(how);
    command.arg(script).arg(keys.len()).arg(keys).arg(args);
    command
}

/// An error in words. What the server said is left out where it speaks of credentials.
fn away(error: &RedisError) -> Away {
    let refused = matches!(error.code(), Some("WRONGPASS" | "NOAUTH" | "NOPERM"));
    // What a long command is told where a password is missing.
    let unknown = error.detail().is_some_and(|detail| detail.contains("unauthenticated"));
    if refused || unknown || error.kind() == ErrorKind::AuthenticationFailed {
        return Away::new("it refuses the credentials");
    }
    Away::new(match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        (None, Some(detail)) => format!("{}: {detail}", error.category()),
        (_, None) => error.to_string(),
    })
}

//! Builds a client.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;

use super::address::Address;
use super::connections::{Connections, MAX_CONNECTIONS};
use super::stats::Counters;
use super::{Pipeline, Shared, transport};
use crate::auth::{Credentials, Secret, StaticToken};
use crate::clock::{Clock, SystemClock};
use crate::codec::memory;
use crate::error::Error;
use crate::limit::{self, Quotas, RateLimiter};
use crate::options::CallOptions;
use crate::retry::{Budget, RetryPolicy};
use crate::vendor::{UNKNOWN_SERVER, Vendor};

/// Enough for a list of 200 where the vendor allows 10 calls in 30 seconds.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(900);
/// Many times what any vendor answers at once.
const MAX_REPLY: usize = 64 * 1024 * 1024;

/// Builds a client. Only the credential has no default.
///
/// Invalid settings are reported by [`build`](Self::build).
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder<C> {
    vendor: Box<dyn Vendor>,
    make: Box<dyn FnOnce(Pipeline) -> C + Send + Sync>,
    base_url: String,
    /// True if the base address is not the vendor's.
    elsewhere: bool,
    allow_http: bool,
    credentials: Option<Result<Arc<dyn Credentials>, Error>>,
    quotas: Quotas,
    /// The vendor's own quotas, which have the classes of its operations.
    published: Quotas,
    limiter: Option<Arc<dyn RateLimiter>>,
    limit_key: Option<String>,
    retry: RetryPolicy,
    timeout: Duration,
    attempt_timeout: Duration,
    queue_timeout: Option<Duration>,
    max_reply: usize,
    max_decoded: usize,
    max_connections: usize,
    http: Option<reqwest::Client>,
    user_agent: String,
    clock: Option<Arc<dyn Clock>>,
    seed: Option<u64>,
    options: CallOptions,
}

impl<C> ClientBuilder<C> {
    /// Creates a builder with a vendor's defaults. Called by vendor crates.
    pub fn new(
        vendor: impl Vendor,
        base_url: &str,
        default_quotas: Quotas,
        make: impl FnOnce(Pipeline) -> C + Send + Sync + 'static,
    ) -> Self {
        Self {
            vendor: Box::new(vendor),
            make: Box::new(make),
            base_url: base_url.to_owned(),
            elsewhere: false,
            allow_http: false,
            credentials: None,
            quotas: default_quotas.clone(),
            published: default_quotas,
            limiter: None,
            limit_key: None,
            retry: RetryPolicy::default(),
            timeout: Duration::from_secs(120),
            attempt_timeout: Duration::from_secs(30),
            queue_timeout: None,
            max_reply: MAX_REPLY,
            max_decoded: memory::USUAL,
            max_connections: MAX_CONNECTIONS,
            http: None,
            user_agent: concat!("crm-core/", env!("CARGO_PKG_VERSION")).to_owned(),
            clock: None,
            seed: None,
            options: CallOptions::default(),
        }
    }

    /// Uses a token that does not change.
    pub fn token(mut self, secret: impl Into<Secret>) -> Self {
        self.credentials = Some(StaticToken::new(secret).map(|token| Arc::new(token) as _));
        self
    }

    /// Uses any other credentials.
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.credentials = Some(Ok(Arc::new(credentials)));
        self
    }

    /// Sets the address that paths are appended to, for a proxy, another region or a test server.
    /// The scheme is required; `http` is allowed only for loopback hosts.
    pub fn base_url(mut self, address: impl Into<String>) -> Self {
        self.base_url = address.into();
        self.elsewhere = true;
        self
    }

    /// Allows `http` for any host. Tokens are then sent unencrypted.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Sets the limits of the account. The default is the vendor's published limits. Clients of one process that
    /// have the same base address, quotas and clock share a limiter, so that two clients of one token
    /// stay within its quota together.
    pub fn quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Sets another limiter, for example one that several processes share. It replaces the quotas that are
    /// set here.
    pub fn limiter(mut self, limiter: Arc<dyn RateLimiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Sets the account under which the limiter counts, for tokens that share one quota. The default is the
    /// credential's own key.
    pub fn limit_key(mut self, key: impl Into<String>) -> Self {
        self.limit_key = Some(key.into());
        self
    }

    /// Sets the policy for repeated attempts.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the maximum time of a call: all attempts and all pauses. The default is two minutes (15 minutes for Hatch's
    /// exports). The time in the queue for the rate limit is not part of it; see [`queue_timeout`](Self::queue_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the maximum time that a call may wait in the queue for the rate limit, over all its attempts. 15 minutes
    /// if not set: enough for 300 calls at once where the vendor allows 10 in 30 seconds. If the wait would be longer,
    /// the call fails at once with [`ErrorKind::LocalLimit`](crate::ErrorKind::LocalLimit); with zero it fails instead
    /// of waiting. [`Stats::queued`](crate::Stats::queued) is the number of calls in the queue.
    ///
    /// [`build`](Self::build) refuses a time that is shorter than the shortest window of a class of the quotas: a call
    /// that finds a window full may have to wait for all of it.
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.queue_timeout = Some(timeout);
        self
    }

    /// Sets the maximum time of one attempt. The default is 30 seconds (five minutes for Hatch's exports).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = timeout;
        self
    }

    /// Sets the maximum size of a reply that is read into memory, in bytes after unpacking; 64 MiB by default. A larger
    /// reply is [`ErrorKind::Decode`](crate::ErrorKind::Decode). Downloads as a stream have no such limit.
    pub fn max_reply(mut self, bytes: usize) -> Self {
        self.max_reply = bytes;
        self
    }

    /// Sets the maximum memory that the values of one reply may take, in bytes, besides the reply itself and without
    /// texts; 64 MiB by default. A few bytes can become a record of many fields: 16 MiB of `{}` would take hundreds. A
    /// larger reply is [`ErrorKind::Decode`](crate::ErrorKind::Decode).
    pub fn max_decoded(mut self, bytes: usize) -> Self {
        self.max_decoded = bytes;
        self
    }

    /// Sets the maximum number of requests under way at once; 100 by default. With HTTP/1.1 each needs its own
    /// connection. Idle connections are used first, so there are rarely more connections than this; at most the same
    /// number again is kept open for the next calls. The process's limit of open files (`ulimit -n`, 256 on some
    /// systems) must allow for them and the other files of the program. With your own `reqwest` client
    /// ([`http`](Self::http)), its settings determine the number of idle connections. Raise the maximum if many
    /// accounts share the client.
    ///
    /// Further calls wait for a connection in order of arrival, and fail at the end of their timeout with
    /// [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). A download counts until its stream ends or is dropped. If for
    /// one second no request ends and no part of a download is read, one of the waiting calls goes ahead beyond the
    /// maximum: downloads that are not read, and calls that are not polled, do not block others.
    pub fn max_connections(mut self, most: usize) -> Self {
        self.max_connections = most;
        self
    }

    /// Sets your own `reqwest` client, for example with certificates, a proxy that is not set in the environment, or
    /// HTTP/2.
    ///
    /// - Disable its redirects (`redirect(Policy::none())`): they could carry a request to another host.
    /// - Keep its default retries. By default it repeats only requests that an HTTP/2 server did not process (GOAWAY,
    ///   REFUSED_STREAM), at most twice and at once. A client with `retry::never()` is safe too: calls repeat the same
    ///   requests as further attempts. A retry policy of your own could repeat a write that was carried out.
    /// - Set `pool_idle_timeout` below the time for which the server keeps connections; reqwest's default is 90
    ///   seconds. A POST on a connection that the server has closed fails, and may have been carried out.
    /// - It does not share the TLS of the built-in client. For HTTPS enable reqwest's own feature `rustls`, or install
    ///   a `CryptoProvider` of rustls for the process first; otherwise reqwest panics when it is built.
    /// - Keep its decompression disabled (`no_gzip()` if another crate enables reqwest's feature). This library
    ///   requests and unpacks gzip itself, within `max_reply`; reqwest unpacks without a limit, and can mistake a part
    ///   of a reply for the whole.
    ///
    /// The built-in client uses HTTP/1.1 and the TLS of this crate's features, whatever features of reqwest other
    /// crates enable. It takes its proxies from the environment: `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, in upper
    /// or lower case, except for loopback addresses and for the hosts and networks of `NO_PROXY` (`*` for all). A
    /// proxy's address can contain a user and a password, percent-encoded; a value that is not an address is an error.
    /// SOCKS proxies need a client of your own, with reqwest's feature `socks`.
    ///
    /// ```
    /// # fn example() -> Result<reqwest::Client, reqwest::Error> {
    /// use std::time::Duration;
    ///
    /// let client = reqwest::Client::builder()
    ///     .redirect(reqwest::redirect::Policy::none())
    ///     .connect_timeout(Duration::from_secs(10))
    ///     .pool_idle_timeout(Duration::from_secs(4))
    ///     .proxy(reqwest::Proxy::https("http://proxy.example:3128")?)
    ///     .build()?;
    /// # Ok(client) }
    /// ```
    pub fn http(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// Sets the `User-Agent` header.
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        self.user_agent = user_agent.to_owned();
        self
    }

    /// Sets another clock, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Fixes the randomness of pauses, for tests.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Settings of all calls, which are not checked.
    #[cfg(feature = "oauth")]
    pub(crate) fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Checks everything and makes the client. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if a setting is missing or invalid. Tokens are
    /// never shown.
    pub fn build(self) -> Result<C, Error> {
        let address = Address::new(&self.base_url, self.allow_http)?;
        let Some(credentials) = self.credentials else {
            return Err(Error::config("no credential was given; use token(..) or credentials(..)"));
        };
        if self.timeout.is_zero() || self.attempt_timeout.is_zero() {
            return Err(Error::config("timeout and attempt_timeout must be greater than zero"));
        }
        if self.max_connections == 0 {
            return Err(Error::config("max_connections must be at least 1"));
        }
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::config("user_agent is not a valid header value"))?;
        let idle = if self.elsewhere { UNKNOWN_SERVER } else { self.vendor.idle_timeout() };
        let clock = self.clock.unwrap_or_else(SystemClock::shared);
        if let (None, Some(class)) = (&self.limiter, self.quotas.lacks(&self.published)) {
            return Err(Error::config(format!(
                "the quotas have no class \"{class}\", which operations of this vendor have; add its windows with `Quotas::class`"
            )));
        }
        if self.limiter.is_none() {
            self.queue_timeout.map_or(Ok(()), |wait| self.quotas.can_be_waited_for(wait))?;
        }
        let limiter = self.limiter.unwrap_or_else(|| limit::shared(address.as_str(), self.quotas, &clock));
        let shared = Shared {
            vendor: self.vendor,
            http: match self.http {
                Some(client) => client,
                None => transport::client(&address, idle, self.max_connections)?,
            },
            address,
            connections: Connections::new(self.max_connections),
            limiter,
            limit_key: self.limit_key,
            retry: self.retry,
            budget: Budget::default(),
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            queue_timeout: self.queue_timeout.unwrap_or(QUEUE_TIMEOUT),
            max_reply: self.max_reply,
            max_decoded: self.max_decoded,
            user_agent,
            clock,
            random: Mutex::new(self.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed)),
            counters: Counters::default(),
        };
        Ok((self.make)(Pipeline {
            shared: Arc::new(shared),
            credentials: credentials?,
            version: None,
            options: self.options,
        }))
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("vendor", &self.vendor.name())
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("queue_timeout", &self.queue_timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

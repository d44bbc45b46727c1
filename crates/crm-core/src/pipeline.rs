//! The one path that every call takes.
//!
//! ```text
//! total deadline, which the time in the limiter's queue moves on
//! └ loop: credential → limiter → connection → attempt timeout → send → read the body
//!         → limiter learns → vendor classifies → done | pause and again | stop
//! ```

mod address;
mod body;
mod builder;
mod classify;
mod connections;
mod exchange;
mod failure;
mod fetched;
mod plan;
mod preview;
mod promise;
mod proxies;
mod run;
mod stats;
mod tls;
mod transport;
mod underway;

pub use builder::ClientBuilder;
pub(crate) use fetched::Fetched;
pub use preview::Preview;
pub use stats::Stats;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;

use crate::auth::Credentials;
use crate::clock::Clock;
use crate::error::Error;
use crate::limit::{RateLimiter, Window};
use crate::options::CallOptions;
use crate::poll::PollPolicy;
use crate::retry::{Budget, RetryPolicy};
use crate::sync::lock;
use crate::vendor::Vendor;
use address::Address;
use connections::Connections;
use stats::Counters;

/// State that all calls of a client share: address, credential, limiter, clock, connections. Cheap to
/// clone; all clones share one limiter and one set of counters. Created by a [`ClientBuilder`].
#[derive(Clone)]
pub struct Pipeline {
    shared: Arc<Shared>,
    credentials: Arc<dyn Credentials>,
    version: Option<&'static str>,
    options: CallOptions,
}

struct Shared {
    vendor: Box<dyn Vendor>,
    address: Address,
    http: reqwest::Client,
    connections: Arc<Connections>,
    limiter: Arc<dyn RateLimiter>,
    limit_key: Option<String>,
    retry: RetryPolicy,
    budget: Budget,
    timeout: Duration,
    attempt_timeout: Duration,
    queue_timeout: Duration,
    max_reply: usize,
    max_decoded: usize,
    user_agent: HeaderValue,
    clock: Arc<dyn Clock>,
    random: Mutex<fastrand::Rng>,
    counters: Counters,
}

impl Pipeline {
    /// Returns the pipeline with other settings: a scoped clone that shares everything else.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { options: self.options.clone().merge(options), ..self.clone() }
    }

    /// Returns the pipeline for another account: only the credential differs. Connections, limiter, settings and
    /// counters are shared, so it takes less than a kilobyte beside its credential. The limiter and the budget for
    /// repeats count each account by [`Credentials::key`], unless a `limit_key` was given, which stays.
    #[must_use]
    pub fn with_account(&self, credentials: impl Credentials) -> Self {
        Self { credentials: Arc::new(credentials), ..self.clone() }
    }

    /// Returns the pipeline for another version of the vendor's API, which is requested with every operation, whatever
    /// version its [`OpMeta`](crate::OpMeta) names.
    #[must_use]
    pub fn with_version(&self, version: &'static str) -> Self {
        Self { version: Some(version), ..self.clone() }
    }

    /// The clock that is used for all waiting.
    #[must_use]
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock)
    }

    /// Waits until no renewal of a token is under way and all new tokens are stored; see
    /// [`Credentials::settle`].
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::settle`].
    pub async fn settle(&self) -> Result<(), Error> {
        self.credentials.settle().await
    }

    /// Releases the calls of this account that are held back after a refusal of the vendor; see [`RateLimiter::lift`].
    ///
    /// # Errors
    ///
    /// Those of [`RateLimiter::lift`].
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.shared.limiter.lift(&self.account()).await
    }

    /// Returns how many calls of a class an account may make in a second, over its windows of up to a minute. `None` if
    /// the class has no such window, or the limiter does not know.
    #[must_use]
    pub fn rate(&self, class: &str) -> Option<f64> {
        Window::rate(&self.shared.limiter.windows(class))
    }

    /// Returns counters of the work done so far, over all clones.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.counters.read()
    }

    /// The address that paths are appended to, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.shared.address.as_str()
    }

    /// The vendor, which reads replies; for tests.
    #[cfg(feature = "test-util")]
    #[doc(hidden)]
    #[must_use]
    pub fn vendor(&self) -> &dyn Vendor {
        &*self.shared.vendor
    }

    /// The vendor's name.
    #[must_use]
    pub fn vendor_name(&self) -> &'static str {
        self.shared.vendor.name()
    }

    pub(crate) fn wait_policy(&self) -> Option<PollPolicy> {
        self.options.wait
    }

    pub(crate) fn count_poll(&self) {
        self.shared.counters.poll();
    }

    pub(crate) fn count_page(&self) {
        self.shared.counters.page();
    }

    /// Returns a random number in `0.0..1.0`.
    fn random(&self) -> f64 {
        lock(&self.shared.random).f64()
    }

    /// Returns the pipeline without the parameters and members that the options add.
    pub(crate) fn without_additions(mut self) -> Self {
        self.options.query.clear();
        self.options.members.clear();
        self
    }

    pub(crate) fn options(&self) -> &CallOptions {
        &self.options
    }

    /// The account under which limiter and budget count.
    fn account(&self) -> String {
        let key = self.options.limit_key.as_ref().or(self.shared.limit_key.as_ref());
        let key = key.map_or_else(|| self.credentials.key(), String::as_str);
        [self.shared.vendor.name(), ":", key].concat()
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("vendor", &self.shared.vendor.name())
            .field("base_url", &self.base_url())
            .field("timeout", &self.shared.timeout)
            .field("attempt_timeout", &self.shared.attempt_timeout)
            .field("queue_timeout", &self.shared.queue_timeout)
            .field("retry", &self.shared.retry)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

//! Account Intelligence: HockeyStack's data about a company.

mod domain;
mod query;
mod refusal;
mod research;
mod vendor;

pub use domain::Domain;
pub use query::{Fields, ResearchQuery};
pub use refusal::Refusal;

use std::time::Duration;

use crm_core::reexport::http::Method;
use crm_core::reexport::serde_json::Value;
use crm_core::{Call, CallOptions, ClientBuilder, Error, Exponential, Pipeline, RetryPolicy, Stats, Vendor};

use crate::generated::limits::account_intelligence::quotas;
use crate::tokens::AccountIntelligenceToken;

/// The address of Account Intelligence.
pub const ACCOUNT_INTELLIGENCE_URL: &str = "https://app.hockeystack.com/integration/sales";

const USER_AGENT: &str = concat!("hockeystack-client/", env!("CARGO_PKG_VERSION"));

/// Client for Account Intelligence. It is cheap to clone, and all clones share one limiter.
///
/// The vendor counts the requests of each IP address, regardless of the token, and every
/// poll counts as a request. So about ten companies can be looked
/// up at the same time. All clients of a process with the same address share the limit. Other processes behind the same
/// IP address are not counted, unless they use the same [`limiter`](ClientBuilder::limiter), for example a
/// `RedisLimiter`.
#[derive(Clone, Debug)]
pub struct AccountIntelligence {
    pub(crate) pipeline: Pipeline,
}

impl AccountIntelligence {
    /// Creates a client with the vendor's address and limit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(token: AccountIntelligenceToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// Returns a builder with the vendor's address and limit.
    pub fn builder(token: AccountIntelligenceToken) -> ClientBuilder<Self> {
        // A refusal usually contains no retry time, and the window is long.
        let backoff = Exponential::new(Duration::from_secs(5), Duration::from_secs(30));
        ClientBuilder::new(vendor::AccountIntelligence, ACCOUNT_INTELLIGENCE_URL, quotas(), |pipeline| Self {
            pipeline,
        })
        .credentials(token.0)
        .limit_key("ip")
        .retry(RetryPolicy::default().backoff(backoff))
        .user_agent(USER_AGENT)
    }

    /// Returns the same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// Returns this client with another token. Connections, settings and counters are shared, and so are the limit and
    /// the budget for retries, because the vendor counts by IP address. A client takes less than a kilobyte.
    #[must_use]
    pub fn with_account(&self, token: AccountIntelligenceToken) -> Self {
        Self { pipeline: self.pipeline.with_account(token.0) }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Ends the hold that a refusal of the vendor put on the calls of this account, for all processes that share its
    /// limiter. A hold ends by itself at the time that the vendor states, but after at most six lengths of its window
    /// (a minute if the window is ten seconds) and one day. Call this if you know that the refusal is over earlier, for
    /// example because the vendor raised the limit. Calls that wait for a quota of this client still wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if the limiter is shared and Redis cannot be reached. Call it
    /// again later.
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.pipeline.lift_hold().await
    }

    /// Returns the counters of the requests sent so far, for all clones together.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }

    /// The vendor as the pipeline uses it, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn vendor() -> impl Vendor {
        vendor::AccountIntelligence
    }
}

//! Account Intelligence: what HockeyStack knows about a company.

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

/// A client of Account Intelligence. Cheap to clone; all clones share one limiter.
///
/// The vendor counts the requests of each address on the internet, whatever the token, and every
/// question about work in progress counts. So about ten companies can be looked
/// up at once. The limiter does not see other processes behind the same address, nor other
/// clients unless they are given the same [`limiter`](ClientBuilder::limiter).
#[derive(Clone, Debug)]
pub struct AccountIntelligence {
    pub(crate) pipeline: Pipeline,
}

impl AccountIntelligence {
    /// A client with the vendor's address and limit.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(token: AccountIntelligenceToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// A builder with the vendor's address and limit.
    pub fn builder(token: AccountIntelligenceToken) -> ClientBuilder<Self> {
        // A refusal usually comes without a hint, and the window is long.
        let backoff = Exponential::new(Duration::from_secs(5), Duration::from_secs(30));
        ClientBuilder::new(vendor::AccountIntelligence, ACCOUNT_INTELLIGENCE_URL, quotas(), |pipeline| Self {
            pipeline,
        })
        .credentials(token.0)
        .limit_key("ip")
        .retry(RetryPolicy::default().backoff(backoff))
        .user_agent(USER_AGENT)
    }

    /// The same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// This client with another token. Connections, settings and counters are shared, and so are the limit and the
    /// budget for repeats, because the vendor counts by internet address. It takes less than a kilobyte.
    #[must_use]
    pub fn with_account(&self, token: AccountIntelligenceToken) -> Self {
        Self { pipeline: self.pipeline.with_account(token.0) }
    }

    /// A request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may carry a query.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Lets the calls of this account go on that a refusal of the vendor holds back, for all processes that share its
    /// limiter. A hold ends by itself when the vendor says, but after at most six lengths of its window (a minute where
    /// the window is ten seconds) and one day. Call it if you know that the refusal is over earlier, for example because
    /// the vendor raised the limit. Calls that a quota of this client holds back still wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`](crate::ErrorKind::Other) if the limiter is shared and Redis is away; try again then.
    pub async fn lift_hold(&self) -> Result<(), Error> {
        self.pipeline.lift_hold().await
    }

    /// What was sent so far, over all clones.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.stats()
    }

    /// The vendor as the pipeline sees it, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn vendor() -> impl Vendor {
        vendor::AccountIntelligence
    }
}

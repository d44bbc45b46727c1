//! Revenue Agents: agents that work on a company or a deal.

mod active;
mod message;
mod owner;
mod vendor;

pub use owner::Owner;

use crm_core::reexport::http::Method;
use crm_core::reexport::serde_json::Value;
use crm_core::{Call, CallOptions, ClientBuilder, Error, Pipeline, Stats, Vendor};

use crate::generated::limits::revenue_agents::{READ, WRITE, quotas};
use crate::tokens::RevenueAgentsToken;

/// The address of Revenue Agents.
pub const REVENUE_AGENTS_URL: &str = "https://app.hockeystack.com/api/revenue-agents/v1";

const USER_AGENT: &str = concat!("hockeystack-client/", env!("CARGO_PKG_VERSION"));

/// Client for Revenue Agents. It is cheap to clone, and all clones share one limiter, which counts reads and
/// writes separately for each token.
#[derive(Clone, Debug)]
pub struct RevenueAgents {
    pub(crate) pipeline: Pipeline,
}

impl RevenueAgents {
    /// Creates a client with the vendor's address and limits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(token: RevenueAgentsToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// Returns a builder with the vendor's address and limits.
    pub fn builder(token: RevenueAgentsToken) -> ClientBuilder<Self> {
        ClientBuilder::new(vendor::RevenueAgents, REVENUE_AGENTS_URL, quotas(), |pipeline| Self { pipeline })
            .credentials(token.0)
            .user_agent(USER_AGENT)
    }

    /// Returns the same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// Returns this client with another token. Connections, settings and counters are shared; limits and the budget for
    /// retries are counted for each token. A client takes less than a kilobyte, so one client is enough for many
    /// workspaces.
    #[must_use]
    pub fn with_account(&self, token: RevenueAgentsToken) -> Self {
        Self { pipeline: self.pipeline.with_account(token.0) }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already. GET and HEAD count as reads, all other methods as writes.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        let class = if matches!(method, Method::GET | Method::HEAD) { READ } else { WRITE };
        Call::raw(&self.pipeline, method, path).with(CallOptions::new().limit_class(class))
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
        vendor::RevenueAgents
    }
}

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

/// A client of Revenue Agents. Cheap to clone; all clones share one limiter, which counts reads and
/// writes apart for each token.
#[derive(Clone, Debug)]
pub struct RevenueAgents {
    pub(crate) pipeline: Pipeline,
}

impl RevenueAgents {
    /// A client with the vendor's address and limits.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the HTTP client cannot be set up.
    pub fn new(token: RevenueAgentsToken) -> Result<Self, Error> {
        Self::builder(token).build()
    }

    /// A builder with the vendor's address and limits.
    pub fn builder(token: RevenueAgentsToken) -> ClientBuilder<Self> {
        ClientBuilder::new(vendor::RevenueAgents, REVENUE_AGENTS_URL, quotas(), |pipeline| Self { pipeline })
            .credentials(token.0)
            .user_agent(USER_AGENT)
    }

    /// The same client with other settings; everything else is shared.
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// This client with another token. Connections, settings and counters are shared; limits and the budget for repeats
    /// are counted for each token. It takes less than a kilobyte, so many workspaces need one client.
    #[must_use]
    pub fn with_account(&self, token: RevenueAgentsToken) -> Self {
        Self { pipeline: self.pipeline.with_account(token.0) }
    }

    /// A request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may carry a query. GET and HEAD count as reads, all else as writes.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        let class = if matches!(method, Method::GET | Method::HEAD) { READ } else { WRITE };
        Call::raw(&self.pipeline, method, path).with(CallOptions::new().limit_class(class))
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
        vendor::RevenueAgents
    }
}

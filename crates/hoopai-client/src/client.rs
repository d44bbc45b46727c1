//! The client.

use crm_core::reexport::http::Method;
use crm_core::reexport::serde_json::Value;
use crm_core::{Call, CallOptions, ClientBuilder, Credentials, Error, Pipeline, Secret, Stats};

use crate::quotas;
use crate::vendor::HoopAi;
use crate::version::ApiVersion;

/// The address of the API.
pub const BASE_URL: &str = "https://services.leadconnectorhq.com";

const USER_AGENT: &str = concat!("hoopai-client/", env!("CARGO_PKG_VERSION"));

/// Client for HoopAI. It is cheap to clone, and all clones share one limiter, one set of connections and
/// one set of counters.
///
/// The operations are grouped by resource: [`contacts`](Self::contacts),
/// [`conversations`](Self::conversations), [`opportunities`](Self::opportunities),
/// [`calendars`](Self::calendars), [`locations`](Self::locations), [`users`](Self::users),
/// [`oauth`](Self::oauth).
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) pipeline: Pipeline,
}

impl Client {
    /// Creates a client with a token that does not change: a private integration token or an access
    /// token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the token is empty or contains characters that a
    /// token cannot contain.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().token(token).build()
    }

    /// Returns a builder with the vendor's address and limits. Each operation sends the version that
    /// its document names.
    pub fn builder() -> ClientBuilder<Self> {
        Self::with_vendor(HoopAi::default())
    }

    /// Returns a builder whose client sends one version with every operation and raw request, regardless of the
    /// documents. `/oauth/token` accepts no version before v3, so none is sent there.
    pub fn builder_with_version(version: ApiVersion) -> ClientBuilder<Self> {
        Self::with_vendor(HoopAi::pinned(version))
    }

    fn with_vendor(vendor: HoopAi) -> ClientBuilder<Self> {
        ClientBuilder::new(vendor, BASE_URL, quotas(), |pipeline| Self { pipeline }).user_agent(USER_AGENT)
    }

    /// Returns the same client with other settings; everything else is shared.
    ///
    /// An agency token has a separate quota for each location. To count them separately, give each
    /// location a scoped clone with [`CallOptions::limit_key`].
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// Returns this client for another account. Connections, quotas, settings and counters are shared; limits and the
    /// budget for retries are counted for each account. A client takes less than a kilobyte beside its credential and
    /// is created in a microsecond, so one client is enough for 500 accounts. Accounts with other quotas need a
    /// separate client.
    ///
    /// [`settle`](Self::settle) waits for the account of the client it is called on.
    ///
    /// ```
    /// use hoopai_client::{Anonymous, Client, StaticToken};
    ///
    /// // The base has no account.
    /// let base = Client::builder().credentials(Anonymous).build()?;
    /// let one = base.with_account(StaticToken::new("pit-one")?);
    /// let other = base.with_account(StaticToken::new("pit-other")?);
    /// # drop((one, other));
    /// # Ok::<(), hoopai_client::Error>(())
    /// ```
    #[must_use]
    pub fn with_account(&self, credentials: impl Credentials) -> Self {
        Self { pipeline: self.pipeline.with_account(credentials) }
    }

    /// Returns a request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may contain a query. It is sent unchanged, so its values must be escaped already. The version is
    /// 2021-07-28, or the one given to
    /// [`builder_with_version`](Self::builder_with_version). For another version, set
    /// [`CallOptions::header`] named `Version`.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }

    /// Ends the hold that a refusal of the vendor put on the calls of this account, for all processes that share its
    /// limiter. A hold ends by itself at the time that the vendor states, but after at most six lengths of its window
    /// (a minute if the window is ten seconds) and one day. If no calls are left today, the hold is an hour. Call this if you
    /// know that the refusal is over earlier, for example because the vendor raised the limit, or a new day began. Calls that wait for a quota of this client still wait.
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

    /// Waits until no token is being renewed and all new tokens are stored. Await it before a program
    /// ends, if its credentials renew themselves: a renewal runs in the background, and tokens that
    /// arrive after the end are lost. It usually takes less than a second, and a few minutes at most.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if new tokens cannot be stored; they are lost if the
    /// program ends now.
    pub async fn settle(&self) -> Result<(), Error> {
        self.pipeline.settle().await
    }

    /// Returns the operations of version 3, through the same connections, limits and counters. They also send a version
    /// that [`builder_with_version`](Self::builder_with_version) pinned.
    #[cfg(feature = "v3")]
    #[must_use]
    pub fn v3(&self) -> V3 {
        V3 { pipeline: self.pipeline.with_version(crate::v3::VERSION) }
    }
}

/// The operations of version 3, which renames many fields, has removed some paths
/// and added others. Its types are in [`v3`](crate::v3); types that are the same in both versions are shared.
/// Needs the feature `v3`.
#[cfg(feature = "v3")]
#[derive(Clone, Debug)]
pub struct V3 {
    pub(crate) pipeline: Pipeline,
}

#[cfg(feature = "v3")]
impl V3 {
    /// Returns a request of version 3 that no operation covers, through the same pipeline. The path starts with a slash
    /// and may contain a query. It is sent unchanged, so its values must be escaped already.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }
}

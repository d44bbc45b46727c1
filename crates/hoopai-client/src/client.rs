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

/// A client of HoopAI. Cheap to clone; all clones share one limiter, one set of connections and
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
    /// A client with a token that does not change: a private integration token or an access
    /// token.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the token is empty or holds what no
    /// token holds.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().token(token).build()
    }

    /// A builder with the vendor's address and limits. Each operation asks for the version that
    /// its document names.
    pub fn builder() -> ClientBuilder<Self> {
        Self::with_vendor(HoopAi::default())
    }

    /// A builder whose client sends one version with every operation, whatever its document
    /// names, and with raw requests. `/oauth/token` takes none before v3, so none is sent there.
    pub fn builder_with_version(version: ApiVersion) -> ClientBuilder<Self> {
        Self::with_vendor(HoopAi::pinned(version))
    }

    fn with_vendor(vendor: HoopAi) -> ClientBuilder<Self> {
        ClientBuilder::new(vendor, BASE_URL, quotas(), |pipeline| Self { pipeline }).user_agent(USER_AGENT)
    }

    /// The same client with other settings; everything else is shared.
    ///
    /// An agency token has a quota of its own for each location. To count them apart, give each
    /// location a scoped clone with [`CallOptions::limit_key`].
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { pipeline: self.pipeline.with(options) }
    }

    /// This client for another account. Connections, quotas, settings and counters are shared; limits and the budget for
    /// repeats are counted for each account. It takes less than a kilobyte beside its credential and is made in a
    /// microsecond, so 500 accounts need one client and not 500. Accounts with other quotas need a client of their own.
    ///
    /// [`settle`](Self::settle) waits for the account of the client it is called on.
    ///
    /// ```
    /// use hoopai_client::{Anonymous, Client, StaticToken};
    ///
    /// // The base has no account of its own.
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

    /// A request that no operation covers, through the same pipeline. The path starts with a
    /// slash and may carry a query. Sent with version 2021-07-28, or the one given to
    /// [`builder_with_version`](Self::builder_with_version); another one for this call goes in as
    /// [`CallOptions::header`] named `Version`.
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

    /// The operations of version 3, through the same connections, limits and counters. A version that
    /// [`builder_with_version`](Self::builder_with_version) pinned is sent by them too.
    #[cfg(feature = "v3")]
    #[must_use]
    pub fn v3(&self) -> V3 {
        V3 { pipeline: self.pipeline.with_version(crate::v3::VERSION) }
    }
}

/// The operations of version 3, which spells many fields in another way, has removed some paths
/// and added others. Its types are in [`v3`](crate::v3); what did not change since the versions before is
/// theirs. Needs the feature `v3`.
#[cfg(feature = "v3")]
#[derive(Clone, Debug)]
pub struct V3 {
    pub(crate) pipeline: Pipeline,
}

#[cfg(feature = "v3")]
impl V3 {
    /// A request of version 3 that no operation covers, through the same pipeline. The path starts with a slash and may
    /// carry a query.
    pub fn raw(&self, method: Method, path: &str) -> Call<Value> {
        Call::raw(&self.pipeline, method, path)
    }
}

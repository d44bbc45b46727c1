//! The client.

use crm_core::{Call, CallOptions, ClientBuilder, Credentials, Error, Pipeline, Secret, Stats};
use http::Method;
use serde_json::Value;

use crate::Tier;
use crate::vendor::HubSpot;

/// Address of HubSpot's API.
pub const BASE_URL: &str = "https://api.hubapi.com";

/// Client for one HubSpot account; [`with_account`](Self::with_account) returns a client for another.
///
/// The client is cheap to clone, and all clones share connections, rate limits and counters. Every method with the name of a
/// resource returns a handle, and every method of a handle returns a call. Nothing is sent before
/// `send`.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) pipeline: Pipeline,
}

impl Client {
    /// Creates a client with the token of a private app, a service key or an OAuth access token, and the
    /// limits of the smallest plan. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the text cannot be a token.
    pub fn new(token: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().token(token).build()
    }

    /// Returns a builder for a client with other settings. Set the limits of your plan:
    ///
    /// ```
    /// use hubspot_client::{Client, Tier};
    ///
    /// let client = Client::builder().token("pat-na1-example").quotas(Tier::Professional.quotas()).build()?;
    /// # Ok::<(), hubspot_client::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::new(HubSpot, BASE_URL, Tier::default().quotas(), |pipeline| Self { pipeline })
            .user_agent(concat!("hubspot-client/", env!("CARGO_PKG_VERSION")))
    }

    /// Returns this client with other settings for its calls. Connections, limits and counters stay shared.
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
    /// use hubspot_client::{Anonymous, Client, StaticToken};
    ///
    /// // The base has no account.
    /// let base = Client::builder().credentials(Anonymous).build()?;
    /// let one = base.with_account(StaticToken::new("pat-na1-one")?);
    /// let other = base.with_account(StaticToken::new("pat-na1-other")?);
    /// # drop((one, other));
    /// # Ok::<(), hubspot_client::Error>(())
    /// ```
    #[must_use]
    pub fn with_account(&self, credentials: impl Credentials) -> Self {
        Self { pipeline: self.pipeline.with_account(credentials) }
    }

    /// Returns a call that no generated method covers, with the same limits, retries and errors.
    ///
    /// `path` begins with a slash and may contain a query. It is sent unchanged, so its values must
    /// be escaped already. Mark a raw search as a search, so that it is limited and retried as one:
    ///
    /// ```
    /// use hubspot_client::{CallOptions, Client, Method};
    ///
    /// let client = Client::new("pat-na1-example")?;
    /// let search = CallOptions::default().limit_class("search").idempotent(true);
    /// let call = client.raw(Method::POST, "/crm/v3/objects/contacts/search").with(search);
    /// # let _ = call;
    /// # Ok::<(), hubspot_client::Error>(())
    /// ```
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

    /// Returns the counters of this client and its clones.
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

    /// The operations that HubSpot publishes as a beta, through the same connections, limits and counters.
    #[cfg(feature = "beta")]
    #[must_use]
    pub fn beta(&self) -> Beta {
        Beta { pipeline: self.pipeline.clone() }
    }
}

/// The operations of `2026-09-beta` that the version of [`Client`] does not have: new APIs, new operations of the APIs
/// that are there, and all operations on objects, which this version has for every type of object. HubSpot may change or
/// withdraw a beta without notice; `OpMeta::rules` says of each operation whether it is one. Its types are in
/// [`beta`](crate::beta); those that are the same in both versions are the client's. Needs the feature `beta`.
#[cfg(feature = "beta")]
#[derive(Clone, Debug)]
pub struct Beta {
    #[cfg_attr(not(feature = "full"), allow(dead_code, reason = "only resources with operations of the beta read it"))]
    pub(crate) pipeline: Pipeline,
}

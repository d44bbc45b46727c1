//! Credentials that renew themselves.

use std::fmt;
use std::sync::Arc;

use super::flight::{Held, Need, Shared, arrival};
use super::runs_on::RunsOn;
use super::store::{StoredTokens, TokenStore};
use super::{TokenSet, TokenSource, failure};
use crate::auth::{Authorization, Credentials};
use crate::clock::{Clock, SystemClock};
use crate::error::Error;
use crate::sync::{BoxFuture, lock};

/// The credential of one account, renewed on use when it is about to expire.
///
/// All calls of a process share one renewal, and so do all processes that share a store. Five to ten
/// minutes before a token expires, a call starts the renewal, while all calls continue to use the current token. For a token
/// that is valid for less than 50 minutes, it is a tenth to a fifth of that time before. The exact time is random, so that
/// processes do not all start at once. The renewal runs on a thread of the library, even if the caller's runtime is not
/// driven in the meantime. The module `oauth` of
/// [`crm-core`](https://docs.rs/crm-core/latest/crm_core/oauth/index.html) lists the guarantees if something fails.
///
/// If [`Error::needs_consent`] is true for the error of a call, the account must be authorised again: repeat the consent and
/// call [`install`](Self::install) on new credentials with the same name and store. Clients that use the account need not be
/// built again: they read the new tokens from the store when they need one.
///
/// Await [`settle`](Credentials::settle), of this value or of the client, before a program ends.
///
/// ```no_run
/// # use crm_core as hubspot_client;
/// # async fn example(app: impl crm_core::TokenSource, tokens: crm_core::TokenSet) -> Result<(), crm_core::Error> {
/// use hubspot_client::{FileStore, OAuthCredentials};
///
/// // `app` is the `App` of the vendor's crate, and `tokens` are what its `exchange` returned after the consent.
/// let account = OAuthCredentials::new("portal-123", app, FileStore::open("tokens")?)?;
/// account.install(tokens).await?;
/// // From now on: `Client::builder().credentials(account)`, or `client.with_account(account)`.
/// # Ok(()) }
/// ```
pub struct OAuthCredentials {
    pub(super) shared: Arc<Shared>,
}

impl OAuthCredentials {
    /// Creates the credentials of an account. Its name, together with the vendor's, is the key in the store and
    /// in limiters: the same in all processes, and not a secret. Two apps of one vendor that act for the same
    /// account need different names or different stores. Nothing is read before the first call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the name is empty.
    pub fn new(account: impl Into<String>, source: impl TokenSource, store: impl TokenStore) -> Result<Self, Error> {
        let account = account.into();
        if account.is_empty() {
            return Err(Error::config("the account needs a name"));
        }
        let (source, store) = (Arc::new(source) as _, Arc::new(store) as _);
        let clock = Arc::new(SystemClock::new());
        let shared = Shared::new(account, source, store, clock, fastrand::Rng::new(), RunsOn::OwnThread);
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Sets another clock, and a seed for the jitter, for tests. Renewals then run on the runtime of the
    /// caller, so that an automatic clock notices them.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let Shared { account, source, store, .. } = &*self.shared;
        let (source, store, random) = (Arc::clone(source), Arc::clone(store), fastrand::Rng::with_seed(seed));
        let shared = Shared::new(account.clone(), source, store, clock, random, RunsOn::Caller);
        Self { shared: Arc::new(shared) }
    }

    /// Stores the tokens of a new authorisation, and replaces those in the store.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the store has tokens of another account of the vendor under
    /// this name, as far as the tokens show it: use another name. Nothing is replaced then.
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if they cannot be stored.
    pub async fn install(&self, tokens: TokenSet) -> Result<(), Error> {
        let shared = &self.shared;
        shared.claim().await?;
        let record = shared.write(|stored| match stored {
            Some(stored) if !shared.source.is_same_account(&stored.tokens, &tokens) => {
                Err(failure::other_account(&shared.account))
            }
            Some(stored) => Ok(stored.renewed(tokens.clone())),
            None => Ok(StoredTokens::first(tokens.clone())),
        });
        let record = record.await?;
        let kept = {
            let mut held = lock(&shared.state);
            let flight = held.flight.take();
            std::mem::replace(&mut *held, Held { flight, ..Held::default() }).kept
        };
        if let Some(kept) = kept {
            kept.release().await;
        }
        shared.adopt(&record).map(drop)
    }

    /// Declares that the last refresh token was not used, so that the next renewal sends it. Use it if the vendor
    /// refused the token by mistake, if a renewal was lost and you do not want to wait until the access token
    /// expires, or if the store lost the record and this process still has it. The library cannot check this: if
    /// the token was used, the vendor refuses it and may revoke the tokens that belong to it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store fails, or if neither the store nor this process
    /// has a record of the account.
    pub async fn presume_unspent(&self) -> Result<(), Error> {
        let shared = &self.shared;
        shared.claim().await?;
        let Some(record) = shared.presume_unspent().await? else {
            return Err(failure::never_authorised(&shared.account));
        };
        lock(&shared.state).failed = None;
        shared.adopt(&record).map(drop)
    }

    /// Returns the stored tokens of the account; `None` if it was never authorised.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) if the store cannot be read.
    pub async fn tokens(&self) -> Result<Option<TokenSet>, Error> {
        let record = self.shared.read().await?;
        Ok(record.map(|record| record.tokens))
    }
}

impl Credentials for OAuthCredentials {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        Box::pin(async move {
            let (usable, mut flight) = {
                let mut held = lock(&self.shared.state);
                let wall = self.shared.clock.wall();
                let current = held.current.clone().filter(|current| current.is_good(wall));
                if let Some(current) = current.as_ref().filter(|current| !current.is_due(wall)) {
                    return Ok(current.authorization.clone());
                }
                let past = held.generation();
                (current, self.shared.fly(&mut held, Need { past, refused: false }))
            };
            match (usable, &mut flight) {
                // The renewal continues in the background.
                (Some(current), _) => Ok(current.authorization.clone()),
                (None, Ok(flight)) => arrival(flight).await.map(|current| current.authorization.clone()),
                (None, Err(error)) => Err(error.clone()),
            }
        })
    }

    fn key(&self) -> &str {
        &self.shared.account
    }

    fn refused<'a>(&'a self, used: &'a Authorization) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let need = Need { past: used.generation(), refused: true };
            let flight = {
                let mut held = lock(&self.shared.state);
                let Some(current) = held.current.clone() else { return Ok(true) };
                if current.generation() != used.generation() {
                    return Ok(true);
                }
                let young = current.is_young(self.shared.clock.wall());
                let renews = !young && !held.refusals.futile(self.shared.clock.now());
                if renews { Some(self.shared.fly(&mut held, need)?) } else { None }
            };
            let Some(mut flight) = flight else {
                // Nothing is sent to the vendor, but another process may have stored tokens.
                return Ok(self.shared.adopt_successor(need).await.is_some());
            };
            // A renewal that started before the refusal may have kept the same token.
            arrival(&mut flight).await.map(|current| current.generation() != used.generation())
        })
    }

    fn not_cured(&self, used: &Authorization) -> bool {
        let mut held = lock(&self.shared.state);
        let cure = held.generation() == used.generation() && held.cure == used.generation();
        if cure {
            tracing::warn!(
                account = self.shared.account,
                "a call was refused again with a renewed token; \
                 the token is not renewed again for at least 10 minutes, because renewing it did not help"
            );
            held.refusals.not_cured(self.shared.clock.now());
        }
        !cure
    }

    fn settle(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            self.shared.settle().await?;
            self.shared.source.settle().await
        })
    }
}

impl fmt::Debug for OAuthCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = lock(&self.shared.state);
        f.debug_struct("OAuthCredentials")
            .field("account", &self.shared.account)
            .field("generation", &held.current.as_ref().map(|current| current.generation()))
            .field("renewing", &held.flight.is_some())
            .finish_non_exhaustive()
    }
}

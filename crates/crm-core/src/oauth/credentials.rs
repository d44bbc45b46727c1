//! Credentials that renew themselves.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::store::{StoredTokens, TokenStore};
use super::{TokenSet, TokenSource, failure};
use crate::auth::{Authorization, Credentials};
use crate::clock::{Clock, SystemClock};
use crate::error::{Error, ErrorKind};
use crate::sync::{BoxFuture, lock};

/// The most by which a token is renewed before its end; a tenth of its life where that is less.
const EARLY: Duration = Duration::from_secs(300);
/// A token younger than this that is refused did not expire.
const YOUNG: Duration = Duration::from_secs(10);
/// How long after a failed renewal the next one begins, where the vendor names no time.
const PAUSE: Duration = Duration::from_secs(5);
/// The longest such pause, whatever the vendor says.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);

/// The credential of one account, renewed when it is asked for and about to expire.
///
/// All calls of a process share one renewal, and all processes that share a store share it too.
/// A little before the end of a token one call sets a renewal off while all go on with the token
/// at hand; each process does so at a time of its own. See the [module](super) for what holds when
/// something fails.
pub struct OAuthCredentials {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) account: String,
    pub(super) source: Arc<dyn TokenSource>,
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: Mutex<Held>,
    random: Mutex<fastrand::Rng>,
}

/// What this process knows.
#[derive(Default)]
pub(super) struct Held {
    current: Option<Arc<Current>>,
    flight: Option<Flight>,
    /// The last renewal's failure, and until when it is not tried again.
    failed: Option<(Error, Duration)>,
    /// A new set that is not stored yet.
    pub(super) unsaved: Option<StoredTokens>,
    /// The revision of a record that says "sent" although nothing was.
    pub(super) not_sent: Option<u64>,
}

/// A renewal that is under way.
type Flight = watch::Receiver<Option<Result<Arc<Current>, Error>>>;

/// The token in use.
pub(super) struct Current {
    authorization: Authorization,
    record: StoredTokens,
    renew_from: Option<SystemTime>,
}

impl OAuthCredentials {
    /// Credentials of an account, whose name is the key in the store and in limiters: the same in
    /// all processes, and no secret. Nothing is read before the first call.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the name is empty.
    pub fn new(account: impl Into<String>, source: impl TokenSource, store: impl TokenStore) -> Result<Self, Error> {
        let account = account.into();
        if account.is_empty() {
            return Err(Error::config("the account needs a name"));
        }
        let clock = Arc::new(SystemClock::new());
        Ok(Self::build(account, Arc::new(source), Arc::new(store), clock, fastrand::Rng::new()))
    }

    fn build(
        account: String,
        source: Arc<dyn TokenSource>,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
        random: fastrand::Rng,
    ) -> Self {
        let state = Mutex::default();
        Self { shared: Arc::new(Shared { account, source, store, clock, state, random: Mutex::new(random) }) }
    }

    /// Another clock, and a seed for the jitter, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>, seed: u64) -> Self {
        let Shared { account, source, store, .. } = &*self.shared;
        let random = fastrand::Rng::with_seed(seed);
        Self::build(account.clone(), Arc::clone(source), Arc::clone(store), clock, random)
    }

    /// Stores the tokens that an authorisation brought, in place of whatever the store holds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] if they cannot be stored.
    pub async fn install(&self, tokens: TokenSet) -> Result<(), Error> {
        let shared = &self.shared;
        let record = shared.write(|stored| match stored {
            Some(stored) => stored.renewed(tokens.clone()),
            None => StoredTokens::first(tokens.clone()),
        });
        let record = record.await?;
        let mut held = lock(&shared.state);
        *held = Held { flight: held.flight.take(), ..Held::default() };
        drop(held);
        shared.adopt(&record).map(drop)
    }

    /// Says that a refresh token that was sent without an answer was never handled by the vendor,
    /// so that the next call may send it again. Only a person can know that; if it is wrong, the
    /// vendor refuses the token, and may revoke what belongs to it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] if the store fails or holds nothing of the account.
    pub async fn presume_unspent(&self) -> Result<(), Error> {
        let shared = &self.shared;
        if shared.store.load(&shared.account).await?.is_none() {
            return Err(failure::never_authorised(&shared.account));
        }
        lock(&shared.state).failed = None;
        shared.presume_unspent().await
    }

    /// The account's tokens as they are stored; `None` if it was never authorised.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] if the store cannot be read.
    pub async fn tokens(&self) -> Result<Option<TokenSet>, Error> {
        let record = self.shared.store.load(&self.shared.account).await?;
        Ok(record.map(|record| record.tokens))
    }
}

impl Credentials for OAuthCredentials {
    fn authorize(&self) -> BoxFuture<'_, Result<Authorization, Error>> {
        Box::pin(async move {
            let (usable, mut flight) = {
                let mut held = lock(&self.shared.state);
                let (now, wall) = (self.shared.clock.now(), self.shared.clock.wall());
                let current = held.current.clone().filter(|current| current.record.tokens.is_good(wall));
                let due = current.as_ref().is_none_or(|current| current.renew_from.is_some_and(|from| wall >= from));
                if let (false, Some(current)) = (due, &current) {
                    return Ok(current.authorization.clone());
                }
                let past = held.current.as_ref().map_or(0, |current| current.record.generation);
                (current, self.shared.fly(&mut held, past, now))
            };
            match (usable, &mut flight) {
                // It goes on without us.
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
            let mut flight = {
                let mut held = lock(&self.shared.state);
                let Some(current) = held.current.clone() else { return Ok(true) };
                if current.record.generation != used.generation() {
                    return Ok(true);
                }
                let wall = self.shared.clock.wall();
                let age = current.record.tokens.obtained_at.and_then(|at| wall.duration_since(at).ok());
                if age.is_some_and(|age| age < YOUNG) {
                    return Ok(false);
                }
                let now = self.shared.clock.now();
                self.shared.fly(&mut held, current.record.generation, now)?
            };
            arrival(&mut flight).await.map(|_| true)
        })
    }
}

/// Waits for a renewal to end.
async fn arrival(flight: &mut Flight) -> Result<Arc<Current>, Error> {
    match flight.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(outcome)) => outcome.clone(),
        _ => Err(Error::new(ErrorKind::Token, "the renewal of the access token was cut off with its runtime")),
    }
}

impl Shared {
    /// The renewal that is under way, or a new one, for a token after generation `past`. An error
    /// is that of the last one, if it is too early for another.
    fn fly(self: &Arc<Self>, held: &mut Held, past: u64, now: Duration) -> Result<Flight, Error> {
        // A sender that is gone was cut off.
        if let Some(flight) = held.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Ok(flight.clone());
        }
        if let Some((error, _)) = held.failed.as_ref().filter(|(_, until)| now < *until) {
            return Err(error.clone());
        }
        let runtime = Handle::try_current()
            .map_err(|error| Error::config("renewing a token needs a tokio runtime").with_source(error))?;
        let (sender, flight) = watch::channel(None);
        held.flight = Some(flight.clone());
        let shared = Arc::clone(self);
        // A task of its own, so that a caller who gives up does not take the new tokens along.
        runtime.spawn(async move {
            let outcome = shared.renew(past).await;
            let mut held = lock(&shared.state);
            held.flight = None;
            if let Err(error) = &outcome {
                let pause = error.retry_after().unwrap_or(PAUSE).min(LONGEST_PAUSE);
                // What only waits for the store is tried at once.
                held.failed = held.unsaved.is_none().then(|| (error.clone(), shared.clock.now().saturating_add(pause)));
                tracing::warn!(account = shared.account, %error, "access token not renewed");
            }
            drop(held);
            sender.send_replace(Some(outcome));
        });
        Ok(flight)
    }

    /// Makes a record's token the one in use.
    pub(super) fn adopt(&self, record: &StoredTokens) -> Result<Arc<Current>, Error> {
        let tokens = &record.tokens;
        let renew_from = tokens.expires_at.map(|end| {
            let life = tokens.obtained_at.and_then(|at| end.duration_since(at).ok());
            let early = life.map_or(EARLY, |life| (life / 10).min(EARLY));
            // Up to twice as early, so that processes do not all begin at once.
            end.checked_sub(early.mul_f64(1.0 + self.random())).unwrap_or(end)
        });
        let current = Arc::new(Current {
            authorization: Authorization::bearer(&tokens.access)?.with_generation(record.generation),
            record: record.clone(),
            renew_from,
        });
        lock(&self.state).current = Some(Arc::clone(&current));
        Ok(current)
    }

    /// What this process used last.
    pub(super) fn held(&self) -> Option<StoredTokens> {
        lock(&self.state).current.as_ref().map(|current| current.record.clone())
    }

    /// A random number in `0.0..1.0`.
    pub(super) fn random(&self) -> f64 {
        lock(&self.random).f64()
    }
}

impl fmt::Debug for OAuthCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = lock(&self.shared.state);
        f.debug_struct("OAuthCredentials")
            .field("account", &self.shared.account)
            .field("generation", &held.current.as_ref().map(|current| current.record.generation))
            .field("renewing", &held.flight.is_some())
            .finish_non_exhaustive()
    }
}

//! The state of an account in a process, and the one renewal that its calls share.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::TokenSource;
use super::refusals::Refusals;
use super::runs_on::RunsOn;
use super::store::{StoreLock, StoredTokens, TokenState, TokenStore};
use crate::auth::Authorization;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::sync::lock;

/// Maximum time before its expiry at which a token is renewed; a tenth of its lifetime if that is less.
const EARLY: Duration = Duration::from_secs(300);
/// A token younger than this that is refused has not expired, and is not renewed.
const YOUNG: Duration = Duration::from_secs(10);
/// Pause after a failed renewal, if the vendor returns no time. It doubles with each renewal that sent
/// something without success.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Maximum pause that a vendor may ask for.
const LONGEST_HINT: Duration = Duration::from_secs(3_600);
/// Pause after a failure to store new tokens, before storing is tried again without a call.
const SAVE_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Shared {
    pub(super) account: String,
    /// The key in the store.
    pub(super) record_key: String,
    pub(super) source: Arc<dyn TokenSource>,
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: Mutex<Held>,
    random: Mutex<fastrand::Rng>,
    runs_on: RunsOn,
}

/// State of the account in this process.
#[derive(Default)]
pub(super) struct Held {
    pub(super) current: Option<Arc<Current>>,
    pub(super) flight: Option<Flight>,
    /// Failure of the last renewal, and the time until which there is no new attempt.
    pub(super) failed: Option<(Error, Duration)>,
    /// Number of consecutive renewals that sent something without success.
    pub(super) in_vain: u32,
    /// A new set that is not stored yet.
    pub(super) unsaved: Option<StoredTokens>,
    /// The store's lock, kept until that set is stored, so that no other process sends its predecessor.
    pub(super) kept: Option<StoreLock>,
    /// State of this process's own mark in the store.
    pub(super) mark: Option<Mark>,
    /// Revision of another process's mark, and the time since which it is known.
    pub(super) seen: Option<(u64, Duration)>,
    /// True if calls waited for the reply of another process without success.
    pub(super) waited: bool,
    pub(super) refusals: Refusals,
    /// Generation of the last token that this process obtained because the vendor refused its predecessor.
    pub(super) cure: u64,
}

/// A record with the state "sent" that this process wrote, by its revision and time.
#[derive(Clone, PartialEq)]
pub(super) struct Mark {
    pub(super) revision: u64,
    pub(super) state: TokenState,
    /// True if nothing was sent. Otherwise the token was sent, and no process can have received new tokens.
    pub(super) unsent: bool,
}

/// The requirements on the token that a renewal returns.
#[derive(Clone, Copy)]
pub(super) struct Need {
    /// A token of a later generation than this.
    pub(super) past: u64,
    /// True if the vendor refused the token of that generation.
    pub(super) refused: bool,
}

/// A renewal that is under way.
pub(super) type Flight = watch::Receiver<Option<Result<Arc<Current>, Error>>>;

/// The token in use.
pub(super) struct Current {
    pub(super) authorization: Authorization,
    record: StoredTokens,
    renew_from: Option<SystemTime>,
}

impl Current {
    pub(super) fn generation(&self) -> u64 {
        self.record.generation
    }

    pub(super) fn is_good(&self, wall: SystemTime) -> bool {
        self.record.tokens.is_good(wall)
    }

    pub(super) fn is_due(&self, wall: SystemTime) -> bool {
        self.renew_from.is_some_and(|from| wall >= from)
    }

    pub(super) fn is_young(&self, wall: SystemTime) -> bool {
        let age = self.record.tokens.obtained_at.and_then(|at| wall.duration_since(at).ok());
        age.is_some_and(|age| age < YOUNG)
    }
}

impl Held {
    /// The generation of the token in use; 0 without one.
    pub(super) fn generation(&self) -> u64 {
        self.current.as_ref().map_or(0, |current| current.generation())
    }
}

/// Waits for a renewal to end.
pub(super) async fn arrival(flight: &mut Flight) -> Result<Arc<Current>, Error> {
    match flight.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(outcome)) => outcome.clone(),
        _ => Err(Error::new(ErrorKind::Token, "the renewal of the access token was cut off with its runtime")),
    }
}

impl Shared {
    pub(super) fn new(
        account: String,
        source: Arc<dyn TokenSource>,
        store: Arc<dyn TokenStore>,
        clock: Arc<dyn Clock>,
        random: fastrand::Rng,
        runs_on: RunsOn,
    ) -> Self {
        let record_key = format!("{}/{account}", source.vendor());
        Self { account, record_key, source, store, clock, state: Mutex::default(), random: Mutex::new(random), runs_on }
    }

    /// Returns the renewal that is under way, or a new one. If it is too early for another, the store is read
    /// for tokens that another process renewed, unless the token is valid; otherwise the last error is returned.
    pub(super) fn fly(self: &Arc<Self>, held: &mut Held, need: Need) -> Result<Flight, Error> {
        // A sender that no longer exists was cut off.
        if let Some(flight) = held.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Ok(flight.clone());
        }
        let paused =
            held.failed.as_ref().filter(|(_, until)| self.clock.now() < *until).map(|(error, _)| error.clone());
        let usable = !need.refused && held.current.as_ref().is_some_and(|current| current.is_good(self.clock.wall()));
        if let Some(error) = paused.as_ref().filter(|_| usable) {
            return Err(error.clone());
        }
        let runtime = self.runs_on.runtime()?;
        let (sender, flight) = watch::channel(None);
        held.flight = Some(flight.clone());
        let shared = Arc::clone(self);
        // A separate task, because a cancelled caller would drop the only copy of the new tokens.
        runtime.spawn(async move {
            if let Some(error) = paused {
                // The pause protects the vendor. Another process may have renewed in the meantime.
                let found = shared.adopt_successor(need).await;
                lock(&shared.state).flight = None;
                sender.send_replace(Some(found.ok_or(error)));
                return;
            }
            let outcome = shared.renew(need).await;
            let unsaved = shared.landed(&outcome);
            sender.send_replace(Some(outcome));
            if unsaved {
                shared.clock.sleep(SAVE_PAUSE).await;
                let mut held = lock(&shared.state);
                if held.unsaved.is_some() {
                    // A failure is logged there.
                    drop(shared.fly(&mut held, need));
                }
            }
        });
        Ok(flight)
    }

    /// Records the outcome of a renewal. Returns true if a new set is not stored yet.
    fn landed(&self, outcome: &Result<Arc<Current>, Error>) -> bool {
        let mut held = lock(&self.state);
        held.flight = None;
        let unsaved = held.unsaved.is_some();
        held.failed = None;
        if let Err(error) = outcome {
            let doubled = PAUSE.saturating_mul(1 << held.in_vain.saturating_sub(1).min(8)).min(LONGEST_PAUSE);
            let pause = error.retry_after().unwrap_or(doubled).min(LONGEST_HINT);
            // If only storing failed, the next attempt is made at once.
            held.failed = (!unsaved).then(|| (error.clone(), self.clock.now().saturating_add(pause)));
            tracing::warn!(account = self.account, %error, "access token not renewed");
        } else {
            (held.in_vain, held.waited) = (0, false);
        }
        unsaved
    }

    /// Waits until no renewal is under way and everything is stored.
    pub(super) async fn settle(self: &Arc<Self>) -> Result<(), Error> {
        loop {
            let (unsaved, flight) = {
                let mut held = lock(&self.state);
                let unsaved = held.unsaved.is_some();
                let under_way = held.flight.clone().filter(|flight| flight.has_changed().is_ok());
                match under_way {
                    Some(flight) => (unsaved, flight),
                    None if unsaved => {
                        let past = held.generation();
                        (true, self.fly(&mut held, Need { past, refused: false })?)
                    }
                    None => return Ok(()),
                }
            };
            let mut flight = flight;
            if let Err(error) = arrival(&mut flight).await
                && unsaved
                && lock(&self.state).unsaved.is_some()
            {
                return Err(error);
            }
        }
    }

    /// Puts a record's token into use.
    pub(super) fn adopt(&self, record: &StoredTokens) -> Result<Arc<Current>, Error> {
        let current = self.usable(record)?;
        lock(&self.state).current = Some(Arc::clone(&current));
        Ok(current)
    }

    /// Returns a record's token in the form in which it is used.
    pub(super) fn usable(&self, record: &StoredTokens) -> Result<Arc<Current>, Error> {
        let tokens = &record.tokens;
        let renew_from = tokens.expires_at.map(|end| {
            // A refresh token that may be used up is not sent until then.
            if record.state != TokenState::Unspent && self.source.rotates() {
                return end;
            }
            let life = tokens.obtained_at.and_then(|at| end.duration_since(at).ok());
            let early = life.map_or(EARLY, |life| (life / 10).min(EARLY));
            // Up to twice as early, so that processes do not all start at the same time.
            end.checked_sub(early.mul_f64(1.0 + self.random())).unwrap_or(end)
        });
        Ok(Arc::new(Current {
            authorization: Authorization::bearer(&tokens.access)?.with_generation(record.generation),
            record: record.clone(),
            renew_from,
        }))
    }

    /// Returns the record that this process used last.
    pub(super) fn held(&self) -> Option<StoredTokens> {
        lock(&self.state).current.as_ref().map(|current| current.record.clone())
    }

    /// Returns a random number in `0.0..1.0`.
    pub(super) fn random(&self) -> f64 {
        lock(&self.random).f64()
    }
}

//! What a process knows of an account, and the one renewal that its calls share.

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

/// The most by which a token is renewed before its end; a tenth of its life where that is less.
const EARLY: Duration = Duration::from_secs(300);
/// A token younger than this that is refused did not expire.
const YOUNG: Duration = Duration::from_secs(10);
/// How long after a failed renewal the next one begins, where the vendor names no time. It doubles
/// with each renewal that sent something in vain.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest pause that a vendor may ask for.
const LONGEST_HINT: Duration = Duration::from_secs(3_600);
/// How soon after a failure to store new tokens that is tried again, without a call.
const SAVE_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Shared {
    pub(super) account: String,
    /// The name in the store.
    pub(super) record_key: String,
    pub(super) source: Arc<dyn TokenSource>,
    pub(super) store: Arc<dyn TokenStore>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: Mutex<Held>,
    random: Mutex<fastrand::Rng>,
    runs_on: RunsOn,
}

/// What this process knows.
#[derive(Default)]
pub(super) struct Held {
    pub(super) current: Option<Arc<Current>>,
    pub(super) flight: Option<Flight>,
    /// The last renewal's failure, and until when it is not tried again.
    pub(super) failed: Option<(Error, Duration)>,
    /// How many renewals in a row sent something in vain.
    pub(super) in_vain: u32,
    /// A new set that is not stored yet.
    pub(super) unsaved: Option<StoredTokens>,
    /// The store's lock, kept until that set is stored, so that nobody sends its predecessor.
    pub(super) kept: Option<StoreLock>,
    /// What this process knows of its own mark in the store.
    pub(super) mark: Option<Mark>,
    /// The revision of another process's mark, and since when it is known.
    pub(super) seen: Option<(u64, Duration)>,
    /// Calls waited in vain for the answer of another process.
    pub(super) waited: bool,
    pub(super) refusals: Refusals,
}

/// A record with the state "sent" that this process wrote, by its revision and time.
#[derive(Clone, PartialEq)]
pub(super) struct Mark {
    pub(super) revision: u64,
    pub(super) state: TokenState,
    /// Nothing was sent. Otherwise it was, and brought no tokens that anybody could hold.
    pub(super) unsent: bool,
}

/// What a renewal is for.
#[derive(Clone, Copy)]
pub(super) struct Need {
    /// A token of a later generation than this.
    pub(super) past: u64,
    /// The vendor refused the token of that generation.
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

    /// The renewal that is under way, or a new one. If it is too early for another, the store is looked at
    /// for what another process renewed, unless the token is good; otherwise the last one's error is returned.
    pub(super) fn fly(self: &Arc<Self>, held: &mut Held, need: Need) -> Result<Flight, Error> {
        // A sender that is gone was cut off.
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
        // A task of its own, so that a caller who gives up does not take the new tokens along.
        runtime.spawn(async move {
            if let Some(error) = paused {
                // The pause is for the vendor. Another process may have renewed meanwhile.
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
                    // It says in the log what fails.
                    drop(shared.fly(&mut held, need));
                }
            }
        });
        Ok(flight)
    }

    /// Notes the outcome of a renewal. Returns true if a new set is not stored yet.
    fn landed(&self, outcome: &Result<Arc<Current>, Error>) -> bool {
        let mut held = lock(&self.state);
        held.flight = None;
        let unsaved = held.unsaved.is_some();
        held.failed = None;
        if let Err(error) = outcome {
            let doubled = PAUSE.saturating_mul(1 << held.in_vain.saturating_sub(1).min(8)).min(LONGEST_PAUSE);
            let pause = error.retry_after().unwrap_or(doubled).min(LONGEST_HINT);
            // What only waits for the store is tried at once.
            held.failed = (!unsaved).then(|| (error.clone(), self.clock.now().saturating_add(pause)));
            tracing::warn!(account = self.account, %error, "access token not renewed");
        } else {
            (held.in_vain, held.waited) = (0, false);
        }
        unsaved
    }

    /// Waits until nothing is under way and nothing unsaved.
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

    /// Makes a record's token the one in use.
    pub(super) fn adopt(&self, record: &StoredTokens) -> Result<Arc<Current>, Error> {
        let tokens = &record.tokens;
        let renew_from = tokens.expires_at.map(|end| {
            // A refresh token that may be used up is left alone until then.
            if record.state != TokenState::Unspent && self.source.rotates() {
                return end;
            }
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

    /// The record that this process used last.
    pub(super) fn held(&self) -> Option<StoredTokens> {
        lock(&self.state).current.as_ref().map(|current| current.record.clone())
    }

    /// A random number in `0.0..1.0`.
    pub(super) fn random(&self) -> f64 {
        lock(&self.random).f64()
    }
}

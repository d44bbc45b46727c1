//! One renewal, from the store's lock to the stored successor. The [module](super) contains the table of
//! states and requests.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::failure::{self, Fate};
use super::flight::{Current, Need, Shared};
use super::sending::{ANSWER, Tried};
use super::store::{StoreLock, StoredTokens, TokenState};
use crate::error::Error;
use crate::sync::lock;

/// Maximum time for which the lock is held. A renewal must end before that.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// Interval between attempts to take a lock that another process holds.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// Maximum number of times that one renewal sends a refresh token whose access token is expired, the first pause
/// between them, and the latest start of the last one: a later one would have little time for its reply.
const TRIES: u32 = 3;
const LAST_TRY: Duration = Duration::from_secs(15);
const TRY_PAUSE: Duration = Duration::from_millis(500);
/// Minimum age of another process's mark "sent" before the refresh token is sent again: that process may
/// have the reply, and be slow to store it. Longer than the lease, for a process that was stopped in between.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time for which such a mark is always observed under the lock. A process that has the reply and could
/// not store it, because the store was unreachable, tries to store it more often than this.
const GRACE: Duration = Duration::from_secs(5);
/// Interval between reads of the store while another process renews.
const GLANCE: Duration = Duration::from_secs(1);

/// Result of waiting for the lock.
enum Turn {
    Ours(StoreLock),
    /// Another process renewed.
    Done(StoredTokens),
}

/// Result of the work under the lock.
enum Came {
    Tokens(StoredTokens),
    /// Another process may have the reply, and this much time to store it.
    Later {
        wait: Duration,
        sent_at: SystemTime,
    },
}

impl Shared {
    /// Gets a token of a generation after `need.past` that is valid now: one that another process stored,
    /// or a new one. Returns the same token if it is valid and its successor may be under way.
    pub(super) async fn renew(self: &Arc<Self>, need: Need) -> Result<Arc<Current>, Error> {
        self.save_what_is_left().await?;
        if let Some(record) = self.successor(need).await? {
            return self.adopt(&record);
        }
        loop {
            let held = match self.turn(need).await? {
                Turn::Done(record) => return self.adopt(&record),
                Turn::Ours(held) => held,
            };
            let outcome = self.renew_locked(need).await;
            self.give_back(held).await;
            let (wait, sent_at) = match outcome? {
                Came::Tokens(record) => return self.adopt(&record),
                Came::Later { wait, sent_at } => (wait, sent_at),
            };
            // Calls wait for it once. If it is sent repeatedly, for example in an outage, they fail at once.
            if std::mem::replace(&mut lock(&self.state).waited, true) {
                return Err(failure::awaited(&self.account, sent_at));
            }
            if let Some(record) = self.successor_within(wait, need).await? {
                return self.adopt(&record);
            }
        }
    }

    /// Waits for another process to store its reply.
    async fn successor_within(&self, wait: Duration, need: Need) -> Result<Option<StoredTokens>, Error> {
        let end = self.clock.now().saturating_add(wait);
        loop {
            let left = end.saturating_sub(self.clock.now());
            if left.is_zero() {
                return Ok(None);
            }
            self.clock.sleep(left.min(GLANCE)).await;
            if let Some(record) = self.successor(need).await? {
                return Ok(Some(record));
            }
        }
    }

    /// Returns the stored record, if it is after `need.past` and valid.
    async fn successor(&self, need: Need) -> Result<Option<StoredTokens>, Error> {
        let stored = self.read().await?;
        Ok(stored.filter(|record| record.generation > need.past && self.is_good(record)))
    }

    /// Puts the stored token into use, if it is after `need.past` and valid. A later one that came into use in the
    /// meantime stays.
    pub(super) async fn adopt_successor(&self, need: Need) -> Option<Arc<Current>> {
        let record = self.successor(need).await.ok()??;
        let successor = self.usable(&record).ok()?;
        let mut held = lock(&self.state);
        held.failed = None;
        if held.generation() < successor.generation() {
            held.current = Some(successor);
        }
        held.current.clone()
    }

    fn is_good(&self, record: &StoredTokens) -> bool {
        record.tokens.is_good(self.clock.wall())
    }

    async fn turn(&self, need: Need) -> Result<Turn, Error> {
        let start = self.clock.now();
        loop {
            if let Some(held) = self.store.lock(&self.record_key, LEASE).await? {
                return Ok(Turn::Ours(held));
            }
            let waited = self.clock.now().saturating_sub(start);
            if waited > LEASE + LEASE {
                return Err(failure::locked(&self.account, waited.as_secs()));
            }
            self.clock.sleep(LOOK.mul_f64(1.0 + self.random())).await;
            if let Some(record) = self.successor(need).await? {
                return Ok(Turn::Done(record));
            }
        }
    }

    /// Releases the lock, unless a new set is not stored yet.
    async fn give_back(&self, held: StoreLock) {
        let done = {
            let mut state = lock(&self.state);
            if state.unsaved.is_some() { state.kept.replace(held) } else { Some(held) }
        };
        if let Some(done) = done {
            done.release().await;
        }
    }

    /// The part of a renewal that holds the lock.
    async fn renew_locked(self: &Arc<Self>, need: Need) -> Result<Came, Error> {
        self.claim().await?;
        let Some(mut stored) = self.stored().await? else {
            let Some(obtain) = self.source.obtain() else { return Err(failure::never_authorised(&self.account)) };
            let tokens = self.answer(obtain).await.map_err(|error| failure::not_renewed(&self.account, error))?;
            return self.keep_new(need, StoredTokens::first(tokens)).await.map(Came::Tokens);
        };
        if stored.generation > need.past && self.is_good(&stored) {
            return Ok(Came::Tokens(stored));
        }
        if stored.tokens.refresh.is_none() {
            let otherwise = failure::nothing_to_renew_with(&self.account);
            return self.obtain(need, stored, otherwise).await.map(Came::Tokens);
        }
        match stored.state {
            TokenState::Refused(at) => {
                let otherwise = failure::refused(&self.account, at);
                return self.obtain(need, stored, otherwise).await.map(Came::Tokens);
            }
            TokenState::Sent(at) if self.source.rotates() && !self.knows(&stored, true) => {
                if self.source.obtain().is_some() {
                    let otherwise = failure::unknown(&self.account, at);
                    match self.obtain(need, stored.clone(), otherwise).await {
                        // Only the refresh token remains.
                        Err(_) if self.is_over(need, &stored) && lock(&self.state).unsaved.is_none() => {}
                        outcome => return outcome.map(Came::Tokens),
                    }
                } else if !self.is_over(need, &stored) {
                    return Ok(Came::Tokens(stored));
                }
                if !self.knows(&stored, false) {
                    let age = self.age(&stored, at);
                    if age < PATIENCE {
                        return Ok(Came::Later { wait: PATIENCE - age, sent_at: at });
                    }
                    stored = self.after_grace(stored).await?;
                    if stored.generation > need.past && self.is_good(&stored) {
                        return Ok(Came::Tokens(stored));
                    }
                }
            }
            TokenState::Sent(_) | TokenState::Unspent => {}
        }
        self.refresh(need, stored).await.map(Came::Tokens)
    }

    /// Returns true if the access token can no longer be used, so that another attempt with the refresh
    /// token can do no further harm.
    fn is_over(&self, need: Need, stored: &StoredTokens) -> bool {
        !self.is_good(stored) || (need.refused && stored.generation <= need.past)
    }

    /// Waits for a process that may have the reply and could not store it yet.
    async fn after_grace(&self, before: StoredTokens) -> Result<StoredTokens, Error> {
        self.clock.sleep(GRACE).await;
        match self.stored().await? {
            Some(stored) if stored.generation > before.generation || stored == before => Ok(stored),
            _ => Err(failure::changed(&self.account)),
        }
    }

    /// Returns the stored record. If the store lost it, restores the record that this process used.
    ///
    /// A refresh token that rotates is restored only with an access token that is still valid: one that
    /// expired may have been renewed by another process before the store lost that.
    async fn stored(&self) -> Result<Option<StoredTokens>, Error> {
        let stored = self.store.load(&self.record_key).await?;
        let generation = stored.as_ref().map_or(0, |stored| stored.generation);
        let Some(mut held) = self.held().filter(|held| held.generation > generation) else { return Ok(stored) };
        if self.source.rotates() && !self.is_good(&held) {
            return if self.source.obtain().is_some() { Ok(None) } else { Err(failure::forgotten(&self.account)) };
        }
        held.follow(stored.as_ref());
        self.keep(held).await.map(Some)
    }

    /// Sends the refresh token, and repeats this while it can do no further harm.
    async fn refresh(self: &Arc<Self>, need: Need, mut stored: StoredTokens) -> Result<StoredTokens, Error> {
        let start = self.clock.now();
        let (last, end) = (start.saturating_add(LAST_TRY), start.saturating_add(ANSWER));
        let mut pause = TRY_PAUSE;
        for tries in 1.. {
            let (record, fate, error) = match self.try_refresh(need, stored, end).await? {
                Tried::Renewed(record) => return Ok(record),
                Tried::Failed { record, fate, error } => (record, fate, error),
            };
            let failed = failure::not_renewed(&self.account, error);
            match (fate, &record.state) {
                (Fate::Refused, TokenState::Refused(at)) => {
                    let otherwise = failure::refused(&self.account, *at).with_source(failed);
                    return self.obtain(need, record, otherwise).await;
                }
                (Fate::Unknown, TokenState::Sent(at)) => {
                    let at = *at;
                    if self.source.obtain().is_some() {
                        let otherwise = failure::unknown(&self.account, at).with_source(failed);
                        return self.obtain(need, record, otherwise).await;
                    }
                    let next = self.clock.now().saturating_add(pause);
                    if !self.is_over(need, &record) {
                        return Err(failure::held_back(&self.account, at).with_source(failed));
                    }
                    if tries == TRIES || next > last {
                        return Err(failure::tried_again(&self.account, at).with_source(failed));
                    }
                    self.clock.sleep(pause).await;
                    pause *= 3;
                    stored = record;
                }
                _ => return Err(failed),
            }
        }
        Err(failure::changed(&self.account))
    }

    /// Gets tokens without the refresh token; otherwise continues with the access token while it is valid,
    /// or fails with `otherwise`.
    async fn obtain(&self, need: Need, stored: StoredTokens, otherwise: Error) -> Result<StoredTokens, Error> {
        match self.source.obtain() {
            Some(obtain) => {
                let tokens = self.answer(obtain).await.map_err(|error| failure::not_renewed(&self.account, error))?;
                self.keep_new(need, stored.renewed(tokens)).await
            }
            None if !self.is_over(need, &stored) => {
                tracing::warn!(account = self.account, error = %otherwise, "access token not renewed");
                Ok(stored)
            }
            None => Err(otherwise),
        }
    }
}

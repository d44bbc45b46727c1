//! One renewal, from the store's lock to the stored successor.

use std::sync::Arc;
use std::time::Duration;

use super::TokenSet;
use super::credentials::{Current, Shared};
use super::failure::{self, Fate, fate};
use super::store::{State, StoreLock, StoredTokens};
use crate::clock::within;
use crate::error::{Error, ErrorKind, Sent};
use crate::sync::{BoxFuture, lock};

/// How long the lock is held at most. A renewal must be over by then.
const LEASE: Duration = Duration::from_secs(60);
/// How long the vendor may take.
const ANSWER: Duration = Duration::from_secs(45);
/// How often a lock that others hold is asked for.
const LOOK: Duration = Duration::from_millis(50);
/// How often storing is tried in one renewal, and the first pause between.
const WRITES: u32 = 6;
const WRITE_PAUSE: Duration = Duration::from_millis(100);

/// What came of waiting for the lock.
enum Turn {
    Ours(StoreLock),
    /// Somebody else renewed.
    Done(StoredTokens),
}

impl Shared {
    /// Gets a token of a generation after `past` that is good now: one that somebody else stored,
    /// or a new one.
    pub(super) async fn renew(&self, past: u64) -> Result<Arc<Current>, Error> {
        self.save_what_is_left().await?;
        if let Some(record) = self.successor(past).await? {
            return self.adopt(&record);
        }
        match self.turn(past).await? {
            Turn::Done(record) => self.adopt(&record),
            Turn::Ours(held) => {
                let outcome = self.renew_locked(past).await;
                held.release().await;
                self.adopt(&outcome?)
            }
        }
    }

    /// The stored record, if it is after `past` and good.
    async fn successor(&self, past: u64) -> Result<Option<StoredTokens>, Error> {
        let stored = self.store.load(&self.account).await?;
        Ok(stored.filter(|record| record.generation > past && record.tokens.is_good(self.clock.wall())))
    }

    async fn turn(&self, past: u64) -> Result<Turn, Error> {
        let start = self.clock.now();
        loop {
            if let Some(held) = self.store.lock(&self.account, LEASE).await? {
                return Ok(Turn::Ours(held));
            }
            let waited = self.clock.now().saturating_sub(start);
            if waited > LEASE + LEASE {
                return Err(failure::locked(&self.account, waited.as_secs()));
            }
            self.clock.sleep(LOOK.mul_f64(1.0 + self.random())).await;
            if let Some(record) = self.successor(past).await? {
                return Ok(Turn::Done(record));
            }
        }
    }

    /// Under the lock.
    async fn renew_locked(&self, past: u64) -> Result<StoredTokens, Error> {
        let Some(stored) = self.stored().await? else {
            let Some(obtain) = self.source.obtain() else { return Err(failure::never_authorised(&self.account)) };
            let tokens = self.answer(obtain).await.map_err(|error| failure::not_renewed(&self.account, error))?;
            return self.keep(StoredTokens::first(tokens)).await;
        };
        if stored.generation > past && stored.tokens.is_good(self.clock.wall()) {
            return Ok(stored);
        }
        if stored.tokens.refresh.is_none() {
            return self.obtain(stored, failure::nothing_to_renew_with(&self.account)).await;
        }
        let known_unsent = lock(&self.state).not_sent == Some(stored.revision());
        match stored.state {
            State::Refused(at) => self.obtain(stored, failure::refused(&self.account, at)).await,
            State::Sent(at) if self.source.rotates() && !known_unsent => {
                self.obtain(stored, failure::unknown(&self.account, at)).await
            }
            _ => self.refresh(stored).await,
        }
    }

    /// The stored record; or, where the store lost it, the one that this process used, put back.
    ///
    /// A refresh token that rotates is put back only with an access token that is still good: one that
    /// ended may have been renewed by another process before the store lost that.
    async fn stored(&self) -> Result<Option<StoredTokens>, Error> {
        let stored = self.store.load(&self.account).await?;
        let generation = stored.as_ref().map_or(0, |stored| stored.generation);
        let Some(mut held) = self.held().filter(|held| held.generation > generation) else { return Ok(stored) };
        if self.source.rotates() && !held.tokens.is_good(self.clock.wall()) {
            return if self.source.obtain().is_some() { Ok(None) } else { Err(failure::forgotten(&self.account)) };
        }
        held.follow(stored.as_ref());
        self.keep(held).await.map(Some)
    }

    /// Spends the refresh token.
    async fn refresh(&self, stored: StoredTokens) -> Result<StoredTokens, Error> {
        let now = self.clock.wall();
        let stored = if self.source.rotates() { self.mark(&stored, State::Sent(now)).await? } else { stored };
        let error = match self.answer(self.source.refresh(&stored.tokens)).await {
            Ok(tokens) => return self.keep(stored.renewed(tokens.succeeding(&stored.tokens))).await,
            Err(error) => error,
        };
        let fate = fate(&error);
        tracing::debug!(account = self.account, ?fate, "refresh failed");
        let failed = failure::not_renewed(&self.account, error);
        let left = match fate {
            Fate::Unknown => {
                let then =
                    if self.source.rotates() { failure::unknown(&self.account, now) } else { return Err(failed) };
                return self.obtain(stored, then.with_source(failed)).await;
            }
            Fate::Unspent => State::Unspent,
            Fate::Refused => State::Refused(now),
        };
        if stored.state != left {
            // If this cannot be written, the failure of the vendor is still the one to tell of.
            if let Ok(marked) = self.mark(&stored, left.clone()).await
                && fate == Fate::Refused
            {
                return self.obtain(marked, failure::refused(&self.account, now).with_source(failed)).await;
            }
            lock(&self.state).not_sent = (fate == Fate::Unspent).then_some(stored.revision());
        }
        Err(failed)
    }

    /// Gets tokens without the refresh token, or fails with `otherwise`.
    async fn obtain(&self, stored: StoredTokens, otherwise: Error) -> Result<StoredTokens, Error> {
        let Some(obtain) = self.source.obtain() else { return Err(otherwise) };
        let tokens = self.answer(obtain).await.map_err(|error| failure::not_renewed(&self.account, error))?;
        self.keep(stored.renewed(tokens)).await
    }

    /// Waits for the vendor, within the lease.
    async fn answer(&self, call: BoxFuture<'_, Result<TokenSet, Error>>) -> Result<TokenSet, Error> {
        let end = self.clock.now().saturating_add(ANSWER);
        within(&*self.clock, end, call).await.unwrap_or_else(|| {
            let text = format!("the token endpoint did not answer within {} s", ANSWER.as_secs());
            Err(Error::new(ErrorKind::Timeout, text).with_sent(Sent::Maybe))
        })
    }

    /// Writes down what happens to the refresh token.
    async fn mark(&self, stored: &StoredTokens, state: State) -> Result<StoredTokens, Error> {
        let marked = stored.marked(state);
        let result = self.store.swap(&self.account, &marked).await;
        if let Ok(true) = result {
            return Ok(marked);
        }
        // The mark may stand although its confirmation was lost.
        lock(&self.state).not_sent = Some(marked.revision());
        match result {
            Ok(_) => Err(failure::changed(&self.account)),
            Err(error) => Err(failure::not_renewed(&self.account, error)),
        }
    }

    /// Stores a new set, and only then hands it out.
    async fn keep(&self, record: StoredTokens) -> Result<StoredTokens, Error> {
        lock(&self.state).unsaved = Some(record);
        match self.save_what_is_left().await {
            Ok(Some(record)) => Ok(record),
            Ok(None) => Err(failure::never_authorised(&self.account)),
            Err(error) => Err(error),
        }
    }

    /// Stores the set that is not stored yet, if there is one.
    async fn save_what_is_left(&self) -> Result<Option<StoredTokens>, Error> {
        let Some(mut record) = lock(&self.state).unsaved.clone() else { return Ok(None) };
        let mut pause = WRITE_PAUSE;
        for write in 1.. {
            match self.save(&mut record).await {
                Ok(stored) => {
                    lock(&self.state).unsaved = None;
                    return Ok(Some(stored));
                }
                Err(error) if write == WRITES => return Err(failure::not_stored(&self.account, error)),
                Err(_) => self.clock.sleep(pause).await,
            }
            pause *= 2;
        }
        Ok(None)
    }

    /// Stores a record over what is there, unless that is a newer one. Returns what is stored.
    async fn save(&self, record: &mut StoredTokens) -> Result<StoredTokens, Error> {
        loop {
            if self.store.swap(&self.account, record).await? {
                return Ok(record.clone());
            }
            match self.store.load(&self.account).await? {
                // A confirmation that was lost, or an authorisation that came in between.
                Some(stored) if stored.generation >= record.generation => return Ok(stored),
                stored => record.follow(stored.as_ref()),
            }
        }
    }

    /// Writes what `next` makes of the stored record.
    pub(super) async fn write(
        &self,
        next: impl Fn(Option<&StoredTokens>) -> StoredTokens,
    ) -> Result<StoredTokens, Error> {
        loop {
            let stored = self.store.load(&self.account).await?;
            let record = next(stored.as_ref());
            if self.store.swap(&self.account, &record).await? {
                return Ok(record);
            }
        }
    }

    /// Takes back what was written about the refresh token.
    pub(super) async fn presume_unspent(&self) -> Result<(), Error> {
        loop {
            let Some(stored) = self.store.load(&self.account).await? else { return Ok(()) };
            if self.store.swap(&self.account, &stored.marked(State::Unspent)).await? {
                return Ok(());
            }
        }
    }
}

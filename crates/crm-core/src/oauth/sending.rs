//! Sends a refresh token once, and records the result.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::TokenSet;
use super::failure::{self, Fate, fate};
use super::flight::{Mark, Need, Shared};
use super::store::{StoredTokens, TokenState};
use crate::clock::within;
use crate::error::{Error, ErrorKind, Sent};
use crate::request::BeforeSend;
use crate::sync::{BoxFuture, lock};

/// Maximum time for the vendor's replies, over all attempts of one renewal.
pub(super) const ANSWER: Duration = Duration::from_secs(45);

/// Result of sending a refresh token.
pub(super) enum Tried {
    Renewed(StoredTokens),
    Failed { record: StoredTokens, fate: Fate, error: Error },
}

impl Shared {
    /// Sends the refresh token once, and stores its new state.
    pub(super) async fn try_refresh(
        self: &Arc<Self>,
        need: Need,
        stored: StoredTokens,
        end: Duration,
    ) -> Result<Tried, Error> {
        // An earlier attempt may have used it up, whatever the result of this one.
        let untouched = self.is_untouched(&stored);
        let mark = Arc::new(Mutex::new(None));
        let sending = self.marking(&stored, &mark);
        let result = self.answer_by(end, self.source.refresh(&stored.tokens, sending)).await;
        let marked = lock(&mark).take();
        let was_marked = marked.is_some();
        let record = marked.unwrap_or_else(|| stored.clone());
        let error = match result {
            Ok(tokens) => {
                let renewed = record.renewed(tokens.succeeding(&stored.tokens));
                return self.keep_new(need, renewed).await.map(Tried::Renewed);
            }
            Err(error) => error,
        };
        let fate = fate(&error);
        tracing::debug!(account = self.account, ?fate, "refresh failed");
        {
            let mut held = lock(&self.state);
            held.in_vain = held.in_vain.saturating_add(1);
        }
        if !self.source.rotates() && fate != Fate::Refused {
            return Ok(Tried::Failed { record, fate, error });
        }
        let written = match fate {
            Fate::Refused => self.mark(&record, TokenState::Refused(self.now())).await.ok(),
            Fate::Unspent if was_marked && untouched => self.mark(&record, TokenState::Unspent).await.ok(),
            Fate::Unknown if !was_marked => self.mark(&record, TokenState::Sent(self.now())).await.ok(),
            Fate::Unspent | Fate::Unknown => None,
        };
        // If it cannot be written, the vendor's failure is still the error to report.
        let record = written.unwrap_or(record);
        if matches!(record.state, TokenState::Sent(_)) {
            self.note(&record, untouched && fate == Fate::Unspent);
        }
        Ok(Tried::Failed { record, fate, error })
    }

    /// Returns true if the refresh token was certainly not used yet.
    fn is_untouched(&self, stored: &StoredTokens) -> bool {
        stored.state == TokenState::Unspent || self.knows(stored, true)
    }

    /// Returns the work before the refresh token is sent: a single-use token is marked as sent.
    fn marking(self: &Arc<Self>, stored: &StoredTokens, marked: &Arc<Mutex<Option<StoredTokens>>>) -> BeforeSend {
        let (shared, stored, marked) = (Arc::clone(self), stored.clone(), Arc::clone(marked));
        BeforeSend::new(move || {
            let (shared, stored, marked) = (Arc::clone(&shared), stored.clone(), Arc::clone(&marked));
            async move {
                if !shared.source.rotates() || lock(&marked).is_some() {
                    return Ok(());
                }
                let record = shared.mark(&stored, TokenState::Sent(shared.now())).await?;
                *lock(&marked) = Some(record);
                Ok(())
            }
        })
    }

    /// Returns true if this process knows the result of the mark in the record: nothing was sent (`unsent`), or no
    /// reply with tokens arrived.
    pub(super) fn knows(&self, stored: &StoredTokens, unsent: bool) -> bool {
        let held = lock(&self.state);
        let own = held.mark.as_ref().filter(|mark| mark.revision == stored.revision() && mark.state == stored.state);
        own.is_some_and(|mark| mark.unsent || !unsent)
    }

    /// Returns the age of another process's mark. The clock of its machine may be ahead, so the age is at least the
    /// time for which this process has known the mark.
    pub(super) fn age(&self, stored: &StoredTokens, at: SystemTime) -> Duration {
        let (now, revision) = (self.clock.now(), stored.revision());
        let since = {
            let mut held = lock(&self.state);
            let known = held.seen.filter(|seen| seen.0 == revision);
            held.seen.insert(known.unwrap_or((revision, now))).1
        };
        let age = self.clock.wall().duration_since(at).unwrap_or_default();
        age.max(now.saturating_sub(since))
    }

    fn note(&self, record: &StoredTokens, unsent: bool) {
        let mark = Mark { revision: record.revision(), state: record.state.clone(), unsent };
        lock(&self.state).mark = Some(mark);
    }

    pub(super) async fn answer(&self, call: BoxFuture<'_, Result<TokenSet, Error>>) -> Result<TokenSet, Error> {
        self.answer_by(self.clock.now().saturating_add(ANSWER), call).await
    }

    /// Waits for the vendor's reply, within the lease.
    async fn answer_by(&self, end: Duration, call: BoxFuture<'_, Result<TokenSet, Error>>) -> Result<TokenSet, Error> {
        within(&*self.clock, end, call).await.unwrap_or_else(|| {
            let text = format!("the token endpoint did not answer within {} s", ANSWER.as_secs());
            Err(Error::new(ErrorKind::Timeout, text).with_sent(Sent::Maybe))
        })
    }

    /// Returns the time of day, with the precision of stored times.
    fn now(&self) -> SystemTime {
        TokenState::stored_time(self.clock.wall())
    }

    /// Stores a new state of the refresh token.
    async fn mark(&self, stored: &StoredTokens, state: TokenState) -> Result<StoredTokens, Error> {
        let marked = stored.marked(state);
        match self.store.swap(&self.record_key, &marked).await {
            Ok(true) => Ok(marked),
            Ok(false) => Err(failure::changed(&self.account)),
            Err(error) => {
                // The mark may be stored although its confirmation was lost.
                self.note(&marked, self.is_untouched(stored));
                Err(error)
            }
        }
    }
}

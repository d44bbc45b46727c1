//! Sending a refresh token once, and knowing what became of it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::TokenSet;
use super::failure::{self, Fate, fate};
use super::flight::{Mark, Shared};
use super::store::{StoredTokens, TokenState};
use crate::clock::within;
use crate::error::{Error, ErrorKind, Sent};
use crate::request::BeforeSend;
use crate::sync::{BoxFuture, lock};

/// How long the vendor may take, over all tries of one renewal.
pub(super) const ANSWER: Duration = Duration::from_secs(45);

/// What came of sending a refresh token.
pub(super) enum Tried {
    Renewed(StoredTokens),
    Failed { record: StoredTokens, fate: Fate, error: Error },
}

impl Shared {
    /// Sends the refresh token once, and writes down what became of it.
    pub(super) async fn try_refresh(self: &Arc<Self>, stored: StoredTokens, end: Duration) -> Result<Tried, Error> {
        // An earlier try may have used it up, whatever comes of this one.
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
                return self.keep(renewed).await.map(Tried::Renewed);
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
        // If it cannot be written, the failure of the vendor is still the one to report.
        let record = written.unwrap_or(record);
        if matches!(record.state, TokenState::Sent(_)) {
            self.note(&record, untouched && fate == Fate::Unspent);
        }
        Ok(Tried::Failed { record, fate, error })
    }

    /// Whether the refresh token was certainly not used yet.
    fn is_untouched(&self, stored: &StoredTokens) -> bool {
        stored.state == TokenState::Unspent || self.knows(stored, true)
    }

    /// The work before the refresh token is sent: a token that works once is marked as sent.
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

    /// Whether this process knows what became of what the record says was sent: nothing was
    /// (`unsent`), or no answer with tokens came.
    pub(super) fn knows(&self, stored: &StoredTokens, unsent: bool) -> bool {
        let held = lock(&self.state);
        let own = held.mark.as_ref().filter(|mark| mark.revision == stored.revision() && mark.state == stored.state);
        own.is_some_and(|mark| mark.unsent || !unsent)
    }

    /// How old a mark of another process is. The clock of its machine may be ahead, so it is at least as old
    /// as this process has known it.
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

    /// Waits for the vendor, within the lease.
    async fn answer_by(&self, end: Duration, call: BoxFuture<'_, Result<TokenSet, Error>>) -> Result<TokenSet, Error> {
        within(&*self.clock, end, call).await.unwrap_or_else(|| {
            let text = format!("the token endpoint did not answer within {} s", ANSWER.as_secs());
            Err(Error::new(ErrorKind::Timeout, text).with_sent(Sent::Maybe))
        })
    }

    /// The time of day, as exactly as it is stored.
    fn now(&self) -> SystemTime {
        TokenState::stored_time(self.clock.wall())
    }

    /// Writes down what happens to the refresh token.
    async fn mark(&self, stored: &StoredTokens, state: TokenState) -> Result<StoredTokens, Error> {
        let marked = stored.marked(state);
        match self.store.swap(&self.record_key, &marked).await {
            Ok(true) => Ok(marked),
            Ok(false) => Err(failure::changed(&self.account)),
            Err(error) => {
                // The mark may stand although its confirmation was lost.
                self.note(&marked, self.is_untouched(stored));
                Err(error)
            }
        }
    }
}

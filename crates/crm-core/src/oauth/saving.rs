//! Writing to the store: a new set is stored before it is used, and kept in memory until then.

use std::time::Duration;

use super::failure;
use super::flight::{Need, Shared};
use super::store::{StoredTokens, TokenState};
use crate::error::Error;
use crate::sync::lock;

/// Maximum number of attempts to store in one renewal, and the first pause between them.
const WRITES: u32 = 6;
const WRITE_PAUSE: Duration = Duration::from_millis(100);

impl Shared {
    /// Stores a set that the vendor just returned, and only then returns it.
    pub(super) async fn keep_new(&self, need: Need, record: StoredTokens) -> Result<StoredTokens, Error> {
        if need.refused {
            lock(&self.state).cure = record.generation;
        }
        self.keep(record).await
    }

    /// Stores a set, and only then returns it.
    pub(super) async fn keep(&self, record: StoredTokens) -> Result<StoredTokens, Error> {
        lock(&self.state).unsaved = Some(record);
        match self.save_what_is_left().await {
            Ok(Some(record)) => Ok(record),
            Ok(None) => Err(failure::never_authorised(&self.account)),
            Err(error) => Err(error),
        }
    }

    /// Stores the set that is not stored yet, if there is one, and then releases the lock that was
    /// kept for it.
    pub(super) async fn save_what_is_left(&self) -> Result<Option<StoredTokens>, Error> {
        let Some(mut record) = lock(&self.state).unsaved.clone() else { return Ok(None) };
        let mut pause = WRITE_PAUSE;
        for write in 1.. {
            match self.save(&mut record).await {
                Ok(stored) => {
                    let kept = {
                        let mut held = lock(&self.state);
                        held.unsaved = None;
                        held.kept.take()
                    };
                    if let Some(kept) = kept {
                        kept.release().await;
                    }
                    return Ok(Some(stored));
                }
                Err(error) if write == WRITES => return Err(failure::not_stored(&self.account, error)),
                Err(_) => self.clock.sleep(pause).await,
            }
            pause *= 2;
        }
        Ok(None)
    }

    /// Replaces the stored record, unless it is newer. Returns the record that is stored.
    async fn save(&self, record: &mut StoredTokens) -> Result<StoredTokens, Error> {
        loop {
            if self.store.swap(&self.record_key, record).await? {
                return Ok(record.clone());
            }
            match self.store.load(&self.record_key).await? {
                // Either the confirmation of a write was lost, or an authorisation was stored in between.
                Some(stored) if stored.generation >= record.generation => return Ok(stored),
                stored => record.follow(stored.as_ref()),
            }
        }
    }

    /// Writes the result of `next` for the stored record.
    pub(super) async fn write(
        &self,
        next: impl Fn(Option<&StoredTokens>) -> Result<StoredTokens, Error>,
    ) -> Result<StoredTokens, Error> {
        loop {
            let stored = self.store.load(&self.record_key).await?;
            let record = next(stored.as_ref())?;
            if self.store.swap(&self.record_key, &record).await? {
                return Ok(record);
            }
        }
    }

    /// Resets the state of the refresh token in the stored record, or in a later record that
    /// this process has. Returns the record.
    pub(super) async fn presume_unspent(&self) -> Result<Option<StoredTokens>, Error> {
        loop {
            let stored = self.store.load(&self.record_key).await?;
            let generation = stored.as_ref().map_or(0, |stored| stored.generation);
            let held = self.held().filter(|held| held.generation > generation);
            let Some(mut record) = held.or_else(|| stored.clone()) else { return Ok(None) };
            record.state = TokenState::Unspent;
            record.follow(stored.as_ref());
            if self.store.swap(&self.record_key, &record).await? {
                return Ok(Some(record));
            }
        }
    }
}

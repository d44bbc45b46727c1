//! Records under the keys of an earlier version, which contain only the account's name and not the vendor.
//!
//! | under the new key | under the old key | a read returns | a renewal or `install` first |
//! |---|---|---|---|
//! | a record | anything | that record | does nothing |
//! | nothing | nothing, or a record of another vendor | nothing | does nothing |
//! | nothing | a record | that record | marks it as moved to the vendor, copies it, empties it |
//! | nothing | a record that is marked as moved to this vendor | that record | copies it, empties it |
//!
//! A process that dies between two steps leaves the store in one row of this table, so nothing is lost. A process of
//! the earlier version reads a moved record as one without a refresh token: it uses the access token
//! until it expires and never sends the refresh token at the same time as this version. The old key's lock, which such
//! a process holds during a renewal, is held for the move.

use super::failure;
use super::flight::Shared;
use super::renewal::{LEASE, LOOK};
use super::store::StoredTokens;
use crate::error::Error;

impl Shared {
    /// The account's record, under either key.
    pub(super) async fn read(&self) -> Result<Option<StoredTokens>, Error> {
        match self.store.load(&self.record_key).await? {
            Some(record) => Ok(Some(record)),
            None => self.older().await,
        }
    }

    /// The record under the old key, if it is this vendor's.
    async fn older(&self) -> Result<Option<StoredTokens>, Error> {
        let record = self.store.load(&self.account).await?;
        Ok(record.filter(|record| match record.moved_to() {
            Some(vendor) => vendor == self.source.vendor() && record.tokens.refresh.is_some(),
            None => self.source.recognises(&record.tokens),
        }))
    }

    /// Moves the record to the new key, if it is under the old one.
    pub(super) async fn claim(&self) -> Result<(), Error> {
        if self.store.load(&self.record_key).await?.is_some() || self.older().await?.is_none() {
            return Ok(());
        }
        let start = self.clock.now();
        let held = loop {
            if let Some(held) = self.store.lock(&self.account, LEASE).await? {
                break held;
            }
            let waited = self.clock.now().saturating_sub(start);
            if waited > LEASE {
                return Err(failure::locked(&self.account, waited.as_secs()));
            }
            self.clock.sleep(LOOK.mul_f64(1.0 + self.random())).await;
        };
        let moved = self.move_record().await;
        held.release().await;
        moved
    }

    async fn move_record(&self) -> Result<(), Error> {
        let Some(old) = self.older().await? else { return Ok(()) };
        let marked = if old.moved_to().is_some() {
            old
        } else {
            let marked = old.moving(self.source.vendor());
            if !self.store.swap(&self.account, &marked).await? {
                return Err(failure::changed(&self.account));
            }
            marked
        };
        // If it already exists, another process was faster with the same record.
        self.store.swap(&self.record_key, &marked.copied()).await?;
        self.store.swap(&self.account, &marked.emptied()).await?;
        tracing::info!(
            account = self.account,
            vendor = self.source.vendor(),
            "stored tokens moved to the vendor's key"
        );
        Ok(())
    }
}

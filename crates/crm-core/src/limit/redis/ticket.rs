//! A place in the queue that Redis keeps.

use std::sync::Arc;

use serde_json::json;

use super::Inner;
use super::account::Account;
use super::call::say;

/// Gives its place up when dropped, as far as Redis can be reached; else the place lapses.
pub(super) struct Ticket {
    inner: Arc<Inner>,
    pub(super) account: Arc<Account>,
    pub(super) class: usize,
    pub(super) cost: u32,
    /// As Redis knows it.
    pub(super) name: String,
    /// Its tag, and the name of the data that this belongs to.
    pub(super) place: Option<(String, String)>,
}

impl Ticket {
    pub(super) fn new(inner: &Arc<Inner>, account: Arc<Account>, class: usize, cost: u32) -> Self {
        let name = format!("{}:{}:{cost}", inner.worker, inner.next_ticket());
        Self { inner: Arc::clone(inner), account, class, cost, name, place: None }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let (Some(_), Ok(runtime)) = (self.place.take(), tokio::runtime::Handle::try_current()) else { return };
        if self.inner.link.is_away(self.inner.clock.now()) {
            return;
        }
        let call = say(json!({
            "worker": self.inner.worker,
            "ticket": self.name,
            "class": self.class + 1,
            "cost": self.cost,
        }));
        let (inner, account) = (Arc::clone(&self.inner), Arc::clone(&self.account));
        runtime.spawn(async move {
            // Where this fails the place lapses.
            let _ = inner.redis.run(&inner.scripts.leave, &account.keys, &[&inner.layout, &call]).await;
        });
    }
}

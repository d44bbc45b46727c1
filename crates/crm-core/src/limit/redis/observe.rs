//! Reports the information in a reply to all workers.

use std::sync::Arc;

use serde_json::json;

use super::Inner;
use super::call::{LONG, say, told};
use crate::error::{Error, ErrorKind};
use crate::limit::told::Told;
use crate::limit::{Acquire, Permit};
use crate::redis;
use crate::vendor::Feedback;

impl Inner {
    /// Reports a reply to Redis in a separate task, if it contains information about limits.
    pub(super) fn observe(self: &Arc<Self>, acquire: &Acquire, permit: &Permit, status: u16, feedback: &Feedback) {
        let all = Told::all(&self.quotas, acquire.class, status, feedback);
        let account = self.account(&acquire.key);
        if self.links(&account).is_away(self.clock.now()) {
            self.local.learn(&acquire.key, &all.iter().map(|told| self.part(told)).collect::<Vec<_>>());
            return;
        }
        let noted = &permit.note;
        let news: Vec<_> = all
            .iter()
            .filter_map(|one| {
                let most = self.quotas.windows[one.window].limit();
                let figures = noted.windows.iter().find(|figures| figures.window == one.window);
                let free = figures.map_or(most, |figures| figures.free);
                let mut one = one.clone();
                one.limit = one.limit.filter(|&limit| account.with(|state| state.is_news(one.window, most, limit)));
                one.remaining = one.remaining.filter(|&(remaining, _)| remaining < free);
                let news = one.limit.is_some() || one.remaining.is_some() || one.refused.is_some();
                news.then(|| told(&one, figures.map(|figures| figures.gone)))
            })
            .collect();
        if news.is_empty() {
            return;
        }
        let call = say(json!({ "data": noted.data, "told": news }));
        let inner = Arc::clone(self);
        let Ok(runtime) = redis::runtime() else { return };
        runtime.spawn(async move {
            let result = inner.redis.run(&inner.scripts.observe, &account.keys, &[&inner.layout, &call]).await;
            if let Err(reason) = result {
                tracing::debug!(%reason, "a reply was not reported to Redis");
            }
        });
    }

    /// Opens an account's windows, here and for all workers.
    pub(super) async fn lift(&self, key: &str) -> Result<(), Error> {
        self.local.open(key);
        let account = self.account(key);
        let told = self.redis.run(&self.scripts.lift, &account.keys, &[&self.layout, "{}"]).await;
        told.map_err(|reason| {
            Error::new(ErrorKind::Other, format!("the hold could not be lifted in Redis, try again: {reason}"))
        })?;
        account.with(|state| {
            let now = self.clock.now();
            state.lines.iter_mut().for_each(|line| line.hurry(now));
        });
        account.stir.notify_one();
        Ok(())
    }

    /// Returns this worker's part of a limit.
    fn part(&self, told: &Told) -> Told {
        let mut part = told.clone();
        if self.quotas.windows[told.window].span() <= LONG {
            part.limit = part.limit.map(|limit| limit / u64::from(self.workers));
        }
        part
    }
}

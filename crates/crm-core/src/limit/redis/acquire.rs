//! Gets a permit: in line for Redis, or from this worker's own part while Redis is unavailable.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::alone::Alone;
use super::in_line::{InLine, Outcome};
use super::link::Standing;
use super::seats::{Known, Seat};
use super::{Inner, WhenAway};
use crate::limit::{Acquire, LimitRefusal, Permit};
use crate::redis::Away;

impl Inner {
    pub(super) async fn acquire(self: &Arc<Self>, acquire: &Acquire) -> Result<Permit, LimitRefusal> {
        let class = self.quotas.class_of(acquire)?;
        if self.quotas.windows_of(class).is_empty() {
            return Ok(Permit::default());
        }
        let start = self.clock.now();
        let mut waited = false;
        let account = self.account(&acquire.key);
        let mut alone: Option<Alone<'_>> = None;
        let note = loop {
            // Created before the check, so that no change is missed.
            let links = self.links(&account);
            let (mut server, mut data) = (pin!(links.server.changed()), pin!(links.account.changed()));
            server.as_mut().enable();
            data.as_mut().enable();
            let changed = pin!(first(server, data));
            let now = self.clock.now();
            match links.look(now) {
                Standing::Up(_) => {
                    alone = None;
                    match InLine::new(self, &account, class, acquire)?.await {
                        Outcome::Given(note, for_others) => {
                            waited |= for_others;
                            break note;
                        }
                        Outcome::Refused(refusal) => return Err(refusal),
                        Outcome::Anew => {}
                    }
                }
                Standing::Away { absence, fresh, again } => match self.when_away {
                    WhenAway::Refuse if links.claim(now, self.redis.time_limit()) => self.try_redis(&account).await,
                    WhenAway::Refuse => return Err(away(links.reason(), again)),
                    WhenAway::GoOn | WhenAway::Share if !fresh => {
                        self.probe(&account, now);
                        first(self.clock.sleep(self.redis.time_limit()).as_mut(), changed).await;
                    }
                    WhenAway::GoOn => {
                        self.probe(&account, now);
                        let note = account.with(|state| {
                            let alone = self.is_alone(&account, state, absence, now);
                            alone.then(|| self.granted_alone(state, class, acquire, now)).ok_or(state.reporting)
                        });
                        match note {
                            Ok(note) => break note,
                            Err(reporting) => {
                                let wait = reporting.saturating_sub(now).max(Duration::from_millis(1));
                                acquire.wait();
                                waited = true;
                                first(self.clock.sleep(wait).as_mut(), changed).await;
                            }
                        }
                    }
                    WhenAway::Share => {
                        self.probe(&account, now);
                        let alone = alone.get_or_insert_with(|| self.local_turn(acquire));
                        if let Some(result) = self.alone(alone, &account, acquire, absence, again, changed).await {
                            let (note, for_others) = result?;
                            waited |= for_others;
                            break note;
                        }
                        waited = true;
                    }
                },
            }
        };
        // Time spent in the request does not count as waiting.
        let waited = if waited { self.clock.now().saturating_sub(start) } else { Duration::ZERO };
        Ok(Permit { waited, note })
    }

    pub(super) fn seat(
        &self,
        number: u64,
        class: usize,
        cost: u32,
        allowance: Duration,
        known: Known,
        now: Duration,
    ) -> Seat {
        let name = format!("{}:{number}:{cost}:{}", self.worker, self.quotas.classes[class].0);
        // Half of the lease remains when it is renewed, and a dead worker's last request may arrive for as
        // long as its allowance.
        let lease = allowance.max(self.renew).saturating_mul(2);
        Seat { name, class, cost, lease, known, renewed: now }
    }
}

/// Returns the refusal of a permit because Redis is unavailable.
fn away(reason: Option<Away>, again: Duration) -> LimitRefusal {
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    LimitRefusal::new(format!("the shared rate limit is not available because Redis is unavailable{reason}"))
        .with_retry_after(again)
}

/// Waits for the first of two futures.
pub(super) async fn first<A, B>(mut one: Pin<&mut A>, mut other: Pin<&mut B>)
where
    A: Future<Output = ()> + ?Sized,
    B: Future<Output = ()> + ?Sized,
{
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => other.as_mut().poll(cx),
    })
    .await;
}

//! Getting a permit: from Redis, or from this worker's own part while Redis is away.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use serde_json::json;

use super::call::{Join, Reply, Word, micros, say};
use super::link::{Absence, Standing};
use super::note::{Figures, Note};
use super::ticket::Ticket;
use super::{Inner, WhenAway};
use crate::limit::{Grant, LimitRefusal, Permit};
use crate::redis::Away;
use crate::sync::{BoxFuture, lock};

/// How often a question is put again at once: to join, and to hear the server's time first.
const ROUNDS: usize = 6;

/// What came of a question to Redis.
enum Answer {
    Granted(Note),
    Again(Duration),
    Refused(LimitRefusal),
    /// Another task found Redis away meanwhile.
    Anew,
}

/// A wait in this worker's own queue.
type Alone<'a> = BoxFuture<'a, Result<Grant, LimitRefusal>>;

impl Inner {
    pub(super) async fn acquire(self: &Arc<Self>, permit: &Permit) -> Result<Grant, LimitRefusal> {
        let class = self.quotas.class_index(permit.class);
        if self.quotas.windows_of(class).is_empty() {
            return Ok(Grant::default());
        }
        let start = self.clock.now();
        let mut waited = false;
        let mut note = Note::default();
        let mut ticket = Ticket::new(self, self.account(&permit.key), class, permit.cost);
        let mut alone: Option<Alone<'_>> = None;
        loop {
            // Before looking, so that no change is missed.
            let mut changed = pin!(self.link.changed());
            changed.as_mut().enable();
            let now = self.clock.now();
            match self.link.look(now) {
                Standing::Up(absence) => {
                    alone = None;
                    match self.ask(&mut ticket, permit, absence).await {
                        Ok(Answer::Granted(noted)) => {
                            note = noted;
                            break;
                        }
                        Ok(Answer::Refused(refusal)) => return Err(refusal),
                        Ok(Answer::Again(wait)) => {
                            waited = true;
                            either(self.clock.sleep(wait), changed).await;
                        }
                        Ok(Answer::Anew) => {}
                        Err(reason) => self.link.failed(absence, self.clock.now(), reason),
                    }
                }
                Standing::Away { absence, fresh, again } => match self.when_away {
                    WhenAway::Refuse if self.link.claim(now, self.redis.time_limit()) => self.try_redis().await,
                    WhenAway::Refuse => return Err(self.away(again)),
                    WhenAway::GoOn | WhenAway::Share if !fresh => {
                        self.probe(now);
                        either(self.clock.sleep(self.redis.time_limit()), changed).await;
                    }
                    WhenAway::GoOn => {
                        self.probe(now);
                        lock(&ticket.account.state).granted_alone(&self.quotas, class, u64::from(permit.cost), now);
                        self.note_alone(permit, now);
                        break;
                    }
                    WhenAway::Share => {
                        self.probe(now);
                        let alone = alone.get_or_insert_with(|| self.local_turn(permit));
                        if let Some(result) = self.alone(alone, &ticket, permit, absence, again, changed).await {
                            let grant = result?;
                            note.alone = true;
                            waited |= !grant.waited().is_zero();
                            break;
                        }
                        waited = true;
                    }
                },
            }
        }
        // The time it takes to ask is no wait.
        let waited = if waited { self.clock.now().saturating_sub(start) } else { Duration::ZERO };
        Ok(Grant { waited, note })
    }

    fn local_turn<'a>(&'a self, permit: &'a Permit) -> Alone<'a> {
        use crate::limit::RateLimiter as _;
        self.local.acquire(permit)
    }

    /// Asks Redis once, and joins before if need be.
    async fn ask(&self, ticket: &mut Ticket, permit: &Permit, absence: Absence) -> Result<Answer, Away> {
        let account = Arc::clone(&ticket.account);
        for _ in 0..ROUNDS {
            // One joins for all.
            let mut joining = None;
            if !lock(&account.state).has_joined(absence) {
                joining = Some(account.joining.lock().await);
            }
            if lock(&account.state).has_joined(absence) {
                joining = None;
            }
            // The time limit of a call is for Redis, not for the calls before it.
            let _turn = self.turns.acquire().await;
            if !self.link.is_still(absence) {
                return Ok(Answer::Anew);
            }
            let now = self.clock.now();
            if permit.deadline.is_some_and(|deadline| now > deadline) {
                return Ok(Answer::Refused(LimitRefusal::new("waiting for the rate limit would pass the deadline")));
            }
            let (call, joins) = self.call(ticket, permit, absence, joining.is_some(), now);
            let texts = self.redis.run(&self.scripts.acquire, &account.keys, &[&self.layout, &call]).await?;
            let reply = Reply::read(texts)?;
            let now = self.clock.now();
            let mut state = lock(&account.state);
            state.heard(&reply, now);
            if !self.link.is_still(absence) {
                // What was granted is not used: this worker's own log was closed without it.
                return Ok(Answer::Anew);
            }
            match &reply.word {
                Word::Late => continue,
                Word::Join => {
                    state.must_join(&reply);
                    continue;
                }
                _ => {}
            }
            if joins {
                state.has_been_joined(absence, &reply);
                state.reporting = Duration::ZERO;
            }
            ticket.place = None;
            if reply.data != state.data {
                // Another task found the data lost and told what had been granted, without this.
                return Ok(Answer::Anew);
            }
            return Ok(match reply.word {
                Word::Granted(figures) => {
                    let seen: Vec<u64> = figures.iter().map(|figures| figures[0]).collect();
                    state.granted(&self.quotas, ticket.class, u64::from(permit.cost), now, &seen);
                    let windows = self.quotas.windows_of(ticket.class).iter().zip(&figures);
                    let windows = windows.map(|(&window, &[_, free, gone])| Figures { window, free, gone }).collect();
                    #[cfg(feature = "test-util")]
                    lock(&self.grants).push((Duration::from_micros(reply.now), permit.class, permit.cost));
                    Answer::Granted(Note { alone: false, data: reply.data, windows })
                }
                Word::Again { wait, tag } => {
                    ticket.place = Some((tag, reply.data));
                    Answer::Again(wait)
                }
                Word::Refused { wait, window } => {
                    let reason = format!("waiting for the limit \"{window}\" would pass the deadline");
                    Answer::Refused(LimitRefusal::new(reason).with_retry_after(wait))
                }
                Word::Never { window } => {
                    Answer::Refused(LimitRefusal::new(format!("the window \"{window}\" is smaller than the request")))
                }
                Word::Join | Word::Late => Answer::Anew,
            });
        }
        Err(Away::new("it changes faster than it can be joined"))
    }

    /// The question, and whether it joins.
    fn call(&self, ticket: &Ticket, permit: &Permit, absence: Absence, joining: bool, now: Duration) -> (String, bool) {
        let mut state = lock(&ticket.account.state);
        let time = self.redis.time_limit();
        let join = if joining { state.join(&self.quotas, self.workers, absence, self.laggards, now) } else { None };
        if join.is_some() {
            state.reporting = now.saturating_add(time);
        }
        let tag = ticket.place.as_ref().filter(|(_, data)| *data == state.data).map(|(tag, _)| tag);
        let call = say(json!({
            "worker": self.worker,
            "ticket": ticket.name,
            "class": ticket.class + 1,
            "cost": permit.cost,
            "tag": tag,
            "patience": permit.deadline.map(|deadline| micros(deadline.saturating_sub(now))),
            "data": state.data,
            "round": state.round,
            "before": state.before(now, time),
            "join": join.as_ref().map(Join::to_json),
        }));
        (call, join.is_some())
    }

    /// Waits for a turn in this worker's own queue, until Redis may be back: then `None`.
    async fn alone<'a>(
        &self,
        turn: &mut Alone<'a>,
        ticket: &Ticket,
        permit: &Permit,
        absence: Absence,
        again: Duration,
        mut changed: Pin<&mut impl Future<Output = ()>>,
    ) -> Option<Result<Grant, LimitRefusal>> {
        let reporting = {
            let mut state = lock(&ticket.account.state);
            let now = self.clock.now();
            if let Some(windows) = state.alone(&self.quotas, self.workers, absence, now) {
                self.local.resume(&permit.key, windows);
            }
            state.reporting.saturating_sub(now)
        };
        let wait = if reporting.is_zero() { again } else { again.min(reporting) };
        let mut look = self.clock.sleep(wait.max(Duration::from_millis(1)));
        poll_fn(|cx| {
            if changed.as_mut().poll(cx).is_ready() || look.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            // Under the lock that the joining takes too: what it reports is complete, and nothing
            // is granted here while its message may still be under way.
            let mut state = lock(&ticket.account.state);
            let now = self.clock.now();
            if !self.link.is_away(now) || !self.link.is_still(absence) || now < state.reporting {
                return Poll::Pending;
            }
            turn.as_mut().poll(cx).map(|result| {
                Some(match result {
                    Ok(grant) => {
                        // Not before it was given: what is told to Redis must not expire too early.
                        let now = self.clock.now();
                        state.granted_alone(&self.quotas, ticket.class, u64::from(permit.cost), now);
                        self.note_alone(permit, now);
                        Ok(grant)
                    }
                    Err(refusal) => Err(self.without_redis(&refusal)),
                })
            })
        })
        .await
    }

    /// Keeps the time of a permit that this worker gave to itself.
    #[cfg_attr(not(feature = "test-util"), allow(unused_variables, clippy::unused_self))]
    fn note_alone(&self, permit: &Permit, now: Duration) {
        #[cfg(feature = "test-util")]
        lock(&self.grants).push((self.clock_began + now, permit.class, permit.cost));
    }

    /// The refusal of a permit because Redis is away.
    fn away(&self, again: Duration) -> LimitRefusal {
        let reason = self.link.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
        LimitRefusal::new(format!("the shared rate limit cannot be asked, Redis is away{reason}"))
            .with_retry_after(again)
    }

    /// A refusal by this worker's own queue.
    fn without_redis(&self, refusal: &LimitRefusal) -> LimitRefusal {
        let own =
            LimitRefusal::new(format!("{}, of which this worker has a part while Redis is away", refusal.reason()));
        match refusal.retry_after() {
            Some(wait) => own.with_retry_after(wait),
            None => own,
        }
    }
}

/// Waits for the first of two.
async fn either(mut sleep: BoxFuture<'static, ()>, mut changed: Pin<&mut impl Future<Output = ()>>) {
    poll_fn(|cx| match sleep.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(()),
        Poll::Pending => changed.as_mut().poll(cx),
    })
    .await;
}

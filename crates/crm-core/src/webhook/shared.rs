//! Receivers in several processes that accept each delivery once together.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Delivery, Refused, WebhookReceiver};
use crate::clock::{Clock, SystemClock};
use crate::crypto::library::digest::{SHA256, digest};
use crate::error::{Error, ErrorKind};
use crate::redis::{self, Address, Connection, Script};

/// What all keys begin with.
const PREFIX: &str = "crm:webhooks";
/// How long Redis may take to answer. Vendors wait for some seconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// The commands of the connection and of the scripts, as an ACL allows them.
const ALLOWED: &str = "+hello +eval +evalsha +get +set +del";

/// A script runs twice if the connection breaks before its answer arrives. So the value is a name of the call, and the
/// second run finds what the first one wrote.
const ACCEPT: &str = "
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'yes'} end
if redis.call('GET', KEYS[1]) == ARGV[1] then return {'yes'} end
return {'no'}";
/// The name of a call takes back what that call wrote; without one whatever is there goes.
const FORGET: &str = "
if not ARGV[1] or redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'yes'}";
/// How often a call whose answer was lost is taken back: with pauses that double from a second, for four minutes. HoopAI
/// delivers again after ten.
const TRIES: u32 = 8;

/// What a delivery is remembered by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remembered {
    /// What no other delivery has: its number or its signature.
    pub number: String,
    /// For how long it would be accepted again.
    pub left: Duration,
}

impl Remembered {
    /// A delivery with this number, which is good for so long.
    #[must_use]
    pub fn new(number: impl Into<String>, left: Duration) -> Self {
        Self { number: number.into(), left }
    }
}

/// A receiver that can leave to others whether a delivery came before.
pub trait Numbered: WebhookReceiver {
    /// The events of a delivery like [`WebhookReceiver::receive`], and what it is to be remembered by if the vendor numbers it:
    /// everything is checked but whether it came before.
    ///
    /// # Errors
    ///
    /// Those of [`WebhookReceiver::receive`] except [`Refused::Repeated`].
    fn examine(&self, delivery: &Delivery<'_>) -> Result<(Vec<Self::Event>, Option<Remembered>), Refused>;

    /// The number of a delivery, unchecked.
    fn number(&self, delivery: &Delivery<'_>) -> Option<String>;
}

/// A receiver that remembers in Redis 6.2 or newer, or Valkey 8 or newer, so that several processes accept each delivery
/// once together.
///
/// Only a SHA-256 of the delivery's number or signature is stored, for as long as the delivery would be accepted again. Keys are
/// the prefix, the vendor's name and the hash, for example `crm:webhooks:hubspot:0f…`. A user whose ACL allows no more than
/// this suffices:
///
/// ```text
/// ACL SETUSER crm on >password ~crm:webhooks:* +hello +eval +evalsha +get +set +del
/// ```
///
/// For a cluster add `+cluster|slots`, and for another database than 0 `+select`.
///
/// While Redis is away nothing is accepted: a delivery is [`Refused::Unremembered`], and its
/// [`status`](Refused::status) has the vendor deliver it again. If Redis may have remembered it before it broke off, that is
/// taken back as soon as Redis answers, for four minutes; so is a delivery whose [`receive`](Self::receive) was dropped.
/// Redis may lose what it holds in a failover; a delivery that
/// somebody kept can then be sent again within its time.
pub struct SharedReceiver<R> {
    receiver: R,
    vendor: &'static str,
    shared: Arc<Shared>,
}

struct Shared {
    connection: Connection,
    clock: Arc<dyn Clock>,
    accept: Script,
    forget: Script,
}

impl<R: Numbered> SharedReceiver<R> {
    /// A receiver that remembers at this address, for example `redis://host:6379`. Connects when it is first used. Called by
    /// vendor crates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is no address of Redis.
    pub fn open(receiver: R, vendor: &'static str, url: &str) -> Result<Self, Error> {
        Ok(Self::build(receiver, vendor, Address::parse(url)?))
    }

    /// The same with the settings of this client of the `redis` crate, for example with certificates of your own.
    #[must_use]
    pub fn open_for(receiver: R, vendor: &'static str, client: &::redis::Client) -> Self {
        Self::build(receiver, vendor, Address::of(client))
    }

    fn build(receiver: R, vendor: &'static str, address: Address) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let connection = Connection::new(address, Arc::clone(&clock), PATIENCE, format!("~{PREFIX}:* {ALLOWED}"));
        let [accept, forget] = [ACCEPT, FORGET].map(Script::new);
        Self { receiver, vendor, shared: Arc::new(Shared { connection, clock, accept, forget }) }
    }

    /// The events of a delivery; some vendors send many at once. If the future is dropped, the delivery is accepted again.
    ///
    /// # Errors
    ///
    /// Says which check failed. Answer the vendor with [`Refused::status`].
    pub async fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<R::Event>, Refused> {
        let (events, remembered) = self.receiver.examine(delivery)?;
        let Some(Remembered { number, left }) = remembered else { return Ok(events) };
        // Good up to and including the last moment.
        let left = left.saturating_add(Duration::from_secs(1)).as_millis().min(1 << 52).to_string();
        let away = |reason: String| Refused::Unremembered { reason };
        let runtime = redis::runtime().map_err(|error| away(format!("no thread can start: {error}")))?;
        let (shared, keys) = (Arc::clone(&self.shared), self.keys(&number));
        let (sender, answer) = oneshot::channel();
        runtime.spawn(async move {
            // If the caller is gone, the claim is dropped.
            let _ = sender.send(Claim::make(shared, keys, &left).await);
        });
        let (mut claim, accepted) = answer.await.map_err(|_| away("the call was cut off".to_owned()))?;
        accepted?;
        claim.remembered = false;
        Ok(events)
    }

    /// Accepts the same delivery again, in all processes: where acting on it failed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`] if Redis is away; the delivery is then still remembered.
    pub async fn forget(&self, delivery: &Delivery<'_>) -> Result<(), Error> {
        let Some(number) = self.receiver.number(delivery) else { return Ok(()) };
        let answer = self.shared.connection.run(&self.shared.forget, &self.keys(&number), &[]).await;
        answer.map(drop).map_err(|away| {
            Error::new(ErrorKind::Other, format!("the delivery could not be forgotten in Redis, try again: {away}"))
        })
    }

    /// The receiver itself, for example to replace its keys.
    #[must_use]
    pub fn receiver(&self) -> &R {
        &self.receiver
    }

    fn keys(&self, number: &str) -> [String; 1] {
        let hash = digest(&SHA256, number.as_bytes());
        let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        [format!("{PREFIX}:{}:{hash}", self.vendor)]
    }
}

/// A delivery that Redis may remember for one call. It is taken back when dropped, because then nobody received it.
struct Claim {
    shared: Arc<Shared>,
    keys: [String; 1],
    call: String,
    remembered: bool,
}

impl Claim {
    /// Has a delivery remembered for so many milliseconds, unless it is already.
    async fn make(shared: Arc<Shared>, keys: [String; 1], left: &str) -> (Self, Result<(), Refused>) {
        let call = format!("{:032x}", fastrand::u128(..));
        let (remembered, accepted) = match shared.connection.run(&shared.accept, &keys, &[&call, left]).await {
            Ok(answer) if answer.first().is_some_and(|word| word == "yes") => (true, Ok(())),
            Ok(_) => (false, Err(Refused::Repeated)),
            Err(away) => (away.may_act(), Err(Refused::Unremembered { reason: away.to_string() })),
        };
        (Self { shared, keys, call, remembered }, accepted)
    }
}

/// Lets the vendor's next delivery in, in a task of its own.
impl Drop for Claim {
    fn drop(&mut self) {
        let Ok(runtime) = redis::runtime() else { return };
        if !self.remembered {
            return;
        }
        let (shared, keys, call) = (Arc::clone(&self.shared), self.keys.clone(), self.call.clone());
        runtime.spawn(async move {
            for attempt in 0..TRIES {
                if shared.connection.run(&shared.forget, &keys, &[&call]).await.is_ok() {
                    return;
                }
                shared.clock.sleep(Duration::from_secs(1 << attempt)).await;
            }
        });
    }
}

impl<R> fmt::Debug for SharedReceiver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReceiver")
            .field("vendor", &self.vendor)
            .field("redis", &self.shared.connection)
            .finish_non_exhaustive()
    }
}

//! Receivers in several processes that together accept each delivery once.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::{Delivery, Refused, WebhookReceiver};
use crate::clock::{Clock, SystemClock};
use crate::crypto::library::digest::{SHA256, digest};
use crate::error::{Error, ErrorKind};
use crate::redis::{self, Address, Connection, Script};

/// Common prefix of all keys.
const PREFIX: &str = "crm:webhooks";
/// Maximum time for a reply of Redis. Vendors wait for a few seconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// The commands of the connection and of the scripts, in the form of ACL rules.
const ALLOWED: &str = "+hello +eval +evalsha +get +set +del";

/// A script runs twice if the connection breaks before its reply arrives. The value is therefore a name of the call, so
/// that the second run finds the value of the first one.
const ACCEPT: &str = "
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'yes'} end
if redis.call('GET', KEYS[1]) == ARGV[1] then return {'yes'} end
return {'no'}";
/// With the name of a call, removes the value of that call; without one, removes any value.
const FORGET: &str = "
if not ARGV[1] or redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'yes'}";
/// Number of attempts to undo a call whose reply was lost: with pauses that double from one second, for four minutes.
/// HoopAI delivers again after ten minutes.
const TRIES: u32 = 8;

/// The identity of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remembered {
    /// A value that no other delivery has: its number or its signature.
    pub number: String,
    /// Time for which the delivery would be accepted again.
    pub left: Duration,
}

impl Remembered {
    /// A delivery with this number, valid for this time.
    #[must_use]
    pub fn new(number: impl Into<String>, left: Duration) -> Self {
        Self { number: number.into(), left }
    }
}

/// A receiver that can leave the detection of repeated deliveries to another component.
pub trait Numbered: WebhookReceiver {
    /// Returns the events of a delivery like [`WebhookReceiver::receive`], and its identity if the vendor numbers
    /// deliveries. Makes all checks except the one for repeated deliveries.
    ///
    /// # Errors
    ///
    /// Those of [`WebhookReceiver::receive`] except [`Refused::Repeated`].
    fn examine(&self, delivery: &Delivery<'_>) -> Result<(Vec<Self::Event>, Option<Remembered>), Refused>;

    /// The number of a delivery, unchecked.
    fn number(&self, delivery: &Delivery<'_>) -> Option<String>;
}

/// A receiver that remembers deliveries in Redis 6.2 or newer, or Valkey 8 or newer, so that several processes accept
/// each delivery only once.
///
/// Only the SHA-256 of the delivery's number or signature is stored, for as long as the delivery would be accepted
/// again. Keys are the prefix, the vendor's name and the hash, for example `crm:webhooks:hubspot:0f…`. A user with this
/// minimal ACL suffices:
///
/// ```text
/// ACL SETUSER crm on >password ~crm:webhooks:* +hello +eval +evalsha +get +set +del
/// ```
///
/// For a cluster add `+cluster|slots`, and for a database other than 0 `+select`.
///
/// While Redis is unavailable nothing is accepted: a delivery is [`Refused::Unremembered`], and its
/// [`status`](Refused::status) makes the vendor deliver it again. If Redis may have recorded it before the connection
/// broke, the record is removed as soon as Redis responds, for up to four minutes; the same applies to a delivery whose
/// [`receive`](Self::receive) was dropped. Redis may lose records in a failover; a copy of a delivery
/// can then be sent again within its time.
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
    /// Creates a receiver that uses Redis at this address, for example `redis://host:6379`. Connects when it is first
    /// used. Called by vendor crates.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if it is not an address of Redis.
    pub fn open(receiver: R, vendor: &'static str, url: &str) -> Result<Self, Error> {
        Ok(Self::build(receiver, vendor, Address::parse(url)?))
    }

    /// Creates a receiver with the settings of this client of the `redis` crate, for example with your own
    /// certificates.
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

    /// Returns the events of a delivery; some vendors send several at once. If the future is dropped, the delivery is
    /// accepted again.
    ///
    /// # Errors
    ///
    /// Returns the check that failed. Answer the vendor with [`Refused::status`].
    pub async fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<R::Event>, Refused> {
        let (events, remembered) = self.receiver.examine(delivery)?;
        let Some(Remembered { number, left }) = remembered else { return Ok(events) };
        // Valid up to and including the last moment.
        let left = left.saturating_add(Duration::from_secs(1)).as_millis().min(1 << 52).to_string();
        let away = |reason: String| Refused::Unremembered { reason };
        let runtime = redis::runtime().map_err(|error| away(format!("no thread can start: {error}")))?;
        let (shared, keys) = (Arc::clone(&self.shared), self.keys(&number));
        let (sender, answer) = oneshot::channel();
        runtime.spawn(async move {
            // If the caller was dropped, the claim is dropped.
            let _ = sender.send(Claim::make(shared, keys, &left).await);
        });
        let (mut claim, accepted) = answer.await.map_err(|_| away("the call was cut off".to_owned()))?;
        accepted?;
        claim.remembered = false;
        Ok(events)
    }

    /// Accepts the same delivery again, in all processes, for example because handling it failed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Other`] if Redis is unavailable; the delivery is then still remembered.
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

/// A delivery that Redis may remember for one call. It is undone when dropped, because no caller received it then.
struct Claim {
    shared: Arc<Shared>,
    keys: [String; 1],
    call: String,
    remembered: bool,
}

impl Claim {
    /// Records a delivery for `left` milliseconds, unless it is already recorded.
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

/// Lets the vendor's next delivery in, in a separate task.
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

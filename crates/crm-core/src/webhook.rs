//! Webhooks: what vendors send of their own accord. Raw bytes in, typed events out.
//!
//! A vendor crate has a receiver; [`WebhookReceiver`] is what all of them have in common. It is given
//! the delivery as it came over the wire: a body that was parsed and written again has another
//! signature. Checks come in this order, and each failure is a [`Refused`] of its own:
//!
//! 1. the signature, in constant time, against every key at hand ([`Rotating`]);
//! 2. the time it was sent at, where the vendor tells ([`Tolerance`]);
//! 3. whether it came before, where the vendor numbers deliveries ([`Replays`]; for several processes, and then after the
//!    body, `SharedReceiver` of the feature `redis`);
//! 4. the body. One odd member or event does not cause the rest to be refused ([`events`]).

mod delivery;
mod events;
mod keys;
mod refused;
mod replays;
#[cfg(feature = "redis")]
mod shared;

pub use delivery::Delivery;
pub use events::{event, events, unread};
pub use keys::{Digest, PublicKey, Rotating, hex, hmac_sha256, sha256};
pub use refused::Refused;
pub use replays::{Replays, Tolerance};
#[cfg(feature = "redis")]
pub use shared::{Numbered, Remembered, SharedReceiver};

/// Checks deliveries of one vendor and reads their events. For code that is generic over vendors: each vendor's receiver
/// has `receive` itself.
pub trait WebhookReceiver: Send + Sync + 'static {
    /// What the vendor tells.
    type Event: Send;

    /// The events of a delivery; some vendors send many at once.
    ///
    /// # Errors
    ///
    /// Says which check failed. Answer the vendor with [`Refused::status`].
    fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Self::Event>, Refused>;
}

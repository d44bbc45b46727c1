//! Webhooks: verifies the raw bytes of deliveries and reads typed events from them.
//!
//! Each vendor crate has a receiver; [`WebhookReceiver`] is their common trait. Pass the delivery
//! exactly as it was received: a body that was parsed and written again has a different signature.
//! The checks run in this order, and each failure is a variant of [`Refused`]:
//!
//! 1. the signature, in constant time, against every configured key ([`Rotating`]);
//! 2. the time at which it was sent, if the vendor sends it ([`Tolerance`]);
//! 3. replays, if the vendor numbers deliveries ([`Replays`]). `SharedReceiver` (feature `redis`) checks them for several
//!    processes, after the body;
//! 4. the body. A single odd member or event does not cause the rest to be refused ([`events`]).

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

/// Checks deliveries of one vendor and reads their events. For code that is generic over vendors; each vendor's
/// receiver also has `receive` as a method of its own.
pub trait WebhookReceiver: Send + Sync + 'static {
    /// The vendor's event.
    type Event: Send;

    /// Returns the events of a delivery; some vendors send several at once.
    ///
    /// # Errors
    ///
    /// Returns the check that failed. Answer the vendor with [`Refused::status`].
    fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Self::Event>, Refused>;
}

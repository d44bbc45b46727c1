//! Webhooks of Hatch, as far as the public record goes.
//!
//! | what | how sure |
//! |---|---|
//! | JSON, posted to an address that is set in Hatch's own pages, for each trigger | documented |
//! | the eleven triggers, [`WebhookEventName`](crate::types::WebhookEventName) | implied: a second-hand list |
//! | signed with EdDSA, in `hatch-webhook-verification`, with a public key that Hatch supplies | implied |
//! | Ed25519 over the raw body, in base64 | assumed: nobody says what is signed, nor in which form |
//! | what the body holds | not found: it is given as it came |
//!
//! So compare what you really receive with this before you rely on it. Nothing in the body is
//! known to name its trigger: give each trigger an address of its own.

use crm_core::codec;
pub use crm_core::reexport::http::{HeaderMap, Method};
use crm_core::reexport::serde_json::Value;
pub use crm_core::webhook::{Delivery, PublicKey, Refused, Rotating, WebhookReceiver};

const SIGNATURE: &str = "hatch-webhook-verification";

/// Checks and reads deliveries of Hatch.
#[derive(Debug)]
pub struct Receiver {
    keys: Option<Rotating<PublicKey>>,
}

impl Receiver {
    /// Accepts what is signed with the key that Hatch supplies. What is signed, and how it is
    /// written, is assumed; see the module.
    #[must_use]
    pub fn assumed(key: PublicKey) -> Self {
        Self { keys: Some(Rotating::new([key])) }
    }

    /// Accepts everything: anybody who knows the address can send it. For the time until the
    /// signature is known; ask Hatch for a custom header with a secret and check it before.
    #[must_use]
    pub fn unverified() -> Self {
        Self { keys: None }
    }

    /// The keys that are good, if signatures are checked, to [replace](Rotating::replace) them
    /// while deliveries come in.
    #[must_use]
    pub fn keys(&self) -> Option<&Rotating<PublicKey>> {
        self.keys.as_ref()
    }

    /// The body of a delivery, as a list of one.
    ///
    /// # Errors
    ///
    /// Says which check failed. Answer the vendor with [`Refused::status`].
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Value>, Refused> {
        if let Some(keys) = &self.keys {
            let given = delivery.signature(SIGNATURE)?;
            keys.check(|key| key.signed(delivery.body(), &given))?;
        }
        codec::decode(delivery.body()).map(|body| vec![body]).map_err(Refused::Body)
    }
}

impl WebhookReceiver for Receiver {
    type Event = Value;

    fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Value>, Refused> {
        self.receive(delivery)
    }
}

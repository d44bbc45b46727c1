//! Webhooks of Hatch, as far as public sources describe them.
//!
//! | fact | source |
//! |---|---|
//! | JSON, sent with POST to an address that is set on Hatch's pages, one for each trigger | documented |
//! | the eleven triggers, [`WebhookEventName`](crate::types::WebhookEventName) | implied: a second-hand list |
//! | signed with EdDSA, in `hatch-webhook-verification`, with a public key that Hatch supplies | implied |
//! | Ed25519 over the raw body, in base64 | assumed: no source says what is signed or in which form |
//! | content of the body | unknown: it is returned as received |
//!
//! Compare real deliveries with this table before you rely on it. As far as is known, the body does not
//! contain the name of its trigger, so give each trigger its own address.

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
    /// Creates a receiver that accepts deliveries signed with the key that Hatch supplies. What is signed, and in which
    /// form, is assumed; see the module.
    #[must_use]
    pub fn assumed(key: PublicKey) -> Self {
        Self { keys: Some(Rotating::new([key])) }
    }

    /// Creates a receiver that accepts every delivery: anybody who knows the address can send one. Use it until the
    /// signature is known; ask Hatch for a custom header with a secret and check it first.
    #[must_use]
    pub fn unverified() -> Self {
        Self { keys: None }
    }

    /// Returns the accepted keys, if signatures are checked, to [replace](Rotating::replace) them
    /// while deliveries arrive.
    #[must_use]
    pub fn keys(&self) -> Option<&Rotating<PublicKey>> {
        self.keys.as_ref()
    }

    /// Returns the body of a delivery, as a list of one. `{:?}` of it shows everything, because nothing is known about its
    /// members.
    ///
    /// # Errors
    ///
    /// Returns the reason if a check fails. Answer the vendor with [`Refused::status`].
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

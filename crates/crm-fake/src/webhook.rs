//! Webhooks signed as the vendors sign them, with a key of the test.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use ring::signature::{Ed25519KeyPair, KeyPair};
use ring::{digest, hmac};
use serde_json::Value;

/// Signs deliveries of a vendor for a receiver of your own. HockeyStack documents no webhooks.
///
/// ```
/// use crm_fake::Signer;
/// use serde_json::json;
///
/// let event = json!([{"subscriptionType": "contact.creation", "objectId": 7}]);
/// let delivery = Signer::hubspot("the secret of the test").sign("https://example.com/hubspot", &event);
/// assert!(delivery.headers.contains_key("x-hubspot-signature-v3"));
/// // `Delivery::new(&delivery.method, &delivery.uri, &delivery.headers, &delivery.body)` is what a receiver of
/// // `hubspot-client` reads, and an HTTP client can post the same to your server.
/// ```
#[derive(Debug)]
pub struct Signer {
    way: Way,
    at: Option<SystemTime>,
}

enum Way {
    HubSpot { version: u8, secret: Vec<u8> },
    Ed25519 { header: &'static str, key: Ed25519KeyPair },
}

/// A signed delivery.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signed {
    /// `POST`.
    pub method: Method,
    /// The whole address.
    pub uri: String,
    /// The signature and what belongs to it, and the type of the content.
    pub headers: HeaderMap,
    /// The event as JSON.
    pub body: Vec<u8>,
}

/// The bytes before the 32 bytes of a public Ed25519 key in SPKI (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl Signer {
    /// HubSpot's v3, with the client secret of an app.
    pub fn hubspot(secret: &str) -> Self {
        Self::of(Way::HubSpot { version: 3, secret: secret.into() })
    }

    /// HubSpot's v1, which covers secret and body.
    pub fn hubspot_v1(secret: &str) -> Self {
        Self::of(Way::HubSpot { version: 1, secret: secret.into() })
    }

    /// HubSpot's v2, which covers secret, method, address and body.
    pub fn hubspot_v2(secret: &str) -> Self {
        Self::of(Way::HubSpot { version: 2, secret: secret.into() })
    }

    /// HoopAI's signature with Ed25519, with the key that these 32 bytes make. Give the receiver the
    /// [public key](Self::public_key) instead of the vendor's. The vendor's events have a `timestamp` in milliseconds and
    /// a `webhookId`, which the receiver checks.
    pub fn hoopai(key: [u8; 32]) -> Self {
        Self::ed25519("x-ghl-signature", key)
    }

    /// Hatch's signature, as far as it is known (assumed: Ed25519 over the body), with the key that these 32 bytes make.
    pub fn hatch(key: [u8; 32]) -> Self {
        Self::ed25519("hatch-webhook-verification", key)
    }

    fn ed25519(header: &'static str, key: [u8; 32]) -> Self {
        let key = Ed25519KeyPair::from_seed_unchecked(&key).expect("each 32 bytes make a key");
        Self::of(Way::Ed25519 { header, key })
    }

    fn of(way: Way) -> Self {
        Self { way, at: None }
    }

    /// Signs at this time instead of the present, where the vendor signs the time.
    #[must_use]
    pub fn at(mut self, time: SystemTime) -> Self {
        self.at = Some(time);
        self
    }

    /// The public key in base64 (SPKI), as the receivers of `hoopai-client` and `hatch-client` take it; `None` for HubSpot,
    /// whose receiver has the secret.
    pub fn public_key(&self) -> Option<String> {
        match &self.way {
            Way::HubSpot { .. } => None,
            Way::Ed25519 { key, .. } => Some(STANDARD.encode([&SPKI, key.public_key().as_ref()].concat())),
        }
    }

    /// Signs a delivery of this event, or list of events, to this address.
    pub fn sign(&self, uri: &str, event: &Value) -> Signed {
        let body = event.to_string().into_bytes();
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let mut set = |name: &'static str, value: String| {
            // Base64, hex and digits are always valid.
            let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static(""));
            headers.insert(HeaderName::from_static(name), value);
        };
        match &self.way {
            Way::Ed25519 { header, key } => set(header, STANDARD.encode(key.sign(&body))),
            Way::HubSpot { version: 3, secret } => {
                let time = self.at.unwrap_or_else(SystemTime::now);
                let millis = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis().to_string();
                let signed = [b"POST", uri.as_bytes(), &body, millis.as_bytes()].concat();
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &signed);
                set("x-hubspot-signature-v3", STANDARD.encode(tag));
                set("x-hubspot-request-timestamp", millis);
            }
            Way::HubSpot { version, secret } => {
                let address: &[&[u8]] = if *version == 2 { &[b"POST", uri.as_bytes()] } else { &[] };
                let signed = [&[secret.as_slice()], address, &[body.as_slice()]].concat().concat();
                let hash = digest::digest(&digest::SHA256, &signed);
                set("x-hubspot-signature", hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect());
                set("x-hubspot-signature-version", format!("v{version}"));
            }
        }
        Signed { method: Method::POST, uri: uri.to_owned(), headers, body }
    }
}

/// Shows no secret.
impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::HubSpot { version, .. } => write!(f, "HubSpot v{version}"),
            Self::Ed25519 { header, .. } => f.write_str(header),
        }
    }
}

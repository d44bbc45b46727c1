//! Webhooks of HubSpot: signatures v1, v2 and v3, and the events in them.
//!
//! | version | signed content | algorithm | used by |
//! |---|---|---|---|
//! | v1 | secret, body | SHA-256 in hex | older app webhooks |
//! | v2 | secret, method, address, body | SHA-256 in hex | workflows, cards |
//! | v3 | method, address, body, time | HMAC-SHA256 in base64 | apps |
//!
//! The address is the one that HubSpot called, with its percent-encoding. A v3 signature is also valid
//! for the address in which `:/?@!$'()*,;` are decoded, because HubSpot's guide describes it that way.
//!
//! v1 and v2 signatures contain no time, so a recorded delivery can be sent
//! again. They are refused unless [`Receiver::accept`] allows them.
//!
//! A v3 delivery is accepted once: its signature is remembered in this process while its
//! time is valid. When HubSpot delivers it again, the time and the signature are new. If
//! several processes receive the same webhooks, `Receiver::shared` (feature `redis`) shares this memory. If handling a
//! delivery failed and your own relay sends it again, [`forget`](Receiver::forget) it.
//!
//! HubSpot sends up to 100 events in a delivery, tries up to ten times in 24 hours, keeps no order, and
//! may give two events the same id: handle events idempotently. An event with a member of another
//! type is kept, and the other events are read; [`Event::unread`] returns the member's name.
//!
//! ```
//! use hubspot_client::receiver::{Delivery, HeaderMap, Method, Receiver};
//!
//! let receiver = Receiver::new("the secret of the app");
//! // In a handler, with the bytes as received:
//! let headers = HeaderMap::new();
//! let delivery = Delivery::new(&Method::POST, "https://example.com/hubspot", &headers, b"[]");
//! let refused = receiver.receive(&delivery).unwrap_err();
//! assert_eq!(refused.status(), 401);
//! ```

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(feature = "redis")]
use crm_core::Error;
pub use crm_core::reexport::http::{HeaderMap, Method};
pub use crm_core::webhook::{Delivery, Refused, Rotating, Tolerance, WebhookReceiver};
#[cfg(feature = "redis")]
pub use crm_core::webhook::{Numbered, Remembered, SharedReceiver};
use crm_core::webhook::{Replays, events, hex, hmac_sha256, sha256, unread};
use crm_core::{Clock, Secret, SystemClock, Timestamp};

const V3: &str = "x-hubspot-signature-v3";
const OLDER: &str = "x-hubspot-signature";
const VERSION: &str = "x-hubspot-signature-version";
const TIME: &str = "x-hubspot-request-timestamp";

/// HubSpot's guide rejects deliveries older than five minutes; the same limit applies to future times.
const TOLERANCE: Tolerance = Tolerance::new(Duration::from_secs(300), Duration::from_secs(300));

/// A signature without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Older {
    /// Secret and body.
    V1,
    /// Secret, method, address and body.
    V2,
}

/// Checks and reads deliveries of HubSpot.
pub struct Receiver {
    secrets: Rotating<Secret>,
    older: Vec<Older>,
    replays: Replays,
    clock: Arc<dyn Clock>,
}

impl Receiver {
    /// Creates a receiver that accepts v3, signed with the client secret of the app.
    #[must_use]
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secrets: Rotating::new([secret.into()]),
            older: Vec::new(),
            replays: Replays::new(),
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// Also accepts an older version if there is no v3 signature. Anybody who has seen such a delivery can send it
    /// again.
    #[must_use]
    pub fn accept(mut self, older: Older) -> Self {
        self.older.push(older);
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the accepted secrets, to [replace](Rotating::replace) them while deliveries arrive.
    #[must_use]
    pub fn secrets(&self) -> &Rotating<Secret> {
        &self.secrets
    }

    /// Remembers v3 deliveries in Redis, so that all processes with the same Redis together accept each delivery once.
    /// The address is `redis://[user:password@]host[:port]`, or `rediss://` for TLS.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the address is not a valid Redis address.
    #[cfg(feature = "redis")]
    pub fn shared(self, redis: &str) -> Result<SharedReceiver<Self>, Error> {
        SharedReceiver::open(self, "hubspot", redis)
    }

    /// Forgets a delivery, so that the receiver accepts the same v3 delivery again.
    pub fn forget(&self, delivery: &Delivery<'_>) {
        if let Ok(signature) = delivery.signature(V3) {
            self.replays.forget(&number(&signature));
        }
    }

    /// Returns the events of a delivery; HubSpot sends up to 100 in one.
    ///
    /// # Errors
    ///
    /// Returns the reason if a check fails. Answer the vendor with [`Refused::status`].
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Event>, Refused> {
        if let Some((number, until)) = self.check(delivery)? {
            self.replays.accept(&number, self.clock.wall(), until)?;
        }
        events(delivery.body())
    }

    /// Returns the id and the time by which the delivery is remembered.
    fn check(&self, delivery: &Delivery<'_>) -> Result<Option<(String, SystemTime)>, Refused> {
        if delivery.has(V3) || self.older.is_empty() {
            return self.check_v3(delivery).map(Some);
        }
        let given = delivery.header(OLDER)?;
        let given = hex(given).ok_or(Refused::Malformed { what: OLDER })?;
        let version = delivery.header(VERSION)?;
        let (method, uri, body) = (delivery.method().as_str(), delivery.uri(), delivery.body());
        match version {
            "v1" if self.older.contains(&Older::V1) => {
                self.secrets.check(|secret| sha256(&[secret.expose().as_bytes(), body]).is(&given))
            }
            "v2" if self.older.contains(&Older::V2) => self.secrets.check(|secret| {
                sha256(&[secret.expose().as_bytes(), method.as_bytes(), uri.as_bytes(), body]).is(&given)
            }),
            _ => Err(Refused::Malformed { what: VERSION }),
        }?;
        Ok(None)
    }

    fn check_v3(&self, delivery: &Delivery<'_>) -> Result<(String, SystemTime), Refused> {
        let given = delivery.signature(V3)?;
        let time = delivery.header(TIME)?;
        let millis: u64 = time.parse().map_err(|_| Refused::Malformed { what: TIME })?;
        let sent = UNIX_EPOCH.checked_add(Duration::from_millis(millis)).ok_or(Refused::Malformed { what: TIME })?;
        let (method, uri) = (delivery.method().as_str().as_bytes(), delivery.uri());
        // HubSpot's guide decodes some characters first; its own helpers sign the address as called.
        let signed = |secret: &Secret, uri: &str| {
            hmac_sha256(secret, &[method, uri.as_bytes(), delivery.body(), time.as_bytes()]).is(&given)
        };
        let decoded = decoded(uri);
        self.secrets.check(|secret| signed(secret, uri) || signed(secret, &decoded))?;
        let now = self.clock.wall();
        TOLERANCE.check(sent, now)?;
        // Valid until its time is outside of the tolerance.
        let until = sent.checked_add(TOLERANCE.past()).unwrap_or(now);
        Ok((number(&given), until))
    }
}

impl WebhookReceiver for Receiver {
    type Event = Event;

    fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Event>, Refused> {
        self.receive(delivery)
    }
}

#[cfg(feature = "redis")]
impl Numbered for Receiver {
    fn examine(&self, delivery: &Delivery<'_>) -> Result<(Vec<Event>, Option<Remembered>), Refused> {
        let left = |until: SystemTime| until.duration_since(self.clock.wall()).unwrap_or_default();
        let remembered = self.check(delivery)?.map(|(number, until)| Remembered::new(number, left(until)));
        Ok((events(delivery.body())?, remembered))
    }

    fn number(&self, delivery: &Delivery<'_>) -> Option<String> {
        delivery.signature(V3).ok().map(|signature| number(&signature))
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("older", &self.older).finish_non_exhaustive()
    }
}

/// Returns the signature, which is unique per delivery, in one form: base64 has several for the same bytes.
fn number(signature: &[u8]) -> String {
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the address in the form of HubSpot's guide: these characters plain, all others as they were sent.
fn decoded(uri: &str) -> Cow<'_, str> {
    const PLAIN: [(&str, char); 12] = [
        ("3A", ':'),
        ("2F", '/'),
        ("3F", '?'),
        ("40", '@'),
        ("21", '!'),
        ("24", '$'),
        ("27", '\''),
        ("28", '('),
        ("29", ')'),
        ("2A", '*'),
        ("2C", ','),
        ("3B", ';'),
    ];
    if !uri.contains('%') {
        return Cow::Borrowed(uri);
    }
    let mut parts = uri.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let known = part.get(..2).and_then(|code| PLAIN.iter().find(|(known, _)| known.eq_ignore_ascii_case(code)));
        match known {
            Some((_, plain)) => {
                text.push(*plain);
                text.push_str(&part[2..]);
            }
            None => {
                text.push('%');
                text.push_str(part);
            }
        }
    }
    Cow::Owned(text)
}

impl Event {
    /// Returns the names of the members that have a field here but a value of another type. Their
    /// fields are `None`, and the values are in `extra` as they were sent. An event that is not an
    /// object is in `extra` under the empty name.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        unread(self)
    }
}

crm_core::record! {
    /// Something that happened in an account. The members depend on
    /// `subscription_type`; workflows send their own records, which are in `extra`.
    pub struct Event {
        /// The app that subscribed.
        app_id: Option<String> = "appId",
        /// For association changes: who defined the type of the association, for example
        /// `HUBSPOT_DEFINED`.
        association_category: Option<String> = "associationCategory",
        /// For association changes: true if the association was removed, false if it was created.
        association_removed: Option<bool> = "associationRemoved",
        /// For association changes: the type of the association, for example `CONTACT_TO_COMPANY`.
        association_type: Option<String> = "associationType",
        /// For association changes: the id of the association's type.
        association_type_id: Option<String> = "associationTypeId",
        /// Number of the delivery attempt, from 0.
        attempt_number: Option<i64> = "attemptNumber",
        /// For creations and deletions: the kind of change, for example `NEW`.
        change_flag: Option<String> = "changeFlag",
        /// The source of the change, for example `CRM_UI`.
        change_source: Option<String> = "changeSource",
        /// The id of the event. Two events may have the same.
        event_id: Option<String> = "eventId",
        /// For association changes: the record on whose side the change was made.
        from_object_id: Option<String> = "fromObjectId",
        /// For association changes: the type of that record, for example `0-1`.
        from_object_type_id: Option<String> = "fromObjectTypeId",
        /// For association changes: true if the other record is the primary one.
        is_primary_association: Option<bool> = "isPrimaryAssociation",
        ;
        /// For property changes: true if the property contains sensitive data.
        is_sensitive: Option<bool> = "isSensitive",
        /// For merges: the other records.
        merged_object_ids: Option<Vec<String>> = "mergedObjectIds",
        /// For new messages of a conversation: the id of the message.
        message_id: Option<String> = "messageId",
        /// For new messages of a conversation: `MESSAGE` or `COMMENT`.
        message_type: Option<String> = "messageType",
        /// For merges: the record that resulted. It may be a new one with a new id.
        new_object_id: Option<String> = "newObjectId",
        /// For merges: number of transferred properties.
        number_of_properties_moved: Option<i64> = "numberOfPropertiesMoved",
        /// The record. For conversations the id of the thread.
        object_id: Option<String> = "objectId",
        /// The type of the record, for example `0-1`.
        object_type_id: Option<String> = "objectTypeId",
        /// The time of the event.
        occurred_at: Option<Timestamp> = "occurredAt",
        /// The account.
        portal_id: Option<String> = "portalId",
        /// For merges: the primary record, whose values take precedence.
        primary_object_id: Option<String> = "primaryObjectId",
        /// For property changes: the property.
        property_name: Option<String> = "propertyName",
        /// For property changes: the new value.
        property_value: Option<String> = "propertyValue",
        /// The user or the app that caused the event.
        source_id: Option<String> = "sourceId",
        /// The subscription that the event belongs to.
        subscription_id: Option<String> = "subscriptionId",
        /// Kind of the event, for example `contact.creation` or `object.merge`.
        subscription_type: Option<String> = "subscriptionType",
        /// For association changes: the other record.
        to_object_id: Option<String> = "toObjectId",
        /// For association changes: the type of the other record.
        to_object_type_id: Option<String> = "toObjectTypeId",
    }
    with default
}

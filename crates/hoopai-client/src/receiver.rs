//! Webhooks of HoopAI: signatures and events.
//!
//! The raw body is signed with Ed25519; the signature is in `x-ghl-signature`, in base64.
//! The older `x-wh-signature` (RSA) is no longer sent; [`Receiver::accept_rsa`] accepts it if a
//! relay still sends it.
//!
//! The vendor delivers an event again only if the response was 429, up to six times, about ten minutes
//! apart. So an event is accepted for [`TOLERANCE`], and its `webhookId` is remembered for the same time: a
//! second delivery is [`Refused::Repeated`]. `Receiver::shared` (feature `redis`) shares this memory between
//! processes. If handling an event fails and you need it again,
//! [`forget`](Receiver::forget) it and respond with 429.
//!
//! An event without `timestamp` is accepted whatever its age, and one without `webhookId` is accepted each time it
//! arrives: handle events idempotently.
//!
//! ```
//! use hoopai_client::receiver::{Delivery, HeaderMap, Method, Receiver};
//!
//! let receiver = Receiver::new()?;
//! // In a handler, with the bytes as received:
//! let headers = HeaderMap::new();
//! let delivery = Delivery::new(&Method::POST, "/hoopai", &headers, b"{}");
//! let refused = receiver.receive(&delivery).unwrap_err();
//! assert_eq!(refused.to_string(), "the delivery is not signed: there is no `x-ghl-signature` header");
//! # Ok::<(), hoopai_client::Error>(())
//! ```

mod payload;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use crm_core::reexport::http::{HeaderMap, Method};
pub use crm_core::webhook::{Delivery, PublicKey, Refused, Rotating, Tolerance, WebhookReceiver};
#[cfg(feature = "redis")]
pub use crm_core::webhook::{Numbered, Remembered, SharedReceiver};
use crm_core::webhook::{Replays, event, unread};
use crm_core::{Clock, Error, SystemClock, Timestamp};

pub use payload::{
    AppPayload, AppointmentPayload, CampaignPayload, ContactPayload, ConversationPayload, CustomFieldPayload,
    LocationPayload, MessagePayload, NotePayload, OpportunityPayload, OrderPayload, Payload, TaskPayload,
};

/// The vendor's public key, as its guide gives it and several public programs use it. Compare it
/// with the guide; [`Receiver::keys`] exchanges it.
pub const PUBLIC_KEY: &str = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";

/// Maximum age of an event (six more deliveries ten minutes apart, and half as much again), and maximum
/// time that its clock may be ahead.
pub const TOLERANCE: Tolerance = Tolerance::new(Duration::from_secs(90 * 60), Duration::from_secs(300));

const SIGNATURE: &str = "x-ghl-signature";
const RSA_SIGNATURE: &str = "x-wh-signature";

/// Checks and reads deliveries of HoopAI.
pub struct Receiver {
    keys: Rotating<PublicKey>,
    rsa: Option<PublicKey>,
    tolerance: Tolerance,
    replays: Replays,
    clock: Arc<dyn Clock>,
}

impl Receiver {
    /// Creates a receiver that accepts deliveries signed with [`PUBLIC_KEY`].
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`PublicKey::ed25519`].
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            keys: Rotating::new([PublicKey::ed25519(PUBLIC_KEY)?]),
            rsa: None,
            tolerance: TOLERANCE,
            replays: Replays::new(),
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// Accepts the older signature with this key if the newer one is missing.
    #[must_use]
    pub fn accept_rsa(mut self, key: PublicKey) -> Self {
        self.rsa = Some(key);
        self
    }

    /// Sets the maximum difference between an event's time and the clock. The default is [`TOLERANCE`].
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Returns the accepted keys, to [replace](Rotating::replace) them while deliveries arrive.
    #[must_use]
    pub fn keys(&self) -> &Rotating<PublicKey> {
        &self.keys
    }

    /// Remembers deliveries in Redis, so that all processes with the same Redis together accept each delivery once. The
    /// address is `redis://[user:password@]host[:port]`, or `rediss://` for TLS.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) if the address is not a valid Redis address.
    #[cfg(feature = "redis")]
    pub fn shared(self, redis: &str) -> Result<SharedReceiver<Self>, Error> {
        SharedReceiver::open(self, "hoopai", redis)
    }

    /// Forgets an event, so that the receiver accepts it again.
    pub fn forget(&self, event: &Event) {
        if let Some(number) = &event.webhook_id {
            self.replays.forget(number);
        }
    }

    /// Returns the event of a delivery, as a list of one.
    ///
    /// # Errors
    ///
    /// Returns the reason if a check fails. Answer the vendor with [`Refused::status`].
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Event>, Refused> {
        let (event, remembered) = self.read(delivery)?;
        if let Some((number, until)) = remembered {
            self.replays.accept(&number, self.clock.wall(), until)?;
        }
        Ok(vec![event])
    }

    /// Reads the event, and the id and time by which it is remembered.
    fn read(&self, delivery: &Delivery<'_>) -> Result<(Event, Option<(String, SystemTime)>), Refused> {
        self.check(delivery)?;
        let event: Event = event(delivery.body())?;
        let now = self.clock.wall();
        let millis = event.timestamp.as_ref().and_then(Timestamp::unix_millis).and_then(|at| u64::try_from(at).ok());
        let sent = millis.and_then(|millis| UNIX_EPOCH.checked_add(Duration::from_millis(millis)));
        if let Some(sent) = sent {
            self.tolerance.check(sent, now)?;
        }
        // Valid until its time is outside of the tolerance.
        let until = sent.unwrap_or(now).checked_add(self.tolerance.past()).unwrap_or(now + CENTURY);
        let remembered = event.webhook_id.clone().map(|number| (number, until));
        Ok((event, remembered))
    }

    fn check(&self, delivery: &Delivery<'_>) -> Result<(), Refused> {
        if let Some(key) = self.rsa.as_ref().filter(|_| !delivery.has(SIGNATURE)) {
            let given = delivery.signature(RSA_SIGNATURE)?;
            return if key.signed(delivery.body(), &given) { Ok(()) } else { Err(Refused::WrongSignature) };
        }
        let given = delivery.signature(SIGNATURE)?;
        self.keys.check(|key| key.signed(delivery.body(), &given))
    }
}

/// Time for which an id is remembered if the tolerance is unlimited.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 86_400);

impl WebhookReceiver for Receiver {
    type Event = Event;

    fn receive(&self, delivery: &Delivery<'_>) -> Result<Vec<Event>, Refused> {
        self.receive(delivery)
    }
}

#[cfg(feature = "redis")]
impl Numbered for Receiver {
    fn examine(&self, delivery: &Delivery<'_>) -> Result<(Vec<Event>, Option<Remembered>), Refused> {
        let (event, remembered) = self.read(delivery)?;
        let left = |until: SystemTime| until.duration_since(self.clock.wall()).unwrap_or_default();
        Ok((vec![event], remembered.map(|(number, until)| Remembered::new(number, left(until)))))
    }

    fn number(&self, delivery: &Delivery<'_>) -> Option<String> {
        event::<Event>(delivery.body()).ok()?.webhook_id
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("rsa", &self.rsa.is_some()).finish_non_exhaustive()
    }
}

impl Event {
    /// Returns the names of the members that have a field here but a value of another type. Their
    /// fields are `None`, and the values are in `extra` as they were sent.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        unread(self)
    }
}

crm_core::record! {
    /// Something that happened in an account. What it happened to is in `extra`, as it was sent;
    /// [`payload`](Self::payload) reads it by the event's kind.
    pub struct Event {
        /// The app that receives the event.
        app_id: Option<String> = "appId",
        /// The company of the account.
        company_id: Option<String> = "companyId",
        /// Kind of the event. Some events have none.
        kind: Option<EventKind> = "type",
        /// The account.
        location_id: Option<String> = "locationId",
        /// Time at which the event was sent.
        timestamp: Option<Timestamp> = "timestamp",
        /// The version of the app.
        version_id: Option<String> = "versionId",
        /// The id of the delivery.
        webhook_id: Option<String> = "webhookId",
    }
    with default
}

crm_core::open_enum! {
    /// Kind of an event: the 58 kinds that the vendor documents.
    pub enum EventKind {
        /// An app was installed.
        AppInstall = "INSTALL",
        /// An app was removed.
        AppUninstall = "UNINSTALL",
        /// An account changed its plan.
        PlanChange = "PlanChange",
        /// An appointment was created.
        AppointmentCreate = "AppointmentCreate",
        /// An appointment was changed.
        AppointmentUpdate = "AppointmentUpdate",
        /// An appointment was deleted.
        AppointmentDelete = "AppointmentDelete",
        /// An association type was created.
        AssociationCreate = "AssociationCreate",
        /// An association type was changed.
        AssociationUpdate = "AssociationUpdate",
        /// An association type was deleted.
        AssociationDelete = "AssociationDelete",
        /// The status of a campaign changed.
        CampaignStatusUpdate = "CampaignStatusUpdate",
        /// A contact was created.
        ContactCreate = "ContactCreate",
        /// A contact was changed.
        ContactUpdate = "ContactUpdate",
        /// A contact was deleted.
        ContactDelete = "ContactDelete",
        /// The do-not-disturb setting of a contact was changed.
        ContactDndUpdate = "ContactDndUpdate",
        /// The tags of a contact changed.
        ContactTagUpdate = "ContactTagUpdate",
        /// A conversation was read or has unread messages.
        ConversationUnreadUpdate = "ConversationUnreadUpdate",
        /// A message was received.
        InboundMessage = "InboundMessage",
        /// A message was sent.
        OutboundMessage = "OutboundMessage",
        /// A message is to be sent by a provider.
        ProviderOutboundMessage = "ProviderOutboundMessage",
        /// An invoice was created.
        InvoiceCreate = "InvoiceCreate",
        /// An invoice was changed.
        InvoiceUpdate = "InvoiceUpdate",
        /// An invoice was deleted.
        InvoiceDelete = "InvoiceDelete",
        /// An invoice was sent.
        InvoiceSent = "InvoiceSent",
        /// An invoice was paid.
        InvoicePaid = "InvoicePaid",
        /// A part of an invoice was paid.
        InvoicePartiallyPaid = "InvoicePartiallyPaid",
        /// An invoice was declared void.
        InvoiceVoid = "InvoiceVoid",
        /// The delivery status of an e-mail changed.
        LcEmailStats = "LCEmailStats",
        /// An account was created.
        LocationCreate = "LocationCreate",
        /// An account was changed.
        LocationUpdate = "LocationUpdate",
        /// A note was written.
        NoteCreate = "NoteCreate",
        /// A note was changed.
        NoteUpdate = "NoteUpdate",
        /// A note was deleted.
        NoteDelete = "NoteDelete",
        /// An object type was created.
        ObjectSchemaCreate = "ObjectSchemaCreate",
        /// An object type was changed.
        ObjectSchemaUpdate = "ObjectSchemaUpdate",
        /// An opportunity was created.
        OpportunityCreate = "OpportunityCreate",
        /// An opportunity was changed.
        OpportunityUpdate = "OpportunityUpdate",
        /// An opportunity was deleted.
        OpportunityDelete = "OpportunityDelete",
        /// An opportunity moved to another stage.
        OpportunityStageUpdate = "OpportunityStageUpdate",
        /// The status of an opportunity changed.
        OpportunityStatusUpdate = "OpportunityStatusUpdate",
        /// An opportunity was assigned to a user.
        OpportunityAssignedToUpdate = "OpportunityAssignedToUpdate",
        /// The value of an opportunity changed.
        OpportunityMonetaryValueUpdate = "OpportunityMonetaryValueUpdate",
        /// An order was placed.
        OrderCreate = "OrderCreate",
        /// The status of an order changed.
        OrderStatusUpdate = "OrderStatusUpdate",
        /// A price was created.
        PriceCreate = "PriceCreate",
        /// A price was changed.
        PriceUpdate = "PriceUpdate",
        /// A price was deleted.
        PriceDelete = "PriceDelete",
        /// A product was created.
        ProductCreate = "ProductCreate",
        /// A product was changed.
        ProductUpdate = "ProductUpdate",
        /// A product was deleted.
        ProductDelete = "ProductDelete",
        /// A record of an object was created.
        RecordCreate = "RecordCreate",
        /// A record of an object was changed.
        RecordUpdate = "RecordUpdate",
        /// A record of an object was deleted.
        RecordDelete = "RecordDelete",
        /// Two records were associated.
        RelationCreate = "RelationCreate",
        /// Two records are no longer associated.
        RelationDelete = "RelationDelete",
        /// A task was created.
        TaskCreate = "TaskCreate",
        /// A task was completed.
        TaskComplete = "TaskComplete",
        /// A task was deleted.
        TaskDelete = "TaskDelete",
        /// A user was created.
        UserCreate = "UserCreate",
    }
}

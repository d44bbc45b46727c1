//! The payloads of events, by kind.

use crm_core::codec::Record;
use crm_core::reexport::serde_json::{self, Value};
use crm_core::webhook::event;
use crm_core::{Timestamp, Wire};

use super::{Event, EventKind};

/// The record that an event is about, as the vendor documents it for the event's kind.
///
/// Every member is optional: the vendor's payloads often lack documented members. Further members are in `extra` of the
/// record, as they were sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Payload {
    /// An app was installed or removed.
    App(AppPayload),
    /// An appointment, from `appointment` of the event.
    Appointment(AppointmentPayload),
    /// The status of a campaign.
    Campaign(CampaignPayload),
    /// A contact.
    Contact(ContactPayload),
    /// A conversation was read, or has something unread.
    Conversation(ConversationPayload),
    /// An account.
    Location(LocationPayload),
    /// A message, a call or an e-mail, in either direction.
    Message(MessagePayload),
    /// A note.
    Note(NotePayload),
    /// An opportunity.
    Opportunity(OpportunityPayload),
    /// An order.
    Order(OrderPayload),
    /// A task.
    Task(TaskPayload),
    /// Another kind, or none: the vendor documents 23 kinds without a value of `type`, so their events cannot be distinguished.
    /// The members are in [`Event::extra`].
    Other,
}

impl Event {
    /// Reads the record that the event is about, by the event's kind.
    ///
    /// ```
    /// use hoopai_client::receiver::{Event, Payload};
    ///
    /// # fn handle(event: &Event) {
    /// match event.payload() {
    ///     Payload::Contact(contact) => println!("{:?}", contact.id),
    ///     Payload::Message(message) => println!("{:?}", message.conversation_id),
    ///     _ => println!("{:?}", event.kind),
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn payload(&self) -> Payload {
        use EventKind as Kind;
        let members = || serde_json::to_vec(&self.extra).unwrap_or_default();
        let read = match &self.kind {
            Some(Kind::AppInstall | Kind::AppUninstall) => payload(&members(), Payload::App),
            Some(Kind::AppointmentCreate | Kind::AppointmentUpdate | Kind::AppointmentDelete) => self
                .extra
                .get("appointment")
                .and_then(|members| payload(members.to_string().as_bytes(), Payload::Appointment)),
            Some(Kind::CampaignStatusUpdate) => payload(&members(), Payload::Campaign),
            Some(
                Kind::ContactCreate
                | Kind::ContactUpdate
                | Kind::ContactDelete
                | Kind::ContactDndUpdate
                | Kind::ContactTagUpdate,
            ) => payload(&members(), Payload::Contact),
            Some(Kind::ConversationUnreadUpdate) => payload(&members(), Payload::Conversation),
            Some(Kind::LocationCreate | Kind::LocationUpdate) => payload(&members(), Payload::Location),
            Some(Kind::InboundMessage | Kind::OutboundMessage) => payload(&members(), Payload::Message),
            Some(Kind::NoteCreate | Kind::NoteUpdate | Kind::NoteDelete) => payload(&members(), Payload::Note),
            Some(
                Kind::OpportunityCreate
                | Kind::OpportunityUpdate
                | Kind::OpportunityDelete
                | Kind::OpportunityStageUpdate
                | Kind::OpportunityStatusUpdate
                | Kind::OpportunityAssignedToUpdate
                | Kind::OpportunityMonetaryValueUpdate,
            ) => payload(&members(), Payload::Opportunity),
            Some(Kind::OrderCreate | Kind::OrderStatusUpdate) => payload(&members(), Payload::Order),
            Some(Kind::TaskCreate | Kind::TaskComplete | Kind::TaskDelete) => payload(&members(), Payload::Task),
            _ => None,
        };
        read.unwrap_or(Payload::Other)
    }
}

/// Reads a record. A member of a type other than documented is in its `extra`.
fn payload<R: Record + Wire>(members: &[u8], kind: fn(R) -> Payload) -> Option<Payload> {
    event(members).ok().map(kind)
}

crm_core::record! {
    /// An app that was installed in, or removed from, an account or company. Both are in the event.
    pub struct AppPayload {
        /// The name of the company.
        company_name: Option<String> = "companyName",
        /// True if the company has its own brand.
        is_whitelabel_company: Option<bool> = "isWhitelabelCompany",
        /// The plan.
        plan_id: Option<String> = "planId",
        /// The user who installed it.
        user_id: Option<String> = "userId",
    }
    with default
}

crm_core::record! {
    /// An appointment.
    pub struct AppointmentPayload {
        /// The place, or the address of a meeting.
        address: Option<String> = "address",
        /// The status, for example `confirmed`.
        appointment_status: Option<String> = "appointmentStatus",
        /// The user it is assigned to.
        assigned_user_id: Option<String> = "assignedUserId",
        /// The calendar.
        calendar_id: Option<String> = "calendarId",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time of creation.
        date_added: Option<Timestamp> = "dateAdded",
        /// The time of the last change.
        date_updated: Option<Timestamp> = "dateUpdated",
        /// The end.
        end_time: Option<Timestamp> = "endTime",
        /// The group of the calendar.
        group_id: Option<String> = "groupId",
        /// The id.
        id: Option<String> = "id",
        /// Notes.
        notes: Option<String> = "notes",
        /// The source, for example `booking_widget`.
        source: Option<String> = "source",
        ;
        /// The start.
        start_time: Option<Timestamp> = "startTime",
        /// The title.
        title: Option<String> = "title",
        /// The ids of all users who take part.
        users: Option<Vec<String>> = "users",
    }
    with default
}

crm_core::record! {
    /// The status of a contact in a campaign.
    pub struct CampaignPayload {
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time.
        date_added: Option<Timestamp> = "dateAdded",
        /// The id.
        id: Option<String> = "id",
        /// The message to which the contact replied.
        replied: Option<String> = "replied",
        /// The status.
        status: Option<String> = "status",
        /// The template.
        template_id: Option<String> = "templateId",
    }
    with default
}

crm_core::record! {
    /// A contact. `dndSettings` of changes of that kind are in `extra`.
    pub struct ContactPayload {
        /// Street and number.
        address1: Option<String> = "address1",
        /// The user it is assigned to.
        assigned_to: Option<String> = "assignedTo",
        /// Files.
        attachments: Option<Vec<Value>> = "attachments",
        /// The city.
        city: Option<String> = "city",
        /// The name of the company.
        company_name: Option<String> = "companyName",
        /// The country, for example `DE`.
        country: Option<String> = "country",
        /// Values of custom fields.
        custom_fields: Option<Vec<CustomFieldPayload>> = "customFields",
        /// The time of creation.
        date_added: Option<Timestamp> = "dateAdded",
        /// The date of birth.
        date_of_birth: Option<Timestamp> = "dateOfBirth",
        /// True if the contact must not be disturbed.
        dnd: Option<bool> = "dnd",
        /// The e-mail address.
        email: Option<String> = "email",
        /// The first name.
        first_name: Option<String> = "firstName",
        ;
        /// The id.
        id: Option<String> = "id",
        /// The last name.
        last_name: Option<String> = "lastName",
        /// The whole name.
        name: Option<String> = "name",
        /// The phone number.
        phone: Option<String> = "phone",
        /// The postal code.
        postal_code: Option<String> = "postalCode",
        /// The source.
        source: Option<String> = "source",
        /// The state or province.
        state: Option<String> = "state",
        /// Tags.
        tags: Option<Vec<String>> = "tags",
        /// The website.
        website: Option<String> = "website",
    }
    with default
}

crm_core::record! {
    /// The value of a custom field.
    pub struct CustomFieldPayload {
        /// The id of the field.
        id: Option<String> = "id",
        /// The value: a text, a number, a list or an object.
        value: Option<Value> = "value",
    }
    with default
}

crm_core::record! {
    /// A conversation that was read, or has something unread.
    pub struct ConversationPayload {
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// True if it was deleted.
        deleted: Option<bool> = "deleted",
        /// The id of the conversation.
        id: Option<String> = "id",
        /// True if it is in the inbox.
        inbox: Option<bool> = "inbox",
        /// True if it is starred.
        starred: Option<bool> = "starred",
        /// The number of unread messages.
        unread_count: Option<i64> = "unreadCount",
    }
    with default
}

crm_core::record! {
    /// An account.
    pub struct LocationPayload {
        /// The e-mail address.
        email: Option<String> = "email",
        /// The id.
        id: Option<String> = "id",
        /// The name.
        name: Option<String> = "name",
        /// The product in Stripe.
        stripe_product_id: Option<String> = "stripeProductId",
    }
    with default
}

crm_core::record! {
    /// A message, a call or an e-mail.
    pub struct MessagePayload {
        /// The addresses of attached files and recordings.
        attachments: Option<Vec<String>> = "attachments",
        /// For e-mails: the addresses of blind copies.
        bcc: Option<String> = "bcc",
        /// The text.
        body: Option<String> = "body",
        /// For calls: the duration in seconds.
        call_duration: Option<f64> = "callDuration",
        /// For calls: the status, for example `completed`.
        call_status: Option<String> = "callStatus",
        /// For e-mails: the addresses of copies.
        cc: Option<String> = "cc",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The media type of the text.
        content_type: Option<String> = "contentType",
        /// The conversation.
        conversation_id: Option<String> = "conversationId",
        /// The provider of the conversation.
        conversation_provider_id: Option<String> = "conversationProviderId",
        /// The time.
        date_added: Option<Timestamp> = "dateAdded",
        /// `inbound` or `outbound`.
        direction: Option<String> = "direction",
        ;
        /// For e-mails: the id of the e-mail.
        email_message_id: Option<String> = "emailMessageId",
        /// The id of the message.
        message_id: Option<String> = "messageId",
        /// The channel, for example `SMS` or `CALL`.
        message_type: Option<String> = "messageType",
        /// For e-mails: the provider.
        provider: Option<String> = "provider",
        /// For outbound messages: the source, for example `app`.
        source: Option<String> = "source",
        /// The status, for example `delivered`.
        status: Option<String> = "status",
        /// For e-mails: the thread.
        thread_id: Option<String> = "threadId",
        /// For e-mails: the addresses of the recipients.
        to: Option<String> = "to",
        /// The user.
        user_id: Option<String> = "userId",
    }
    with default
}

crm_core::record! {
    /// A note.
    pub struct NotePayload {
        /// The text.
        body: Option<String> = "body",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time of creation.
        date_added: Option<Timestamp> = "dateAdded",
        /// The id.
        id: Option<String> = "id",
    }
    with default
}

crm_core::record! {
    /// An opportunity.
    pub struct OpportunityPayload {
        /// The user it is assigned to.
        assigned_to: Option<String> = "assignedTo",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time of creation.
        date_added: Option<Timestamp> = "dateAdded",
        /// The id.
        id: Option<String> = "id",
        /// The value, in the currency of the account.
        monetary_value: Option<f64> = "monetaryValue",
        /// The name.
        name: Option<String> = "name",
        /// The pipeline.
        pipeline_id: Option<String> = "pipelineId",
        /// The stage of the pipeline.
        pipeline_stage_id: Option<String> = "pipelineStageId",
        /// The source.
        source: Option<String> = "source",
        /// The status, for example `open`.
        status: Option<String> = "status",
    }
    with default
}

crm_core::record! {
    /// An order. Its items, sums, source and contact are in `extra`.
    pub struct OrderPayload {
        /// The account.
        alt_id: Option<String> = "altId",
        /// The kind of account, `location`.
        alt_type: Option<String> = "altType",
        /// The amount, in `currency`.
        amount: Option<f64> = "amount",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time of creation.
        created_at: Option<Timestamp> = "createdAt",
        /// The currency, for example `USD`.
        currency: Option<String> = "currency",
        /// The status of the delivery.
        fulfillment_status: Option<String> = "fulfillmentStatus",
        /// The id.
        id: Option<String> = "_id",
        /// False if it is a test.
        live_mode: Option<bool> = "liveMode",
        /// The status.
        status: Option<String> = "status",
        /// The time of the last change.
        updated_at: Option<Timestamp> = "updatedAt",
    }
    with default
}

crm_core::record! {
    /// A task.
    pub struct TaskPayload {
        /// The user it is assigned to.
        assigned_to: Option<String> = "assignedTo",
        /// The text.
        body: Option<String> = "body",
        /// The contact.
        contact_id: Option<String> = "contactId",
        /// The time of creation.
        date_added: Option<Timestamp> = "dateAdded",
        /// The time it is due.
        due_date: Option<Timestamp> = "dueDate",
        /// The id.
        id: Option<String> = "id",
        /// The title.
        title: Option<String> = "title",
    }
    with default
}

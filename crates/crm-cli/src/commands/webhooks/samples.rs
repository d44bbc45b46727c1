//! Samples of events.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crm_core::Timestamp;
use hoopai_client::receiver::EventKind;
use serde_json::{Value, json};

use crate::catalogue::near;
use crate::failure::Failure;

/// HubSpot's objects and the changes of each, which make its kinds of events: `contact.creation`.
const OBJECTS: [&str; 7] = ["contact", "company", "deal", "ticket", "product", "line_item", "object"];
const CHANGES: [&str; 6] = ["creation", "deletion", "merge", "restore", "associationChange", "propertyChange"];
const OTHERS: [&str; 6] = [
    "contact.privacyDeletion",
    "conversation.creation",
    "conversation.deletion",
    "conversation.privacyDeletion",
    "conversation.propertyChange",
    "conversation.newMessage",
];

/// Returns a sample of an event of a vendor, the first kind if none is named.
pub(super) fn of(vendor: &str, kind: Option<&str>, now: SystemTime) -> Result<Value, Failure> {
    match vendor {
        "hubspot" => hubspot(kind.unwrap_or("contact.creation"), now),
        "hoopai" => hoopai(kind.unwrap_or("ContactCreate"), now),
        _ => Err(Failure::usage("the content of Hatch's webhooks is not documented; give the body with --data")),
    }
}

fn millis(now: SystemTime) -> u64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn hubspot(kind: &str, now: SystemTime) -> Result<Value, Failure> {
    let made = OBJECTS.iter().flat_map(|object| CHANGES.iter().map(move |change| format!("{object}.{change}")));
    let known: Vec<String> = made.chain(OTHERS.iter().map(|kind| (*kind).to_owned())).collect();
    if !known.iter().any(|one| one == kind) {
        return Err(unknown(
            "HubSpot",
            kind,
            near(kind, known.iter().map(String::as_str)).unwrap_or("contact.creation"),
        ));
    }
    let mut event = json!({
        "appId": 1,
        "attemptNumber": 0,
        "eventId": millis(now) % 1_000_000_000,
        "occurredAt": millis(now),
        "portalId": 1,
        "subscriptionId": 1,
        "subscriptionType": kind,
    });
    let more = match kind.rsplit('.').next().unwrap_or_default() {
        "creation" => json!({"objectId": 101, "changeFlag": "CREATED", "changeSource": "CRM_UI"}),
        "deletion" => json!({"objectId": 101, "changeFlag": "DELETED", "changeSource": "CRM_UI"}),
        "restore" => json!({"objectId": 101, "changeFlag": "RESTORED", "changeSource": "CRM_UI"}),
        "propertyChange" => {
            let (name, value) =
                if kind.starts_with("contact.") { ("email", "ada@example.com") } else { ("name", "Sample") };
            json!({"objectId": 101, "changeSource": "CRM_UI", "propertyName": name, "propertyValue": value})
        }
        "merge" => json!({
            "changeSource": "CRM_UI",
            "mergedObjectIds": [102],
            "newObjectId": 103,
            "numberOfPropertiesMoved": 1,
            "primaryObjectId": 101,
        }),
        "associationChange" => json!({
            "associationCategory": "HUBSPOT_DEFINED",
            "associationRemoved": false,
            "associationType": "CONTACT_TO_COMPANY",
            "associationTypeId": 1,
            "changeSource": "USER",
            "fromObjectId": 101,
            "fromObjectTypeId": "0-1",
            "isPrimaryAssociation": true,
            "toObjectId": 201,
            "toObjectTypeId": "0-2",
        }),
        "newMessage" => json!({"objectId": 101, "messageId": "message-1", "messageType": "MESSAGE"}),
        _ => json!({"objectId": 101}),
    };
    add(&mut event, more);
    Ok(json!([event]))
}

fn hoopai(kind: &str, now: SystemTime) -> Result<Value, Failure> {
    if let EventKind::Unrecognized(_) = EventKind::from(kind) {
        return Err(unknown("HoopAI", kind, "ContactCreate"));
    }
    let at = Timestamp::from(now).to_string();
    let mut event = json!({
        "appId": "app-1",
        "locationId": "location-1",
        "timestamp": at,
        "type": kind,
        "webhookId": format!("test-{}", millis(now)),
    });
    let contact = json!({"id": "contact-1", "firstName": "Ada", "email": "ada@example.com", "dateAdded": at});
    let more = match kind {
        "ContactTagUpdate" => json!({"id": "contact-1", "tags": ["sample"]}),
        "ContactDndUpdate" => json!({"id": "contact-1", "dnd": true}),
        "InboundMessage" | "OutboundMessage" => json!({
            "body": "Sample",
            "contactId": "contact-1",
            "conversationId": "conversation-1",
            "dateAdded": at,
            "direction": if kind == "InboundMessage" { "inbound" } else { "outbound" },
            "messageId": "message-1",
            "messageType": "SMS",
            "status": "delivered",
        }),
        _ if kind.starts_with("Contact") => contact,
        _ if kind.starts_with("Opportunity") => json!({
            "contactId": "contact-1",
            "id": "opportunity-1",
            "monetaryValue": 100,
            "name": "Sample",
            "pipelineId": "pipeline-1",
            "pipelineStageId": "stage-1",
            "status": "open",
        }),
        _ if kind.starts_with("Appointment") => json!({"appointment": {
            "appointmentStatus": "confirmed",
            "calendarId": "calendar-1",
            "contactId": "contact-1",
            "id": "appointment-1",
            "startTime": at,
            "title": "Sample",
        }}),
        _ if kind.starts_with("Task") || kind.starts_with("Note") => {
            json!({"body": "Sample", "contactId": "contact-1", "dateAdded": at, "id": "sample-1"})
        }
        _ => json!({"id": "sample-1"}),
    };
    add(&mut event, more);
    Ok(event)
}

fn add(event: &mut Value, more: Value) {
    if let (Value::Object(event), Value::Object(more)) = (event, more) {
        event.extend(more);
    }
}

fn unknown(vendor: &str, kind: &str, meant: &str) -> Failure {
    Failure::usage(format!(
        "\"{kind}\" is not a kind of event of {vendor}; did you mean {meant}? --data sends any body"
    ))
}

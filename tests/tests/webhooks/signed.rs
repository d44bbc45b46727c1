//! Deliveries that the fake signs, for the receiver of each vendor.

use crm_core::webhook::{PublicKey, Refused};
use crm_fake::{Signed, Signer};
use hoopai_client::receiver::Payload;
use hubspot_client::receiver::Older;
use serde_json::json;

use super::*;

const URI: &str = "https://example.com/hooks?a=1%2F2";

fn delivery(signed: &Signed) -> Delivery<'_> {
    Delivery::new(&signed.method, &signed.uri, &signed.headers, &signed.body)
}

fn public(signer: &Signer) -> PublicKey {
    PublicKey::ed25519(&signer.public_key().unwrap()).unwrap()
}

#[test]
fn hubspot() {
    let event = json!([{"subscriptionType": "contact.creation", "objectId": 7}]);
    let receiver = hubspot_client::receiver::Receiver::new("secret").accept(Older::V1).accept(Older::V2);
    for signer in [Signer::hubspot("secret"), Signer::hubspot_v1("secret"), Signer::hubspot_v2("secret")] {
        let signed = signer.sign(URI, &event);
        let events = receiver.receive(&delivery(&signed)).unwrap();
        assert_eq!(events[0].object_id.as_deref(), Some("7"));
    }
    let other = Signer::hubspot("another secret").sign(URI, &event);
    let refused = receiver.receive(&delivery(&other)).unwrap_err();
    assert!(matches!(refused, Refused::WrongSignature));
    assert!(refused.to_string().contains("made with another key"), "{refused}");
    let clock = Standing::at_millis(1_726_000_000_000);
    let old = Signer::hubspot("secret").at(clock.wall() - Duration::from_secs(301)).sign(URI, &event);
    let refused = hubspot_client::receiver::Receiver::new("secret").clock(clock).receive(&delivery(&old)).unwrap_err();
    assert!(matches!(refused, Refused::Stale { .. }), "{refused}");
}

#[test]
fn hoopai_and_the_payloads_of_its_events() {
    let signer = Signer::hoopai([7; 32]);
    let receiver = hoopai_client::receiver::Receiver::new().unwrap().clock(Standing::at_millis(1_726_000_000_000));
    let event = |kind: &str, number: usize, more: serde_json::Value| {
        let mut event = json!({"type": kind, "locationId": "l", "webhookId": format!("{kind}{number}"), "timestamp": 1_726_000_000_000_u64});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let contact = event(
        "ContactCreate",
        1,
        json!({"id": "c", "email": "ada@example.com", "tags": ["a"], "dnd": "yes", "new": 1}),
    );
    let signed = signer.sign(URI, &contact);
    assert!(matches!(receiver.receive(&delivery(&signed)).unwrap_err(), Refused::WrongSignature), "the vendor's key");
    receiver.keys().replace([public(&signer)]);
    let Payload::Contact(read) = receiver.receive(&delivery(&signed)).unwrap()[0].payload() else {
        panic!("a contact")
    };
    assert_eq!((read.id.as_deref(), read.tags), (Some("c"), Some(vec!["a".to_owned()])));
    assert_eq!(read.dnd, None, "of a type other than documented, so it is kept as it was sent");
    assert_eq!((read.extra.get("dnd"), read.extra.get("new")), (Some(&json!("yes")), Some(&json!(1))));

    let shown = |kind: &str, more: serde_json::Value| {
        let signed = signer.sign(URI, &event(kind, 2, more));
        let text = match receiver.receive(&delivery(&signed)).unwrap()[0].payload() {
            Payload::App(app) => app.user_id,
            Payload::Appointment(appointment) => appointment.calendar_id,
            Payload::Campaign(campaign) => campaign.template_id,
            Payload::Contact(contact) => contact.id,
            Payload::Conversation(conversation) => conversation.unread_count.map(|count| count.to_string()),
            Payload::Location(location) => location.name,
            Payload::Message(message) => message.conversation_id,
            Payload::Note(note) => note.body,
            Payload::Opportunity(opportunity) => opportunity.monetary_value.map(|value| value.to_string()),
            Payload::Order(order) => order.id,
            Payload::Task(task) => task.title,
            _ => Some("other".to_owned()),
        };
        text.unwrap_or_default()
    };
    for (kind, more, expected) in [
        ("INSTALL", json!({"userId": "u"}), "u"),
        ("AppointmentUpdate", json!({"appointment": {"calendarId": "k"}}), "k"),
        ("AppointmentDelete", json!({"calendarId": "k"}), "other"),
        ("CampaignStatusUpdate", json!({"templateId": "t"}), "t"),
        ("ContactTagUpdate", json!({"id": "c"}), "c"),
        ("ConversationUnreadUpdate", json!({"unreadCount": 3}), "3"),
        ("LocationUpdate", json!({"name": "n"}), "n"),
        ("OutboundMessage", json!({"conversationId": "v"}), "v"),
        ("NoteDelete", json!({"body": "b"}), "b"),
        ("OpportunityStageUpdate", json!({"monetaryValue": 40}), "40"),
        ("OrderCreate", json!({"_id": "o"}), "o"),
        ("TaskComplete", json!({"title": "t"}), "t"),
        ("InvoicePaid", json!({"_id": "i"}), "other"),
        ("SomethingNew", json!({}), "other"),
    ] {
        assert_eq!(shown(kind, more), expected, "{kind}");
    }
}

#[test]
fn hatch() {
    let signer = Signer::hatch([9; 32]);
    let signed = signer.sign(URI, &json!({"a": 1}));
    let receive = |key: PublicKey| hatch_client::receiver::Receiver::assumed(key).receive(&delivery(&signed));
    assert_eq!(receive(public(&signer)).unwrap(), [json!({"a": 1})]);
    assert!(matches!(receive(public(&Signer::hatch([8; 32]))).unwrap_err(), Refused::WrongSignature));
}

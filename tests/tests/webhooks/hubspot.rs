//! HubSpot: the published signatures, and everything that is not one.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_core::webhook::Refused;
use crm_testkit::traces::Traces;
use hubspot_client::Secret;
use hubspot_client::receiver::{Older, Receiver};

use super::*;

const SECRET: &str = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
pub(crate) const URI: &str = "https://www.example.com/webhook_uri";
pub(crate) const BODY: &[u8] = br#"{"example_field":"example_value"}"#;
const MILLIS: u64 = 1_726_000_000_000;
const V2_GET: &str = "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e";
const V2_POST: &str = "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900";
const V3_POST: &str = "yIUZEBOzG4WAAwB5FY4unNtmy1qJlNEkui8uYYGZeE0=";

pub(crate) fn receiver(offset: i64) -> Receiver {
    let clock = Standing::at_millis(MILLIS.checked_add_signed(offset).unwrap());
    Receiver::new(SECRET).accept(Older::V1).accept(Older::V2).clock(clock)
}

fn v3(signature: &str, time: &str) -> HeaderMap {
    headers(&[("x-hubspot-signature-v3", signature), ("x-hubspot-request-timestamp", time)])
}

fn older(signature: &str, version: &str) -> HeaderMap {
    headers(&[("x-hubspot-signature", signature), ("x-hubspot-signature-version", version)])
}

pub(crate) fn signed(uri: &str, body: &[u8]) -> HeaderMap {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let text = [b"POST", uri.as_bytes(), body, MILLIS.to_string().as_bytes()].concat();
    v3(&STANDARD.encode(hmac::sign(&key, &text)), &MILLIS.to_string())
}

#[test]
fn the_published_signatures_are_good() {
    let get = older(V2_GET, "v2");
    receiver(0).receive(&Delivery::new(&Method::GET, URI, &get, b"")).unwrap();
    receiver(0).receive(&post(URI, &older(V2_POST, "v2"), BODY)).unwrap();
    let events = receiver(0).receive(&post(URI, &v3(V3_POST, "1726000000000"), BODY)).unwrap();
    assert_eq!(events[0].extra.get("example_field").unwrap(), "example_value");
}

#[test]
fn a_delivery_is_accepted_once() {
    let receiver = receiver(0);
    let headers = v3(V3_POST, "1726000000000");
    let delivery = post(URI, &headers, BODY);
    assert!(receiver.receive(&delivery).is_ok());
    assert!(matches!(receiver.receive(&delivery), Err(Refused::Repeated)));
    // The same bytes, written otherwise.
    let spelled = v3(&V3_POST.replace("E0=", "E0"), "1726000000000");
    assert!(receiver.receive(&post(URI, &spelled, BODY)).is_err());
    // Another delivery, and the same one after it was forgotten.
    assert!(receiver.receive(&post(URI, &signed(URI, BODY), br#"{}"#)).is_err());
    assert!(receiver.receive(&post(URI, &signed(URI, b"{}"), b"{}")).is_ok());
    receiver.forget(&delivery);
    assert!(receiver.receive(&delivery).is_ok());
}

#[test]
fn every_flipped_bit_is_found() {
    let receiver = receiver(0);
    let flipped = |bytes: &[u8], bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    let wrong = |delivery: &Delivery<'_>, bit: usize| {
        let refused = receiver.receive(delivery).unwrap_err();
        assert!(matches!(refused, Refused::WrongSignature), "bit {bit}: {refused}");
    };
    let good = v3(V3_POST, "1726000000000");
    for bit in 0..BODY.len() * 8 {
        wrong(&post(URI, &good, &flipped(BODY, bit)), bit);
    }
    let signature = STANDARD.decode(V3_POST).unwrap();
    for bit in 0..signature.len() * 8 {
        let headers = v3(&STANDARD.encode(flipped(&signature, bit)), "1726000000000");
        wrong(&post(URI, &headers, BODY), bit);
    }
    for version in ["v1", "v2"] {
        for digit in 0..V2_POST.len() {
            let mut text = V2_POST.to_owned().into_bytes();
            text[digit] = if text[digit] == b'0' { b'1' } else { b'0' };
            wrong(&post(URI, &older(&String::from_utf8(text).unwrap(), version), BODY), digit);
        }
    }
}

#[test]
fn what_is_wrong_with_a_delivery_is_said() {
    let of = |headers: &HeaderMap, offset: i64| said(&receiver(offset), &post(URI, headers, BODY));
    let good = v3(V3_POST, "1726000000000");
    let mut twice = good.clone();
    twice.append("x-hubspot-signature-v3", V3_POST.parse().unwrap());
    insta::assert_snapshot!(table(&[
        ("good", of(&good, 0)),
        ("at the end of the window", of(&good, 300_000)),
        ("at its beginning", of(&good, -300_000)),
        ("late", of(&good, 300_001)),
        ("early", of(&good, -300_001)),
        ("another time", of(&v3(V3_POST, "1726000000001"), 0)),
        ("no time", of(&headers(&[("x-hubspot-signature-v3", V3_POST)]), 0)),
        ("a time in words", of(&v3(V3_POST, "now"), 0)),
        ("a time beyond all", of(&v3(V3_POST, "18446744073709551615"), 0)),
        ("no signature", of(&HeaderMap::new(), 0)),
        ("two signatures", of(&twice, 0)),
        ("no base64", of(&v3("*", "1726000000000"), 0)),
        ("no text", of(&v3("§", "1726000000000"), 0)),
        ("cut off", of(&v3(&V3_POST[..20], "1726000000000"), 0)),
        ("v2 called v1", of(&older(V2_POST, "v1"), 0)),
        ("v2 of half a byte", of(&older("abc", "v2"), 0)),
        ("v9", of(&older(V2_POST, "v9"), 0)),
        ("v2 where only v3 is taken", said(&Receiver::new(SECRET), &post(URI, &older(V2_POST, "v2"), BODY))),
        ("written anew", said(&receiver(0), &post(URI, &good, br#"{"example_field": "example_value"}"#))),
        ("signed, no JSON", said(&receiver(0), &post(URI, &signed(URI, b"jane"), b"jane"))),
        ("signed, no event", said(&receiver(0), &post(URI, &signed(URI, b"\"jane\""), b"\"jane\""))),
    ]));
}

#[test]
fn some_characters_of_an_address_are_signed_plain() {
    let sent = "https://a.example/x%2Fy%3a%20z?q=%3F%27&r=%2&s=%é";
    let plain = "https://a.example/x/y:%20z?q=?'&r=%2&s=%é";
    assert_eq!(said(&receiver(0), &post(sent, &signed(plain, BODY), BODY)), "200 1 accepted");
}

#[test]
fn an_address_is_good_as_it_was_received_too() {
    for sent in [
        "https://a.example/x%2Fy%3a%20z?q=%3F%27&r=%2&s=%é",
        "https://a.example/hook?to=ada%40example.com&list=1%2C2",
        "https://a.example/hook?name=Jos%C3%A9",
    ] {
        assert_eq!(said(&receiver(0), &post(sent, &signed(sent, BODY), BODY)), "200 1 accepted", "{sent}");
    }
    let decoded = "https://a.example/hook?to=ada@example.com";
    let sent = "https://a.example/hook?to=ada%40example.com";
    receiver(0).receive(&post(decoded, &signed(sent, BODY), BODY)).unwrap_err();
    receiver(0).receive(&post("https://a.example/hook", &signed(sent, BODY), BODY)).unwrap_err();
}

#[test]
fn secrets_are_exchanged_while_deliveries_come_in() {
    let receiver = receiver(0);
    let good = v3(V3_POST, "1726000000000");
    receiver.secrets().replace([Secret::new("the new one"), Secret::new(SECRET)]);
    receiver.receive(&post(URI, &good, BODY)).unwrap();
    receiver.secrets().replace([Secret::new("the new one")]);
    receiver.receive(&post(URI, &good, BODY)).unwrap_err();
    assert!(!format!("{receiver:?} {:?} {:?}", receiver.secrets(), post(URI, &good, BODY)).contains("new one"));
}

#[test]
fn events_come_in_batches_and_keep_what_is_new() {
    let body =
        br#"[{"eventId": 1, "subscriptionType": "contact.propertyChange", "objectId": 51, "propertyName": "email",
        "propertyValue": null, "occurredAt": 1726000000000, "attemptNumber": 0, "new": {"x": 1}}, {}]"#;
    let events = receiver(0).receive(&post(URI, &signed(URI, body), body)).unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].object_id.as_deref(), Some("51"));
    assert_eq!(events[0].occurred_at.as_ref().unwrap().unix_millis(), Some(1_726_000_000_000));
    assert_eq!(events[0].extra.get("new").unwrap()["x"], 1);
    assert_eq!(events[1].subscription_type, None);
}

#[test]
fn an_odd_event_is_kept_and_the_others_are_read() {
    let body = br#"[
        {"eventId": 1, "subscriptionType": "contact.creation", "objectId": 51},
        {"eventId": {"id": 2}, "subscriptionType": "contact.creation", "objectId": 52, "occurredAt": ["x"],
            "attemptNumber": "first", "new": {"x": 1}},
        "ping",
        null,
        {"eventId": 3, "subscriptionType": "contact.deletion", "objectId": 53}
    ]"#;
    let events = receiver(0).receive(&post(URI, &signed(URI, body), body)).unwrap();
    let ids: Vec<_> = events.iter().map(|event| event.object_id.as_deref()).collect();
    assert_eq!(ids, [Some("51"), Some("52"), None, Some("53")]);
    let odd = &events[1];
    assert_eq!(odd.subscription_type.as_deref(), Some("contact.creation"));
    assert!(odd.event_id.is_none() && odd.occurred_at.is_none() && odd.attempt_number.is_none());
    assert_eq!(odd.extra.get("eventId").unwrap()["id"], 2);
    assert_eq!(odd.extra.get("attemptNumber").unwrap(), "first");
    assert_eq!(odd.extra.get("new").unwrap()["x"], 1);
    assert_eq!(odd.unread().collect::<Vec<_>>(), ["attemptNumber", "eventId", "occurredAt"]);
    assert_eq!(events[2].extra.get("").unwrap(), "ping");
    assert_eq!((events[0].unread().count(), events[2].unread().count()), (0, 1));
    let kept = serde_json::to_value(odd).unwrap();
    let sent = &serde_json::from_slice::<serde_json::Value>(body).unwrap()[1];
    assert_eq!(kept.as_object().unwrap().len(), sent.as_object().unwrap().len(), "nothing is lost: {kept}");
}

#[test]
fn what_is_documented_of_an_event_has_a_field() {
    let body = br#"[
        {"subscriptionType": "company.merge", "objectId": 90, "primaryObjectId": 50, "mergedObjectIds": [60, "70"],
            "newObjectId": 90, "numberOfPropertiesMoved": 12},
        {"subscriptionType": "contact.associationChange", "associationType": "CONTACT_TO_COMPANY", "fromObjectId": 51,
            "toObjectId": 80, "associationRemoved": false, "isPrimaryAssociation": true, "fromObjectTypeId": "0-1",
            "toObjectTypeId": "0-2", "associationTypeId": 1, "associationCategory": "HUBSPOT_DEFINED"},
        {"subscriptionType": "conversation.newMessage", "objectId": 7, "messageId": "m1", "messageType": "COMMENT"},
        {"subscriptionType": "object.propertyChange", "objectTypeId": "0-1", "isSensitive": true}
    ]"#;
    let events = receiver(0).receive(&post(URI, &signed(URI, body), body)).unwrap();
    assert!(events.iter().all(|event| event.extra.is_empty()), "{events:?}");
    let [merge, association, message, sensitive] = &events[..] else { panic!("{events:?}") };
    assert_eq!((merge.new_object_id.as_deref(), merge.primary_object_id.as_deref()), (Some("90"), Some("50")));
    assert_eq!(
        (merge.merged_object_ids.as_deref(), merge.number_of_properties_moved),
        (Some(&["60".to_owned(), "70".to_owned()][..]), Some(12))
    );
    assert_eq!((association.from_object_id.as_deref(), association.to_object_id.as_deref()), (Some("51"), Some("80")));
    assert_eq!((association.association_removed, association.is_primary_association), (Some(false), Some(true)));
    assert_eq!(association.association_type.as_deref(), Some("CONTACT_TO_COMPANY"));
    assert_eq!(association.association_type_id.as_deref(), Some("1"));
    assert_eq!((message.message_id.as_deref(), message.message_type.as_deref()), (Some("m1"), Some("COMMENT")));
    assert_eq!(sensitive.is_sensitive, Some(true));
}

#[test]
fn an_odd_member_is_traced_without_its_value() {
    let body = br#"[{"eventId": {"email": "ada@example.com"}, "objectId": 51}, "ada@example.com"]"#;
    let (traces, _guard) = Traces::watch();
    receiver(0).receive(&post(URI, &signed(URI, body), body)).unwrap();
    let told = traces.take();
    assert!(told.contains("path=\"[].eventId\"") && told.contains("found=\"an object\""), "{told}");
    assert!(!told.contains("ada"), "{told}");
}

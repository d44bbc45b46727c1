//! HoopAI: Ed25519 of our own making, the older RSA on request, and deliveries that come twice.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_core::webhook::Refused;
use hoopai_client::receiver::{EventKind, PUBLIC_KEY, PublicKey, Receiver};

use super::*;

const BODY: &[u8] =
    br#"{"type":"ContactCreate","locationId":"l1","webhookId":"w1","timestamp":"2024-09-10T20:26:40.000Z","id":"c1"}"#;
const MILLIS: u64 = 1_726_000_000_000;
const MINUTE: i64 = 60_000;

struct Sender(Ed25519KeyPair);

impl Sender {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn key(&self) -> PublicKey {
        PublicKey::ed25519(&STANDARD.encode(self.0.public_key())).unwrap()
    }

    fn sign(&self, body: &[u8]) -> HeaderMap {
        headers(&[("x-ghl-signature", &STANDARD.encode(self.0.sign(body)))])
    }

    fn receiver(&self, offset: i64) -> Receiver {
        let receiver = Receiver::new().unwrap().clock(Standing::at_millis(MILLIS.checked_add_signed(offset).unwrap()));
        receiver.keys().replace([self.key()]);
        receiver
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let sender = Sender::new(1);
    let receiver = sender.receiver(0);
    let good = sender.sign(BODY);
    for bit in 0..BODY.len() * 8 {
        let mut body = BODY.to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        let refused = receiver.receive(&post("/", &good, &body)).unwrap_err();
        assert!(matches!(refused, Refused::WrongSignature), "bit {bit}: {refused}");
    }
    let signature = sender.0.sign(BODY);
    for bit in 0..signature.as_ref().len() * 8 {
        let mut flipped = signature.as_ref().to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let headers = headers(&[("x-ghl-signature", &STANDARD.encode(flipped))]);
        let refused = receiver.receive(&post("/", &headers, BODY)).unwrap_err();
        assert!(matches!(refused, Refused::WrongSignature), "bit {bit}: {refused}");
    }
    assert_eq!(receiver.receive(&post("/", &good, BODY)).unwrap()[0].kind, Some(EventKind::ContactCreate));
}

#[test]
fn what_is_wrong_with_a_delivery_is_said() {
    let sender = Sender::new(1);
    let of = |headers: &HeaderMap, offset| said(&sender.receiver(offset), &post("/", headers, BODY));
    let good = sender.sign(BODY);
    insta::assert_snapshot!(table(&[
        ("good", of(&good, 0)),
        ("the sixth repetition", of(&good, 60 * MINUTE)),
        ("too old", of(&good, 90 * MINUTE + 1)),
        ("ahead", of(&good, -5 * MINUTE - 1)),
        ("no signature", of(&HeaderMap::new(), 0)),
        ("the word for none", of(&headers(&[("x-ghl-signature", "N/A")]), 0)),
        ("cut off", of(&headers(&[("x-ghl-signature", "aGFsZg==")]), 0)),
        ("of another key", of(&Sender::new(2).sign(BODY), 0)),
        ("the older one, not asked for", of(&headers(&[("x-wh-signature", "aGFsZg==")]), 0)),
        ("written anew", {
            let anew = serde_json::to_vec(&serde_json::from_slice::<serde_json::Value>(BODY).unwrap()).unwrap();
            said(&sender.receiver(0), &post("/", &good, &anew))
        }),
        ("signed, no JSON", said(&sender.receiver(0), &post("/", &sender.sign(b"jane"), b"jane"))),
    ]));
}

#[test]
fn a_delivery_counts_once_unless_it_is_forgotten() {
    let sender = Sender::new(1);
    let receiver = sender.receiver(0);
    let good = sender.sign(BODY);
    let event = receiver.receive(&post("/", &good, BODY)).unwrap().remove(0);
    assert_eq!(said(&receiver, &post("/", &good, BODY)), "200 the delivery was already received");
    receiver.forget(&event);
    assert_eq!(said(&receiver, &post("/", &good, BODY)), "200 1 accepted");
    // A forged one with its number does not spend it.
    let receiver = sender.receiver(0);
    receiver.receive(&post("/", &Sender::new(2).sign(BODY), BODY)).unwrap_err();
    assert_eq!(said(&receiver, &post("/", &good, BODY)), "200 1 accepted");
}

#[test]
fn unknown_kinds_and_events_without_kind_are_kept() {
    let sender = Sender::new(1);
    let read = |body: &[u8]| sender.receiver(0).receive(&post("/", &sender.sign(body), body)).unwrap().remove(0);
    let event = read(br#"{"type": "SomethingNew", "x": 1}"#);
    assert_eq!(event.kind, Some(EventKind::Unrecognized("SomethingNew".into())));
    let event = read(br#"{"locationId": 7, "price": {"id": "p"}}"#);
    assert_eq!((event.kind, event.location_id.as_deref()), (None, Some("7")));
    assert_eq!(event.extra.get("price").unwrap()["id"], "p");
}

#[test]
fn a_member_of_another_type_is_kept_and_the_others_are_read() {
    let sender = Sender::new(1);
    let body = br#"{"type": ["ContactCreate"], "locationId": {"id": "l1"}, "webhookId": "w1",
        "timestamp": "2024-09-10T20:26:40.000Z", "id": "c1"}"#;
    let receiver = sender.receiver(0);
    let event = receiver.receive(&post("/", &sender.sign(body), body)).unwrap().remove(0);
    assert!(event.kind.is_none() && event.location_id.is_none());
    assert_eq!(event.unread().collect::<Vec<_>>(), ["locationId", "type"]);
    assert_eq!(event.extra.get("type").unwrap()[0], "ContactCreate");
    assert_eq!(event.extra.get("locationId").unwrap()["id"], "l1");
    assert_eq!(event.extra.get("id").unwrap(), "c1");
    // The members that prevent repetition were read.
    assert_eq!(said(&receiver, &post("/", &sender.sign(body), body)), "200 the delivery was already received");
    assert!(said(&sender.receiver(90 * MINUTE + 1), &post("/", &sender.sign(body), body)).starts_with("401"));
}

#[test]
fn the_older_signature_is_taken_on_request_and_only_in_place_of_the_newer() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let spki: aws_lc_rs::encoding::PublicKeyX509Der<'_> =
        aws_lc_rs::encoding::AsDer::as_der(pair.public_key()).unwrap();
    let key = PublicKey::rsa(&STANDARD.encode(spki.as_ref())).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), BODY, &mut signature).unwrap();
    let sender = Sender::new(1);
    let receiver = sender.receiver(0).accept_rsa(key);
    let mut headers = headers(&[("x-wh-signature", &STANDARD.encode(signature))]);
    assert_eq!(said(&receiver, &post("/", &headers, BODY)), "200 1 accepted");
    receiver.receive(&post("/", &headers, b"{}")).unwrap_err();
    headers.extend(Sender::new(2).sign(BODY));
    receiver.receive(&post("/", &headers, BODY)).unwrap_err();
}

#[test]
fn keys_are_read_in_every_usual_form_or_refused() {
    let raw = STANDARD.encode(&STANDARD.decode(PUBLIC_KEY).unwrap()[12..]);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{PUBLIC_KEY}\n-----END PUBLIC KEY-----\n");
    for key in [PUBLIC_KEY, &raw, &pem] {
        PublicKey::ed25519(key).unwrap();
    }
    let refused = |key: &str| PublicKey::ed25519(key).unwrap_err().to_string();
    assert_eq!(refused(&raw[..20]), refused(""));
    assert!(refused("not a key!").ends_with("the public key is not base64"), "{}", refused("not a key!"));
    PublicKey::rsa(PUBLIC_KEY).unwrap_err();
}

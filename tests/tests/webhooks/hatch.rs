//! Hatch: the assumptions are consistent; everything is returned as received.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hatch_client::receiver::{PublicKey, Receiver};

use super::*;

#[test]
fn a_signature_is_checked_as_assumed_or_not_at_all() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let receiver = Receiver::assumed(PublicKey::ed25519(&STANDARD.encode(pair.public_key())).unwrap());
    let body = br#"{"contact": {"id": 1}}"#;
    let good = headers(&[("hatch-webhook-verification", &STANDARD.encode(pair.sign(body)))]);
    assert_eq!(receiver.receive(&post("/", &good, body)).unwrap()[0]["contact"]["id"], 1);
    insta::assert_snapshot!(table(&[
        ("another body", said(&receiver, &post("/", &good, b"{}"))),
        ("no signature", said(&receiver, &post("/", &HeaderMap::new(), body))),
        ("unverified", said(&Receiver::unverified(), &post("/", &HeaderMap::new(), body))),
        ("unverified, no JSON", said(&Receiver::unverified(), &post("/", &HeaderMap::new(), b"<html>"))),
    ]));
}

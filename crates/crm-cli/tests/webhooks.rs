//! `crm webhooks` as users run it: deliveries are checked, printed and passed on.

#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Command;

use crate::support::{self, Ongoing, Ran, http, run};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crm_fake::Signer;
use serde_json::{Value, json};

const KEY: &str = "0101010101010101010101010101010101010101010101010101010101010101";

/// A command with the keys of webhooks.
fn command(line: &str) -> Command {
    let mut command = support::command(line, "/nowhere/profiles.json");
    command.env("HUBSPOT_CLIENT_SECRET", "the secret").env("HOOPAI_WEBHOOK_KEY", KEY).env("HATCH_WEBHOOK_KEY", KEY);
    command
}

/// Starts a listener on a free port, and returns its address.
fn listen(line: &str) -> (Ongoing, String) {
    let mut listener = Ongoing::start(&mut command(&format!("webhooks listen --listen 0 {line}")));
    let message = listener.message();
    assert!(message.contains(" at http://127.0.0.1:"), "{message}");
    let address = message.split("http://").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    (listener, address.to_owned())
}

/// The head of a signed delivery to a host.
fn head(signed: &crm_fake::Signed, target: &str, host: &str) -> String {
    let headers = signed.headers.iter().map(|(name, value)| format!("\r\n{name}: {}", value.to_str().unwrap()));
    format!("POST {target} HTTP/1.1\r\nHost: {host}{}", headers.collect::<String>())
}

fn events(ran: &Ran) -> Vec<Value> {
    ran.output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_delivery_is_printed_if_its_signature_is_right() {
    let (mut listener, address) = listen("hubspot");
    let sent =
        run(&mut command(&format!("webhooks send hubspot http://{address}/hook --event contact.propertyChange")));
    let reply: Value = serde_json::from_str(&sent.output).unwrap();
    assert_eq!((sent.code, &reply["status"]), (0, &json!(204)), "{}", sent.errors);
    // With another secret it is refused, and nothing of it is shown.
    let mut forged = command(&format!("webhooks send hubspot http://{address}/hook"));
    let forged = run(forged.env("HUBSPOT_CLIENT_SECRET", "another"));
    assert_eq!((forged.code, forged.errors.as_str()), (1, "crm: the server refused the webhook with 401\n"));
    let refused = listener.message();
    assert!(refused.starts_with("crm: refused with 401: the signature does not match"), "{refused}");
    let tried =
        format!("; it was checked for http://{address}/hook, https://{address}/hook; if the vendor calls another");
    assert!(refused.contains(&tried), "{refused}");
    // A tunnel receives the delivery by HTTPS, and the address is signed as the vendor called it.
    let event = json!([{"subscriptionType": "deal.creation"}, {"subscriptionType": "deal.deletion"}]);
    let signed = Signer::hubspot("the secret").sign("https://tunnel.example/hook?a=%20", &event);
    let through = head(&signed, "/hook?a=%20", "tunnel.example");
    assert!(http(&address, &through, &signed.body).starts_with("HTTP/1.1 204"));
    // The same delivery again is answered, and not printed again.
    assert!(http(&address, &through, &signed.body).starts_with("HTTP/1.1 200"));
    assert!(listener.message().contains("already received"));
    assert!(http(&address, "GET / HTTP/1.1\r\nHost: x", b"").starts_with("HTTP/1.1 405"));
    assert!(http(&address, &through, &vec![b' '; 6 << 20]).starts_with("HTTP/1.1 413"));
    let ran = listener.interrupt();
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    let kinds: Vec<Value> = events(&ran).iter().map(|event| event["subscriptionType"].clone()).collect();
    assert_eq!(kinds, ["contact.propertyChange", "deal.creation", "deal.deletion"]);
}

/// nginx replaces the host by default, and a proxy can remove a prefix of the path.
#[test]
fn a_proxy_that_replaces_host_and_path_needs_the_address_at_the_vendor() {
    let event = json!([{"subscriptionType": "deal.creation"}]);
    let signed =
        Signer::hubspot("the secret").sign("https://hooks.example.com/hooks/%7eada?user=canary%40example.com", &event);
    let arrived = head(&signed, "/~ada?user=canary%40example.com", "127.0.0.1:8975");
    let (mut listener, address) = listen("hubspot");
    assert!(http(&address, &arrived, &signed.body).starts_with("HTTP/1.1 401"));
    let refused = listener.message();
    assert!(refused.contains("http://127.0.0.1:8975/~ada?…, ") && !refused.contains("canary"), "{refused}");
    assert_eq!(listener.interrupt().output, "");
    let (listener, address) = listen("hubspot --url https://hooks.example.com/hooks/%7eada");
    assert!(http(&address, &arrived, &signed.body).starts_with("HTTP/1.1 204"));
    assert_eq!(events(&listener.interrupt()), *event.as_array().unwrap());
}

#[test]
fn every_vendor_that_sends_webhooks_is_checked() {
    let hatch = r#"{"any":"body"}"#;
    for (vendor, words, event) in [
        ("hubspot", ["--event", "object.merge"], json!(101)),
        ("hoopai", ["--event", "OpportunityCreate"], json!("OpportunityCreate")),
        ("hatch", ["--data", hatch], json!("body")),
    ] {
        let (listener, address) = listen(vendor);
        let sent = run(command(&format!("webhooks send {vendor} http://{address}")).args(words));
        assert_eq!(sent.code, 0, "{vendor}: {}", sent.errors);
        let ran = listener.interrupt();
        let printed = events(&ran);
        let found = [&printed[0]["primaryObjectId"], &printed[0]["type"], &printed[0]["any"]];
        assert_eq!((printed.len(), found.contains(&&event)), (1, true), "{vendor}: {printed:?}");
    }
}

#[test]
fn a_delivery_is_passed_on_as_it_was_received() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = server.local_addr().unwrap();
    let (listener, address) = listen(&format!("hubspot --forward http://{target}"));
    // The first answer is a failure, so the vendor may send the delivery again.
    let answers = std::thread::spawn(move || {
        ["500 Oops", "202 Accepted"].map(|status| {
            let (mut stream, _) = server.accept().unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.ends_with(b"[ {\"objectId\": 1} ]") {
                let read = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..read]);
            }
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8(request).unwrap()
        })
    });
    // The spaces are signed, and would be lost if the body was written again.
    let body = b"[ {\"objectId\": 1} ]";
    let time = std::time::SystemTime::now();
    let signed = signed_text(&format!("http://{address}/a?b=c"), body, time);
    let head = format!("POST /a?b=c HTTP/1.1\r\nHost: {address}\r\nX-Own: yes{signed}");
    assert!(http(&address, &head, body).starts_with("HTTP/1.1 500"));
    assert!(http(&address, &head, body).starts_with("HTTP/1.1 202"));
    for request in answers.join().unwrap() {
        let lower = request.to_lowercase();
        assert!(request.starts_with("POST /a?b=c HTTP/1.1"), "{request}");
        assert!(lower.contains("x-own: yes") && lower.contains("x-hubspot-signature-v3: "), "{request}");
        assert!(lower.contains(&format!("host: {address}")), "{request}");
    }
    let ran = listener.interrupt();
    assert!(ran.errors.contains("answered with 500; it may be sent again"), "{}", ran.errors);
    assert_eq!(events(&ran).len(), 2);
}

/// Returns the headers of a v3 signature of bytes that are not written by `serde_json`.
fn signed_text(uri: &str, body: &[u8], at: std::time::SystemTime) -> String {
    let millis = at.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis().to_string();
    let text = [b"POST", uri.as_bytes(), body, millis.as_bytes()].concat();
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"the secret"), &text);
    format!("\r\nX-HubSpot-Signature-v3: {}\r\nX-HubSpot-Request-Timestamp: {millis}", STANDARD.encode(tag))
}

#[test]
fn what_is_wrong_is_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    for (line, code, sentence) in [
        (format!("webhooks listen hubspot --listen {taken}"), 2, format!("cannot listen at {taken}: ")),
        ("webhooks listen hockeystack".to_owned(), 2, "invalid value 'hockeystack' for '<VENDOR>'".to_owned()),
        ("webhooks listen hubspot --listen here".to_owned(), 2, "invalid value 'here' for '--listen".to_owned()),
        (
            "webhooks listen hubspot --url hooks.example.com".to_owned(),
            2,
            "--url must be a whole address, for example".to_owned(),
        ),
        (
            "webhooks listen hubspot --url https://user:canary@a.example".to_owned(),
            2,
            "--url must not contain a user name or a password".to_owned(),
        ),
        (
            "webhooks send hubspot http://user:canary@127.0.0.1:9".to_owned(),
            2,
            "URL must not contain a user name or a password".to_owned(),
        ),
        (
            "webhooks listen hubspot --forward http://127.0.0.1:99999".to_owned(),
            2,
            "--forward must have a port from 1 to 65535".to_owned(),
        ),
        (
            "webhooks listen hoopai --url https://a.example".to_owned(),
            2,
            "--url has no effect on webhooks of".to_owned(),
        ),
        (
            "webhooks listen hubspot --forward localhost:1".to_owned(),
            2,
            "--forward must be an address such as ".to_owned(),
        ),
        ("webhooks send hubspot https://example.com".to_owned(), 2, "URL takes an address with http only".to_owned()),
        (
            "webhooks send hubspot http://127.0.0.1:9 --event contact.create".to_owned(),
            2,
            "\"contact.create\" is not a kind of event of HubSpot; did you mean contact.creation?".to_owned(),
        ),
        (
            "webhooks send hoopai http://127.0.0.1:9 --event Contact".to_owned(),
            2,
            "\"Contact\" is not a kind of event of HoopAI".to_owned(),
        ),
        (
            "webhooks send hatch http://127.0.0.1:9".to_owned(),
            2,
            "the content of Hatch's webhooks is not documented".to_owned(),
        ),
        (
            "webhooks send hubspot http://127.0.0.1:9 --fake".to_owned(),
            2,
            "--fake has no effect on crm webhooks send".to_owned(),
        ),
        ("webhooks send hubspot http://127.0.0.1:1".to_owned(), 7, "no connection to 127.0.0.1:1: ".to_owned()),
    ] {
        let ran = run(&mut command(&line));
        assert_eq!((ran.code, ran.output.as_str()), (code, ""), "{line}: {}", ran.errors);
        assert!(!ran.errors.contains("canary"), "{line}: {}", ran.errors);
        assert!(
            ran.errors.starts_with(&format!("crm: {sentence}")) && ran.errors.lines().count() == 1,
            "{line}: {}",
            ran.errors
        );
    }
    for (line, variable) in [
        ("webhooks listen hubspot", "HUBSPOT_CLIENT_SECRET"),
        ("webhooks listen hatch", "HATCH_WEBHOOK_PUBLIC_KEY"),
        ("webhooks send hoopai http://127.0.0.1:9", "HOOPAI_WEBHOOK_KEY"),
    ] {
        let ran = run(&mut support::command(line, "/nowhere/profiles.json"));
        assert!(ran.code == 3 && ran.errors.contains(&format!("; set {variable}")), "{line}: {}", ran.errors);
    }
    let ran = run(command("webhooks listen hoopai").env("HOOPAI_WEBHOOK_KEY", "canary"));
    assert!(ran.code == 3 && !ran.errors.contains("canary"), "{}", ran.errors);
}

#[test]
fn a_closed_output_ends_the_listener() {
    let (listener, address) = listen("hubspot");
    let listener = listener.without_output();
    let sent = run(&mut command(&format!("webhooks send hubspot http://{address}")));
    assert_eq!(sent.code, 1, "{}", sent.output);
    let ran = listener.end();
    assert_eq!((ran.code, ran.errors.lines().count()), (9, 1), "{}", ran.errors);
}

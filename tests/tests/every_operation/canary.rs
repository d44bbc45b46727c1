//! No secret and no personal data is shown for any call and any reply: not in `Debug`, not in an
//! error or its sources, not in a trace.
//!
//! Every argument that takes a text is a canary, and so are the token and the texts of the vendor.

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_calls::{Api, Sample};
use crm_fake::{Fake, Fault, Payload, Vendor};
use crm_testkit::traces::Traces;
use serde_json::{Value, json};

/// It is in all that is secret or personal here.
const CANARY: &str = "canary";
/// A text with an e-mail address and a token, because names alone cannot be distinguished from words.
const PERSON: &str = "canary.ada@example.com";

/// A token as the vendor's are.
fn token(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::RevenueAgents => "hsr_live_canary-canary-0123",
        _ => "pat-eu1-canary-canary-0123",
    }
}

/// Calls every operation of an API twice, once with a failure, and looks for the canary in all that shows.
pub(crate) async fn silent<C: Debug>(api: &Api<C>) {
    let (traces, _guard) = Traces::watch();
    let fake = Fake::builder(api.vendor).no_quota().token(token(api.vendor)).start().await.unwrap();
    let client = api.client(&fake);
    let (mut failed, mut found) = (0, Vec::new());
    for (number, op) in (api.operations)().into_iter().enumerate() {
        let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let plain = api.arguments(&fake, op).expect("its arguments");
        // An argument of a type other than text keeps its value, and the operation with it.
        let salted = catch_unwind(AssertUnwindSafe(|| make(&client, &Sample::new(salted(&plain)))));
        for fault in [None, Some(fault(number, fake.token()))] {
            let made = salted
                .as_ref()
                .map_or_else(|_| make(&client, &Sample::new(plain.clone())).call, |made| made.call.clone());
            let mut shown = format!("{made:?} {client:?}");
            fault.into_iter().for_each(|fault| fake.fail(fault.times(9)));
            match made.send().await {
                Ok(_) => {}
                Err(error) => {
                    failed += 1;
                    let _ = write!(shown, "{error} {error:?} {:?}", error.vendor());
                    let mut source = error.source();
                    while let Some(error) = source {
                        let _ = write!(shown, " {error} {error:?}");
                        source = error.source();
                    }
                }
            }
            fake.heal();
            shown += &traces.take();
            if let Some((before, after)) = shown.to_lowercase().split_once(CANARY) {
                let before: Vec<char> = before.chars().rev().take(200).collect();
                let before: String = before.into_iter().rev().collect();
                found.push(format!("{}: … {before}{CANARY}{:.40}", op.id, after));
            }
        }
    }
    assert!(failed >= api.calls.len() / 2, "{failed} calls failed, too few to tell");
    assert!(found.is_empty(), "it shows {} times:\n{}", found.len(), found.join("\n"));
    let asked = fake.requests();
    assert!(
        asked
            .iter()
            .any(|request| format!("{request:?}").contains(CANARY) || request.json().to_string().contains(CANARY))
    );
}

/// Faults with much text, including ones that are not JSON.
fn fault(number: usize, token: &str) -> Fault {
    let said = format!("{PERSON} (+1 555 010-2345), token {token}: no");
    let body = json!({
        "status": "error", "message": said, "error": {"code": said, "message": said}, "msg": said, "name": said,
        "category": said, "correlationId": "1", "result": {"error": said, "status": "error"},
        "errors": [{"message": said, "code": PERSON, "in": said, "title": said, "detail": said, "field": PERSON,
            "source": {"pointer": format!("/{PERSON}")}, "context": {"id": [said]}}],
    });
    let refused = |status| Fault::Status(status, Payload::Json(body.clone()));
    let odd = |value: Value| Fault::Body(value);
    match number % 12 {
        0 => refused(400),
        1 => refused(401),
        2 => refused(409),
        3 => refused(422),
        4 => refused(429),
        5 => refused(500),
        6 => Fault::Status(503, Payload::Text(said)),
        7 => Fault::Status(403, Payload::Json(json!({"message": [said, {"x": said}], "errors": {"detail": said}}))),
        8 => odd(json!(said)),
        9 => odd(json!([said, {"results": said}])),
        10 => odd(json!({"results": said, "result": said, "contacts": said, "data": said, "id": {"x": said}})),
        _ => Fault::Redirect(302, format!("https://{token}@example.com/{PERSON}")),
    }
}

/// The arguments with a canary for every text.
fn salted(value: &Value) -> Value {
    match value {
        Value::String(_) => PERSON.into(),
        Value::Array(items) => items.iter().map(salted).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), salted(value))).collect(),
        other => other.clone(),
    }
}

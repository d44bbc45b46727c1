//! Sends the calls and looks at what comes back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crm_calls::{Api, Made, Sample};
use crm_fake::{Builder, Fake};
use serde_json::Value;

/// Changes how a fake is built.
type Change = fn(Builder) -> Builder;

/// A kind of reply, and how a fake gives it.
const REPLIES: [(&str, Change); 3] =
    [(STATE, |fake| fake), ("sample", Builder::sample_replies), ("strange", Builder::strange_replies)];

/// The fake as it is, which may know nothing of what a sample names: that is an answer too.
const STATE: &str = "state";

/// Calls every operation of an API and lists all that went wrong.
pub(crate) async fn every<C>(api: &Api<C>) {
    let operations = (api.operations)();
    let mut wrong = Vec::new();
    for (replies, configure) in REPLIES {
        let fake = configure(Fake::builder(api.vendor).no_quota()).start().await.unwrap();
        let client = api.client(&fake);
        for op in &operations {
            let Some((_, make)) = api.calls.iter().find(|(name, _)| *name == op.id) else {
                wrong.push(format!("{}: never called", op.id));
                continue;
            };
            let Some(sample) = api.arguments(&fake, op) else {
                wrong.push(format!("{}: not in the document", op.id));
                continue;
            };
            let made = catch_unwind(AssertUnwindSafe(|| make(&client, &Sample::new(sample))));
            let result = match made {
                Ok(made) => send(&fake, made, replies == STATE).await,
                Err(_) => Err("its arguments do not fit the document".to_owned()),
            };
            if let Err(why) = result {
                wrong.push(format!("{} ({replies}): {why}", op.id));
            }
        }
    }
    assert_eq!(api.calls.len(), operations.len(), "an operation is called twice, or is none");
    assert!(wrong.is_empty(), "{} of {} operations:\n{}", wrong.len(), operations.len(), wrong.join("\n"));
}

async fn send(fake: &Fake, made: Made, state: bool) -> Result<(), String> {
    let refused = fake.report().refused;
    let reply = match made.call.send_raw().await {
        Ok(reply) => reply,
        Err(error) => {
            let report = fake.report();
            return match report.problems.last().filter(|_| report.refused > refused) {
                Some(problem) => Err(problem.clone()),
                None if state && error.status().is_some_and(|status| (400..500).contains(&status)) => Ok(()),
                None => Err(error.to_string()),
            };
        }
    };
    let read = (made.read)(reply.body())?;
    // The state may contain more than the documented reply.
    match reply.json().filter(|_| !state) {
        Some(sent) => lost(&sent, &read, "").map_or(Ok(()), |place| Err(format!("the reply loses `{place}`"))),
        None => Ok(()),
    }
}

/// The place of the first value that was sent and is missing after the reply is written again. Nulls and empty
/// lists may be missing, and scalars may change their type. Undocumented values are kept too.
fn lost(sent: &Value, read: &Value, place: &str) -> Option<String> {
    match (sent, read) {
        (Value::Null, _) => None,
        (Value::Array(items), Value::Null) if items.iter().all(Value::is_null) => None,
        (Value::Array(items), Value::Array(found)) => {
            let mut found = found.iter().filter(|item| !item.is_null());
            items.iter().filter(|item| !item.is_null()).enumerate().find_map(|(index, item)| {
                lost(item, found.next().unwrap_or(&Value::Null), &format!("{place}[{index}]"))
            })
        }
        (Value::Object(members), _) => members.iter().find_map(|(name, member)| {
            lost(member, read.get(name).unwrap_or(&Value::Null), &format!("{place}.{name}"))
        }),
        _ if same(sent, read) => None,
        _ => Some(place.to_owned()),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    a == b || text(a) == text(b) || a.as_f64().is_some_and(|number| b.as_f64() == Some(number))
}

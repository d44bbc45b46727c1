//! The answer to a valid request.

use bytes::Bytes;
use serde_json::Value;

use super::Engine;
use crate::call::Call;
use crate::properties::Properties;
use crate::reply::{Content, Reply};
use crate::rng::Rng;
use crate::sample::Sampler;
use crate::state::{Replies, World};
use crate::strange::estrange;
use crate::time::Clock;

impl Engine {
    /// Returns the answer without any fault.
    pub(super) fn work(&self, call: &Call<'_>, world: &mut World) -> Reply {
        let success = &call.operation.success;
        let strange = world.settings.replies == Replies::Strange;
        let state = world.settings.replies == Replies::State;
        if !state {
            // The answer of an operation does not depend on earlier requests.
            (world.rng, world.clock) = (Rng::new(3), Clock::new());
        }
        let handled = if state { self.dialect.handle(call, world) } else { None };
        let mut reply = handled.unwrap_or_else(|| self.sample(call, world));
        if reply.is_success() {
            *world.carried_out.entry(call.operation.name.clone()).or_default() += 1;
        }
        if reply.is_success()
            && let Some(value) = reply.json_mut()
        {
            let (rng, clock) = (&mut world.rng, &mut world.clock);
            let mut sampler = Sampler { document: call.document, rng, clock };
            sampler.complete(&success.schema, value, 0);
            if strange {
                estrange(call.document, &success.schema, value);
            }
            // A map with values of one type has no room for a member of another.
            reply.verbatim |= strange || Properties::of(call.document, &success.schema).extra.is_some();
        }
        reply
    }

    fn sample(&self, call: &Call<'_>, world: &mut World) -> Reply {
        let success = &call.operation.success;
        match success.media.as_deref() {
            None => Reply::empty(success.status),
            Some(media) if call.document.resolve(&success.schema)["format"] == "binary" => file(success.status, media),
            Some(media) if media.contains("json") || media == "*/*" => {
                let mut sampler = Sampler { document: call.document, rng: &mut world.rng, clock: &mut world.clock };
                let later = is_later_page(call);
                Reply::json(success.status, sampler.reply(call.operation, call.path, later))
            }
            Some(media) => file(success.status, media),
        }
    }
}

/// A reply that is not JSON. It has the type in the document, unless that is a pattern or JSON by mistake.
fn file(status: u16, media: &str) -> Reply {
    let media = if media.contains('*') || media.contains("json") { "application/octet-stream" } else { media };
    let sample: &[u8] = if media.starts_with("text/") { b"sample" } else { b"\0sample\xff" };
    let content = Content::Bytes("application/octet-stream", Bytes::from_static(sample));
    Reply { status, headers: Vec::new(), content, verbatim: false }.with("content-type", media)
}

fn is_later_page(call: &Call<'_>) -> bool {
    let Some(paging) = &call.operation.paging else {
        return false;
    };
    paging.params.iter().any(|name| {
        let sent = call.query(name).map(str::to_owned).or_else(|| match call.body.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        });
        let first = |value: &str| matches!(value, "" | "0" | "[]") || (name.contains("page") && value == "1");
        sent.is_some_and(|value| !first(&value))
    })
}

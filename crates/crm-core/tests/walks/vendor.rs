//! The vendor of the lists, and its faults.

use std::collections::VecDeque;

use crm_core::SentIn;
use serde_json::{Value, json};

use super::kinds::Kind;
use super::support::{Reply, Seen, json as reply};

/// The default page size.
const USUAL: usize = 4;

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Refused,
    Cut,
    /// A page without its list.
    NoList,
    /// A valid page that announces more without a position, if the vendor can send that.
    Lost,
}

/// The vendor: the numbers below `count`, and the next faults.
#[derive(Default)]
pub(super) struct World {
    pub(super) count: usize,
    /// Maximum number of items per page, whatever was requested.
    pub(super) cap: Option<usize>,
    pub(super) faults: VecDeque<Fault>,
}

/// The parameters of a request, or its body, and its page size.
pub(super) struct Asked {
    pub(super) params: Value,
    pub(super) size: usize,
}

impl Asked {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.params[name].as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        let value = &self.params[name];
        value.as_u64().map(|number| number as usize).or_else(|| value.as_str().map(|text| text.parse().unwrap()))
    }
}

pub(super) fn answer(world: &mut World, seen: &Seen) -> Reply {
    let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
    let kind = Kind::of(path);
    let params = match kind.sent_in() {
        SentIn::Body => serde_json::from_str(&seen.body).unwrap_or_default(),
        SentIn::Query => query.split('&').filter_map(|pair| pair.split_once('=')).collect(),
    };
    let mut asked = Asked { params, size: 0 };
    let size = asked.number("limit").unwrap_or(USUAL);
    asked.size = size.min(world.cap.unwrap_or(size));
    let (from, size) = ((kind.from)(&asked), asked.size);
    let to = (from + size).min(world.count);
    let mut page = json!({"items": (from.min(to)..to).collect::<Vec<_>>(), "total": world.count, "size": size});
    if to < world.count {
        page["next"] = json!(format!("t{to}"));
    }
    match world.faults.pop_front() {
        None => reply(200, &page.to_string()),
        Some(Fault::Refused) => reply(403, "{}"),
        Some(Fault::Cut) => Reply::Cut(page.to_string()),
        Some(Fault::NoList) => reply(200, r#"{"total":9,"next":"t1","size":1}"#),
        Some(Fault::Lost) => {
            page["next"] = Value::Null;
            page["more"] = json!(true);
            reply(200, &page.to_string())
        }
    }
}

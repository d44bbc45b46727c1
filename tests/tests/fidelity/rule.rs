//! The rule for bad replies: a success must match the vendor's document.

use std::fmt;

use crm_core::OpMeta;
use crm_fake::Vendor;
use serde_json::{Map, Value, json};

use super::document::Described;
use super::sample::{Kind, Maker};
use super::server::Reply;

/// The place of a bad reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Where {
    FirstPage,
    SecondPage,
    Get,
    Write,
}

/// The required result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// `Ok`; for a list, its end.
    Right,
    /// An error of kind `Decode`, or `Paging` on a later page. A write may have happened; the cursor stays on the page.
    Refused,
}

/// The kind of the reply type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Nothing,
    AnyJson,
    List,
    Record,
    /// A map or a single value. There is a rule only for bodies that are empty or not JSON.
    Other,
}

/// The declaration of a reply in the document that the client was generated from.
pub(crate) struct Promise<'a> {
    vendor: Vendor,
    read: Read,
    /// True if content is declared.
    content: bool,
    /// The names of the reply's members.
    members: Vec<&'a str>,
    /// True if the type has an id, a list, or a nested record with one.
    weighty: bool,
    method: http::Method,
    pub(crate) write: bool,
    pub(crate) list: Option<List<'a>>,
}

/// The declaration of a page.
pub(crate) struct List<'a> {
    paging: &'a Value,
    /// True if the document requires the list.
    required: bool,
    first: Value,
}

/// A bad reply.
pub(crate) struct Bad {
    pub(crate) name: &'static str,
    status: u16,
    kind: &'static str,
    pub(crate) text: String,
}

/// Returns the required result of a bad reply; `None` if there is no rule.
pub(crate) fn expected(promise: &Promise<'_>, bad: &Bad, at: Where) -> Option<Outcome> {
    let refused_if = |refused: bool| Some(if refused { Outcome::Refused } else { Outcome::Right });
    if promise.read == Read::Nothing && !bad.text.starts_with(['<', '{']) {
        return Some(Outcome::Right);
    }
    if bad.text.trim().is_empty() || bad.text == "null" {
        return refused_if(promise.content && !promise.may_answer_nothing(bad));
    }
    let Ok(value) = serde_json::from_str::<Value>(&bad.text) else { return Some(Outcome::Refused) };
    if bad.is_error_of(promise.vendor) {
        return Some(Outcome::Refused);
    }
    match (promise.read, &value) {
        (Read::Nothing, _) => Some(Outcome::Right),
        (Read::Other, _) => None,
        (Read::AnyJson, _) => Some(Outcome::Right),
        (Read::List, Value::Array(_)) => Some(Outcome::Right),
        (Read::Record, Value::Object(members)) => {
            let list = promise
                .list
                .as_ref()
                .is_some_and(|list| (list.required || at == Where::SecondPage) && !list.is_in(&value));
            let known = members.keys().any(|name| promise.members.contains(&name.as_str()));
            refused_if(list || !known && (!promise.write || promise.weighty))
        }
        _ => Some(Outcome::Refused),
    }
}

impl<'a> Promise<'a> {
    /// Reads the declaration. `reply` is the name of the Rust type.
    pub(crate) fn new(vendor: Vendor, op: &OpMeta, described: &'a Described<'a>, reply: &str) -> Self {
        let schema = described.replies().into_iter().next().map(|(_, schema, _)| schema);
        let members = schema.map(|schema| alternatives(described, schema)).unwrap_or_default();
        let read = match reply {
            "()" => Read::Nothing,
            _ if reply.ends_with("value::Value") => Read::AnyJson,
            _ if reply.starts_with("alloc::vec::Vec<") => Read::List,
            // One of the choices may have members of any name.
            _ if schema.is_some_and(|schema| choices(described, schema).iter().any(|one| free(described, one))) => {
                Read::Other
            }
            _ if reply.contains("::types::") && !members.is_empty() && !reply.contains('<') => Read::Record,
            _ => Read::Other,
        };
        let paging = described.node.get("x-crm-paging").filter(|_| op.paging.is_some());
        Self {
            vendor,
            read,
            content: schema.is_some() && !op.rules.may_be_empty,
            method: op.method.clone(),
            members,
            weighty: schema.is_some_and(|schema| choices(described, schema).iter().any(|one| weighty(described, one))),
            write: op.method != http::Method::GET,
            list: paging.zip(schema).map(|(paging, schema)| List::new(described, paging, schema)),
        }
    }

    /// Returns true if the reply may be empty although content is declared: for a deletion, and for a change whose
    /// status means that there is no content.
    fn may_answer_nothing(&self, bad: &Bad) -> bool {
        let changes = matches!(self.method, http::Method::PUT | http::Method::PATCH);
        self.method == http::Method::DELETE || changes && bad.status == 204
    }

    /// Returns the column of an operation that is not paged.
    pub(crate) fn column(&self) -> &'static [Where] {
        if self.write { &[Where::Write] } else { &[Where::Get] }
    }
}

/// Returns a schema and its alternatives.
fn choices<'a>(described: &'a Described<'a>, schema: &'a Value) -> Vec<&'a Value> {
    let document = described.document;
    let alternatives = ["oneOf", "anyOf"].into_iter().flat_map(|key| document.resolve(schema)[key].as_array());
    std::iter::once(schema).chain(alternatives.flatten()).collect()
}

/// Returns true if members of any name are declared, and none by its own name.
fn free(described: &Described<'_>, schema: &Value) -> bool {
    described.document.resolve(schema).get("additionalProperties").is_some_and(|free| *free != json!(false))
        && described.document.members(schema, "").all.is_empty()
}

/// Returns the names of the members of all alternatives.
fn alternatives<'a>(described: &'a Described<'a>, schema: &'a Value) -> Vec<&'a str> {
    let choices = choices(described, schema).into_iter();
    choices.flat_map(|one| described.document.members(one, "").all).map(|member| member.0).collect()
}

fn weighty(described: &Described<'_>, schema: &Value) -> bool {
    let document = described.document;
    let is_id = |name: &str| matches!(name, "id" | "_id" | "ids") || name.ends_with("Id") || name.ends_with("_id");
    document.members(schema, "").all.iter().any(|(name, member, _)| {
        let within = || document.members(member, "").all.iter().any(|(name, ..)| is_id(name));
        is_id(name) || document.resolve(member)["type"] == "array" || within()
    })
}

impl<'a> List<'a> {
    fn new(described: &'a Described<'a>, paging: &'a Value, schema: &'a Value) -> Self {
        let document = described.document;
        let mut first = Maker::new(document, Kind::Full { turn: 0 }).value(schema, "", "").unwrap_or_default();
        let (mut required, mut here) = (true, schema);
        for step in paging["items"].as_str().unwrap_or_default().split('.').filter(|step| !step.is_empty()) {
            let members = document.members(here, "");
            required &= members.required.contains(&step);
            here = members.all.iter().find(|member| member.0 == step).map_or(&Value::Null, |member| member.1);
        }
        let places = |key: &str| -> Vec<&str> {
            let value = &paging[key];
            value.as_array().map_or_else(
                || value.as_str().into_iter().collect(),
                |all| all.iter().filter_map(Value::as_str).collect(),
            )
        };
        for place in places("next") {
            set(&mut first, place, |old| if old.is_number() { json!(2) } else { json!("2") });
        }
        for place in places("more") {
            set(&mut first, place, |old| if old.is_null() || old.is_boolean() { json!(true) } else { old.clone() });
        }
        for place in places("total") {
            set(&mut first, place, |old| if old.is_string() { json!("1000") } else { json!(1000) });
        }
        Self { paging, required, first }
    }

    /// Sets the page size, so that a page of two items is full.
    pub(crate) fn ask_for_two(&self, arguments: &mut Value) {
        let Some(name) = self.paging["limit"].as_str() else { return };
        for place in ["query", "body"] {
            if let Some(limit) = arguments[place].get_mut(name) {
                *limit = if limit.is_string() { json!("2") } else { json!(2) };
            }
        }
    }

    pub(crate) fn first_page(&self) -> Reply {
        Reply::json(200, self.first.to_string())
    }

    fn is_in(&self, reply: &Value) -> bool {
        let items = self.paging["items"].as_str().unwrap_or_default();
        items.split('.').filter(|step| !step.is_empty()).fold(reply, |value, step| &value[step]).is_array()
    }

    /// Returns a page whose list is null.
    fn null(&self) -> String {
        let mut page = Value::Object(Map::new());
        set(&mut page, self.paging["items"].as_str().unwrap_or_default(), |_| Value::Null);
        page.to_string()
    }
}

/// Sets the member at a dotted place.
fn set(value: &mut Value, place: &str, new: impl FnOnce(&Value) -> Value) {
    let mut here = value;
    for step in place.split('.').filter(|step| !step.is_empty()) {
        if !here.is_object() {
            *here = json!({});
        }
        here = &mut here[step];
    }
    *here = new(here);
}

impl Bad {
    /// Returns all bad replies, in the order of [`names`](Self::names).
    pub(crate) fn all(promise: &Promise<'_>) -> Vec<Self> {
        let json = |name, text: &str| Self { name, status: 200, kind: "application/json", text: text.to_owned() };
        let null = promise.list.as_ref().map_or_else(|| r#"{"results":null}"#.to_owned(), List::null);
        let with = |kind, bad: Self| Self { kind, ..bad };
        vec![
            json("an empty object", "{}"),
            json("nothing", ""),
            json("a blank", " \n"),
            json("null", "null"),
            Self { status: 204, ..json("204", "") },
            json("its list is null", &null),
            json("results: null", r#"{"results":null}"#),
            json("HubSpot's error", r#"{"status":"error","message":"x"}"#),
            json("HighLevel's error", r#"{"statusCode":422,"message":["x"]}"#),
            json("an empty list", "[]"),
            json("an empty text", r#""""#),
            json("unknown members", r#"{"xNobodyKnows":1,"yNobodyKnows":{"a":[2]}}"#),
            with("text/html", json("a web page", "<!doctype html><title>Sign in</title><p>Please sign in.")),
            json("half of a reply", r#"{"results":[{"id":"1"},{"id":"#),
        ]
    }

    pub(crate) fn names() -> [&'static str; 14] {
        [
            "an empty object",
            "nothing",
            "a blank",
            "null",
            "204",
            "its list is null",
            "results: null",
            "HubSpot's error",
            "HighLevel's error",
            "an empty list",
            "an empty text",
            "unknown members",
            "a web page",
            "half of a reply",
        ]
    }

    pub(crate) fn reply(&self) -> Reply {
        Reply { status: self.status, kind: self.kind, body: self.text.clone().into() }
    }

    /// Returns true if it has the shape of this vendor's errors.
    fn is_error_of(&self, vendor: Vendor) -> bool {
        match vendor {
            Vendor::HubSpot => self.name == "HubSpot's error",
            Vendor::HoopAi => self.name == "HighLevel's error",
            _ => false,
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::FirstPage => "first page",
            Self::SecondPage => "second page",
            Self::Get => "get",
            Self::Write => "write",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "right",
            Self::Refused => "refused",
        })
    }
}

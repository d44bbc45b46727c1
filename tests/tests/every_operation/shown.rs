//! The output of `Debug` for requests and replies: no personal data in any type, and the members of the snapshots.
//!
//! A member that is new in a snapshot is shown from now on, or hidden from now on: look whether it should be.

mod payloads;

use std::collections::{BTreeMap, BTreeSet};

use crm_calls::{Api, Sample, Show};
use serde_json::{Value, json};

/// Texts that are personal or secret: an address, a name, phone numbers, a link, a key, a message.
const PERSONAL: [&str; 8] = [
    "canary.ada@example.com",
    "Canary Lovelace",
    "+1 555 010 2345",
    "555-0102345",
    "tel:15550102345",
    "https://example.com/?canary=1",
    "pat-eu1-canary-0123",
    "Is the canary well?",
];
/// A text that is shown nowhere.
const HIDDEN: &str = "a b";

/// Shows a value of each type that the calls of an API send or receive.
pub(crate) async fn shown<C>(api: &Api<C>) {
    let mut texts = BTreeSet::new();
    let mut scalars: BTreeMap<String, bool> = BTreeMap::new();
    for (name, (show, value)) in types(api).await {
        // Records are read whatever their members are.
        let show = |value: &Value| show(value.to_string().as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        for personal in PERSONAL {
            let shown = show(&salted(&value, personal));
            assert!(!shown.to_lowercase().contains("canary") && !shown.contains(personal), "{name}: {shown}");
        }
        for leaf in leaves(&value) {
            let other = match leaf.value {
                Value::String(_) => HIDDEN.into(),
                Value::Bool(value) => (!value).into(),
                _ => json!(7310),
            };
            let is_shown = show(&leaf.alone(leaf.value.clone())) != show(&leaf.alone(other));
            if leaf.value.is_string() {
                texts.extend(is_shown.then_some(leaf.name));
            } else {
                *scalars.entry(leaf.name).or_default() |= is_shown;
            }
        }
    }
    let hidden: Vec<_> = scalars.into_iter().filter(|(_, shown)| !shown).map(|(name, _)| name).collect();
    let texts: Vec<_> = texts.into_iter().collect();
    let list = format!(
        "texts that are shown:\n{}\n\nnumbers and booleans that are hidden:\n{}\n",
        texts.join("\n"),
        hidden.join("\n")
    );
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(format!("shown__{}", api.name), list);
    });
}

/// The types of all arguments and replies, each with a sample.
async fn types<C>(api: &Api<C>) -> BTreeMap<&'static str, (Show, Value)> {
    let fake = api.sampled().await;
    let client = api.client(&fake);
    let mut types = BTreeMap::new();
    for op in (api.operations)() {
        let (_, make) = api.calls.iter().find(|(name, _)| *name == op.id).expect("a call of it");
        let sample = Sample::new(api.arguments(&fake, op).expect("its arguments"));
        let made = make(&client, &sample);
        for typed in sample.typed().into_iter().filter(|typed| has_members(typed.name, &typed.value)) {
            types.entry(typed.name).or_insert((typed.show, typed.value));
        }
        let Some(show) = made.show else { continue };
        let reply = made.call.send_raw().await.unwrap_or_else(|error| panic!("{}: {error}", op.id));
        let value = reply.json().unwrap_or_default();
        if has_members(made.reply, &value) {
            types.entry(made.reply).or_insert((show, value));
        }
    }
    types
}

/// Returns true if the value has members, or items with members, and is not a JSON value. Others are shown by the standard
/// library and by serde_json: they have no members whose names tell what they are.
fn has_members(name: &str, value: &Value) -> bool {
    let items = value.as_array().into_iter().flatten();
    let all = items.clone().count() > 0 && items.clone().all(Value::is_object);
    (value.is_object() || all) && !name.trim_start_matches("alloc::vec::Vec<").starts_with("serde_json::")
}

/// The value with this text instead of all texts.
fn salted(value: &Value, text: &str) -> Value {
    match value {
        Value::String(_) => text.into(),
        Value::Array(items) => items.iter().map(|item| salted(item, text)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), salted(value, text))).collect(),
        other => other.clone(),
    }
}

/// A value that is part of another.
struct Leaf {
    /// The name of its member.
    name: String,
    value: Value,
    /// The way to it: names, or `None` for an item of a list.
    way: Vec<Option<String>>,
}

impl Leaf {
    /// The whole with this value instead of the leaf, and nothing else.
    fn alone(&self, value: Value) -> Value {
        self.way.iter().rev().fold(value, |inner, step| match step {
            Some(name) => json!({ name: inner }),
            None => json!([inner]),
        })
    }
}

fn leaves(value: &Value) -> Vec<Leaf> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.first().map(|item| below(None, item)).unwrap_or_default(),
        Value::Object(members) => members.iter().flat_map(|(name, value)| below(Some(name), value)).collect(),
        _ => vec![Leaf { name: String::new(), value: value.clone(), way: Vec::new() }],
    }
}

/// The leaves of a member or an item.
fn below(step: Option<&String>, value: &Value) -> Vec<Leaf> {
    let mut leaves = leaves(value);
    for leaf in &mut leaves {
        leaf.way.insert(0, step.cloned());
        if leaf.name.is_empty() {
            leaf.name = step.cloned().unwrap_or_default();
        }
    }
    leaves
}

//! A CRM record: storage, changes and replies.

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::{index, links, types};
use crate::state::World;
use crate::time;
use crate::validate::is_email;

/// The property with a contact's further addresses, between semicolons.
pub(super) const ADDITIONAL: &str = "hs_additional_emails";

/// The `properties` object of a create or update.
pub(super) fn properties(body: &Value) -> Map<String, Value> {
    body.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Property values are text; null and the empty text clear.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The identifier of the record that `id` names, by number or by the value of a property.
pub(super) fn find(world: &World, object_type: &str, id: &str, property: Option<&str>) -> Option<String> {
    let records = world.peek(&types::home(object_type))?;
    let live = |record: &Value| record.get("archived") != Some(&Value::Bool(true));
    match property {
        None | Some("" | "hs_object_id") => {
            let mut id = id;
            while let Some(new) = records.get(id)?["merged"].as_str() {
                id = new;
            }
            records.get(id).filter(|r| live(r)).map(|_| id.to_owned())
        }
        Some("email") if object_type == "contacts" => records.by_key(&email_key(id)).map(str::to_owned),
        Some(property) => records
            .after(0)
            .find(|(_, _, record)| {
                live(record) && record.pointer("/properties").and_then(|p| p.get(property)) == Some(&json!(id))
            })
            .map(|(_, id, _)| id.to_owned()),
    }
}

fn email_key(email: &str) -> String {
    format!("email={}", email.trim().to_lowercase())
}

/// The value of a property as the vendor stores it: addresses of contacts are in lower case.
fn stored(object_type: &str, name: &str, value: &Value) -> Option<String> {
    let text = as_text(value)?;
    Some(if object_type == "contacts" && matches!(name, "email" | ADDITIONAL) { text.to_lowercase() } else { text })
}

/// Checks that these properties can be written; `own` is the record that they belong to.
pub(super) fn check(
    world: &World,
    object_type: &str,
    properties: &Map<String, Value>,
    own: Option<&str>,
) -> Result<(), Fail> {
    if object_type != "contacts" {
        return Ok(());
    }
    let Some(email) = properties.get("email").and_then(as_text) else {
        return Ok(());
    };
    if !is_email(&email) {
        return Err(Fail::bad_email(&email));
    }
    match find(world, object_type, &email, Some("email")) {
        Some(id) if own != Some(id.as_str()) => Err(Fail::exists(&id)),
        _ => Ok(()),
    }
}

/// Creates a record; the caller has checked it.
pub(super) fn create(world: &mut World, object_type: &str, properties: &Map<String, Value>) -> String {
    let id = (100_000 + world.next_id()).to_string();
    let now = world.now();
    let mut all = Map::new();
    for (name, value) in properties {
        if let Some(text) = stored(object_type, name, value) {
            all.insert(name.clone(), Value::String(text));
        }
    }
    all.insert("hs_object_id".into(), json!(id));
    for stamp in ["createdate", types::modified(object_type)] {
        all.entry(stamp).or_insert_with(|| json!(now));
    }
    let record = json!({
        "id": id,
        "properties": all,
        "createdAt": now,
        "updatedAt": now,
        "archived": false,
    });
    store(world, object_type, &id, record);
    id
}

fn store(world: &mut World, object_type: &str, id: &str, record: Value) {
    let text = |name: &str| record["properties"][name].as_str().unwrap_or_default();
    let addresses = std::iter::once(text("email")).chain(text(ADDITIONAL).split(';'));
    let found_by = |address: &&str| object_type == "contacts" && !address.is_empty();
    let keys = addresses.filter(found_by).map(email_key).collect();
    world.collection(&types::home(object_type)).put_keyed(id, record, keys);
}

/// Writes properties over those of an existing record.
pub(super) fn update(world: &mut World, object_type: &str, id: &str, properties: &Map<String, Value>) {
    let now = world.now();
    index::replaced(world, object_type, id, &now);
    let Some(mut record) = world.collection(&types::home(object_type)).get(id).cloned() else {
        return;
    };
    if let Some(all) = record.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, value) in properties {
            match stored(object_type, name, value) {
                Some(text) => all.insert(name.clone(), Value::String(text)),
                None => all.remove(name),
            };
        }
        all.insert(types::modified(object_type).into(), json!(now));
    }
    record["updatedAt"] = json!(now);
    store(world, object_type, id, record);
}

pub(super) fn archive(world: &mut World, object_type: &str, id: &str) {
    let now = world.now();
    index::replaced(world, object_type, id, &now);
    let records = world.collection(&types::home(object_type));
    if let Some(mut record) = records.get(id).cloned() {
        record["archived"] = json!(true);
        record["archivedAt"] = json!(now);
        // Without its keys, because an archived address can be used again.
        records.put(id, record);
    }
    links::unlink_all(world, object_type, id);
}

/// Archives a record that was merged into a new one, which takes over its links and is found by its id.
pub(super) fn replace(world: &mut World, object_type: &str, id: &str, new: &str) {
    links::relink(world, object_type, id, new);
    archive(world, object_type, id);
    if let Some(record) = world.collection(&types::home(object_type)).get_mut(id) {
        record["merged"] = json!(new);
    }
}

/// Properties that a reader requests.
#[derive(Default)]
pub(super) struct View<'a> {
    pub(super) properties: Vec<&'a str>,
    pub(super) history: Vec<&'a str>,
    pub(super) associations: Vec<&'a str>,
    /// True for every property, as after a write.
    pub(super) everything: bool,
}

pub(super) fn show(world: &World, object_type: &str, record: &Value, view: &View<'_>) -> Value {
    let mut shown = record.clone();
    let all = record.get("properties").and_then(Value::as_object);
    if !view.everything {
        let defaults = types::default_properties(object_type);
        let always = ["createdate", "hs_object_id", types::modified(object_type)];
        let wanted = if view.properties.is_empty() { defaults } else { &always[..] };
        let names = wanted.iter().copied().chain(view.properties.iter().copied());
        let picked: Map<String, Value> = names
            .map(|name| {
                let value = all.and_then(|all| all.get(name)).cloned().unwrap_or(Value::Null);
                (name.to_owned(), value)
            })
            .collect();
        shown["properties"] = Value::Object(picked);
    }
    if !view.history.is_empty() {
        let history: Map<String, Value> = view
            .history
            .iter()
            .map(|name| {
                let value = all.and_then(|all| all.get(*name)).cloned();
                let versions = value.map_or_else(
                    || json!([]),
                    |value| json!([{"value": value, "timestamp": record["updatedAt"], "sourceType": "INTEGRATION"}]),
                );
                ((*name).to_owned(), versions)
            })
            .collect();
        shown["propertiesWithHistory"] = Value::Object(history);
    }
    if !view.associations.is_empty() {
        let id = record.get("id").and_then(Value::as_str).unwrap_or("");
        let mut all = Map::new();
        for to in &view.associations {
            let to = types::canonical(to);
            if let Some(page) = links::shown(world, object_type, id, &to) {
                all.insert(to, page);
            }
        }
        if !all.is_empty() {
            shown["associations"] = Value::Object(all);
        }
    }
    shown
}

/// A property value as a point in time, for comparisons: milliseconds, or a date.
pub(super) fn instant(text: &str) -> Option<f64> {
    time::parse_instant(text).map(|millis| millis as f64)
}

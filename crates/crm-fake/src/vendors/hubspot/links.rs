//! Links between records.

use serde_json::{Value, json};

use super::{page_of, types};
use crate::state::World;

/// The number of associated records per type that a record is shown with.
const PER_RECORD: usize = 100;

/// One direction of a link.
fn key(from: &str, id: &str, to: &str, to_id: &str) -> String {
    format!("{from}|{id}|{to}|{to_id}")
}

pub(super) fn unlabelled(from: &str, to: &str) -> Value {
    let number = types::association_type(from, to);
    json!({"category": "HUBSPOT_DEFINED", "typeId": number, "label": null})
}

/// Links two records both ways. Without labels, an existing link stays as it is. Labels replace those of an existing link,
/// whichever end gave them (HubSpot's guide to associations, version 4); the unlabelled kind stays. The numbers that labels
/// have at the other end are not known here.
pub(super) fn link(world: &mut World, ends: [&str; 4], labels: &[Value]) {
    let [from, id, to, to_id] = ends;
    let (there, back) = (key(from, id, to, to_id), key(to, to_id, from, id));
    if labels.is_empty() && world.links.contains_key(&there) {
        return;
    }
    let mut types = vec![unlabelled(from, to)];
    for one in labels.iter().filter_map(as_type) {
        if !types.iter().any(|known| known["typeId"] == one["typeId"]) {
            types.push(one);
        }
    }
    world.links.insert(there, Value::Array(types));
    world.links.insert(back, json!([unlabelled(to, from)]));
}

fn as_type(spec: &Value) -> Option<Value> {
    let number = spec.get("associationTypeId")?;
    Some(json!({"category": spec.get("associationCategory")?, "typeId": number, "label": null}))
}

pub(super) fn unlink(world: &mut World, ends: [&str; 4]) {
    let [from, id, to, to_id] = ends;
    world.links.remove(&key(from, id, to, to_id));
    world.links.remove(&key(to, to_id, from, id));
}

/// Removes all links of a record.
pub(super) fn unlink_all(world: &mut World, object_type: &str, id: &str) {
    let ends = [format!("{object_type}|{id}|"), format!("|{object_type}|{id}")];
    world.links.retain(|link, _| !link.starts_with(&ends[0]) && !link.ends_with(&ends[1]));
}

/// Gives all links of a record to another of its type, which keeps those that it has.
pub(super) fn relink(world: &mut World, object_type: &str, id: &str, new: &str) {
    let [old_start, old_end] = [format!("{object_type}|{id}|"), format!("|{object_type}|{id}")];
    let moved = |link: &str| match (link.strip_prefix(&old_start), link.strip_suffix(&old_end)) {
        (Some(rest), _) => Some(format!("{object_type}|{new}|{rest}")),
        (_, Some(rest)) => Some(format!("{rest}|{object_type}|{new}")),
        _ => None,
    };
    let all: Vec<_> = world.links.iter().filter_map(|(link, types)| Some((moved(link)?, types.clone()))).collect();
    // A link between the two records that are merged ends.
    let itself = key(object_type, new, object_type, new);
    for (link, types) in all.into_iter().filter(|(link, _)| *link != itself) {
        world.links.entry(link).or_insert(types);
    }
}

/// The ids of the records of a type that a record is linked to, with the kinds of each link.
pub(super) fn of<'a>(world: &'a World, from: &str, id: &str, to: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let prefix = format!("{from}|{id}|{to}|");
    let from_here = world.links.range(prefix.clone()..);
    from_here.map_while(move |(link, types)| Some((link.strip_prefix(&prefix)?, types)))
}

/// The first page of the ids that a record is shown with; `None` if there are none.
pub(super) fn shown(world: &World, from: &str, id: &str, to: &str) -> Option<Value> {
    let name = format!("{}_to_{}", types::singular(from), types::singular(to));
    let all: Vec<Value> = of(world, from, id, to).map(|(id, _)| json!({"id": id, "type": name})).collect();
    (!all.is_empty()).then(|| page_of(all, 0, PER_RECORD))
}

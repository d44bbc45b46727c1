//! Associations between records, and their labels.

use serde_json::{Value, json};

use super::errors::Fail;
use super::links::{self, link, unlabelled, unlink};
use super::{Answer, page_of, record, rows, types};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

/// The number of associated records per record in a batch. HubSpot does not publish it; replies with more than 600 were
/// seen.
const PER_BATCH_ROW: usize = 1_000;

/// Adds the association of a create: the kind of the other end follows from the type number.
pub(super) fn inline(world: &mut World, from: &str, id: &str, input: &Value) {
    let Some(to_id) = input.pointer("/to/id").and_then(Value::as_str) else { return };
    let specs = input.get("types").and_then(Value::as_array).cloned().unwrap_or_default();
    let number = specs.first().and_then(|spec| spec.get("associationTypeId")).and_then(Value::as_u64);
    let candidates = ["companies", "contacts", "deals", "tickets"];
    let to = candidates
        .into_iter()
        .find(|to| number == Some(u64::from(types::association_type(from, to))))
        .or_else(|| candidates.into_iter().find(|to| record::find(world, to, to_id, None).is_some()));
    if let Some(to) = to {
        link(world, [from, id, to, to_id], &specs);
    }
}

/// The id of the record that this id leads to.
fn resolve(world: &World, object_type: &str, id: &str) -> Result<String, Fail> {
    record::find(world, object_type, id, None).ok_or_else(|| Fail::missing(&types::singular(object_type), id))
}

/// Those of both ends of a link.
fn ends(world: &World, [from, id, to, to_id]: [&str; 4]) -> Result<[String; 2], Fail> {
    Ok([resolve(world, from, id)?, resolve(world, to, to_id)?])
}

/// `…/{type}/{id}/associations/…`
pub(super) fn of_record(call: &Call<'_>, from: &str, id: &str, rest: &[&str], world: &mut World) -> Option<Answer> {
    let answer = match (call.method, rest) {
        ("GET", [to]) => list(call, from, id, &types::canonical(to), world),
        ("PUT", ["default", to, to_id]) => default(from, id, &types::canonical(to), to_id, world),
        ("PUT", [to, to_id]) => labelled(call, from, id, &types::canonical(to), to_id, world),
        ("DELETE", [to, to_id]) => {
            unlink(world, [from, id, &types::canonical(to), to_id]);
            Ok(Reply::empty(204))
        }
        _ => return None,
    };
    Some(answer)
}

fn linked(world: &World, from: &str, id: &str, to: &str) -> Vec<Value> {
    links::of(world, from, id, to).map(|(id, types)| json!({"toObjectId": id, "associationTypes": types})).collect()
}

/// A row of a batch: a page of the links of one record.
fn batch_row(world: &World, from: &str, input: &Value, to: &str) -> Option<Value> {
    let id = input.get("id")?.as_str()?;
    let start = input.get("after").and_then(Value::as_str).and_then(|after| after.parse().ok()).unwrap_or(0);
    let record = resolve(world, from, id).unwrap_or_default();
    let mut page = page_of(linked(world, from, &record, to), start, PER_BATCH_ROW);
    let mut row = json!({"from": {"id": id}, "to": page["results"].take()});
    if let Some(paging) = page.get_mut("paging") {
        row["paging"] = paging.take();
    }
    Some(row)
}

fn list(call: &Call<'_>, from: &str, id: &str, to: &str, world: &mut World) -> Answer {
    let limit = call.query_number("limit").unwrap_or(500);
    if limit == 0 || limit > 500 {
        return Err(Fail::invalid("limit must be 1 to 500"));
    }
    let id = resolve(world, from, id)?;
    let start = call.query_number("after").unwrap_or(0);
    Ok(Reply::json(200, page_of(linked(world, from, &id, to), start, limit)))
}

fn default(from: &str, id: &str, to: &str, to_id: &str, world: &mut World) -> Answer {
    let [id, to_id] = &ends(world, [from, id, to, to_id])?;
    link(world, [from, id, to, to_id], &[]);
    let row = |from: &str, id: &str, to: &str, to_id: &str| {
        let number = types::association_type(from, to);
        let spec = json!({"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number});
        Ok(json!({"from": {"id": id}, "to": {"id": to_id}, "associationSpec": spec}))
    };
    Ok(rows::reply(200, vec![row(from, id, to, to_id), row(to, to_id, from, id)], world))
}

fn pair(from: &str, id: &str, to: &str, to_id: &str) -> Value {
    json!({
        "fromObjectTypeId": types::type_id(from),
        "fromObjectId": id,
        "toObjectTypeId": types::type_id(to),
        "toObjectId": to_id,
        "labels": [],
    })
}

fn labelled(call: &Call<'_>, from: &str, id: &str, to: &str, to_id: &str, world: &mut World) -> Answer {
    let [id, to_id] = &ends(world, [from, id, to, to_id])?;
    let specs = call.body.as_array().cloned().unwrap_or_default();
    link(world, [from, id, to, to_id], &specs);
    Ok(Reply::json(201, pair(from, id, to, to_id)))
}

/// `/crm/associations/{version}/{from}/{to}/…`
pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let [from, to, rest @ ..] = rest else { return None };
    let (from, to) = (&types::canonical(from), &types::canonical(to));
    let inputs = call.list("inputs");
    let answer = match (call.method, rest) {
        ("GET", ["labels"]) => Ok(Reply::json(200, json!({"results": [unlabelled(from, to)]}))),
        ("POST", ["batch", "create"]) if inputs.len() > 2_000 => Err(too_many(2_000)),
        ("POST", ["batch", "read"]) if inputs.len() > 1_000 => Err(too_many(1_000)),
        ("POST", ["batch", "create"]) => Ok(create(call, from, to, world)),
        ("POST", ["batch", "associate", "default"]) => Ok(create_default(inputs, from, to, world)),
        ("POST", ["batch", "read"]) => {
            let rows = inputs.iter().filter_map(|input| batch_row(world, from, input, to)).map(Ok).collect();
            Ok(rows::reply(200, rows, world))
        }
        ("POST", ["batch", "archive"]) => {
            for input in inputs {
                let id = id_at(input, "/from/id");
                for other in input.get("to").and_then(Value::as_array).into_iter().flatten() {
                    unlink(world, [from, id, to, id_at(other, "/id")]);
                }
            }
            Ok(Reply::empty(204))
        }
        _ => return None,
    };
    Some(answer)
}

fn too_many(most: usize) -> Fail {
    Fail::invalid(format!("inputs must have at most {most} rows"))
}

fn id_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn create(call: &Call<'_>, from: &str, to: &str, world: &mut World) -> Reply {
    let rows = call.list("inputs").iter().enumerate().map(|(index, input)| {
        let (id, to_id) = (id_at(input, "/from/id"), id_at(input, "/to/id"));
        if call.bad_rows.contains(&index) {
            return Err(Fail::invalid(format!("a planned fault failed row {index}")).row(None));
        }
        let [id, to_id] = &ends(world, [from, id, to, to_id]).map_err(|fail| fail.row(None))?;
        let specs = input.get("types").and_then(Value::as_array).cloned().unwrap_or_default();
        link(world, [from, id, to, to_id], &specs);
        Ok(pair(from, id, to, to_id))
    });
    let rows = rows.collect();
    rows::reply(201, rows, world)
}

fn create_default(inputs: &[Value], from: &str, to: &str, world: &mut World) -> Reply {
    let rows = inputs.iter().map(|input| {
        let (id, to_id) = (id_at(input, "/from/id"), id_at(input, "/to/id"));
        let [id, to_id] = &ends(world, [from, id, to, to_id]).map_err(|fail| fail.row(None))?;
        link(world, [from, id, to, to_id], &[]);
        let number = types::association_type(from, to);
        let spec = json!({"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number});
        Ok(json!({"from": {"id": id}, "to": {"id": to_id}, "associationSpec": spec}))
    });
    let rows = rows.collect();
    rows::reply(200, rows, world)
}

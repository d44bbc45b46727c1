//! Batches of CRM objects, with 207 for a mixed result.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::errors::Fail;
use super::record::{self, View};
use super::{Answer, objects, rows, types};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

const MOST: usize = 100;

pub(super) fn handle(call: &Call<'_>, object_type: &str, verb: &str, world: &mut World) -> Option<Answer> {
    let inputs = call.list("inputs");
    if inputs.len() > MOST {
        let message = format!("inputs must have at most {MOST} rows, but has {}", inputs.len());
        return Some(Err(Fail::invalid(message)));
    }
    let by_record_id = inputs.iter().any(|input| text(input, "idProperty") == Some("hs_object_id"));
    if by_record_id && matches!(verb, "update" | "upsert") {
        // The real API refuses the whole batch (segmentio/action-destinations, pull request 3957, 2026-08).
        let message = "the rows cannot be identified by hs_object_id, which is not a unique property";
        return Some(Err(Fail::invalid(message)));
    }
    let answer = match verb {
        "create" => create(call, object_type, inputs, world),
        "read" => Ok(read(call, object_type, inputs, world)),
        "update" => Ok(update(call, object_type, inputs, world)),
        "upsert" => Ok(upsert(call, object_type, inputs, world)),
        "archive" => {
            for id in inputs.iter().filter_map(|input| input.get("id")?.as_str()) {
                if let Some(id) = record::find(world, object_type, id, None) {
                    record::archive(world, object_type, &id);
                }
            }
            Ok(Reply::empty(204))
        }
        _ => return None,
    };
    Some(answer)
}

/// Rows that a test declared invalid fail before they are checked.
fn forced(call: &Call<'_>, index: usize) -> Result<(), Fail> {
    if call.bad_rows.contains(&index) {
        return Err(Fail::invalid(format!("a planned fault failed row {index}")));
    }
    Ok(())
}

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// Unless every row has a trace id, one invalid row fails the whole batch. Otherwise each row is separate.
fn create(call: &Call<'_>, object_type: &str, inputs: &[Value], world: &mut World) -> Answer {
    let traces: HashSet<&str> = inputs.iter().filter_map(|input| text(input, "objectWriteTraceId")).collect();
    if traces.len() < inputs.len() {
        let mut addresses = HashSet::new();
        for (index, input) in inputs.iter().enumerate() {
            let properties = record::properties(input);
            forced(call, index)?;
            record::check(world, object_type, &properties, None)?;
            let email = properties.get("email").and_then(Value::as_str).unwrap_or("");
            if object_type == "contacts" && !email.is_empty() && !addresses.insert(email.to_lowercase()) {
                return Err(Fail::invalid(format!("the address {email} is in the batch twice")));
            }
        }
    }
    let rows = inputs.iter().enumerate().map(|(index, input)| {
        let trace = text(input, "objectWriteTraceId");
        let done = forced(call, index).and_then(|()| objects::create_one(object_type, input, world));
        let done = done.map(|mut record| {
            if let Some(trace) = trace {
                record["objectWriteTraceId"] = json!(trace);
            }
            record
        });
        done.map_err(|fail| fail.row(trace))
    });
    let rows = rows.collect();
    Ok(rows::reply(201, rows, world))
}

fn read(call: &Call<'_>, object_type: &str, inputs: &[Value], world: &mut World) -> Reply {
    let names = |key: &str| call.list(key).iter().filter_map(Value::as_str).collect();
    let view = View { properties: names("properties"), history: names("propertiesWithHistory"), ..View::default() };
    let property = call.text("idProperty");
    let mut missing = Vec::new();
    let mut rows = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let id = text(input, "id").unwrap_or("");
        let found = record::find(world, object_type, id, property).filter(|_| !call.bad_rows.contains(&index));
        let record = found.and_then(|id| world.peek(&types::home(object_type))?.get(&id));
        match record {
            Some(record) => rows.push(Ok(record::show(world, object_type, record, &view))),
            None => missing.push(id.to_owned()),
        }
    }
    if !missing.is_empty() {
        // One error for all of them, as in the real API.
        let mut fail = Fail::new(404, "OBJECT_NOT_FOUND", "some of the ids are not there");
        fail.ids = missing;
        rows.push(Err(fail.row(None)));
    }
    rows::reply(200, rows, world)
}

fn update(call: &Call<'_>, object_type: &str, inputs: &[Value], world: &mut World) -> Reply {
    let rows = inputs.iter().enumerate().map(|(index, input)| {
        let done = forced(call, index).and_then(|()| {
            let id = text(input, "id").unwrap_or("");
            let found = record::find(world, object_type, id, text(input, "idProperty"))
                .ok_or_else(|| Fail::missing(&types::singular(object_type), id))?;
            write(object_type, &found, input, world)
        });
        done.map_err(|fail| fail.row(text(input, "objectWriteTraceId")))
    });
    let rows = rows.collect();
    rows::reply(200, rows, world)
}

fn write(object_type: &str, id: &str, input: &Value, world: &mut World) -> Result<Value, Fail> {
    let properties = record::properties(input);
    record::check(world, object_type, &properties, Some(id))?;
    record::update(world, object_type, id, &properties);
    Ok(traced(objects::written(world, object_type, id), input))
}

fn traced(mut record: Value, input: &Value) -> Value {
    if let Some(trace) = text(input, "objectWriteTraceId") {
        record["objectWriteTraceId"] = json!(trace);
    }
    record
}

fn upsert(call: &Call<'_>, object_type: &str, inputs: &[Value], world: &mut World) -> Reply {
    let rows = inputs.iter().enumerate().map(|(index, input)| {
        let done = forced(call, index).and_then(|()| {
            let id = text(input, "id").unwrap_or("");
            let property = text(input, "idProperty");
            match record::find(world, object_type, id, property) {
                Some(found) => write(object_type, &found, input, world).map(|record| marked(record, false)),
                None => {
                    let Some(property) = property else {
                        return Err(Fail::missing(&types::singular(object_type), id));
                    };
                    let mut properties = record::properties(input);
                    properties.entry(property).or_insert_with(|| json!(id));
                    record::check(world, object_type, &properties, None)?;
                    let new = record::create(world, object_type, &properties);
                    let record = traced(objects::written(world, object_type, &new), input);
                    Ok(marked(record, true))
                }
            }
        });
        done.map_err(|fail| fail.row(text(input, "objectWriteTraceId")))
    });
    let rows = rows.collect();
    rows::reply(200, rows, world)
}

fn marked(mut record: Value, new: bool) -> Value {
    record["new"] = json!(new);
    record
}

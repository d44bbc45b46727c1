//! Calendars, groups and appointments.

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::simple::{self, Kind};
use super::{Answer, overlay, put};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;
use crate::time;

const EVENTS: &str = "appointments";

pub(super) fn handle(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let kind = |home, one, created| Kind { home, one, many: home, created, gone: "success", owner: None };
    match (call.method, rest) {
        (_, ["groups", rest @ ..]) if rest != ["validate-slug"] && rest.len() < 2 => {
            simple::crud(call, rest, &kind("groups", "group", 201), world)
        }
        (_, ["events", rest @ ..]) => events(call, rest, world),
        ("GET", [id, "free-slots"]) => Some(free_slots(call, id)),
        (_, ["groups" | "resources" | "schedules" | "blocked-slots" | "appointments", ..]) => None,
        (_, [] | [_]) => simple::crud(call, rest, &kind("calendars", "calendar", 200), world),
        _ => None,
    }
}

fn get(world: &World, id: &str) -> Result<Value, Fail> {
    let found = world.peek(EVENTS).and_then(|all| all.get(id)).cloned();
    found.ok_or_else(|| Fail::missing("appointment", id))
}

fn events(call: &Call<'_>, rest: &[&str], world: &mut World) -> Option<Answer> {
    let now = world.now();
    let answer = match (call.method, rest) {
        ("GET", []) => {
            let wanted = ["calendarId", "userId"].map(|name| (name, call.query(name)));
            let passes = |event: &&Value| {
                event["locationId"].as_str() == call.query("locationId")
                    && wanted.iter().all(|(name, value)| value.is_none() || event[*name].as_str() == *value)
            };
            let found: Vec<&Value> = world.collection(EVENTS).values().filter(passes).collect();
            Ok(Reply::json(200, json!({"events": found})))
        }
        ("POST", ["appointments"]) => {
            let mut members = call.body.as_object().cloned().unwrap_or_default();
            members.entry("appointmentStatus").or_insert_with(|| json!("confirmed"));
            let id = put(world, EVENTS, members);
            get(world, &id).map(|event| Reply::json(200, event))
        }
        ("GET", ["appointments", id]) => get(world, id).map(|event| Reply::json(200, json!({"event": event}))),
        ("PUT", ["appointments", id]) => {
            if let Some(event) = world.collection(EVENTS).get_mut(id) {
                overlay(event, call.body, &now);
            }
            get(world, id).map(|event| Reply::json(200, event))
        }
        ("DELETE", [id]) => {
            let gone = world.collection(EVENTS).remove(id);
            gone.map(|_| Reply::json(201, json!({"succeeded": true}))).ok_or_else(|| Fail::missing("appointment", id))
        }
        _ => return None,
    };
    Some(answer)
}

/// Two slots a day, as a map by date; at most 31 days.
fn free_slots(call: &Call<'_>, _id: &str) -> Answer {
    let day = |name: &str| {
        let millis = call.query(name).and_then(|text| text.parse::<f64>().ok());
        millis.map(|millis| (millis as i64).div_euclid(86_400_000))
    };
    let (Some(start), Some(end)) = (day("startDate"), day("endDate")) else {
        return Err(Fail::invalid("startDate and endDate are milliseconds"));
    };
    if end < start || end - start > 31 {
        return Err(Fail::new(400, "the range may have 31 days at most"));
    }
    let mut body = Map::new();
    for day in start..=end {
        let date = time::iso_date(day);
        body.insert(date.clone(), json!({"slots": [format!("{date}T09:00:00Z"), format!("{date}T10:00:00Z")]}));
    }
    Ok(Reply::json(200, Value::Object(body)))
}

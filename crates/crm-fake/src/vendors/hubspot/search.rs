//! CRM search: filters, sorting, pages by position and the cap of 10,000.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::errors::Fail;
use super::record::{self, View};
use super::{Answer, filter, index};
use crate::call::Call;
use crate::reply::Reply;
use crate::state::World;

const CAP: usize = 10_000;

pub(super) fn run(call: &Call<'_>, object_type: &str, world: &mut World) -> Answer {
    let limit = call.number("limit").unwrap_or(10);
    if limit == 0 || limit > 200 {
        return Err(Fail::invalid("limit must be 1 to 200"));
    }
    let start = match call.body.get("after") {
        None | Some(Value::Null) => 0,
        Some(Value::String(text)) if text.is_empty() => 0,
        Some(_) => call.number("after").ok_or_else(|| Fail::invalid("after is not a cursor of this list"))?,
    };
    if start.saturating_add(limit) > CAP {
        return Err(Fail::invalid(format!("a search ends at {CAP} results")));
    }
    let groups = call.list("filterGroups");
    let filters = |group: &Value| group.get("filters").and_then(Value::as_array).map_or(0, Vec::len);
    if groups.len() > 5
        || groups.iter().any(|group| filters(group) > 6)
        || groups.iter().map(filters).sum::<usize>() > 18
    {
        return Err(Fail::invalid(
            "a search must have at most 5 filter groups with 6 filters each, and at most 18 filters",
        ));
    }
    let query = call.text("query").unwrap_or("").to_lowercase();
    if query.chars().count() > 3_000 {
        return Err(Fail::invalid("query must have at most 3,000 characters"));
    }
    let passing = filter::Filters::of(groups);
    let mut found = index::records(world, object_type);
    found.retain(|(indexed, _)| {
        indexed["properties"]
            .as_object()
            .is_some_and(|properties| passing.pass(properties) && mentions(properties, &query))
    });
    for sort in call.list("sorts").iter().rev() {
        let (property, descending) = sort_key(sort);
        // Each value is read once: a search may go over very many records.
        let key = |indexed: &Value| indexed["properties"].get(&property)?.as_str().map(filter::Key::of);
        let mut keyed: Vec<(Option<filter::Key>, (&Value, &Value))> =
            found.into_iter().map(|found| (key(found.0), found)).collect();
        keyed.sort_by(|a, b| {
            let order = a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal);
            if descending { order.reverse() } else { order }
        });
        found = keyed.into_iter().map(|(_, found)| found).collect();
    }
    let names = call.list("properties").iter().filter_map(Value::as_str).collect();
    let view = View { properties: names, ..View::default() };
    let total = found.len();
    let results: Vec<Value> = found
        .into_iter()
        .skip(start)
        .take(limit)
        .map(|(indexed, record)| record::show(world, object_type, index::shown(indexed, record), &view))
        .collect();
    let end = start + results.len();
    let mut body = json!({"total": total, "results": results});
    if end < total {
        body["paging"] = json!({"next": {"after": end.to_string()}});
    }
    Ok(Reply::json(200, body))
}

fn mentions(properties: &Map<String, Value>, query: &str) -> bool {
    query.is_empty() || properties.values().filter_map(Value::as_str).any(|text| text.to_lowercase().contains(query))
}

/// `{"propertyName", "direction"}`, or the name alone, with a minus for the other direction.
fn sort_key(sort: &Value) -> (String, bool) {
    if let Some(text) = sort.as_str() {
        let name = text.trim_start_matches('-');
        return (name.to_owned(), name.len() < text.len());
    }
    let text = |key: &str| sort.get(key).and_then(Value::as_str).unwrap_or("");
    (text("propertyName").to_owned(), text("direction").eq_ignore_ascii_case("DESCENDING"))
}

//! The differences of two schemas, one line each.

use serde_json::{Map, Value};

/// The members that name the items of a list.
const NAMES: [&str; 4] = ["fieldKey", "name", "value", "id"];

/// Returns a line for each item that is new or gone, and for each value that changed.
pub(super) fn between(before: &Value, after: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("", before, after, &mut lines);
    lines
}

fn compare(path: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    match (members(before), members(after)) {
        _ if before == after => {}
        (Some(before), Some(after)) => {
            let count = lines.len();
            for (name, value) in &before {
                let path = joined(path, name);
                match after.get(name) {
                    Some(now) => compare(&path, value, now, lines),
                    None => lines.push(format!("gone: {path}")),
                }
            }
            let new = after.keys().filter(|name| !before.contains_key(*name));
            lines.extend(new.map(|name| format!("new: {}", joined(path, name))));
            if lines.len() == count {
                lines.push(format!("changed: {path} has another order"));
            }
        }
        _ => lines.push(format!("changed: {path}")),
    }
}

/// Returns the members of an object, or the items of a list by their names.
fn members(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::Array(items) => {
            let name = |item: &Value| NAMES.iter().find_map(|name| item.get(name)?.as_str().map(str::to_owned));
            items
                .iter()
                .map(|item| Some((name(item).or_else(|| item.as_str().map(str::to_owned))?, item.clone())))
                .collect()
        }
        _ => None,
    }
}

/// The path of a member. Its first part, which is the same for all, is omitted.
fn joined(path: &str, name: &str) -> String {
    match path {
        "" | "objects" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_difference_is_a_line() {
        let of = |options: Value, more: &[&str]| {
            let more = more.iter().map(|name| json!({"name": name}));
            let stage =
                json!({"name": "lifecyclestage", "label": options.as_array().map(Vec::len), "options": options});
            json!({"version": 1, "objects": [{"name": "contacts", "properties": std::iter::once(stage).chain(more).collect::<Vec<_>>()}]})
        };
        let (lead, customer) = (json!({"value": "lead"}), json!({"value": "customer"}));
        let before = of(json!([lead]), &["city", "zip"]);
        assert_eq!(
            between(&before, &of(json!([lead, customer]), &["zip", "phone"])),
            [
                "gone: contacts.properties.city",
                "changed: contacts.properties.lifecyclestage.label",
                "new: contacts.properties.lifecyclestage.options.customer",
                "new: contacts.properties.phone",
            ]
        );
        assert_eq!(between(&before, &before), Vec::<String>::new());
        assert_eq!(
            between(&of(json!([lead, customer]), &[]), &of(json!([customer, lead]), &[])),
            ["changed: contacts.properties.lifecyclestage.options has another order"]
        );
        assert_eq!(between(&before, &json!({"version": 1, "objects": []})), ["gone: contacts"]);
    }
}

//! Checks that a report names the place of a change: a line that reports something else does not count.

use std::collections::BTreeSet;

use codegen::diff::{Change, Kind};
use codegen::read::document::Document;
use serde_json::Value;

/// The names that a line may have for one place.
struct Names {
    /// The names of the operations, or of the type, that the place is a part of.
    whole: BTreeSet<String>,
    /// The innermost name at the place: a member, a parameter, a value or a scope; a value also has the name of its member.
    /// Empty if the whole differs.
    parts: Vec<String>,
}

/// Returns true if a line of the report names one of the places, which begin with the name of their document and `#`.
pub(crate) fn is_named(told: &[Change], places: &[&str], documents: &[Document], lock: &Value) -> bool {
    places.iter().any(|place| {
        let Some((document, pointer)) = place.split_once('#') else { return false };
        let names = Names::of(document, pointer, documents, lock);
        told.iter().any(|change| names.are_in(change))
    })
}

impl Names {
    fn of(document: &str, pointer: &str, documents: &[Document], lock: &Value) -> Self {
        let steps: Vec<String> = pointer.trim_matches('/').split('/').map(|step| step.replace("~1", "/")).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let mut whole = BTreeSet::from([plain(document)]);
        let rest: &[&str] = match steps.as_slice() {
            ["paths", path, method, rest @ ..] => {
                whole.extend(operation(lock, path, method));
                rest
            }
            ["paths", path] => {
                whole.insert(plain(path));
                &[]
            }
            ["components", "schemas", name, rest @ ..] => {
                whole.extend(ty(lock, document, name));
                for (path, method) in users(documents, document, name) {
                    whole.extend(operation(lock, &path, &method));
                }
                rest
            }
            ["servers", ..] => {
                whole.insert("host".to_owned());
                &[]
            }
            rest => rest,
        };
        Self { whole, parts: innermost(rest) }
    }

    /// Returns true if a line names the part, or reports on the whole.
    fn are_in(&self, change: &Change) -> bool {
        let line = plain(&format!("{} {} {}", change.item, change.what, change.parts.join(" ")));
        let item = change.item.rsplit("::").next().unwrap_or(&change.item);
        let of_whole = self.whole.iter().any(|name| line.contains(name));
        if self.parts.is_empty() || change.kind == Kind::Resource {
            return of_whole;
        }
        // A line about another part of the whole begins with the place of that part.
        let about_whole = self.whole.contains(&plain(item)) && !change.what.starts_with('`');
        about_whole || self.parts.iter().any(|part| line.contains(part))
    }
}

/// Returns a text without case and punctuation, so that a name is the same on the wire and in Rust.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the names of an operation: its paths, and its name in Rust.
fn operation(lock: &Value, path: &str, method: &str) -> Vec<String> {
    let mut found = vec![plain(path)];
    let same = |line: &str| {
        let (of, template) = line.split_once(' ').unwrap_or_default();
        let alike = |(one, other): (&str, &str)| one == other || other.starts_with('{');
        let (one, other) = (path.trim_end_matches('/'), template.trim_end_matches('/'));
        of.eq_ignore_ascii_case(method)
            && one.split('/').count() == other.split('/').count()
            && one.split('/').zip(other.split('/')).all(alike)
    };
    for api in lock.as_object().into_iter().flat_map(|apis| apis.values()) {
        for (line, name) in api["operations"].as_object().into_iter().flatten() {
            if same(line) {
                found.extend(name.as_str().map(plain));
            }
            found.extend(line.split_once(' ').and_then(|(_, template)| of_all_types(path, template)));
        }
    }
    found
}

/// Returns the path that the operations of all types of objects have in a report, if the path names one type where a
/// template has its first parameter.
fn of_all_types(path: &str, template: &str) -> Option<String> {
    let (path, template): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), template.split('/').collect());
    let is_parameter = |segment: &&str| segment.starts_with('{');
    let at = template.iter().position(is_parameter)?;
    if path.get(..at)? != &template[..at] || path.get(at).is_none_or(is_parameter) {
        return None;
    }
    let segment = |(index, own): (usize, &&str)| match template.get(index) {
        Some(all) if index == at || index > at && is_parameter(own) && is_parameter(all) => (*all).to_owned(),
        _ => (*own).to_owned(),
    };
    let path: Vec<String> = path.iter().enumerate().map(segment).collect();
    Some(plain(&path.join("/")))
}

/// Returns the names of the type of a schema, as the lock has them.
fn ty(lock: &Value, document: &str, schema: &str) -> Vec<String> {
    let mut found = vec![plain(schema)];
    for api in lock.as_object().into_iter().flat_map(|apis| apis.values()) {
        if let Some(name) = api["schemas"][document][schema].as_str() {
            found.push(plain(name));
            found.extend(api["types"][name].as_str().map(plain));
        }
    }
    found
}

/// Returns the operations that refer to a schema, directly or through other schemas.
fn users(documents: &[Document], document: &str, schema: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for one in documents.iter().filter(|one| one.name == document) {
        let mut names = BTreeSet::from([schema.to_owned()]);
        let schemas = one.value["components"]["schemas"].as_object();
        loop {
            let referring = schemas.into_iter().flatten().filter(|(_, value)| refers(value, &names));
            let more: Vec<String> = referring.map(|(name, _)| name.clone()).collect();
            let known = names.len();
            names.extend(more);
            if names.len() == known {
                break;
            }
        }
        for (path, item) in one.value["paths"].as_object().into_iter().flatten() {
            let methods = item.as_object().into_iter().flatten();
            found
                .extend(methods.filter(|(_, value)| refers(value, &names)).map(|(key, _)| (path.clone(), key.clone())));
        }
    }
    found
}

fn refers(value: &Value, names: &BTreeSet<String>) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| match (key.as_str(), value.as_str()) {
            ("$ref", Some(target)) => target.rsplit('/').next().is_some_and(|name| names.contains(name)),
            _ => refers(value, names),
        }),
        Value::Array(list) => list.iter().any(|value| refers(value, names)),
        _ => false,
    }
}

/// Returns the last names on the way to a place.
fn innermost(steps: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        let named =
            ["properties", "securitySchemes", "headers", "parameters", "required", "security", "responses", "content"];
        let is_value = *step == "enum";
        if !is_value && !named.contains(step) {
            continue;
        }
        let Some(next) = steps.next() else { continue };
        let name = plain(next.split_once(':').filter(|_| *step == "parameters").map_or(next, |(_, name)| name));
        if !is_value {
            found.clear();
        }
        found.extend((!name.is_empty()).then_some(name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegen::diff::{Class, Section};
    use serde_json::json;

    fn line(item: &str, what: &str) -> Change {
        Change {
            krate: "acme".to_owned(),
            class: Class::Minor,
            section: Section::Changed,
            kind: Kind::Type,
            item: item.to_owned(),
            what: what.to_owned(),
            why: String::new(),
            parts: Vec::new(),
        }
    }

    #[test]
    fn a_line_about_another_place_does_not_count() {
        let lock = json!({"acme": {
            "operations": {"GET /boats/{id}": "boats.get"},
            "schemas": {"a.json": {"BoatDto": "Boat"}}, "types": {"Boat": "Ship"},
        }});
        let named = |change: Change, place: &str| is_named(&[change], &[place], &[], &lock);
        let member = "a.json#/components/schemas/BoatDto/properties/sailArea/type";
        assert!(named(line("Ship.sail_area", "is `f64` instead of `i64`"), member));
        assert!(named(line("Ship", "new type"), member));
        assert!(!named(line("Ship.length", "is `f64` instead of `i64`"), member));
        assert!(!named(line("Ship", "`length`: may be null"), member));
        let parameter = "a.json#/paths/~1boats~1{id}/get/parameters/query:fields/required";
        assert!(named(line("boats.get(fields)", "option removed"), parameter));
        assert!(!named(line("boats.list(limit)", "option removed"), parameter));
        assert!(named(line("boats.get", "removed: `GET /boats/{id}`"), "a.json#/paths/~1boats~1{id}/get/"));
        let of_one = "a.json#/paths/~1boats~1ferries~1crew/get/";
        assert!(named(line("ferries", "supports `GET /boats/{id}/crew`"), of_one));
        assert!(!named(line("ferries", "supports `GET /boats/{id}/captain`"), of_one));
    }
}

//! Changes as vendors make them, each at a random place.

use codegen::read::document::operations;
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// A kind of change: its name, and the function that makes a change of this kind. The function returns the place, or
/// `None` if the document has no such place.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) change: fn(&mut Rng, &mut Value) -> Option<String>,
    /// True if programs are compiled with it.
    pub(crate) compiled: bool,
}

const fn kind(name: &'static str, compiled: bool, change: fn(&mut Rng, &mut Value) -> Option<String>) -> Kind {
    Kind { name, change, compiled }
}

/// All kinds, in the order of the table.
pub(crate) const KINDS: &[Kind] = &[
    kind("operation removed", true, |rng, d| {
        let (path, method) = operation(rng, d)?;
        item(d, &path).remove(&method);
        Some(format!("{method} {path}"))
    }),
    kind("operation added", false, |rng, d| {
        let (path, method) = operation(rng, d)?;
        let mut copy = item(d, &path)[&method].clone();
        let copied = copy.as_object_mut()?;
        ["operationId", "x-crm-name"].into_iter().for_each(|key| drop(copied.remove(key)));
        let moved = format!("{}/mutated", path.trim_end_matches('/'));
        d["paths"][&moved] = json!({(method.as_str()): copy});
        Some(format!("{method} {moved}"))
    }),
    kind("path moved", false, |rng, d| {
        let (path, _) = operation(rng, d)?;
        let paths = d["paths"].as_object_mut()?;
        let value = paths.remove(&path)?;
        let moved = format!("/moved{path}");
        paths.insert(moved.clone(), value);
        Some(moved)
    }),
    kind("version in the path", false, |rng, d| {
        let (path, _) = operation(rng, d)?;
        let paths = d["paths"].as_object_mut()?;
        let value = paths.remove(&path)?;
        let moved = match path.contains("/2026-03") {
            true => path.replace("/2026-03", "/2026-09"),
            false => format!("/v9{path}"),
        };
        paths.insert(moved.clone(), value);
        Some(moved)
    }),
    kind("method changed", true, |rng, d| {
        let (path, method) = operation(rng, d)?;
        let other =
            rng.choice(["put", "patch", "post"].into_iter().filter(|other| *other != method).collect::<Vec<_>>())?;
        let item = item(d, &path);
        if item.contains_key(other) {
            return None;
        }
        let value = item.remove(&method)?;
        item.insert(other.to_owned(), value);
        Some(format!("{method} {path}: {other}"))
    }),
    kind("version header", false, |rng, d| {
        let place = parameter(rng, d, |one| {
            one["in"] == "header" && one["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("version"))
        })?;
        d.pointer_mut(&place)?["schema"] = json!({"type": "string", "enum": ["2031-01-01"]});
        Some(place)
    }),
    kind("parameter added", true, |rng, d| added(rng, d, false)),
    kind("required parameter added", true, |rng, d| added(rng, d, true)),
    kind("parameter removed", true, |rng, d| {
        let place = parameter(rng, d, |one| one["in"] == "query")?;
        let (list, index) = place.rsplit_once('/')?;
        d.pointer_mut(list)?.as_array_mut()?.remove(index.parse().ok()?);
        Some(place)
    }),
    kind("parameter required", true, |rng, d| {
        let place = parameter(rng, d, |one| one["in"] == "query" && one["required"] != true)?;
        d.pointer_mut(&place)?["required"] = json!(true);
        Some(place)
    }),
    kind("parameter optional", false, |rng, d| {
        let place = parameter(rng, d, |one| one["in"] == "query" && one["required"] == true)?;
        d.pointer_mut(&place)?["required"] = json!(false);
        Some(place)
    }),
    kind("parameter of another type", true, |rng, d| {
        let place = parameter(rng, d, |one| one["in"] == "query" && one["schema"]["type"].is_string())?;
        let schema = &mut d.pointer_mut(&place)?["schema"];
        *schema = another(rng, schema);
        Some(place)
    }),
    kind("parameter elsewhere", false, |rng, d| {
        let place = parameter(rng, d, |one| one["in"] == "query")?;
        d.pointer_mut(&place)?["in"] = json!("header");
        Some(place)
    }),
    kind("parameter closed", false, |rng, d| {
        let place = parameter(rng, d, |one| {
            one["in"] == "query" && one["schema"]["type"] == "string" && one["schema"].get("enum").is_none()
        })?;
        d.pointer_mut(&place)?["schema"]["enum"] = json!(["first", "second"]);
        Some(place)
    }),
    kind("body removed", true, |rng, d| {
        let place = of_operation(rng, d, |one| one.get("requestBody").is_some())?;
        d.pointer_mut(&place)?.as_object_mut()?.remove("requestBody");
        Some(place)
    }),
    kind("body added", false, |rng, d| {
        let place = of_operation(rng, d, |one| one.get("requestBody").is_none())?;
        d.pointer_mut(&place)?["requestBody"] = json!({"content": {"application/json": {"schema": {"type": "object", "properties": {"mutated": {"type": "string"}}}}}});
        Some(place)
    }),
    kind("member added", true, |rng, d| {
        let place = schema(rng, d, |_| true)?;
        let ty = *rng.choice(&["string", "integer", "boolean"])?;
        d.pointer_mut(&place)?["properties"]["mutatedMember"] = json!({"type": ty});
        Some(place)
    }),
    kind("required member added", true, |rng, d| {
        let place = schema(rng, d, |_| true)?;
        let schema = d.pointer_mut(&place)?;
        schema["properties"]["mutatedMember"] = json!({"type": "string"});
        push(schema, "required", json!("mutatedMember"));
        Some(place)
    }),
    kind("member removed", true, |rng, d| {
        let place = member(rng, d, |_| true)?;
        let (members, name) = place.rsplit_once('/')?;
        let name = name.replace("~1", "/").replace("~0", "~");
        d.pointer_mut(members)?.as_object_mut()?.remove(&name);
        let schema = d.pointer_mut(members.strip_suffix("/properties")?)?;
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|one| one.as_str() != Some(&name));
        }
        Some(place)
    }),
    kind("member of another type", true, |rng, d| {
        let place = member(rng, d, |one| one["type"].is_string())?;
        let schema = d.pointer_mut(&place)?;
        *schema = another(rng, schema);
        Some(place)
    }),
    kind("member required", true, |rng, d| {
        let place = schema(rng, d, |one| optional(one).next().is_some())?;
        let schema = d.pointer_mut(&place)?;
        let name = rng.choice(optional(schema).collect::<Vec<_>>())?;
        push(schema, "required", json!(name));
        Some(format!("{place}: {name}"))
    }),
    kind("member optional", false, |rng, d| {
        let place = schema(rng, d, |one| one["required"].as_array().is_some_and(|required| !required.is_empty()))?;
        let required = d.pointer_mut(&place)?["required"].as_array_mut()?;
        required.remove(rng.usize(..required.len()));
        Some(place)
    }),
    kind("member may be null", false, |rng, d| {
        let place = member(rng, d, |one| one["nullable"] != true && one.get("$ref").is_none())?;
        d.pointer_mut(&place)?["nullable"] = json!(true);
        Some(place)
    }),
    kind("member is not null", true, |rng, d| {
        let place = member(rng, d, |one| one["nullable"] == true)?;
        d.pointer_mut(&place)?["nullable"] = json!(false);
        Some(place)
    }),
    kind("member read-only", false, |rng, d| {
        let place = member(rng, d, |one| one["readOnly"] != true && one.get("$ref").is_none())?;
        d.pointer_mut(&place)?["readOnly"] = json!(true);
        Some(place)
    }),
    kind("member is a list", false, |rng, d| {
        let place = member(rng, d, |one| one["type"].is_string() && one["type"] != "array")?;
        let schema = d.pointer_mut(&place)?;
        *schema = json!({"type": "array", "items": schema.take()});
        Some(place)
    }),
    kind("elements of another type", false, |rng, d| {
        let place = member(rng, d, |one| one["items"]["type"].is_string())?;
        let schema = &mut d.pointer_mut(&place)?["items"];
        *schema = another(rng, schema);
        Some(place)
    }),
    kind("enum value added", true, |rng, d| {
        let place = values(rng, d)?;
        d.pointer_mut(&place)?.as_array_mut()?.push(json!("mutated-value"));
        Some(place)
    }),
    kind("enum value removed", true, |rng, d| {
        let place = values(rng, d)?;
        let values = d.pointer_mut(&place)?.as_array_mut()?;
        if values.len() < 2 {
            return None;
        }
        values.remove(rng.usize(..values.len()));
        Some(place)
    }),
    kind("text closed", true, |rng, d| {
        let place =
            member(rng, d, |one| one["type"] == "string" && one.get("enum").is_none() && one.get("format").is_none())?;
        d.pointer_mut(&place)?["enum"] = json!(["first", "second"]);
        Some(place)
    }),
    kind("enum opened", false, |rng, d| {
        let place = values(rng, d)?;
        d.pointer_mut(place.strip_suffix("/enum")?)?.as_object_mut()?.remove("enum");
        Some(place)
    }),
    kind("success of another status", false, |rng, d| {
        let place =
            of_operation(rng, d, |one| one["responses"].get("200").is_some() && one["responses"].get("201").is_none())?;
        let responses = d.pointer_mut(&place)?["responses"].as_object_mut()?;
        let reply = responses.remove("200")?;
        responses.insert("201".to_owned(), reply);
        Some(place)
    }),
    kind("failure added", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["responses"].get("418").is_none())?;
        d.pointer_mut(&place)?["responses"]["418"] = json!({"description": ""});
        Some(place)
    }),
    kind("failure removed", false, |rng, d| {
        let place = of_operation(rng, d, |one| failures(one).next().is_some())?;
        let operation = d.pointer_mut(&place)?;
        let status = rng.choice(failures(operation).collect::<Vec<_>>())?;
        operation["responses"].as_object_mut()?.remove(&status);
        Some(format!("{place}: {status}"))
    }),
    kind("reply is a file", true, |rng, d| {
        let place = of_operation(rng, d, |one| one["responses"]["200"].get("content").is_some())?;
        d.pointer_mut(&place)?["responses"]["200"]["content"] =
            json!({"application/pdf": {"schema": {"type": "string", "format": "binary"}}});
        Some(place)
    }),
    kind("reply of another schema", false, |rng, d| {
        let place =
            of_operation(rng, d, |one| one["responses"]["200"]["content"]["application/json"].get("schema").is_some())?;
        let names: Vec<String> = d["components"]["schemas"].as_object()?.keys().cloned().collect();
        let name = rng.choice(names)?;
        d.pointer_mut(&place)?["responses"]["200"]["content"]["application/json"]["schema"] =
            json!({"$ref": format!("#/components/schemas/{name}")});
        Some(format!("{place}: {name}"))
    }),
    kind("reply without content", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["responses"]["200"].get("content").is_some())?;
        let responses = d.pointer_mut(&place)?["responses"].as_object_mut()?;
        responses.remove("200");
        responses.insert("204".to_owned(), json!({"description": ""}));
        Some(place)
    }),
    kind("body as a form", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["requestBody"]["content"].get("application/json").is_some())?;
        let content = d.pointer_mut(&place)?["requestBody"]["content"].as_object_mut()?;
        let body = content.remove("application/json")?;
        content.insert("application/x-www-form-urlencoded".to_owned(), body);
        Some(place)
    }),
    kind("scope added", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["security"].as_array().is_some_and(|ways| !ways.is_empty()))?;
        let ways = d.pointer_mut(&place)?["security"].as_array_mut()?;
        let scheme = ways[0].as_object()?.keys().next()?.clone();
        ways.push(json!({(scheme): ["mutated.scope"]}));
        Some(place)
    }),
    kind("scope removed", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["security"].as_array().is_some_and(|ways| ways.len() > 1))?;
        let ways = d.pointer_mut(&place)?["security"].as_array_mut()?;
        ways.remove(rng.usize(..ways.len()));
        Some(place)
    }),
    kind("another kind of credential", false, |rng, d| {
        let place = of_operation(rng, d, |_| true)?;
        d.pointer_mut(&place)?["security"] = json!([{"mutated": []}]);
        Some(place)
    }),
    kind("no credential", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["security"].as_array().is_none_or(|ways| !ways.is_empty()))?;
        d.pointer_mut(&place)?["security"] = json!([]);
        Some(place)
    }),
    kind("default", false, |rng, d| {
        let place = plain(rng, d)?;
        d.pointer_mut(&place)?["default"] = json!("mutated");
        Some(place)
    }),
    kind("limit", false, |rng, d| {
        let place = plain(rng, d)?;
        let word = *rng.choice(&["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"])?;
        d.pointer_mut(&place)?[word] = json!(rng.u32(1..1000));
        Some(format!("{place}: {word}"))
    }),
    kind("format", true, |rng, d| {
        let place = member(rng, d, |one| one["type"] == "string" && one.get("enum").is_none())?;
        let format = *rng.choice(&["date-time", "uuid", "binary", "email"])?;
        d.pointer_mut(&place)?["format"] = json!(format);
        Some(format!("{place}: {format}"))
    }),
    kind("pattern", false, |rng, d| {
        let place = plain(rng, d)?;
        d.pointer_mut(&place)?["pattern"] = json!("^mutated$");
        Some(place)
    }),
    kind("schema renamed", true, |rng, d| {
        let names: Vec<String> = d["components"]["schemas"].as_object()?.keys().cloned().collect();
        let name = rng.choice(names)?;
        let schemas = d["components"]["schemas"].as_object_mut()?;
        let schema = schemas.remove(&name)?;
        schemas.insert("MutatedThing".to_owned(), schema);
        let (was, is) = (format!("\"#/components/schemas/{name}\""), "\"#/components/schemas/MutatedThing\"");
        *d = serde_json::from_str(&d.to_string().replace(&was, is)).ok()?;
        Some(name)
    }),
    kind("schema without members", false, |rng, d| {
        let place = schema(rng, d, |_| true)?;
        *d.pointer_mut(&place)? = json!({"type": "object"});
        Some(place)
    }),
    kind("server", false, |_, d| {
        d["servers"] = json!([{"url": "https://mutated.example.com"}]);
        Some("/servers".to_owned())
    }),
    kind("operation deprecated", false, |rng, d| {
        let place = of_operation(rng, d, |one| one["deprecated"] != true)?;
        d.pointer_mut(&place)?["deprecated"] = json!(true);
        Some(place)
    }),
    kind("member deprecated", false, |rng, d| {
        let place = member(rng, d, |one| one["deprecated"] != true && one.get("$ref").is_none())?;
        d.pointer_mut(&place)?["deprecated"] = json!(true);
        Some(place)
    }),
    kind("identifier", false, |rng, d| {
        let place = of_operation(rng, d, |one| one.get("operationId").is_some())?;
        d.pointer_mut(&place)?["operationId"] = json!("mutatedIdentifier");
        Some(place)
    }),
];

fn added(rng: &mut Rng, d: &mut Value, required: bool) -> Option<String> {
    let place = of_operation(rng, d, |_| true)?;
    let ty = *rng.choice(&["string", "integer", "boolean"])?;
    let one = json!({"in": "query", "name": "mutatedParameter", "required": required, "schema": {"type": ty}});
    push(d.pointer_mut(&place)?, "parameters", one);
    Some(place)
}

/// Returns a schema of a type other than this one.
fn another(rng: &mut Rng, schema: &Value) -> Value {
    let types = ["string", "integer", "boolean", "number"];
    let ty = rng
        .choice(types.into_iter().filter(|ty| schema["type"] != **ty).collect::<Vec<_>>())
        .expect("there are others");
    json!({"type": ty})
}

fn push(value: &mut Value, key: &str, element: Value) {
    match value[key].as_array_mut() {
        Some(list) => list.push(element),
        None => value[key] = json!([element]),
    }
}

fn optional(schema: &Value) -> impl Iterator<Item = String> {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    names.filter(move |name| !required.contains(&json!(name)))
}

fn failures(operation: &Value) -> impl Iterator<Item = String> {
    let statuses = operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.clone());
    statuses.filter(|status| status.starts_with(['4', '5']))
}

fn item<'d>(d: &'d mut Value, path: &str) -> &'d mut Map<String, Value> {
    d["paths"][path].as_object_mut().expect("an operation is in a path")
}

fn operation(rng: &mut Rng, d: &Value) -> Option<(String, String)> {
    let all = operations(d);
    rng.choice(all).map(|(path, method)| (path, method.to_owned()))
}

/// Returns the place of a random operation.
fn of_operation(rng: &mut Rng, d: &Value, which: impl Fn(&Value) -> bool) -> Option<String> {
    let all = operations(d).into_iter().map(|(path, method)| pointer(&["paths", &path, method]));
    rng.choice(all.filter(|place| d.pointer(place).is_some_and(&which)).collect::<Vec<_>>())
}

fn parameter(rng: &mut Rng, d: &Value, which: impl Fn(&Value) -> bool) -> Option<String> {
    let of = |(path, method): (String, &str)| {
        let place = pointer(&["paths", &path, method, "parameters"]);
        let count = d.pointer(&place).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).map(move |index| format!("{place}/{index}")).collect::<Vec<_>>()
    };
    let all = operations(d).into_iter().flat_map(of);
    rng.choice(all.filter(|place| d.pointer(place).is_some_and(&which)).collect::<Vec<_>>())
}

/// Returns the place of a random schema that has members.
fn schema(rng: &mut Rng, d: &Value, which: impl Fn(&Value) -> bool) -> Option<String> {
    let members = |value: &Value| value["properties"].as_object().is_some_and(|all| all.values().all(Value::is_object));
    let all = places(d)
        .into_iter()
        .filter(|(place, value)| !place.ends_with("/properties") && members(value) && which(value));
    rng.choice(all.map(|(place, _)| place).collect::<Vec<_>>())
}

/// Returns the place of a random member of a schema.
fn member(rng: &mut Rng, d: &Value, which: impl Fn(&Value) -> bool) -> Option<String> {
    let is =
        |place: &str| place.rsplit('/').nth(1) == Some("properties") && place.rsplit('/').nth(2) != Some("properties");
    let all = places(d).into_iter().filter(|(place, value)| is(place) && value.is_object() && which(value));
    rng.choice(all.map(|(place, _)| place).collect::<Vec<_>>())
}

/// Returns the place of the values of a random enum of texts.
fn values(rng: &mut Rng, d: &Value) -> Option<String> {
    let texts = |value: &Value| value.as_array().is_some_and(|all| all.len() > 1 && all.iter().all(Value::is_string));
    let version = |place: &str| {
        place.contains("/parameters/") && d.pointer(place).is_some_and(|all| all.to_string().contains("20"))
    };
    let all =
        places(d).into_iter().filter(|(place, value)| place.ends_with("/enum") && texts(value) && !version(place));
    rng.choice(all.map(|(place, _)| place).collect::<Vec<_>>())
}

/// Returns the place of a random schema of a plain value: a member or a parameter.
fn plain(rng: &mut Rng, d: &Value) -> Option<String> {
    let member = member(rng, d, |one| one["type"].is_string());
    let parameter = parameter(rng, d, |one| one["in"] == "query" && one["schema"].is_object());
    let parameter = parameter.map(|place| format!("{place}/schema"));
    rng.choice(member.into_iter().chain(parameter).collect::<Vec<_>>())
}

/// Returns all places below operations and schemas.
fn places(d: &Value) -> Vec<(String, &Value)> {
    fn walk<'d>(value: &'d Value, at: String, found: &mut Vec<(String, &'d Value)>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(value, at.clone() + &pointer(&[key]), found)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(index, value)| walk(value, format!("{at}/{index}"), found))
            }
            _ => {}
        }
        found.push((at, value));
    }
    let mut found = Vec::new();
    walk(&d["paths"], "/paths".to_owned(), &mut found);
    walk(&d["components"]["schemas"], "/components/schemas".to_owned(), &mut found);
    found
}

fn pointer(steps: &[&str]) -> String {
    steps.iter().map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
}

//! From method and path to an operation. Literal segments win over parameters, and a parameter with a
//! closed set of values tells apart templates that differ in nothing else.

use crate::document::{Document, Operation, Parameter, Place};
use serde_json::Value;

/// A path template cut at its slashes.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Parameter { name: String, slashes: bool, values: Vec<String> },
}

/// What a path leads to.
pub(crate) enum Found<'a> {
    Operation(&'a Operation, Vec<(String, String)>),
    /// The path exists, with other methods.
    WrongMethod,
    Nothing,
}

/// A parameter and its value.
type Named = (String, String);

struct Match {
    values: Vec<(String, String)>,
    /// One flag per template part: literal parts come first among equals.
    literals: Vec<bool>,
    /// No value lies outside its parameter's set.
    in_set: bool,
}

impl Template {
    pub(crate) fn new(path: &str, parameters: &[Parameter]) -> Self {
        let parts = path.trim_start_matches('/').split('/').map(|segment| {
            let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            let Some(name) = name else {
                return Part::Literal(segment.to_owned());
            };
            let declared = parameters.iter().find(|p| p.place == Place::Path && p.name == name);
            Part::Parameter {
                name: name.to_owned(),
                slashes: declared.is_some_and(|p| p.slashes) || matches!(name, "path" | "folderPath"),
                values: declared.map(|p| closed_set(&p.schema)).unwrap_or_default(),
            }
        });
        Self { parts: parts.collect() }
    }

    /// A path with these values in place of the parameters.
    #[cfg(test)]
    pub(crate) fn fill(&self, mut value: impl FnMut(&str) -> String) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Parameter { name, .. } => value(name),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    fn find(&self, segments: &[String]) -> Option<Match> {
        let mut best: Option<Match> = None;
        let mut values = Vec::new();
        walk(&self.parts, segments, &mut values, true, &mut |values, in_set| {
            if best.as_ref().is_none_or(|known| in_set && !known.in_set) {
                best = Some(Match {
                    values: values.to_vec(),
                    literals: self.parts.iter().map(|p| matches!(p, Part::Literal(_))).collect(),
                    in_set,
                });
            }
        });
        best
    }
}

fn closed_set(schema: &Value) -> Vec<String> {
    let values = schema.get("enum").and_then(Value::as_array);
    values.into_iter().flatten().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

fn walk(
    parts: &[Part],
    segments: &[String],
    values: &mut Vec<(String, String)>,
    in_set: bool,
    found: &mut dyn FnMut(&[Named], bool),
) {
    let Some((part, parts)) = parts.split_first() else {
        if segments.is_empty() {
            found(values, in_set);
        }
        return;
    };
    match part {
        Part::Literal(text) => {
            if segments.first() == Some(text) {
                walk(parts, &segments[1..], values, in_set, found);
            }
        }
        Part::Parameter { name, slashes, values: set } => {
            let longest = if *slashes { segments.len() } else { segments.len().min(1) };
            for length in 1..=longest {
                let value = segments[..length].join("/");
                if value.is_empty() {
                    continue;
                }
                let inside = set.is_empty() || set.contains(&value);
                values.push((name.clone(), value));
                walk(parts, &segments[length..], values, in_set && inside, found);
                values.pop();
            }
        }
    }
}

impl Document {
    /// `segments` are the decoded parts of the path below the base path.
    pub(crate) fn find(&self, method: &str, segments: &[String]) -> Found<'_> {
        let mut best: Option<(&Operation, Match)> = None;
        let mut other_method = false;
        for operation in &self.operations {
            let Some(found) = operation.template.find(segments) else {
                continue;
            };
            if operation.method != method {
                other_method = true;
                continue;
            }
            let better = best
                .as_ref()
                .is_none_or(|(_, known)| (found.in_set, &found.literals) > (known.in_set, &known.literals));
            if better {
                best = Some((operation, found));
            }
        }
        match best {
            Some((operation, found)) => Found::Operation(operation, found.values),
            None if other_method => Found::WrongMethod,
            None => Found::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn name(document: &Document, path: &str) -> String {
        let segments: Vec<String> = path.split('/').skip(1).map(str::to_owned).collect();
        match document.find("GET", &segments) {
            Found::Operation(operation, values) => format!("{} {values:?}", operation.name),
            Found::WrongMethod => "method".into(),
            Found::Nothing => "nothing".into(),
        }
    }

    #[test]
    fn literals_sets_and_slashes() {
        let period = json!({"in": "path", "name": "t", "x-slashes": true,
            "schema": {"enum": ["daily", "summarize/daily"]}});
        let set = |name: &str, values: Value| json!({"in": "path", "name": name, "schema": {"enum": values}});
        let document = Document::parse(
            &json!({"paths": {
                "/r/{a}/{t}": {"get": {"x-name": "a", "parameters": [set("a", json!(["x"])), period]}},
                "/r/{b}/{t}": {"get": {"x-name": "b", "parameters": [set("b", json!(["y"])), period]}},
                "/r/{b}/exists": {"get": {"x-name": "exists", "parameters": [set("b", json!(["y"]))]}},
                "/c/{id}": {"get": {"x-name": "get"}},
                "/c/all": {"get": {"x-name": "all"}, "post": {}},
                "/c/": {"post": {}},
            }})
            .to_string(),
        );
        assert_eq!(name(&document, "/r/x/daily"), r#"a [("a", "x"), ("t", "daily")]"#);
        assert_eq!(name(&document, "/r/y/summarize/daily"), r#"b [("b", "y"), ("t", "summarize/daily")]"#);
        assert_eq!(name(&document, "/r/y/exists"), r#"exists [("b", "y")]"#);
        assert_eq!(name(&document, "/c/all"), "all []");
        assert_eq!(name(&document, "/c/7"), r#"get [("id", "7")]"#);
        assert_eq!(name(&document, "/c/"), "method");
        assert_eq!(name(&document, "/c"), "nothing");
    }
}

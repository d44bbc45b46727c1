//! A path with parameters in it, and its match with paths.

use serde_json::Value;

use crate::parameter::{Parameter, Place};

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

/// A parameter and its value.
type Named = (String, String);

/// A matching path.
pub(crate) struct Match {
    pub(crate) values: Vec<(String, String)>,
    /// One flag per template part: literal parts come first among equals.
    pub(crate) literals: Vec<bool>,
    /// True if all values are in the sets of their parameters.
    pub(crate) in_set: bool,
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

    /// A path with these values instead of the parameters.
    #[cfg(test)]
    pub(crate) fn fill(&self, mut value: impl FnMut(&str) -> String) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Parameter { name, .. } => value(name),
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Returns the best match of the decoded parts of a path.
    pub(crate) fn find(&self, segments: &[String]) -> Option<Match> {
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

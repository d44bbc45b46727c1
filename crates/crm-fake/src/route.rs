//! From method and path to an operation. Literal segments take precedence over parameters, and a parameter with a
//! closed set of values distinguishes templates that differ in nothing else.

use crate::document::{Document, Operation};
use crate::template::Match;

/// The result of looking up a path.
pub(crate) enum Found<'a> {
    Operation(&'a Operation, Vec<(String, String)>),
    /// The path exists, with other methods.
    WrongMethod,
    Nothing,
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
    use serde_json::{Value, json};

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
        let period = json!({"in": "path", "name": "t", "x-crm-slashes": true,
            "schema": {"enum": ["daily", "summarize/daily"]}});
        let set = |name: &str, values: Value| json!({"in": "path", "name": name, "schema": {"enum": values}});
        let document = Document::parse(
            &json!({"paths": {
                "/r/{a}/{t}": {"get": {"x-crm-name": "a", "parameters": [set("a", json!(["x"])), period]}},
                "/r/{b}/{t}": {"get": {"x-crm-name": "b", "parameters": [set("b", json!(["y"])), period]}},
                "/r/{b}/exists": {"get": {"x-crm-name": "exists", "parameters": [set("b", json!(["y"]))]}},
                "/c/{id}": {"get": {"x-crm-name": "get"}},
                "/c/all": {"get": {"x-crm-name": "all"}, "post": {}},
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

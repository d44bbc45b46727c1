//! The tools, as clients list them.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};

/// A tool: its name, its purpose, and its arguments.
pub(super) struct Spec {
    pub(super) name: &'static str,
    about: &'static str,
    /// Name, JSON type, purpose, and whether it is required.
    pub(super) arguments: &'static [(&'static str, &'static str, &'static str, bool)],
    reads: bool,
}

const OPERATION: (&str, &str, &str, bool) =
    ("operation", "string", "Words of the operation, for example \"hubspot contacts create\"", true);
const ARGUMENTS: (&str, &str, &str, bool) =
    ("arguments", "object", "Arguments of the path and the query, by the names that describe shows", false);
const BODY: (&str, &str, &str, bool) = ("body", "object", "The body, as describe shows it", false);
const DRY_RUN: (&str, &str, &str, bool) =
    ("dry_run", "boolean", "Returns the request without sending it; the credential is hidden", false);
const CONFIRM: (&str, &str, &str, bool) =
    ("confirm", "string", "The digest of a dry run that the user agreed to, if a confirmation is required", false);

/// All tools.
pub(super) static TOOLS: &[Spec] = &[
    Spec {
        name: "find",
        about: "Search for operations by plain words. Name the vendor if you know it.",
        arguments: &[("question", "string", "For example \"add a tag to a contact in hoopai\"", true)],
        reads: true,
    },
    Spec {
        name: "describe",
        about: "Describe an operation: arguments, body, reply, limits.",
        arguments: &[OPERATION, ("type", "string", "A type that the description names, to see its members", false)],
        reads: true,
    },
    Spec {
        name: "read",
        about: "Call an operation that only reads. A list returns whole rows up to 32 KB, and a cursor if there are more. With all, and a folder for files: the whole list as a file.",
        arguments: &[
            OPERATION,
            ARGUMENTS,
            BODY,
            ("cursor", "string", "The cursor of the previous reply, with the same arguments and body", false),
            (
                "all",
                "boolean",
                "Reads all pages of a list into a file, and returns its path, a link and the first rows",
                false,
            ),
            (
                "part",
                "string",
                "Path of the part to return, for example \"results.0.properties\" if a reply is too large, or \"total\" to count what a search finds. With a cursor: the part of its page",
                false,
            ),
        ],
        reads: true,
    },
    Spec {
        name: "write",
        about: "Call an operation that changes data. Refused unless the server was started with writes allowed.",
        arguments: &[OPERATION, ARGUMENTS, BODY, DRY_RUN, CONFIRM],
        reads: false,
    },
    Spec {
        name: "batch",
        about: "Call an operation for many rows at once. Returns one result per row, in order. Use an operation batch-… where there is one. Without a folder for files, at most 500 rows.",
        arguments: &[
            OPERATION,
            (
                "rows",
                "array",
                "Of an operation batch-…: the entries of inputs. Of others: objects with the arguments and the body of each call",
                true,
            ),
            ("arguments", "object", "Arguments that all rows share", false),
            ("body", "object", "The body that all rows share, without inputs", false),
            DRY_RUN,
            CONFIRM,
        ],
        reads: false,
    },
    Spec {
        name: "status",
        about: "Show which vendors have a credential, and whether writes are allowed.",
        arguments: &[],
        reads: true,
    },
];

/// The tools as the protocol has them.
pub(super) fn all() -> Vec<Tool> {
    TOOLS.iter().map(Spec::tool).collect()
}

/// Returns true if a tool may change data.
pub(super) fn writes(name: &str) -> bool {
    TOOLS.iter().any(|spec| spec.name == name && !spec.reads)
}

impl Spec {
    fn tool(&self) -> Tool {
        let hints = ToolAnnotations::new().read_only(self.reads).destructive(!self.reads);
        Tool::new(self.name, self.about, self.schema()).with_annotations(hints)
    }

    fn schema(&self) -> JsonObject {
        let property = |(name, ty, about, _): &(&str, &str, &str, bool)| {
            // Some clients know only one type at a place.
            let any = |types: &[&str]| types.iter().map(|ty| of_type(ty)).collect::<Value>();
            let mut schema = match *name {
                "body" => json!({"anyOf": any(&["object", "array", "string"])}),
                "rows" => json!({"type": ty, "items": {"anyOf": any(&["object", "string"])}}),
                _ => of_type(ty),
            };
            schema["description"] = (*about).into();
            ((*name).to_owned(), schema)
        };
        let properties: Map<String, Value> = self.arguments.iter().map(property).collect();
        let required: Vec<&str> = self.arguments.iter().filter(|one| one.3).map(|one| one.0).collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        schema.insert("properties".to_owned(), properties.into());
        schema.insert("required".to_owned(), json!(required));
        schema.insert("additionalProperties".to_owned(), json!(false));
        schema
    }
}

/// The schema of a type. Some clients take an object that does not say that it is open for one without members.
fn of_type(ty: &str) -> Value {
    match ty {
        "object" => json!({"type": ty, "additionalProperties": true}),
        _ => json!({"type": ty}),
    }
}

/// Returns the reason why the params of a call cannot be read.
pub(super) fn fault(params: Option<&Value>) -> &'static str {
    let Some(params) = params.and_then(Value::as_object) else {
        return "they must be an object with name and arguments";
    };
    match (params.get("name"), params.get("arguments")) {
        (None, _) => "name is required",
        (Some(name), _) if !name.is_string() => "name must be text",
        (_, Some(Value::String(_))) => "arguments must be an object, and not text with JSON",
        (_, Some(arguments)) if !arguments.is_object() => "arguments must be an object",
        _ => "a member has a type other than in the protocol",
    }
}

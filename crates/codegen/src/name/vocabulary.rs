//! The words that methods begin with, so that one thing has one name in all clients.

use serde_json::Value;

use crate::read::document::{operations, text};

/// The verbs. One more is added here, where a reviewer sees that none of these fits.
const VERBS: [&str; 84] = [
    "accept",
    "add",
    "allow",
    "archive",
    "assign",
    "attach",
    "batch",
    "book",
    "cancel",
    "change",
    "check",
    "clone",
    "complete",
    "count",
    "crawl",
    "create",
    "delete",
    "detach",
    "discard",
    "disconnect",
    "download",
    "duplicate",
    "enable",
    "end",
    "enroll",
    "execute",
    "exists",
    "export",
    "extract",
    "finalize",
    "find",
    "gdpr",
    "generate",
    "get",
    "import",
    "initiate",
    "introspect",
    "like",
    "list",
    "mark",
    "merge",
    "migrate",
    "move",
    "pause",
    "preview",
    "publish",
    "purchase",
    "purge",
    "query",
    "record",
    "register",
    "remove",
    "rename",
    "replace",
    "request",
    "rerun",
    "reset",
    "resolve",
    "restore",
    "resume",
    "revoke",
    "save",
    "schedule",
    "search",
    "send",
    "set",
    "start",
    "train",
    "unassign",
    "uninstall",
    "unlike",
    "unpublish",
    "unsubscribe",
    "update",
    "upload",
    "upsert",
    "validate",
    "verify",
    "void",
    "disable",
    "edit",
    "install",
    "connect",
    "close",
];

/// The verbs of operations that return a list page by page.
const PAGED: [&str; 4] = ["list", "search", "query", "export"];

/// Refuses names outside the vocabulary. Older documents can still be compared.
pub(crate) fn check(document: &Value, refusals: &mut Vec<String>) {
    for (path, method) in operations(document) {
        let operation = &document["paths"][&path][method];
        let name = text(operation, "x-crm-name").unwrap_or_default();
        let call = name.split_once('.').map_or(name, |(_, call)| call);
        let verb = call.split('_').next().unwrap_or_default();
        let reason = if !VERBS.contains(&verb) {
            format!("`{verb}` is not a verb of the vocabulary")
        } else if call.ends_with("_many") {
            "`_many` is for methods that send several requests; one request with several inputs is `batch_`".to_owned()
        } else if operation.get("x-crm-paging").is_some() && !PAGED.contains(&verb) {
            format!("a paged list begins with {}", PAGED.join(", "))
        } else if operation.get("x-crm-batch-max").is_some() && verb != "batch" {
            "one request with several inputs begins with `batch_`".to_owned()
        } else {
            continue;
        };
        refusals.push(format!(
            "{} {path}: `{name}`: {reason}; give it another `name` in surface/<resource>.json",
            method.to_uppercase()
        ));
    }
}

//! What the documentation of an operation says: in our own words, from its name and its facts.

use heck::ToSnakeCase;

use crate::normalise::{singular, words};
use crate::refine::{Operation, PagingKind};

/// One line: what the operation does.
pub(super) fn summary(operation: &Operation) -> String {
    if let Some(summary) = &operation.summary {
        return sentence(summary);
    }
    let resource = words(&operation.resource);
    let one = words(&singular(&operation.resource));
    let call = operation.call.to_snake_case();
    let (verb, rest) = call.split_once('_').map_or((call.as_str(), ""), |(verb, rest)| (verb, rest));
    let rest = rest.replace('_', " ");
    let owner =
        operation.path.contains('}') && !operation.path.ends_with('}') || operation.path.matches('}').count() > 1;
    let of = if owner { format!(" of {}", a(&one)) } else { String::new() };
    let thing = |word: &str| if rest.is_empty() { word.to_owned() } else { format!("{rest}{of}") };
    match verb {
        "list" if rest.is_empty() => format!("Lists {resource}."),
        "list" => format!("Lists the {}.", thing(&resource)),
        "get" if rest.is_empty() => format!("Reads {}.", a(&one)),
        "get" => format!("Reads the {}.", thing(&one)),
        "create" if rest.is_empty() => format!("Creates {}.", a(&one)),
        "create" => format!("Creates {}.", a(&thing(&one))),
        "update" | "replace" | "set" | "delete" | "archive" | "restore" | "add" | "remove" | "rename" => {
            let said = match verb {
                "update" => "Changes",
                "replace" => "Replaces",
                "set" => "Sets",
                "delete" => "Deletes",
                "archive" => "Archives",
                "restore" => "Restores",
                "add" => "Adds",
                "rename" => "Renames",
                _ => "Removes",
            };
            if rest.is_empty() { format!("{said} {}.", a(&one)) } else { format!("{said} the {}.", thing(&one)) }
        }
        "upsert" => format!("Creates {}, or changes the one that is there.", a(&thing(&one))),
        "search" => {
            if rest.is_empty() {
                format!("Searches {resource}.")
            } else {
                format!("Searches {resource}: {rest}.")
            }
        }
        "merge" => format!("Merges two {resource}."),
        "batch" => match rest.as_str() {
            "create" | "read" | "update" | "archive" => format!("{}s many {resource} in one request.", capital(&rest)),
            "upsert" => format!("Creates or changes many {resource} in one request."),
            other => format!("Works on many {resource} in one request: {other}."),
        },
        _ => format!("{} ({resource}).", capital(&call.replace('_', " "))),
    }
}

fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("use") { "an" } else { "a" };
    format!("{article} {noun}")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Method and path, then what matters when calling it.
pub(super) fn facts(operation: &Operation) -> String {
    let mut lines = vec![format!("`{} {}`", operation.method, operation.path), String::new()];
    if let Some(paging) = &operation.paging {
        let how = match paging.kind {
            PagingKind::Token => "an opaque cursor",
            PagingKind::Offset => "an offset",
            PagingKind::Page => "a page number",
            PagingKind::KeysetId => "the last item's identifier",
            PagingKind::KeysetPair => "two values that go together",
            PagingKind::KeysetValue => "the last item's sort value",
            PagingKind::SearchAfter => "the last item's sort values",
        };
        lines.push(format!("* Pages by {how}: `items()` and `pages()` follow it."));
    }
    lines.push(if operation.idempotent {
        "* Safe to repeat: retried when the reply is lost.".to_owned()
    } else {
        "* Not repeated when the reply is lost; `Error::sent` then says that it may have happened.".to_owned()
    });
    if operation.long_running {
        lines.push(
            "* 202 means: ask the same again. A plain `send` gives an error of kind `Pending`; `poll` waits."
                .to_owned(),
        );
    }
    if let Some(most) = operation.batch_max {
        lines.push(format!("* At most {most} inputs."));
    }
    if !operation.scopes.is_empty() {
        let shown: Vec<String> = operation.scopes.iter().take(4).map(|scope| format!("`{scope}`")).collect();
        let more = operation.scopes.len().saturating_sub(4);
        let rest = if more == 0 { String::new() } else { format!(" or one of {more} more") };
        lines.push(format!("* Scope: {}{rest}.", shown.join(" or ")));
    }
    if let Some(version) = &operation.version {
        lines.push(format!("* Version `{version}`."));
    }
    lines.join("\n")
}

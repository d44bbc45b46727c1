//! The documentation of an operation: in our own words, from its name and its facts.

use heck::{ToLowerCamelCase, ToSnakeCase};

use super::spelling::{Names, spelled};
use super::{meaning, operations};
use crate::model::{Effect, Field, Operation, Ty};
use crate::name::{is_misspelt, singular};

/// The maximum number of scopes that are listed.
const MOST_SCOPES: usize = 4;

/// One line: what the operation does.
pub(super) fn summary(operation: &Operation) -> String {
    if let Some(summary) = &operation.summary {
        return sentence(summary);
    }
    let resource = spelled(&operation.resource);
    let one = spelled(&singular(&operation.resource));
    let call = operation.call.to_snake_case();
    let (verb, rest) = call.split_once('_').map_or((call.as_str(), ""), |(verb, rest)| (verb, rest));
    let rest = rest.replace('_', " ");
    let owner =
        operation.path.contains('}') && !operation.path.ends_with('}') || operation.path.matches('}').count() > 1;
    let of = if owner { format!(" of {}", a(&one)) } else { String::new() };
    let said = says(verb);
    match (verb, rest.as_str()) {
        ("list", "") => format!("Lists {resource}."),
        ("list", rest) if leads(rest) => format!("Lists {resource} {rest}."),
        ("search", "") => format!("Searches {resource}."),
        ("search", rest) if leads(rest) => format!("Searches {resource} {rest}."),
        ("search", rest) => format!("Searches {resource}: {rest}."),
        ("merge", "") => format!("Merges two {resource}."),
        ("upsert", _) => format!("Creates {}, or updates the existing one.", a(&one)),
        ("batch", "upsert") => format!("Creates or updates several {resource} in one request."),
        ("batch", rest) => match rest.split_once(' ') {
            None => format!("{} several {resource} in one request.", says(rest)),
            Some((verb, rest)) => format!("{} {rest} of several {resource} in one request.", says(verb)),
        },
        (_, "") => format!("{said} {}.", a(&one)),
        (_, rest) if leads(rest) => format!("{said} {} {rest}.", a(&one)),
        ("create", rest) => format!("Creates {}{of}.", a(rest)),
        // "the calendar from schedule" already says where.
        (_, rest) if rest.split(' ').any(leads) => format!("{said} the {rest}."),
        (_, rest) => format!("{said} the {rest}{of}."),
    }
}

/// Returns true if a phrase begins with a preposition.
fn leads(phrase: &str) -> bool {
    let first = phrase.split(' ').next().unwrap_or("");
    matches!(first, "from" | "to" | "by" | "for" | "as" | "of" | "with")
}

/// Returns a verb in the third person: `create` becomes `Creates`.
fn says(verb: &str) -> String {
    let said = match verb {
        "get" | "read" => "returns".to_owned(),
        _ if verb.ends_with(['s', 'x', 'h']) => format!("{verb}es"),
        _ => match verb.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{verb}s"),
        },
    };
    capital(&said)
}

/// With its article.
fn a(noun: &str) -> String {
    let said = noun.to_lowercase();
    let consonant = said.starts_with("use") || said.starts_with("url");
    let article = if said.starts_with(['a', 'e', 'i', 'o', 'u']) && !consonant { "an" } else { "a" };
    format!("{article} {noun}")
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Method and path, then what matters when calling it.
pub(super) fn facts(operation: &Operation) -> String {
    // No empty line before the list: each line is an attribute, which costs time to compile.
    let mut lines = vec![format!("`{} {}`", operation.method, operation.path)];
    if let Some(by) = &operation.replaced_by {
        lines.push(format!("* Deprecated by the vendor: use [`{by}`](Self::{by})."));
    }
    if let Some(paging) = &operation.paging {
        lines.push(format!("* Paging by {}: `items()` and `pages()` read all pages.", paging.kind.words));
    }
    lines.push(repeats(operation));
    lines.extend(failures(operation));
    if operation.long_running {
        lines.push(
            "* 202 means that the work continues: `send` returns an error of kind `Pending`; `poll` waits for the result."
                .to_owned(),
        );
    }
    if operation.body.as_ref().is_some_and(|body| body.ty == Ty::Json) {
        let advice = match meaning::object(&operation.call) {
            Some(_) => "the example shows the usual ones",
            None => "send `json!({})`",
        };
        lines.push(format!("* The vendor documents no members of the body; {advice}."));
    }
    if !operation.one_of_parts.is_empty() {
        let parts: Vec<String> = operation.one_of_parts.iter().map(|part| format!("`{part}`")).collect();
        lines.push(format!("* Requires at least one of the parts {}.", parts.join(", ")));
    }
    if let Some(most) = operation.batch_max {
        let many = operation.many.as_ref();
        let many = many.map(|many| {
            format!(
                " [`{many}`](Self::{many}) sends any number, in several requests, and returns the result of each input."
            )
        });
        lines.push(format!("* At most {most} inputs per request.{}", many.unwrap_or_default()));
    }
    if !operation.scopes.is_empty() {
        lines.push(format!("* Scope: {}.", scopes(operation)));
    }
    if operation.is_beta() {
        lines.push("* Beta: the vendor may change or withdraw it without notice.".to_owned());
    }
    if let Some(version) = &operation.version {
        let also: Vec<String> = operation
            .also
            .iter()
            .map(|(client, other)| format!("; `{other}` if it is called through `client.{}()`", client.to_lowercase()))
            .collect();
        lines.push(format!("* Version `{version}`{}.", also.concat()));
    }
    lines.join("\n")
}

/// If the operation is repeated after a lost reply.
fn repeats(operation: &Operation) -> String {
    let Operation { idempotent, idempotent_with: with, idempotent_without: without, .. } = operation;
    let named = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.to_snake_case())).collect();
        names.join(" or ")
    };
    let condition = match (with.as_slice(), without.as_slice()) {
        _ if !idempotent => {
            return "* Not repeated if the reply is lost; `Error::may_have_happened` is then true.".to_owned();
        }
        ([], []) => return "* Idempotent: repeated if the reply is lost.".to_owned(),
        (with, []) => format!("{} is set", named(with)),
        ([], without) => format!("{} is not set", named(without)),
        (with, without) => format!("{} is set and {} is not", named(with), named(without)),
    };
    format!(
        "* Idempotent if {condition}: then repeated if the reply is lost. Otherwise not repeated, and \
         `Error::may_have_happened` is true."
    )
}

/// Returns the note of a deprecated operation, for the compiler's warning.
pub(super) fn deprecation(operation: &Operation) -> Option<String> {
    let by = operation.replaced_by.as_ref().map(|by| format!("; use `{by}` instead"));
    operation.deprecated.then(|| format!("deprecated by the vendor{}", by.unwrap_or_default()))
}

/// The scopes, one of which is needed. Of many, which depend on the type of object, one is an example.
fn scopes(operation: &Operation) -> String {
    let scopes = &operation.scopes;
    if scopes.len() <= MOST_SCOPES {
        let shown: Vec<String> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
        return shown.join(" or ");
    }
    let plain = |verb: &str| scopes.iter().find(|scope| **scope == format!("crm.objects.contacts.{verb}"));
    let verbs = if operation.effect == Effect::Reads { ["read", "write"] } else { ["write", "read"] };
    let contacts = || scopes.iter().find(|scope| scope.contains(".contacts."));
    let example = verbs.into_iter().find_map(plain).or_else(contacts).unwrap_or(&scopes[0]);
    let entry = operations::entry(operation);
    format!(
        "that of the type of object, for example `{example}`; `operations::{entry}.scopes` lists all {}",
        scopes.len()
    )
}

/// The failures to reckon with, beyond those that every operation has.
fn failures(operation: &Operation) -> Vec<String> {
    let one = matches!(operation.method.as_str(), "GET" | "PATCH" | "PUT" | "DELETE")
        && operation.path.ends_with('}')
        && operation.paging.is_none();
    let told = |status: u16| operation.failures.contains(&status);
    let creates = operation.call.contains("create") || operation.call == "start";
    [
        // HubSpot does not document if archiving fails where there is nothing to archive.
        (told(404) || one && !operation.call.contains("archive"), "`ErrorKind::NotFound` if it does not exist."),
        (told(403), "`ErrorKind::Permission` if the account or its plan does not include it."),
        (told(409) && creates, "`ErrorKind::Conflict` if it already exists."),
        (told(413), "`ErrorKind::Validation` (413) if the file is too large."),
        (told(415), "`ErrorKind::Validation` (415) if files of this type are not accepted."),
    ]
    .into_iter()
    .filter(|(known, _)| *known)
    .map(|(_, line)| format!("* {line}"))
    .collect()
}

/// Returns the documentation of a field: its description, or else its name in JSON, if the name in Rust does not show it;
/// and if requests must have it (`sent` is true if its type is part of a request). `new` sets a constant.
pub(super) fn field_doc(field: &Field, names: &Names<'_>, sent: bool) -> String {
    let mut parts = vec![names.in_rust(&field.doc)];
    let shown = field.wire == field.ident || field.wire == field.ident.to_lower_camel_case();
    if !shown && (is_misspelt(&field.wire) || field.doc.is_empty()) {
        parts.push(format!("Name in JSON: `{}`.", field.wire));
    }
    if sent && field.required && !field.read_only && field.constant.is_none() {
        parts.push("Required in requests.".to_owned());
    }
    if field.read_only {
        parts.push("Read-only: omitted from requests.".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

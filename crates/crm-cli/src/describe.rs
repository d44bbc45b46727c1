//! Descriptions of operations and types, as text small enough to read.

mod sample;

pub(crate) use sample::{body as sample, word};

use crate::catalogue::{Argument, Definition, Field, Found, Named, Place, Ty, Types, kebab, near};
use crate::check;

/// The maximum size of a description in bytes.
const MOST_BYTES: usize = 8_000;
/// The depth to which the types of a body are shown.
const BODY_DEPTH: usize = 3;
/// The maximum number of scopes that are listed.
const MOST_SCOPES: usize = 4;

/// Describes an operation, or a type that its description names; lists the operations of a resource.
///
/// # Errors
///
/// The sentence to show if the type does not exist.
pub(crate) fn named(named: &Named, ty: Option<&str>) -> Result<String, String> {
    match (named, ty) {
        (Named::Operation(found), ty) => answer(found, ty),
        (Named::Resource(operations), None) => Ok(cut(resource(operations), "crm find WORDS")),
        (Named::Resource(_), Some(_)) => Err("--type is for an operation; add its name".to_owned()),
    }
}

/// Lists the operations of a resource with their scopes, and the types of object that have them.
fn resource(operations: &[Found]) -> String {
    let scope = |found: &Found| found.scopes().sentence().map(|scope| format!("  ({scope})")).unwrap_or_default();
    let line = |found: &Found| format!("{}  {}{}\n", found.words(), found.operation.summary, scope(found));
    let mut text: String = operations.iter().map(line).collect();
    let objects =
        operations.first().and_then(|first| first.api.file.objects.as_ref().filter(|_| first.object.is_none()));
    let Some(objects) = objects.filter(|one| operations.iter().all(|found| found.operation.resource == one.resource))
    else {
        return text;
    };
    text.push_str("\nTypes of object, with the scopes to read and to write\n");
    for object in &objects.types {
        let own = || operations.iter().map(|found| Found { object: Some(object), ..*found });
        let first = |reads: bool| {
            let mut own = own().filter(|found| object.calls.contains_key(found.operation.call));
            own.find(|found| found.operation.reads() == reads).map(|found| found.scopes().one_of.join(" or "))
        };
        text.push_str(&format!("  {}  read: {}", kebab(object.name), first(true).unwrap_or_default()));
        if let Some(write) = first(false) {
            text.push_str(&format!("; write: {write}"));
        }
        text.push('\n');
    }
    text
}

/// Describes an operation, or a type that its description names.
///
/// # Errors
///
/// The sentence to show if the type does not exist.
pub(crate) fn answer(found: &Found, ty: Option<&str>) -> Result<String, String> {
    let types = found.api.types();
    let text = match ty {
        None => operation(found, types),
        Some(name) if types.get(name).is_some() => {
            let mut text = format!("{name}\n");
            members(types, Ty::Named(name), 1, BODY_DEPTH, true, &mut text);
            text
        }
        Some(name) => {
            let meant = near(name, types.names()).map(|near| format!("; did you mean \"{near}\"?")).unwrap_or_default();
            return Err(format!("there is no type called \"{}\"{meant}", check::shown(name)));
        }
    };
    Ok(cut(text, "add --type TYPE"))
}

fn operation(found: &Found, types: &Types) -> String {
    let operation = found.operation;
    let kind = match (operation.reads(), operation.destroys()) {
        (true, _) => "reads",
        (false, true) => "writes, destroys data",
        (false, false) => "writes",
    };
    let mut text =
        format!("{}  ({kind})\n{}\n{} {}\n", found.words(), operation.summary, operation.method, operation.path);
    facts(found, &mut text);
    let arguments: Vec<&Argument> = found.arguments().collect();
    if !arguments.is_empty() {
        text.push_str("\nArguments (* required)\n");
    }
    for argument in arguments {
        text.push_str(&self::argument(argument, types));
    }
    if operation.any_part {
        text.push_str("  --part  NAME=VALUE, or NAME=@FILE\n");
    }
    if let Some(body) = &operation.body {
        text.push_str(&format!("\nBody: {} (* required)\n", body.ty));
        members(types, Ty::of(body.ty), 1, BODY_DEPTH, true, &mut text);
    }
    match operation.reply {
        "file" => text.push_str("\nReply: a file\n"),
        "nothing" => text.push_str("\nReply: none\n"),
        reply => {
            text.push_str(&format!("\nReply: {reply}\n"));
            members(types, Ty::of(reply), 1, 1, false, &mut text);
        }
    }
    text
}

fn facts(found: &Found, text: &mut String) {
    let operation = found.operation;
    let mut line = |fact: String| {
        text.push_str("- ");
        text.push_str(&fact);
        text.push('\n');
    };
    if let Some(paging) = &operation.paging {
        let size = paging.limit.map(|limit| format!("; {limit} sets the size of a page")).unwrap_or_default();
        line(format!("returns pages{size}"));
    }
    if !operation.reads() && !operation.idempotent {
        line("is not repeated if the reply is lost".to_owned());
    }
    if !operation.idempotent_with.is_empty() {
        let members = operation.idempotent_with.join(" or ");
        line(format!("is not repeated if the reply is lost, unless the body has {members}"));
    }
    for member in &operation.idempotent_without {
        line(format!("is not repeated if the reply is lost and the body has {member}"));
    }
    if operation.long_running {
        line("answers 202 until the result is ready".to_owned());
    }
    if let Some(most) = operation.batch_max {
        line(format!("takes at most {most} inputs per request"));
    }
    if !operation.limit_class.is_empty() {
        line(format!("counts against the limit `{}`", operation.limit_class));
    }
    let scopes = found.scopes();
    match scopes.one_of.len() {
        0 => {}
        few if few <= MOST_SCOPES => line(format!("requires the scope {}", scopes.one_of.join(" or "))),
        _ => line("requires the scope of the type of object".to_owned()),
    }
    if operation.beta {
        line("is a beta: the vendor may change or withdraw it".to_owned());
    }
    if operation.deprecated {
        let by = operation.replaced_by.map(|by| format!("; use {} {}", kebab(operation.resource), kebab(by)));
        line(format!("is deprecated by the vendor{}", by.unwrap_or_default()));
    }
}

fn argument(argument: &Argument, types: &Types) -> String {
    let required = if argument.required { "*" } else { "" };
    let (name, ty) = (argument.name, argument.ty);
    let place = match argument.place {
        Place::Path => kebab(name).replace('-', "_").to_uppercase(),
        _ => format!("--{}", kebab(argument.prefix().unwrap_or(name))),
    };
    format!("  {place}{required}  {name}: {ty}{}{}\n", values(types, Ty::of(ty)), note(&argument.doc, argument.unit))
}

/// Adds the members of a type.
fn members(types: &Types, ty: Ty<'_>, level: usize, depth: usize, sent: bool, text: &mut String) {
    let before = "  ".repeat(level);
    match ty {
        Ty::List(inner) | Ty::Map(inner) => members(types, Ty::of(inner), level, depth, sent, text),
        Ty::Named(name) => match types.get(name) {
            Some(Definition::Record { fields, others, open, .. }) => {
                for field in fields.iter().filter(|field| !(sent && field.read_only)) {
                    text.push_str(&format!("{before}{}\n", line(types, field, sent)));
                    if level < depth && text.len() < MOST_BYTES {
                        members(types, Ty::of(field.ty), level + 1, depth, sent, text);
                    }
                }
                if open || others.is_some() {
                    text.push_str(&format!("{before}(further members: {})\n", others.unwrap_or("any")));
                }
            }
            Some(Definition::Arms { arms, .. }) => {
                for arm in arms {
                    text.push_str(&format!("{before}or {}\n", arm.ty));
                }
            }
            _ => {}
        },
        _ => {}
    }
}

fn line(types: &Types, field: &Field, sent: bool) -> String {
    let required = if field.required && sent { "*" } else { "" };
    let constant = field.constant.map(|constant| format!(" always \"{constant}\"")).unwrap_or_default();
    let (name, ty) = (field.name, field.ty);
    format!("{name}{required}: {ty}{}{constant}{}", values(types, Ty::of(ty)), note(&field.doc, field.unit))
}

/// The values of an enum.
fn values(types: &Types, ty: Ty<'_>) -> String {
    let inner = match ty {
        Ty::List(inner) => Ty::of(inner),
        other => other,
    };
    let Ty::Named(name) = inner else { return String::new() };
    match types.get(name) {
        Some(Definition::Values { values }) if values.len() <= 20 => format!(" = {}", values.join("|")),
        Some(Definition::Values { values }) => {
            format!(" = {}|… ({} values, see --type {name})", values[..8].join("|"), values.len())
        }
        _ => String::new(),
    }
}

fn note(doc: &str, unit: Option<&str>) -> String {
    let unit = unit.filter(|unit| !doc.contains(unit)).map(|unit| format!(" In {unit}.")).unwrap_or_default();
    let text = format!("{}{unit}", doc.replace('`', ""));
    if text.is_empty() { text } else { format!("  {}", text.trim_start()) }
}

/// Returns at most the maximum size, in whole lines.
fn cut(text: String, more: &str) -> String {
    let more = format!("… (more: {more})\n");
    if text.len() <= MOST_BYTES {
        return text;
    }
    let mut end = MOST_BYTES - more.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = text[..end].rfind('\n').map_or(0, |place| place + 1);
    format!("{}{more}", &text[..end])
}

#[cfg(test)]
mod tests;
